package setting

import (
	"syscall"
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/restart"
)

func TestParseRestart(t *testing.T) {
	for text, want := range map[string]restart.Delay{
		"1s": {Min: time.Second, Max: time.Second, Factor: 2}, "10ms": {Min: 10 * time.Millisecond, Max: 10 * time.Millisecond, Factor: 2},
		"1s..60s":          {Min: time.Second, Max: time.Minute, Factor: 2},
		"1s..1m x3 ~20%":   {Min: time.Second, Max: time.Minute, Factor: 3, Jitter: 20},
		"5s  ~100%":        {Min: 5 * time.Second, Max: 5 * time.Second, Factor: 2, Jitter: 100},
		"1s..2s x100\t~0%": {Min: time.Second, Max: 2 * time.Second, Factor: 100},
	} {
		if got, err := ParseRestartDelay(text); got != want || err != nil {
			t.Errorf("ParseRestartDelay(%q) is %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "1", "0s", "9ms", "1s..", "..1s", "2s..1s", "1s x2", "1s..2s x1", "1s..2s x101", "1s..2s ~20", "1s ~101%", "1s ~-1%",
		"1s..2s ~20% x2", "1s 2s", "1s..2s x2 ~1% x", "1s..366d", "1s..2s..3s", "1s ~%", "1s..2s x"} {
		if got, err := ParseRestartDelay(text); err == nil {
			t.Errorf("ParseRestartDelay(%q) is %+v; want an error", text, got)
		}
	}
	if got, err := ParseRestartLimit("5/10s"); got != (restart.Limit{Count: 5, Window: 10 * time.Second}) || err != nil {
		t.Errorf("5/10s is %+v, %v", got, err)
	}
	for _, text := range []string{"", "5", "/10s", "5/", "0/10s", "101/10s", "5/0s", "5/10", "5/10s/", "-1/1s"} {
		if got, err := ParseRestartLimit(text); err == nil {
			t.Errorf("ParseRestartLimit(%q) is %+v; want an error", text, got)
		}
	}
}

func TestParseSuccess(t *testing.T) {
	s, err := ParseSuccess("0,143, SIGTERM int,10-19")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		code int
		sig  syscall.Signal
		want bool
	}{{0, 0, true}, {1, 0, false}, {10, 0, true}, {19, 0, true}, {20, 0, false}, {143, 0, true}, {255, 0, false}, {-1, syscall.SIGTERM, true},
		{-1, syscall.SIGINT, true}, {-1, syscall.SIGKILL, false}, {0, syscall.SIGKILL, false}, {-1, 0, false}, {-1, 64, false}} {
		if got := s.Has(c.code, c.sig); got != c.want {
			t.Errorf("code %d, signal %d: %v", c.code, c.sig, got)
		}
	}
	for _, text := range []string{"", ",", "256", "-1", "1-", "5-4", "TERMX", "1.5", "SIG", "0"} {
		if got, err := ParseSuccess(text); err == nil && text != "0" || text == "0" && (err != nil || !got.Has(0, 0)) {
			t.Errorf("ParseSuccess(%q) is %+v, %v", text, got, err)
		}
	}
}

func TestParseAnswer(t *testing.T) {
	for text, want := range map[string]restart.Answer{"restart": {Do: restart.Again}, "stop": {Do: restart.Stop}, "fail": {Do: restart.Fail},
		"delay 60s": {Do: restart.Again, Delay: time.Minute}} {
		if got, err := ParseAnswer(text); got != want || err != nil {
			t.Errorf("ParseAnswer(%q) is %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "again", "delay", "delay 1", "delay 0s", "stop 1s"} {
		if got, err := ParseAnswer(text); err == nil {
			t.Errorf("ParseAnswer(%q) is %+v; want an error", text, got)
		}
	}
	for _, name := range []string{"0", "255", "SIGKILL", EndName(3, 0), EndName(-1, syscall.SIGSEGV)} {
		if err := checkEndName(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"", "256", "-1", "007", "+1", "KILL", "sigkill", "SIG9", "x"} {
		if checkEndName(name) == nil {
			t.Errorf("%q is the name of an end", name)
		}
	}
}
