package servicedir

import (
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestParseMillis(t *testing.T) {
	for _, c := range []struct {
		text string
		want time.Duration
		bad  bool
	}{
		{"0", 0, false},
		{"5000", 5 * time.Second, false},
		{"007", 7 * time.Millisecond, false},
		{"2147483647", 2147483647 * time.Millisecond, false},
		{"2147483648", 0, true},
		{"99999999999999999999", 0, true},
		{"-1", 0, true},
		{"-0", 0, false},
		{"+1", 0, true},
		{"", 0, true},
		{"1.5", 0, true},
		{"0x10", 0, true},
		{"1_000", 0, true},
		{"10s", 0, true},
		{"5 6", 0, true},
		{"ten", 0, true},
		{"٣", 0, true},
	} {
		got, err := ParseMillis("timeout-kill", c.text)
		if got != c.want || (err != nil) != c.bad {
			t.Errorf("ParseMillis(%q) is %v, %v; want %v, an error: %v", c.text, got, err, c.want, c.bad)
		}
		if err != nil && err.Error() != "timeout-kill: not a number from 0 to 2147483647" {
			t.Errorf("ParseMillis(%q) says %q", c.text, err)
		}
	}
}

func TestParseNumber(t *testing.T) {
	for text, want := range map[string]int{"3": 3, "1023": 1023, "2": 0, "1024": 0, "-3": 0, "": 0} {
		if got, err := ParseNumber("notification-fd", text, 3, 1023); got != want || (err == nil) != (want != 0) {
			t.Errorf("ParseNumber(%q) is %d, %v; want %d", text, got, err, want)
		}
	}
}

func TestParseSignal(t *testing.T) {
	for text, want := range map[string]syscall.Signal{
		"TERM": syscall.SIGTERM, "SIGTERM": syscall.SIGTERM, "term": syscall.SIGTERM, "SigTerm": syscall.SIGTERM, "15": syscall.SIGTERM,
		"KILL": syscall.SIGKILL, "USR1": syscall.SIGUSR1, "winch": syscall.SIGWINCH, "1": syscall.SIGHUP, "64": 64,
		"": 0, "0": 0, "65": 0, "-9": 0, "+9": 0, "99999999999999999999": 0, "SIG": 0, "SIGSIGTERM": 0, "TERM,INT": 0, "SIG15": 0,
	} {
		if got, err := ParseSignal("down-signal", text); got != want || (err == nil) != (want != 0) {
			t.Errorf("ParseSignal(%q) is %d, %v; want %d", text, got, err, want)
		}
	}
}

func TestFirstLine(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"3", "3"},
		{"3\n", "3"},
		{"3\r\n", "3"},
		{" \t3 \n", "3"},
		{"3\nsecond\n", "3"},
		{"a\tb\n", "a\tb"},
		{"größe", "größe"},
		{"", ""},
		{"\n3\n", ""},
		{" \t\r\n", ""},
		{"a\x00b", ""},
		{"\x7fELF", ""},
		{"a\x1b[0m", ""},
	} {
		got, err := FirstLine("type", []byte(c.text))
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("FirstLine(%q) is %q, %v; want %q", c.text, got, err, c.want)
		}
	}
}

func FuzzParseMillis(f *testing.F) {
	for _, s := range []string{"0", "2147483647", "2147483648", "-1", "+1", "x", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseMillis("x", s)
		if err != nil {
			if d != 0 {
				t.Errorf("ParseMillis(%q) is %v with an error", s, d)
			}
			return
		}
		if again, err := ParseMillis("x", strconv.FormatInt(d.Milliseconds(), 10)); err != nil || again != d || d < 0 {
			t.Errorf("ParseMillis(%q) is %v, which is read as %v, %v", s, d, again, err)
		}
	})
}

func FuzzParseNumber(f *testing.F) {
	f.Add("3", 0, 10)
	f.Add("-5", -9, -1)
	f.Add("10", 10, 3)
	f.Fuzz(func(t *testing.T, s string, lo, hi int) {
		n, err := ParseNumber("x", s, lo, hi)
		if err == nil && (n < lo || n > hi) {
			t.Errorf("ParseNumber(%q) is %d, which is not from %d to %d", s, n, lo, hi)
		}
	})
}

func FuzzParseSignal(f *testing.F) {
	for _, s := range []string{"TERM", "SIGTERM", "term", "15", "0", "65", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		sig, err := ParseSignal("x", s)
		if err != nil {
			return
		}
		if sig < 1 || sig > 64 {
			t.Errorf("ParseSignal(%q) is %d", s, sig)
		}
		if name := unix.SignalName(sig); name != "" {
			if again, err := ParseSignal("x", name); err != nil || again != sig {
				t.Errorf("ParseSignal(%q) is %d, %v; want %d", name, again, err, sig)
			}
		}
	})
}

func FuzzFirstLine(f *testing.F) {
	f.Add([]byte("3\n"))
	f.Add([]byte(" TERM \r\nrest"))
	f.Add([]byte("\x00"))
	f.Fuzz(func(t *testing.T, text []byte) {
		line, err := FirstLine("x", text)
		if err != nil {
			return
		}
		if line == "" || strings.ContainsAny(line, "\x00\n\r\x7f") || len(line) > len(text) {
			t.Errorf("FirstLine(%q) is %q", text, line)
		}
		if again, err := FirstLine("x", []byte(line+"\n")); err != nil || again != line {
			t.Errorf("FirstLine(%q) is %q, which is read as %q, %v", text, line, again, err)
		}
	})
}
