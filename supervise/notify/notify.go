// Package notify reads, purely, what a service sends to its notify socket: the
// datagrams of sd_notify(3).
package notify

import (
	"bytes"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Most is how long a datagram may be.
const Most = 4096

// Message is one datagram: what none of its lines says is zero.
type Message struct {
	Ready, Reloading, Stopping bool
	Alive, Trigger             bool          // WATCHDOG=1 and WATCHDOG=trigger
	Extend                     time.Duration // EXTEND_TIMEOUT_USEC
	// Watchdog is WATCHDOG_USEC, where HasWatchdog: 0 is none.
	Watchdog    time.Duration
	HasWatchdog bool
	// Text is STATUS, for people, where HasText; Errno is ERRNO where HasErrno.
	Text              string
	Errno             int
	HasText, HasErrno bool
}

// Longest is the longest time that a service may ask for, so that it can be added
// to another.
const Longest = 365 * 24 * time.Hour

// Parse reads a datagram. What is no line KEY=value of a key that is known, with
// a value that it can have, is passed over, and so is all of one that is too long
// or has a NUL in it.
func Parse(datagram []byte) Message {
	var m Message
	text := bytes.TrimSuffix(datagram, []byte{0})
	if len(datagram) > Most || bytes.IndexByte(text, 0) >= 0 {
		return m
	}
	for line := range bytes.SplitSeq(text, []byte{'\n'}) {
		if key, value, ok := bytes.Cut(line, []byte{'='}); ok {
			m.take(string(key), string(value))
		}
	}
	return m
}

func (m *Message) take(key, value string) {
	switch key {
	case "READY":
		m.Ready = m.Ready || value == "1"
	case "RELOADING":
		m.Reloading = m.Reloading || value == "1"
	case "STOPPING":
		m.Stopping = m.Stopping || value == "1"
	case "STATUS":
		m.Text, m.HasText = plain(value), true
	case "WATCHDOG":
		m.Alive, m.Trigger = m.Alive || value == "1", m.Trigger || value == "trigger"
	case "EXTEND_TIMEOUT_USEC":
		if d, ok := micros(value); ok {
			m.Extend = d
		}
	case "WATCHDOG_USEC":
		if d, ok := micros(value); ok {
			m.Watchdog, m.HasWatchdog = d, true
		}
	case "ERRNO":
		const highest = 4095 // that the kernel ever returns
		if n, ok := decimal(value, highest); ok {
			m.Errno, m.HasErrno = int(n), true
		}
	}
}

// micros is a whole number of microseconds; more than Longest is that.
func micros(value string) (time.Duration, bool) {
	const most = int64(1<<63-1) / int64(time.Microsecond)
	n, ok := decimal(value, most)
	return min(time.Duration(n)*time.Microsecond, Longest), ok
}

// decimal is a number of digits alone; what is above most is that.
func decimal(value string, most int64) (n int64, ok bool) {
	for _, c := range []byte(value) {
		if c < '0' || c > '9' {
			return 0, false
		}
		digit := int64(c - '0')
		if n > (most-digit)/10 {
			n = most
		} else {
			n = n*10 + digit
		}
	}
	return n, value != ""
}

// plain is text for people: one line of bounded length, in UTF-8, without what
// would do something to a terminal.
func plain(text string) string {
	const most = 256 // bytes
	var b strings.Builder
	for _, r := range text {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			r = '?'
		}
		if b.Len()+utf8.RuneLen(r) > most {
			break
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}
