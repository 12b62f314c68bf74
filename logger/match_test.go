package logger

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/svdir/svdir/tests/need"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, line string
		want          bool
	}{
		{"", "", true},
		{"", "a", false},
		{"a", "a", true},
		{"a", "ab", false},
		{"ab", "a", false},
		{"*", "", true},
		{"*", "anything", true},
		{"a*", "a", true},
		{"*a", "a", true},
		{"*a", "bba", true},
		{"*a", "aa", false}, // it never looks back
		{"*ab", "aab", false},
		{"* b", "a a b", false}, // the first blank counts
		{"* status 404 *", "x status 404 y", true},
		{"* * *", "a b c d", true},
		{"**", "*", true},
		{"**", "a*b", true},
		{"**", "ab", false},
		{"**a", "*ba", true},
		{"***", "*", true},
		{"a**b", "a*b", true},
		{"+", "+", true},
		{"\\", "\\", true},
		{"?", "a", false},
		{"[ab]", "a", false},
		{"*\xff", "a\xff", true},
	} {
		if got := match(c.pattern, []byte(c.line)); got != c.want {
			t.Errorf("match(%q, %q) = %v; want %v", c.pattern, c.line, got, c.want)
		}
		if got := multilogMatch(t, []string{c.pattern}, c.line); got[0] != c.want {
			t.Errorf("multilog says of %q, %q: %v; the table %v", c.pattern, c.line, got[0], c.want)
		}
	}
}

// multilogMatch asks the real multilog which patterns match the line.
func multilogMatch(t *testing.T, patterns []string, line string) []bool {
	t.Helper()
	multilog := need.Peer(t, "multilog")
	var matched []bool
	for _, p := range patterns {
		// Its alert is on standard error.
		l := run(t, t.TempDir(), line+"\n", multilog, "-*", "+"+p, "e")
		matched = append(matched, l.err != "")
	}
	return matched
}

// TestMatchAsMultilog compares random patterns and lines of few characters.
func TestMatchAsMultilog(t *testing.T) {
	t.Parallel()
	random := func(alphabet string) string {
		var b strings.Builder
		for range rand.IntN(7) {
			b.WriteByte(alphabet[rand.IntN(len(alphabet))])
		}
		return b.String()
	}
	for range 60 {
		line := random("ab*")
		var patterns []string
		for range 5 {
			patterns = append(patterns, random("ab**"))
		}
		for i, want := range multilogMatch(t, patterns, line) {
			if got := match(patterns[i], []byte(line)); got != want {
				t.Errorf("match(%q, %q) = %v; multilog says %v", patterns[i], line, got, want)
			}
		}
	}
}
