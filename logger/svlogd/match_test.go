package svlogd

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, line string
		want          bool
	}{
		{"", "", true}, {"", "a", false}, {"a", "a", true}, {"a", "ab", false}, {"ab", "a", false},
		{"*", "", true}, {"*", "abc", true}, {"*b", "ab", true}, {"*b", "abb", false}, {"*b*", "abb", true}, {"a*", "a", true},
		{"*pid*", "x tcpsvd: info: pid 1977", false}, {"*: *: pid *", "x tcpsvd: info: pid 1977", true},
		{"**", "a*b", true}, {"**", "ab", false}, {"*+a", "x+aa", false},
		{"+a", "a", true}, {"+a", "aaa", true}, {"+a", "", false}, {"+a", "b", false}, {"a+b", "a", false}, {"a+bc", "abbc", true},
		{"+ab", "aaa", true}, {"+ab", "aac", false}, {"+*", "**", true}, {"++", "+++", true}, {"+", "", false}, {"+", "+", false}, {"a+", "a", false},
	} {
		if got := match(c.pattern, []byte(c.line)); got != c.want {
			t.Errorf("match(%q, %q) is %v; want %v", c.pattern, c.line, got, c.want)
		}
	}
}

// TestMatchAsReal has both select from a corpus of lines by patterns of the same
// few letters.
func TestMatchAsReal(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	word := func(letters string, most int) string {
		b := make([]byte, random.IntN(most+1))
		for i := range b {
			b[i] = letters[random.IntN(len(letters))]
		}
		return string(b)
	}
	var lines []string
	for range 400 {
		lines = append(lines, word("aab:*+ ", 7))
	}
	// Shorter ones first: svlogd looks behind the end of a line.
	slices.SortFunc(lines, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
	input := strings.Join(lines, "\n") + "\n"
	files, dirs := tree{}, []string{}
	for len(dirs) < 120 {
		pattern := word("aab:**++ ", 6)
		if strings.HasSuffix(pattern, "+") {
			continue // svlogd looks behind its end
		}
		dir := strconv.Itoa(len(dirs))
		files[dir+"/config"] = "-*\n+" + pattern + "\n"
		dirs = append(dirs, dir)
	}
	both(t, files, input, dirs...)
}

func FuzzMatch(f *testing.F) {
	f.Add("*: *: pid *", []byte("x tcpsvd: info: pid 1977"))
	f.Add("+ab*", []byte("aaab"))
	f.Add("+", []byte(""))
	f.Fuzz(func(t *testing.T, pattern string, line []byte) {
		got := match(pattern, line)
		if strings.ContainsAny(pattern, "*+") {
			return
		}
		if want := pattern == string(line); got != want {
			t.Errorf("match(%q, %q) is %v; want %v", pattern, line, got, want)
		}
	})
}
