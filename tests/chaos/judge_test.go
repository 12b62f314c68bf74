package chaos

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What the harness says of logs, lives and files that were made up.

func TestCompare(t *testing.T) {
	padded := "t web 11 " + strings.Repeat("x", 700) + "\n"
	ten := ""
	for _, n := range strings.Fields("1 2 3 4 5 6 7 8 9 10") {
		ten += "t web " + n + "\n"
	}
	for _, c := range []struct {
		name, text string
		last       uint64
		want       string
	}{
		{"empty", "", 0, ""},
		{"whole", ten + padded, 11, ""},
		{"lost at the end", ten, 11, "1 lines lost, 0 repeated, 0 broken: the end after line 10 of 11"},
		{"lost", "t web 1\nt web 4\n", 4, "2 lines lost, 0 repeated, 0 broken: line 4 of t follows 1 of t"},
		{"repeated", "t web 1\nt web 1\nt web 2\n", 2, "0 lines lost, 1 repeated, 0 broken: line 1 follows 1"},
		{"swapped", "t web 2\nt web 1\n", 2, "1 lines lost, 1 repeated, 0 broken: line 2 of t follows 0 of ; line 1 follows 2"},
		{"another's", "t db 1\nt web 1\n", 1, `0 lines lost, 0 repeated, 1 broken: "db 1" after line 0`},
		{"torn", ten + padded[:90] + "\n", 10, `0 lines lost, 0 repeated, 1 broken: "web 11 xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" after line 10`},
	} {
		s := series{name: "web"}
		s.read(c.text)
		s.end(c.last)
		if got := s.why(); got != c.want {
			t.Errorf("%s: got %q; want %q", c.name, got, c.want)
		}
	}
}

// TestProgress: a log is judged while it grows. What is seen once may be a rotation
// that is under way, and the last line may still be written.
func TestProgress(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	rename := func(from, to string) {
		t.Helper()
		if err := os.Rename(filepath.Join(dir, from), filepath.Join(dir, to)); err != nil {
			t.Fatal(err)
		}
	}
	p := progress{archived: series{name: "web"}}
	for _, c := range []struct {
		name   string
		do     func()
		want   string // the first fault
		broken bool
	}{
		{"nothing", func() {}, "", false},
		{"a line and a half", func() { put("current", "t web 1\nt web") }, "", false},
		{"more", func() { put("current", "t web 1\nt web 2\n") }, "", false},
		{"a rotation", func() { rename("current", "previous"); put("current", "t web 3\n") }, "", false},
		{"its end", func() { rename("previous", "@1.s") }, "", false},
		{"two more", func() {
			rename("current", "@2.s")
			put("@3.u", "t web 4\n")
			put("current", "t web 5\n")
		}, "", false},
		{"a rotation that hides a line", func() { put("current", "t web 5\nt web 7\n") }, "line 7 of t follows 5 of t", false},
		{"which is over", func() { put("current", "t web 5\nt web 6\nt web 7\n") }, "", false},
		{"one that is lost", func() { put("current", "u web 5\nt web 7\n") }, "line 7 of t follows 5 of u", false},
		{"and stays so", func() { rename("current", "@4.s"); put("current", "t web 8\n") }, "line 7 of t follows 5 of u", true},
	} {
		c.do()
		found, broken := p.isBroken(dir)
		if broken != c.broken || p.fault != c.want {
			t.Errorf("%s: got %q, %v; want %q, %v", c.name, p.fault, broken, c.want, c.broken)
		}
		if broken && found.stamp != "u" {
			t.Errorf("%s: got stamp %q; want that of the line before", c.name, found.stamp)
		}
	}
}

func TestUnfinished(t *testing.T) {
	start := func(pid int) life { return life{pid: pid} }
	finish := func(pid int) life { return life{finish: true, pid: pid} }
	for _, c := range []struct {
		name  string
		lives []life
		want  int
	}{
		{"in turn", []life{start(1), finish(1), start(2), finish(2)}, 0},
		{"a run without a line", []life{start(1), finish(1), finish(2), start(3), finish(3)}, 0},
		{"a suite that tells no pid", []life{start(1), finish(0), finish(0), start(2), finish(0)}, 0},
		{"none", []life{start(1), start(2), finish(2)}, 1},
		{"none at the end", []life{start(1)}, 1},
		{"twice", []life{start(1), finish(1), finish(1)}, 1},
		{"of another", []life{start(1), finish(2)}, 1},
	} {
		if got := unfinished(c.lives); len(got) != c.want {
			t.Errorf("%s: got %q; want %d", c.name, got, c.want)
		}
	}
}

func TestUnwanted(t *testing.T) {
	const second = grace / 3
	at := func(seconds ...int) []life {
		var lives []life
		for _, s := range seconds {
			lives = append(lives, life{pid: s, at: time.Duration(s) * second})
		}
		return lives
	}
	wishes := []asked{{'u', 0}, {'d', 10 * second}, {'o', 20 * second}, {unsure, 30 * second}, {'u', 40 * second}}
	for _, c := range []struct {
		name  string
		lives []life
		want  int
	}{
		{"while it is wanted", at(1, 2, 3, 41, 42), 0},
		{"just before it was not", at(10, 11), 0},
		{"while it is not", at(14, 15), 2},
		{"once, and one more", at(21, 22), 0},
		{"again and again", at(21, 22, 23), 1},
		{"while nobody knows", at(31, 35), 0},
	} {
		if got := unwanted(c.lives, wishes); len(got) != c.want {
			t.Errorf("%s: got %q; want %d", c.name, got, c.want)
		}
	}
}

func TestKnownFile(t *testing.T) {
	for name, want := range map[string]bool{
		".svscan/lock": true, ".svscan/reaped": true, ".svscan/reaped.new": false,
		"web/supervise/status.env": true, "web/supervise/status.env.new": false, "web/supervise/child": true,
		"web/log/supervise/lock": true, "web/log/main/current": true, "web/log/main/previous": false,
		"web/log/main/@400000003b4a39c23294b13c.s": true, "web/log/main/@400000003b4a39c23294b13c.t": false,
		"web/core": false, "web": false,
	} {
		if got := knownFile(name); got != want {
			t.Errorf("%s is known: %v; want %v", name, got, want)
		}
	}
}
