package watch

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

// succeed is what supervise does when up has succeeded.
func succeed(t *testing.T) {
	t.Helper()
	if err := os.Rename(fresh, seen); err != nil {
		t.Fatal(err)
	}
}

// Each step is followed by a success: is up run after it?
func TestInputs(t *testing.T) {
	t.Chdir(t.TempDir())
	sh(t, `mkdir -p supervise set event log/main src/deep .git other/supervise conf
		echo run >up; echo 1 >supervise/status.env; echo 1 >other/supervise/status.env; echo a >src/a.c; echo b >src/deep/b.c
		echo x >conf/x; ln -s ../conf src/conf; ln -s a.c src/link.c; mkfifo src/pipe.c
		printf 'src/**/*.c\n{conf,none}/?\n./*.txt\n' >set/inputs; echo 1 >1.txt`)
	told := ""
	look := func() bool {
		t.Helper()
		changed, err := Inputs(func(text string) { told += text })
		if err != nil {
			t.Fatal(err)
		}
		return changed
	}
	for _, step := range []struct {
		script string
		runs   bool
	}{
		{"", true},
		{"", false},
		{"touch src/a.c src/deep/b.c up; chmod 600 src/a.c", false},
		{"echo c >src/a.c", true},
		{"mv src/a.c src/d.c", true}, // and the link leads nowhere
		{"mv src/d.c src/a.c", true},
		{"echo other >conf/y", true},
		{"echo long >conf/long; echo h >src/h; mkdir src/empty.c; echo ~ >src/a.c~; echo x >src/.#b.c", false},
		{"echo x >.git/a.c; echo 2 >supervise/status.env; echo x >log/main/a.txt; echo x >event/1.txt; echo 2 >other/supervise/x.c", false},
		{"echo 'echo' >>up", true},
		{"rm 1.txt; echo 2 >2.txt", true},
		{"touch -d '2001-01-01' src/a.c; cp -p src/a.c keep; echo d >src/a.c; touch -r keep src/a.c", true}, // the same size and time
		{"echo '**' >set/inputs", true},
		{"", false},
		{"echo 3 >supervise/status.env; echo x >supervise/history; echo 3 >other/supervise/status.env; rm -r other/supervise; mkdir -p other/supervise; touch other/supervise/status.env; echo y >set/x", false},
		{"echo 1 >new", true},
		{"echo set/env >>set/inputs; mkdir -p set/env/.git; echo 1 >set/env/A", true},
		{"echo 2 >set/env/A", true},
		{"echo x >set/env/.git/x", false},
	} {
		sh(t, step.script)
		got := look()
		if got != step.runs {
			t.Errorf("%s: runs: %v; want %v", step.script, got, step.runs)
		}
		if got {
			if _, err := os.Stat(seen); err == nil {
				t.Errorf("%s: what was before is still known", step.script)
			}
			succeed(t)
		}
	}
	if told != "" {
		t.Errorf("told %q", told)
	}
}

// Who fails runs again, though nothing has changed since.
func TestInputsAfterFailure(t *testing.T) {
	t.Chdir(t.TempDir())
	sh(t, "mkdir supervise set; echo >up; echo a >a; echo a >set/inputs")
	tell := func(text string) { t.Error(text) }
	for _, step := range []struct {
		script    string
		runs, bad bool
	}{{"", true, false}, {"", false, false}, {"echo b >a", true, true}, {"", true, true}, {"echo a >a", true, false}, {"", false, false}} {
		sh(t, step.script)
		got, err := Inputs(tell)
		if got != step.runs || err != nil {
			t.Errorf("%+v: got %v, %v", step, got, err)
		}
		if got && !step.bad {
			succeed(t)
		}
	}
}

// What cannot be looked at is told in one line, and up is run, now and after a success.
func TestInputsThatAreBad(t *testing.T) {
	t.Chdir(t.TempDir())
	sh(t, "mkdir supervise set empty; echo >up; echo a >a; mkfifo pipe")
	for text, want := range map[string]string{
		"a\ngone":     "unable to look at gone (set/inputs): no such file or directory, so it runs",
		"*.go":        "unable to look at *.go (set/inputs): no file is there, so it runs",
		"gone/*":      "unable to look at gone/* (set/inputs): no file is there, so it runs",
		"empty":       "unable to look at empty (set/inputs): no file is there, so it runs",
		"pipe":        "unable to look at pipe (set/inputs): not a regular file, so it runs",
		"a\n[a":       "unable to use set/inputs: [a: not a pattern: a bracket is not closed, or nothing follows a backslash, so it runs",
		"[]a]":        "unable to look at []a] (set/inputs): syntax error in pattern, so it runs",
		"":            "unable to use set/inputs: empty, so it runs",
		"a\x00":       "unable to use set/inputs: not text, so it runs",
		"go\x1b[1mne": "unable to use set/inputs: go?[1mne: not a pattern: ",
		"go\x1bne":    "unable to look at go?ne (set/inputs): ",
	} {
		sh(t, "rm -f supervise/*; echo a >set/inputs")
		if _, err := Inputs(func(text string) { t.Error(text) }); err != nil {
			t.Fatal(err)
		}
		succeed(t)
		if err := os.WriteFile("set/inputs", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		var told []string
		changed, err := Inputs(func(text string) { told = append(told, text) })
		if !changed || err != nil || len(told) != 1 || !strings.HasPrefix(told[0], want) {
			t.Errorf("%q: got %v, %v, told %q; want %q", text, changed, err, told, want)
		}
		for _, name := range []string{seen, fresh} {
			if _, err := os.Stat(name); err == nil {
				t.Errorf("%q: %s is still there", text, name)
			}
		}
	}
}

// A file that is as it was is not read, unless it may have been changed within a tick.
func TestSights(t *testing.T) {
	t.Chdir(t.TempDir())
	sh(t, "echo 1 >a; echo 2 >'b c'")
	first := sights{}
	for _, name := range []string{"a", "b c", "a"} {
		if err := first.add(name, nil, time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if got := parseSights([]byte(first.text())); !reflect.DeepEqual(got, first) || len(got) != 2 {
		t.Errorf("%q is %+v; want %+v", first.text(), got, first)
	}
	one := first["a"]
	one.sum = strings.Repeat("f", 64)
	again := sights{}
	if err := again.add("a", sights{"a": one}, time.Now()); err != nil || again["a"] != one {
		t.Errorf("got %+v, %v: it was read", again, err)
	}
	young := sights{}
	if err := young.add("a", nil, time.Now()); err != nil || young["a"].time != 0 || young["a"].sum != first["a"].sum {
		t.Errorf("got %+v, %v; want a time of 0", young, err)
	}
	for _, text := range []string{"x", "x 1 2 \"a\"\n", strings.Repeat("f", 64) + " 1 2 a\n"} {
		if got := parseSights([]byte(text)); got != nil {
			t.Errorf("%q is %+v", text, got)
		}
	}
}
