package compat

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/svdir/svdir/logger"
)

// golden runs the real multilog and ours with one script, feeds both the pieces,
// and compares all that they write and how they end.
func golden(t *testing.T, prepare func(dir string), pieces []string, script ...string) {
	t.Helper()
	var seen [2]string
	for i, program := range both(t, "multilog") {
		dir := t.TempDir()
		if prepare != nil {
			prepare(dir)
		}
		s := start(t, dir, nil, append([]string{program}, script...)...)
		for _, piece := range pieces {
			s.say(t, piece)
		}
		code := s.end(t)
		seen[i] = fmt.Sprintf("exit code %d\nout %q\nerr %q\n%s", code, s.out.String(), same(s.err.String()), tree(t, dir))
	}
	if seen[0] != seen[1] {
		t.Errorf("multilog %.300q:\ngot  %s\nwant %s", script, seen[1], seen[0])
	}
}

// long has what patterns and status files are limited by.
var long = strings.Repeat("0123456789", 120)

// few are lines of all kinds, together too short for a rotation.
var few = []string{"one\n", "\n", "two words\n", "+plus\n", "*star*\n", "a\x00\xff\r\n", "error: no\n", long[:199] + "\n",
	long[:200] + "\n", long[:201] + "\n", "fatal: part", " and rest\n", "no newline"}

// scripts are each word of the language, and what only looks like one.
var scripts = []string{
	"", "./d", "/dev/null/d", "t ./d", "t", "tai ./d", "tx", "./d t", "t t ./d", "T ./d", "j ./d", "1 ./d", "p> ./d", "S5000 ./d", "zzz", "-x", "--help",
	"-* ./d", "+* ./d", "-* +* ./d", "-one ./d", "-on ./d", "-one* ./d", "-*one ./d", "-*o* ./d", "-* +*o* ./d", "-* +two*words ./d", "-* +*w*s ./d",
	"-* +** ./d", "-* ++* ./d", "-* ++plus ./d", "-* +\\** ./d", "-* +*star* ./d", "-* +**star** ./d", "-* +*:* ./d", "-* +error* +fatal* ./d", "-*a* +*r* -*f* ./d",
	"- ./d", "+ ./d", "-* + ./d", "-* +* - ./d", "-\n ./d", "-? ./d", "-[a-z]* ./d", "-.* ./d", "-* +*9 ./d", "-* +0*9 ./d", "-* +*8 ./d",
	"t -@* ./d", "t -* +@*one ./d", "t -* +@*4*one ./d", "t -* +*.* ./d", "t -one ./d", "t -* +*\x20one ./d",
	"e", "e ./d", "t e", "error", "e e", "-* e", "-* +*o* e", "e ./d e", "t -* +*1 e",
	"=s", "=s ./d", "t =s", "-* =s", "-* +*o* =s", "=s =u", "=s =s", "=/dev/null", "=./s", "-* +one =s +two* =u", "-* +error* =s", "=s -*", "-none =s", "=no/s", "=. ./d", "= ./d", "./d =no/s", "=a =no/s ./d",
	"s ./d", "s0 ./d", "s4095 ./d", "s4096 ./d", "s16777216 ./d", "s99999999999999999999999 ./d", "sx ./d", "s5000k ./d", "s-5 ./d", "s5000 ./d s6000 ./f", "size ./d",
	"n ./d", "n0 ./d", "n1 ./d", "n2 ./d", "nx ./d", "n3x ./d", "n5000000 ./d", "n18446744073709551616 ./d", "n-1 ./d", "n10 ./d n3 ./f",
	"! ./d", "!exit ./d", "!cat ./d", "./d !cat", "./d !cat ./f",
	"./d ./f", "./d/", ".d", "./d -* ./f", "-* ./d +* ./f", "-*o* ./d +*o* ./f", "-* ./d ./f", "./no/d", "./d e ./f =s", "x/d", "~/d",
}

// TestMultilogWords: each script, with each line on its own.
func TestMultilogWords(t *testing.T) {
	t.Parallel()
	for _, script := range scripts {
		golden(t, nil, few, strings.Fields(script)...)
	}
	golden(t, nil, few, "-* ./d", " ./d", "", "./d")
	golden(t, nil, few, "-", "-*", "+two words", "./d with a blank")
	golden(t, nil, few, "-*", "+a\xff", "-"+long, "+"+long[:199], "./d")
	golden(t, nil, nil, "=s", "./d")
	golden(t, nil, []string{"x"}, "=s", "./d")
	golden(t, nil, []string{"\n"}, "t", "=s", "./d")
}

// TestMultilogLong: around the 1000 bytes that patterns see, and the 200 of
// alerts.
func TestMultilogLong(t *testing.T) {
	t.Parallel()
	for _, n := range []int{175, 201, 974, 975, 1000, 1001} {
		line := []string{long[:n] + "\n", "next\n"}
		for _, script := range []string{"./d", "t ./d", "e", "t e", "=s", "t =s", "-*9 ./d", "-* +*9 =s ./d", "-* +" + long[:1000] + " ./d", "-" + long[:n] + " ./d"} {
			golden(t, nil, line, strings.Fields(script)...)
			golden(t, nil, []string{long[:n]}, strings.Fields(script)...)
		}
	}
}

// TestMultilogRotates: line by line, the same files with the same modes.
func TestMultilogRotates(t *testing.T) {
	t.Parallel()
	lines := slices.Collect(strings.Lines(numbered(0, 200)))
	for _, script := range []string{
		"s4096 ./d", "s4096 n2 ./d", "s5000 n3 ./d", "t s4096 n4 ./d", "s6000 -*5* ./d", "s4096 n3 ./d s9000 n2 ./f", "s0 n0 ./d e",
		"s4096 !cat ./d", "s4096 !tr_a-z_A-Z ./d", "s4096 ! ./d", "s4096 !cat_<&4;(cat_<&4;echo_x)>&5;cat ./d", "s4096 !exit ./d", "s4096 !echo_x_>&2 ./d", "s4096 !test_-e_x||{_touch_x;exit_3;};cat ./d",
	} {
		words := strings.Fields(script)
		for i := range words {
			words[i] = strings.ReplaceAll(words[i], "_", " ")
		}
		golden(t, nil, lines, words...)
	}
}

// TestMultilogFinds: what another logger has left, in any state.
func TestMultilogFinds(t *testing.T) {
	t.Parallel()
	type file struct {
		name string
		mode os.FileMode
	}
	for _, had := range [][]file{
		{{"current", 0o744}}, {{"current", 0o644}}, {{"current", 0o600}}, {{"current", 0o100}}, {{"previous", 0o644}}, {{"current", 0o644}, {"previous", 0o744}},
		{{"current", 0o644}, {"previous", 0o744}, {"processed", 0o644}}, {{"current", 0o644}, {"previous", 0o744}, {"processed", 0o744}},
		{{"processed", 0o744}}, {{"current", 0o644}, {"state", 0o644}, {"newstate", 0o644}}, {{"current", 0o744}, {"state", 0o644}}, {{"other", 0o600}, {"@short", 0o644}},
	} {
		golden(t, func(dir string) {
			must(t, os.Mkdir(filepath.Join(dir, "d"), 0o755))
			for _, f := range had {
				path := filepath.Join(dir, "d", f.name)
				must(t, os.WriteFile(path, []byte(f.name+"\n"), 0o600))
				must(t, os.Chmod(path, f.mode))
			}
		}, []string{"new\n"}, "./d")
	}
}

// TestMultilogFails: what cannot be opened.
func TestMultilogFails(t *testing.T) {
	t.Parallel()
	for _, what := range []string{"d", "d/current/", "d/lock/", "loop", "fifo"} {
		for _, script := range []string{"./d", "=d", "./loop", "=loop", "./fifo", "=fifo"} {
			golden(t, func(dir string) {
				path := filepath.Join(dir, what)
				switch {
				case what == "loop":
					must(t, os.Symlink("loop", path))
				case what == "fifo":
					must(t, syscall.Mkfifo(path, 0o600))
				case strings.HasSuffix(what, "/"):
					must(t, os.MkdirAll(path, 0o755))
				default:
					must(t, os.WriteFile(path, nil, 0o600))
				}
			}, nil, script)
		}
	}
}

// TestMultilogPauses: what is said, each time, of what is tried again.
func TestMultilogPauses(t *testing.T) {
	t.Parallel()
	for _, script := range [][]string{{"=full", "./d"}, {"s4096", "!exit 3", "./d"}} {
		var said [2]string
		for i, program := range both(t, "multilog") {
			dir := t.TempDir()
			must(t, os.Symlink("/dev/full", filepath.Join(dir, "full")))
			s := start(t, dir, nil, append([]string{"sh", "-c", `exec "$0" "$@" 2>said`, program}, script...)...)
			_, err := s.in.WriteString(numbered(0, 100)) // it may not be read while it pauses
			must(t, err)
			eventually(t, "it has said it twice", func() bool {
				text, _ := os.ReadFile(filepath.Join(dir, "said")) // it comes with the shell
				said[i] = string(text)
				return strings.Count(said[i], "\n") == 2
			})
			s.signal(t, syscall.SIGKILL)
			s.wait(t)
		}
		if said[0] != said[1] {
			t.Errorf("multilog %q: said %q; want %q", script, said[1], said[0])
		}
	}
}

// TestMultilogAtRandom: any words in any order.
func TestMultilogAtRandom(t *testing.T) {
	t.Parallel()
	words := []string{"t", "T", "j", "1", "px", "S9", "zzz", "", "-*", "+*", "-*o*", "+*o*", "-one", "+two*", "+*9", "-*\xff*", "e", "every", "=s", "=u",
		"s4096", "sx", "s", "n3", "n", "!cat", "!", "!tr a b"}
	r := rand.New(rand.NewPCG(5, 76))
	for range 100 {
		var script []string
		dirs := 0
		for range 1 + r.IntN(8) {
			script = append(script, words[r.IntN(len(words))])
			if r.IntN(3) == 0 {
				dirs++
				script = append(script, fmt.Sprintf("./d%d", dirs))
			}
		}
		var lines []string
		for range r.IntN(12) {
			lines = append(lines, few[r.IntN(len(few))])
		}
		golden(t, nil, lines, script...)
	}
}

// FuzzTranslate: any script of multilog is one of svlog, but = without a file.
func FuzzTranslate(f *testing.F) {
	for _, script := range scripts {
		f.Add(script)
	}
	f.Fuzz(func(t *testing.T, script string) {
		args := strings.Split(script, " ")
		words := translate(args)
		if _, err := logger.Parse(words); err != nil && !slices.Contains(args, "=") {
			t.Errorf("%q: %q: %v", args, words, err)
		}
		if len(words) == 0 {
			t.Errorf("%q: got no script, which is the default logger", args)
		}
	})
}
