package setting

import (
	"slices"
	"testing"
)

func TestParseInputs(t *testing.T) {
	for text, want := range map[string][]string{
		"src/**/*.go\n":     {"src/**/*.go"},
		" a \n\n b{c,d}\n":  {"a", "b{c,d}"},
		"[{]x\n":            {"[{]x"},
		"\\[x\n[a-c]?\n":    {"\\[x", "[a-c]?"},
		"/etc/web.conf\n..": {"/etc/web.conf", ".."},
	} {
		if got, err := ParseInputs(text); !slices.Equal(got, want) || err != nil {
			t.Errorf("%q is %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"", "\n \n", "a\r\n", "a\x00b", "src/[a", "{a,b", "a}", "a\\"} {
		if got, err := ParseInputs(text); err == nil {
			t.Errorf("%q is %q; want an error", text, got)
		}
	}
}
