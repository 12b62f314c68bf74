package scandir

import (
	"bytes"
	"strconv"
	"strings"
)

// Env in Dir tells which svscan runs here: one KEY=value a line, for a shell to
// source.
const Env = "svscan.env"

// Svscan is what that file tells.
type Svscan struct {
	PID    int
	Ticks  uint64 // field 22 of /proc/PID/stat
	BootID string
	// Reexecs counts how often it has executed itself again, Failures how often
	// it could not; Reason is why, the last time.
	Reexecs, Failures int
	Reason            string
}

// AppendText appends the text of the file.
func (s Svscan) AppendText(b []byte) []byte {
	b = strconv.AppendInt(append(b, "PID="...), int64(s.PID), 10)
	b = strconv.AppendUint(append(b, "\nTICKS="...), s.Ticks, 10)
	b = append(append(b, "\nBOOT_ID="...), s.BootID...)
	b = strconv.AppendInt(append(b, "\nREEXECS="...), int64(s.Reexecs), 10)
	b = strconv.AppendInt(append(b, "\nFAILURES="...), int64(s.Failures), 10)
	return append(append(append(b, "\nREASON="...), quote(s.Reason)...), '\n')
}

// quote makes one word for a shell of a line of text.
func quote(text string) string {
	if text == "" {
		return ""
	}
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?' // a line stays a line
		}
		return r
	}, text)
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// ParseSvscan reads the text of the file. Keys that it does not know and numbers
// that are none are passed over; without a pid it says nothing.
func ParseSvscan(text []byte) (s Svscan, ok bool) {
	for len(text) > 0 {
		var line []byte
		line, text, _ = bytes.Cut(text, []byte{'\n'})
		key, value, _ := strings.Cut(string(line), "=")
		n, _ := strconv.ParseUint(value, 10, 64) // 0 is what an unknown number is
		count := int(min(n, 1<<31-1))
		switch key {
		case "PID":
			s.PID = count
		case "TICKS":
			s.Ticks = n
		case "BOOT_ID":
			s.BootID = value
		case "REEXECS":
			s.Reexecs = count
		case "FAILURES":
			s.Failures = count
		case "REASON":
			value = strings.TrimSuffix(strings.TrimPrefix(value, "'"), "'")
			s.Reason = strings.ReplaceAll(value, `'\''`, "'")
		}
	}
	return s, s.PID > 0
}
