// Package tai64n is the time stamp of the field: a TAI64N label as daemontools
// 0.76 and runit write it.
//
// A label is 12 bytes: the seconds as a big-endian 64-bit number, 2^62 + 10
// above the Unix time, then the nanoseconds as a big-endian 32-bit number. Its
// text is '@' and 24 lower-case hexadecimal digits. s6 counts the leap seconds
// as well, so its labels are 27 s ahead of these; see svstatus(5).
package tai64n

import (
	"encoding/binary"
	"errors"
	"time"
)

// Size is the length of a label in bytes, TextSize that of its text.
const (
	Size     = 12
	TextSize = 1 + 2*Size
)

// epoch is the label of the Unix epoch: TAI was ten seconds ahead in 1970.
const epoch = 1<<62 + 10

// ErrFormat says that a text or a byte string is not a label.
var ErrFormat = errors.New("not a TAI64N label")

// Label is a moment, packed. Labels compare in time order as byte strings.
type Label [Size]byte

// Pack makes the label of t.
func Pack(t time.Time) Label {
	var l Label
	binary.BigEndian.PutUint64(l[:], uint64(epoch+t.Unix()))
	binary.BigEndian.PutUint32(l[8:], uint32(t.Nanosecond()))
	return l
}

// Unpack is the moment of the label in the first 12 bytes of b. A label of all
// zeros, which a status file has before its first event, is the zero Time.
func Unpack(b []byte) (time.Time, error) {
	if len(b) < Size {
		return time.Time{}, ErrFormat
	}
	sec := binary.BigEndian.Uint64(b)
	nano := binary.BigEndian.Uint32(b[8:])
	if sec == 0 && nano == 0 {
		return time.Time{}, nil
	}
	// Labels from 2^63 on are reserved; nobody's clock is off by 2^61 s either.
	if sec>>61 != 1 && sec>>61 != 2 || nano >= 1e9 {
		return time.Time{}, ErrFormat
	}
	return time.Unix(int64(sec-epoch), int64(nano)), nil
}

// Next is the label of the nanosecond after l.
func (l Label) Next() Label {
	sec := binary.BigEndian.Uint64(l[:])
	nano := binary.BigEndian.Uint32(l[8:]) + 1
	if nano >= 1e9 {
		sec, nano = sec+1, 0
	}
	binary.BigEndian.PutUint64(l[:], sec)
	binary.BigEndian.PutUint32(l[8:], nano)
	return l
}

// Split is what the label says, be it a moment or not: seconds since the Unix
// epoch, and nanoseconds.
func (l Label) Split() (sec int64, nano uint32) {
	return int64(binary.BigEndian.Uint64(l[:]) - epoch), binary.BigEndian.Uint32(l[8:])
}

// AppendText appends the 25 characters of the label.
func (l Label) AppendText(b []byte) []byte {
	const digits = "0123456789abcdef"
	b = append(b, '@')
	for _, c := range l {
		b = append(b, digits[c>>4], digits[c&15])
	}
	return b
}

// Parse reads the 25 characters of a label at the start of s.
func Parse(s []byte) (Label, error) {
	var l Label
	if len(s) < TextSize || s[0] != '@' {
		return l, ErrFormat
	}
	for i := range l {
		hi, lo := digit(s[1+2*i]), digit(s[2+2*i])
		if hi < 0 || lo < 0 {
			return Label{}, ErrFormat
		}
		l[i] = byte(hi<<4 | lo)
	}
	return l, nil
}

// digit is the value of a lower-case hexadecimal digit, or -1: daemontools
// does not take upper case either.
func digit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}
