package svlogd

import (
	"bytes"
	"strings"
)

// config is what the file config of a log directory says.
type config struct {
	size      uint64 // of current when it is rotated; 0 never
	keep      uint64 // how many old files; 0 all
	least     uint64 // how many of them stay where the disk is full
	age       uint64 // of current in seconds when it is rotated; 0 never
	processor string
	address   address
	only      bool // lines go to address, and not to the directory
	prefix    string
	patterns  []string // each with its letter before it
}

// address is where lines go by UDP; port 0 is nowhere.
type address struct {
	ip   [4]byte
	port uint16
}

const syslogPort = 514

// parseConfig reads config. warnings tells of the lines that make no sense and
// are left out.
func parseConfig(text []byte) (c config, warnings []string) {
	c = config{size: 1000000, keep: 10, least: 10}
	// A last byte alone, without a newline, is not looked at.
	for len(text) > 1 {
		line, rest, _ := bytes.Cut(text, []byte{'\n'})
		text = rest
		line, _, _ = bytes.Cut(line, []byte{0})
		if len(line) > 0 {
			if warning := c.take(line[0], string(line[1:])); warning != "" {
				warnings = append(warnings, warning)
			}
		}
	}
	return c, warnings
}

// take takes one line: its letter and what is behind it.
func (c *config) take(letter byte, value string) (warning string) {
	switch letter {
	case '+', '-', 'e', 'E':
		c.patterns = append(c.patterns, string(rune(letter))+value)
	case 's':
		c.size = scaled(value, 'k', 1024, 'm', 1024*1024)
	case 'n':
		c.keep, _ = scan(value)
	case 'N':
		c.least, _ = scan(value)
	case 't':
		c.age = scaled(value, 'm', 60, 'h', 60*60)
	case '!':
		if value != "" {
			c.processor = value
		}
	case 'p':
		if value != "" {
			c.prefix = value
		}
	case 'u', 'U':
		var to address
		if to, warning = parseAddress(value); warning == "" {
			c.address, c.only = to, c.only || letter == 'U'
		}
	}
	return warning
}

// scaled is a number and one of two letters that make it larger.
func scaled(value string, a byte, timesA uint64, b byte, timesB uint64) uint64 {
	n, i := scan(value)
	if i < len(value) && value[i] == a {
		n *= timesA
	}
	if i < len(value) && value[i] == b {
		n *= timesB
	}
	return n
}

// parseAddress reads a.b.c.d[:port].
func parseAddress(value string) (to address, warning string) {
	rest := value
	for i := range to.ip {
		if i > 0 {
			var dot bool
			if rest, dot = strings.CutPrefix(rest, "."); !dot {
				return address{}, "unable to scan ip address: " + value
			}
		}
		n, size := scan(rest)
		if size == 0 {
			return address{}, "unable to scan ip address: " + value
		}
		to.ip[i], rest = byte(n), rest[size:]
	}
	to.port = syslogPort
	if port, given := strings.CutPrefix(rest, ":"); given {
		n, _ := scan(port)
		if to.port = uint16(n); to.port == 0 {
			return address{}, "unable to scan port number: " + port
		}
	}
	return to, ""
}

// portion is how much of b, which is not empty, goes to a current that has so
// many bytes and room for more, and whether it is full then: it is rotated at a
// newline from which a line of lineMax might not fit any more. One that gets no
// newline there is cut where its size ends.
func (c *config) portion(size, lineMax uint64, b []byte) (n int, full bool) {
	if c.size == 0 {
		return len(b), false
	}
	room := len(b)
	if left := c.size - size; uint64(room) > left {
		room = int(left)
	}
	if c.size < lineMax {
		return room, false
	}
	from := 0
	if mark := c.size - lineMax; mark > size {
		if mark-size > uint64(room) {
			return room, false
		}
		from = int(mark-size) - 1
	}
	if i := bytes.IndexByte(b[from:room], '\n'); i >= 0 {
		return from + i + 1, true
	}
	return room, false
}
