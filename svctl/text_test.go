package svctl

import (
	"testing"
	"time"
)

func TestShow(t *testing.T) {
	for in, want := range map[string]string{
		"web":          "web",
		"grüße 日本":     "grüße 日本",
		"a\nb":         `a\nb`,
		"\x1b[31mred":  `\x1b[31mred`,
		"\xff\xfe":     `\xff\xfe`,
		"rtl\u202etxt": `rtl\u202etxt`,
		"c1\u009b2J":   `c1\u009b2J`,
	} {
		if got := Show(in); got != want {
			t.Errorf("Show(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestAge(t *testing.T) {
	for in, want := range map[time.Duration]string{
		-time.Second:                 "0 seconds",
		0:                            "0 seconds",
		1999 * time.Millisecond:      "1 second",
		59 * time.Second:             "59 seconds",
		time.Minute:                  "1 minute",
		3*time.Hour + 59*time.Minute: "3 hours",
		25 * time.Hour:               "1 day",
		1000 * 24 * time.Hour:        "1000 days",
	} {
		if got := Age(in); got != want {
			t.Errorf("Age(%v) = %s, want %s", in, got, want)
		}
	}
}

func TestShellQuote(t *testing.T) {
	for in, want := range map[string]string{
		"nginx": "nginx", "-g": "-g", "": "''", "a b": "'a b'", "it's": `'it'\''s'`, "A=b": "'A=b'", "$x": "'$x'", "ä": "'ä'",
	} {
		if got := shellQuote(in); got != want {
			t.Errorf("shellQuote(%q) = %s, want %s", in, got, want)
		}
	}
}
