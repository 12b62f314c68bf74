package notify

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]Message{
		"READY=1":                                {Ready: true},
		"READY=1\n":                              {Ready: true},
		"READY=1\x00":                            {Ready: true},
		"READY=0":                                {},
		"RELOADING=1\nMONOTONIC_USEC=5":          {Reloading: true},
		"STOPPING=1\nSTATUS=bye":                 {Stopping: true, Text: "bye", HasText: true},
		"STATUS=":                                {HasText: true},
		"STATUS=a=b \x1b[2J\xff é":               {Text: "a=b ?[2J? é", HasText: true},
		"ERRNO=2":                                {Errno: 2, HasErrno: true},
		"ERRNO=99999":                            {Errno: 4095, HasErrno: true},
		"ERRNO=4092":                             {Errno: 4092, HasErrno: true},
		"ERRNO=-2\nERRNO=x\nERRNO=":              {},
		"EXTEND_TIMEOUT_USEC=1500000":            {Extend: 1500 * time.Millisecond},
		"EXTEND_TIMEOUT_USEC=" + nines:           {Extend: Longest},
		"WATCHDOG=1":                             {Alive: true},
		"WATCHDOG=trigger":                       {Trigger: true},
		"WATCHDOG=2":                             {},
		"WATCHDOG_USEC=20000\nSTATUS=x\nREADY=1": {Watchdog: 20 * time.Millisecond, HasWatchdog: true, Text: "x", HasText: true, Ready: true},
		"WATCHDOG_USEC=0":                        {HasWatchdog: true},
		"MAINPID=1\nBARRIER=1\nFDSTORE=1\nX=1":   {},
		"ready=1\n READY=1\nREADY\n=\n==1":       {},
		"READY=1\x00\nSTOPPING=1":                {},
		"":                                       {},
	} {
		if got := Parse([]byte(text)); got != want {
			t.Errorf("%q: got %+v; want %+v", text, got, want)
		}
	}
	long := "READY=1\nSTATUS=" + strings.Repeat("é", Most/2)
	if got := Parse([]byte(long)); got != (Message{}) {
		t.Errorf("%d bytes: got %+v", len(long), got)
	}
}

const nines = "99999999999999999999999"

// FuzzParse: what comes of any datagram is within bounds, and it says nothing
// that is not written there.
func FuzzParse(f *testing.F) {
	f.Add([]byte("READY=1\nSTATUS=x\nWATCHDOG_USEC=5"))
	f.Add([]byte("ERRNO=" + nines + "\nEXTEND_TIMEOUT_USEC=" + nines))
	f.Fuzz(func(t *testing.T, b []byte) {
		m := Parse(b)
		text := string(b)
		for key, said := range map[string]bool{
			"READY=1": m.Ready, "RELOADING=1": m.Reloading, "STOPPING=1": m.Stopping, "WATCHDOG=1": m.Alive, "WATCHDOG=trigger": m.Trigger,
			"STATUS=": m.HasText, "ERRNO=": m.HasErrno, "EXTEND_TIMEOUT_USEC=": m.Extend != 0, "WATCHDOG_USEC=": m.HasWatchdog,
		} {
			if said && !strings.Contains("\n"+text, "\n"+key) {
				t.Errorf("%q says %s", text, key)
			}
		}
		if len(m.Text) > 256 || !utf8.ValidString(m.Text) || strings.ContainsAny(m.Text, "\n\x1b\x00") {
			t.Errorf("%q: the text is %q", text, m.Text)
		}
		if m.Errno < 0 || m.Errno > 4095 || m.Extend < 0 || m.Extend > Longest || m.Watchdog < 0 || m.Watchdog > Longest {
			t.Errorf("%q: got %+v", text, m)
		}
	})
}
