package compat

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestDifferences holds what the package comment promises to do otherwise.
func TestDifferences(t *testing.T) {
	s := newScene(t)
	broken(s)
	s.supervised("logged", runitStatuses["run"])
	s.supervised("logged/log", runitStatuses["down"])
	s.supervised("halflogged", runitStatuses["run"])
	s.supervised("halflogged/log", nil)
	s.file("torn/supervise/death_tally", "torn", 0o644)
	for _, c := range []struct {
		name string
		args []string
		code int
		out  string
	}{
		{"logged", []string{"status"}, lsbUp, "run: logged: (pid 4711) Ns; down: log: Ns, normally up\n"},
		{"dead", []string{"status"}, lsbDown, "fail: dead: runsv not running\n"},
		{"none", []string{"status"}, lsbUnknown, "fail: none: unable to change to service directory: file does not exist\n"},
		{"sv", []string{"status", "halflogged"}, 1, "run: halflogged: (pid 4711) Ns; " +
			"warning: halflogged/log: unable to read supervise/status: bad format\n"},
		{"sv", []string{"-v", "up", "./web/"}, 0, "ok: run: ./web/: (pid 4711) Ns\n"},
		{"svstat", []string{"dir"}, 0, "dir: unable to read supervise/status: is a directory\n"},
		{"s6-svdt", []string{"torn"}, 0, ""},
	} {
		link := filepath.Join(s.dir(".bin"), c.name)
		if err := os.Symlink(oursDir+"/self", link); err != nil && !os.IsExist(err) {
			t.Fatal(err)
		}
		got, err := call{name: c.name, args: c.args, env: []string{"SVDIR=."}}.in(link, s.root)
		if err != nil {
			t.Fatal(err)
		}
		if got.out = agePattern.ReplaceAllString(got.out, "N$1"); got.code != c.code || got.out != c.out || got.err != "" {
			t.Errorf("%s %q: got %+v, want %d %q", c.name, c.args, got, c.code, c.out)
		}
	}
	if text, _ := os.ReadFile(filepath.Join(s.root, "torn/supervise/death_tally")); string(text) != "torn" {
		t.Errorf("the tally is %q now", text)
	}
}

func TestOptions(t *testing.T) {
	for _, c := range []struct {
		args       []string
		doubleDash bool
		got, rest  string
	}{
		{[]string{"-ab", "x"}, false, "a b ", "x"},
		{[]string{"-w5", "x"}, false, "w5 ", "x"},
		{[]string{"-aw", "5", "x"}, false, "a w5 ", "x"},
		{[]string{"-w"}, false, "? ", ""},
		{[]string{"-z"}, false, "? ", ""},
		{[]string{"-:"}, false, "? ", ""},
		{[]string{"-a", "--", "-b"}, false, "a ", "-b"},
		{[]string{"--b", "x"}, true, "", "x"},
		{[]string{"--b", "x"}, false, "? ", "--b"},
		{[]string{"-", "-a"}, true, "", "-"},
		{[]string{"", "-a"}, true, "", ""},
		{nil, true, "", ""},
	} {
		o := options{args: c.args, doubleDash: c.doubleDash}
		got := ""
		for letter, arg := o.next("abw:"); letter != 0; letter, arg = o.next("abw:") {
			got += string(letter) + arg + " "
			if letter == '?' {
				break // as all do
			}
		}
		rest := ""
		if len(o.args) > 0 && got != "? " || c.rest == "--b" {
			rest = o.args[0]
		}
		if got != c.got || rest != c.rest {
			t.Errorf("%q: got %q, %q left; want %q, %q left", c.args, got, rest, c.got, c.rest)
		}
	}
}

func TestTimeLimit(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"":                      420 * time.Millisecond,
		"x":                     420 * time.Millisecond,
		"0":                     420 * time.Millisecond,
		"1":                     1260 * time.Millisecond,
		"7s":                    7140 * time.Millisecond,
		"99999999999999999999x": timeLimit(1 << 40),
	} {
		if got := timeLimit(leadingNumber(text)); got != want || got <= 0 {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}
