package ere

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"
)

// lines is what every expression is asked about.
var lines = []string{
	"", "a", "b", "ab", "ba", "aab", "abab", "abc", "xabcx", "aaaa", "aaaaa", "A", "AB", "0", "7", "a1", "1a", "foo bar", " foo", "bar ",
	"foo_bar", "foo-bar", "-", "]", "[", "^", "$", "a^b", "a$b", "*", "a*", "+", "?", "{", "a{1}", "a{", "}", "(", ")", "()", "a|b", "|", "\\", "a\\b",
	".", "..", "\t", "\xff", "a\xe9b", "\x7f", "\x01", "error: no", "ERROR 17", "2026-11-21", "_", "a b c", "aXb", "b-a", "c", "d", "e", ",", "/", "!",
}

// table is every form of an expression, right and wrong.
var table = []string{
	"", "a", "ab", "^a", "a$", "^a$", "^$", "^", "$", "^^a", "a$$", "a^b", "a$b", "(^a)", "(a$)", "x*", "a*", "a+", "a?b", "(ab)*c", "(ab)+$", "^(ab)+$",
	"a|b", "a|", "|a", "|", "^(a|b)$", "(a|)b", "(|a)b", "()", "a()b", "()*", "(a*)*", "(a*)+b", "(a|b)*c", "((a)(b))c", "(((a)))",
	"a{2}", "^a{2}$", "^a{2,}$", "^a{,2}$", "^a{2,4}$", "^a{0}$", "^(a{2}){2}$", "^a{2}{2}$", "^a**$", "^a+?$", "^(ab){2}$", "a{,}", "^a{0,0}b$",
	"a{", "a{1", "a{1,", "a{}", "a{x}", "a{1x}", "a{2,1}", "a{1,2", "a{32768}", "a{0,32768}", "{1}", "a|{1}", "({1})", "(+)", "^{1}",
	"*", "*a", "+a", "?a", "a|*b", "(*a)", "^*", "^+a", "$*", "a$*", "(^)*a", "(^|b)a", "(^a|b$)",
	"(", ")", "(a", "a)", "())", "a|)", ")*", "((a)", "[", "]", "a]", "[]", "[]]", "[^]]", "[^]a]", "[a", "[a-", "[a-]", "[-a]", "[^-a]", "[a-c]", "^[^a-c]+$",
	"[a-c-e]", "[a-c-]", "[c-a]", "[--/]", "[---]", "[!--]", "[%--]", "[]-a]", "[a-a]", "[\\]", "[\\]]", "[\\n]", "[*]", "[.]", "[$]", "[a^]", "[[]", "[[a]",
	"[[:alpha:]]", "[[:digit:]]+", "^[[:upper:]]+$", "[[:lower:]]", "[[:alnum:]_]", "^[[:space:]]", "[[:blank:]]", "[[:punct:]]", "[[:print:]]", "^[[:graph:]]+$",
	"[[:cntrl:]]", "^[[:xdigit:]]+$", "[^[:alpha:]]", "[[:alpha:][:digit:]]", "[:alpha:]", "[[:nosuch:]]", "[[:alpha:]", "[[:alpha]]", "[[:]]", "[[::]]", "[a-[:digit:]]", "[[:digit:]-z]",
	"[[.a.]]", "[[.-.]]", "[[.].]]", "[[...]]", "[[.a.]-c]", "[a-[.c.]]", "[[.ab.]]", "[[.hyphen.]]", "[[..]]", "[[.a]]", "[[=a=]]", "[[=ab=]]", "[[=a=]-c]", "[[==]]", "[[=", "[[.", "[[:",
	".", "..", "^.$", "^..$", "a.b", ".*", "^.*$", "^.+b", "\\.", "\\*", "\\^", "\\$", "\\(", "\\)", "\\[", "\\]", "\\{", "\\}", "\\|", "\\\\", "\\", "a\\", "\\a", "\\-", "\\n", "\\/",
	"\\w", "\\W", "\\s", "\\S", "^\\w+$", "^\\W+$", "\\<foo", "foo\\>", "\\bbar", "bar\\b", "\\<bar\\>", "\\b", "\\<", "\\>", "\\`a", "a\\'", "\\`a\\'", "\\b*", "\\<+", "(\\<)a",
	"\xff", "[\xe0-\xff]", "^[^a]$", "a.b", "[^\x01-\x7f]",
	"error|ERROR", "^(error|ERROR)[: ]", "[0-9]{4}-[0-9]{2}-[0-9]{2}", "(foo|bar)[_ -](foo|bar)", "a(b|c|d)*x?", "^(a|ab)(c|bcd)$", "(a+)+b", "x{0}a", "(a|b){2,3}", "^(a|b){3}$", "^(.|..){2}$",
}

// asked says, for each line, whether s6-log selects it; nil if it refuses the
// expression.
func asked(t *testing.T, expression string) []bool {
	t.Helper()
	cmd := exec.Command("s6-log", "--", "-", "+"+expression, "1")
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		if !strings.Contains(said.String(), "unrecognized directive") {
			t.Fatalf("s6-log with %q: %v: %s", expression, err, said.String())
		}
		return nil
	}
	selected := strings.Split(string(out), "\n")
	yes := make([]bool, len(lines))
	for i, line := range lines {
		if len(selected) > 1 && selected[0] == line {
			yes[i], selected = true, selected[1:]
		}
	}
	if len(selected) != 1 {
		t.Fatalf("s6-log with %q: %q is left over", expression, selected)
	}
	return yes
}

// compare has s6-log judge an expression that we have judged.
func compare(t *testing.T, expression string) {
	t.Helper()
	want := asked(t, expression)
	p, err := Compile(expression)
	if err != nil {
		if want != nil {
			t.Errorf("%q: got %v; want it accepted", expression, err)
		}
		return
	}
	if want == nil {
		t.Errorf("%q: got it accepted; want an error", expression)
		return
	}
	for i, line := range lines {
		if got := p.Match([]byte(line)); got != want[i] {
			t.Errorf("%q on %q: got %v; want %v", expression, line, got, want[i])
		}
	}
}

func TestAsS6Log(t *testing.T) {
	t.Parallel()
	for _, expression := range table {
		compare(t, expression)
	}
}

// words are what random expressions are made of: no line has an empty word
// that the GNU C library gets wrong, so words of GNU are not among them.
var words = strings.Fields(`a b c . a|b (a|b) (a) (ab) ^ $ * + ? {2} {1,2} {,2} {0,3} [ab] [^a] [a-c] [[:alpha:]] [[:digit:]] | ( ) \. \\ - 1 [^[:alnum:]] (a*) (b+c?) ] \* {`)

func TestRandomAsS6Log(t *testing.T) {
	t.Parallel()
	for range 500 {
		expression := ""
		for range 1 + rand.IntN(6) {
			expression += words[rand.IntN(len(words))]
		}
		compare(t, expression)
	}
}

// TestAsGrep: what is right for both is the same for grep.
func TestAsGrep(t *testing.T) {
	t.Parallel()
	for _, expression := range table {
		p, err := Compile(expression)
		if err != nil || !utf8.ValidString(expression) || strings.Contains(expression, "\x01") {
			continue // grep takes more than is right
		}
		cmd := exec.Command("grep", "-aE", "-e", expression)
		cmd.Env = []string{"LC_ALL=C"}
		cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
		out, _ := cmd.Output() // no line is an error to it
		if cmd.ProcessState.ExitCode() > 1 {
			continue // it refuses some as a mistake, as [:alpha:]
		}
		var got strings.Builder
		for _, line := range lines {
			if p.Match([]byte(line)) {
				got.WriteString(line + "\n")
			}
		}
		if got.String() != string(out) {
			t.Errorf("%q: got %q; want %q", expression, got.String(), out)
		}
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string]error{
		`(a)\1`:                               ErrReference,
		`a{32767}{32767}`:                     ErrSize,
		`(){32767}{32767}`:                    ErrSize,
		strings.Repeat("(", 1<<16):            ErrSize,
		strings.Repeat("(", 1001):             ErrSize,
		"(":                                   ErrSyntax,
		strings.Repeat("(", 900):              ErrSyntax,
		strings.Repeat("((a{9}){9})", 1<<11):  ErrSize,
		"(((((a{99}){99}){99}){99}){99}){99}": ErrSize,
	} {
		if _, err := Compile(expression); !errors.Is(err, want) {
			t.Errorf("%.40q: got %v; want %v", expression, err, want)
		}
	}
}

// TestForgets: what is remembered has a bound, and what is forgotten is found
// again.
func TestForgets(t *testing.T) {
	t.Parallel()
	p, err := Compile("(a|b)*a(a|b){14}x$")
	if err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 20000)
	for i := range line {
		line[i] = "ab"[rand.IntN(2)]
	}
	line[len(line)-16], line[len(line)-1] = 'a', 'x'
	if !p.Match(line) {
		t.Error("got no match; want one")
	}
	line[len(line)-16] = 'b'
	if p.Match(line) {
		t.Error("got a match; want none")
	}
	if len(p.states) > maxStates || p.size > maxThreads+len(p.code) {
		t.Errorf("got %d states with %d threads; want at most %d, %d", len(p.states), p.size, maxStates, maxThreads)
	}
}

func FuzzCompile(f *testing.F) {
	for _, expression := range table {
		f.Add(expression, "abc foo")
	}
	f.Fuzz(func(t *testing.T, expression, line string) {
		if len(expression) > 60 || len(line) > 1000 {
			return
		}
		p, err := Compile(expression)
		if err != nil || len(p.code) > 1000 {
			return // these take long, in proportion
		}
		first := p.Match([]byte(line))
		if p.Match([]byte(line)) != first {
			t.Fatalf("%q on %q: not the same twice", expression, line)
		}
		// Alternatives with it match what it matches.
		if q, err := Compile("(" + expression + ")|x{3}"); err == nil && first && !q.Match([]byte(line)) && !strings.Contains(expression, ")") {
			t.Errorf("%q matches %q, in brackets it does not", expression, line)
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	p, err := Compile("error|warning")
	if err != nil {
		b.Fatal(err)
	}
	line := []byte("notice: " + strings.Repeat("all is well with the disk, ", 4))
	b.SetBytes(int64(len(line)))
	for range b.N {
		p.Match(line)
	}
}
