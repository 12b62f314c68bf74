package svctl

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/status"
)

// Show makes a name fit for a terminal and for one line: control characters
// and what is no UTF-8 are escaped, as are the marks that turn text around.
func Show(s string) string {
	plain := func(r rune) bool { return r != utf8.RuneError && unicode.IsPrint(r) }
	if strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case plain(r):
			b.WriteRune(r)
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		default:
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		s = s[n:]
	}
	return b.String()
}

// Age is a duration in its one largest unit.
func Age(d time.Duration) string {
	units := []struct {
		word string
		size time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}}
	for _, u := range units {
		if n := int64(d / u.size); n > 0 || u.size == time.Second {
			if n == 1 {
				return "1 " + u.word
			}
			return strconv.FormatInt(max(n, 0), 10) + " " + u.word + "s"
		}
	}
	return ""
}

// LastExit is how the last process ended: its exit code, the name of the
// signal, unknown where nobody saw it, or "" where none has.
func (s *Service) LastExit() string {
	switch {
	case !s.Ended:
		return ""
	case s.Unknown:
		return "unknown"
	case s.ExitSignal() != 0:
		return SignalName(s.ExitSignal())
	}
	return strconv.Itoa(s.ExitCode())
}

// SignalName is the name of a signal.
func SignalName(n int) string {
	if name := unix.SignalName(unix.Signal(n)); name != "" {
		return name
	}
	return "SIG" + strconv.Itoa(n)
}

// StateWord is the state in one word, also where none is known.
func (s *Service) StateWord() string {
	switch {
	case s.Err != nil:
		return "unknown"
	case !s.Supervised:
		return "none"
	}
	return s.State.String()
}

// why is what people should know beside the state: a sentence, or "".
func (s *Service) why(now time.Time) string {
	var all []string
	add := func(when bool, text string) {
		if when {
			all = append(all, text)
		}
	}
	if s.Err != nil {
		text := s.Err.Error()
		if p, ok := s.Err.(*Problem); ok {
			text = p.Reason
		}
		return text
	}
	add(s.Removed, "being removed")
	add(!s.Supervised && !s.Removed, "not supervised")
	add(s.Leaving, "its supervisor leaves")
	add(s.Reason != "", s.Reason)
	add(s.Supervised && s.PID == 0 && s.Want == status.WantUp && s.State == status.Down, "wanted up")
	add(s.Lost, "not ready any more")
	add(s.PID != 0 && s.Phase != "", s.Phase)
	add(s.Text != "", s.Text)
	add(s.Errno != 0, unix.Errno(s.Errno).Error())
	add(s.GotTerm && s.PID != 0, "got TERM")
	add(s.Paused && s.State != status.Paused, "paused")
	if s.NextStart.After(now) {
		all = append(all, "next start in "+Age(s.NextStart.Sub(now).Round(time.Second)))
	}
	add(s.Leftovers > 0, strconv.Itoa(s.Leftovers)+" processes of it are left")
	return strings.Join(all, "; ")
}

// Line is the service in one line, as the verbs report it.
func (s *Service) Line(now time.Time) string {
	if s.Err == nil && !s.Supervised {
		return Show(s.Name) + ": not supervised"
	}
	text := Show(s.Name) + ": " + s.StateWord()
	if s.PID != 0 {
		text += " (pid " + strconv.Itoa(s.PID) + ")"
	}
	if !s.Since.IsZero() {
		text += " " + Age(now.Sub(s.Since))
	}
	if s.Ready {
		text += ", ready"
	}
	if why := s.why(now); why != "" {
		text += ", " + Show(why)
	}
	return text
}
