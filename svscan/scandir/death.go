package scandir

import (
	"bytes"
	"strconv"
)

// Reaped in Dir has a line for each of the last orphans that svscan reaped: who
// adopts a service whose supervise was killed finds there how a run ended.
const Reaped = "reaped"

// ReapedSize bounds that file: what is longer loses its older half.
const ReapedSize = 16 << 10

// Death is one of its lines: how a process ended. Ticks is field 22 of its
// /proc/PID/stat: pid and ticks together belong to one process of this boot.
type Death struct {
	PID    int
	Ticks  uint64
	Status uint32 // as wait4(2) gives it
}

// AppendText appends the line of d, with its newline.
func (d Death) AppendText(b []byte) []byte {
	b = append(strconv.AppendInt(b, int64(d.PID), 10), ' ')
	b = append(strconv.AppendUint(b, d.Ticks, 10), ' ')
	return append(strconv.AppendUint(b, uint64(d.Status), 10), '\n')
}

// ParseDeath reads a line, without its newline. It takes nothing but what
// AppendText writes.
func ParseDeath(line []byte) (d Death, ok bool) {
	var pid, status uint64
	var good [3]bool
	pid, line, good[0] = decimal(line, ' ', 31)
	d.Ticks, line, good[1] = decimal(line, ' ', 64)
	status, line, good[2] = decimal(line, 0, 32)
	if pid == 0 || len(line) > 0 || good != [3]bool{true, true, true} {
		return Death{}, false
	}
	d.PID, d.Status = int(pid), uint32(status)
	return d, true
}

// decimal takes a number of at most so many bits off text, and the byte that
// ends it; 0 is the end of text.
func decimal(text []byte, end byte, bits int) (n uint64, rest []byte, ok bool) {
	digits := 0
	for digits < len(text) && '0' <= text[digits] && text[digits] <= '9' {
		digits++
	}
	n, err := strconv.ParseUint(string(text[:digits]), 10, bits)
	if err != nil || digits > 1 && text[0] == '0' {
		return 0, nil, false
	}
	if end == 0 {
		return n, text[digits:], true
	}
	if digits == len(text) || text[digits] != end {
		return 0, nil, false
	}
	return n, text[digits+1:], true
}

// FindDeath finds in the text of Reaped how the process ended that has this
// pid and was started between the two ticks; the youngest of several. A line
// without a newline is not yet written.
func FindDeath(text []byte, pid int, earliest, latest uint64) (status uint32, found bool) {
	var youngest Death
	for {
		line, rest, whole := bytes.Cut(text, []byte{'\n'})
		if !whole {
			return youngest.Status, found
		}
		d, ok := ParseDeath(line)
		if ok && d.PID == pid && earliest <= d.Ticks && d.Ticks <= latest && (!found || d.Ticks >= youngest.Ticks) {
			youngest, found = d, true
		}
		text = rest
	}
}

// Younger is the younger half of the lines of Reaped.
func Younger(text []byte) []byte {
	if len(text) == 0 {
		return nil
	}
	_, whole, _ := bytes.Cut(text[max(1, len(text)/2)-1:], []byte{'\n'}) // what is before it is a part of a line
	return whole
}
