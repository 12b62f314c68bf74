package svscan

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		args  string
		right bool
		want  Config // as far as it is looked at
	}{
		{"", true, Config{dir: ".", bound: -1, guards: -1}},
		{"-e 3 dir", true, Config{dir: "dir", bound: 3, guards: -1}},
		{"--e 0 -- -e", true, Config{dir: "-e", bound: 0, guards: -1}},
		{"-guard sesame -no-user-change -run r dir", true, Config{dir: "dir", guard: "sesame", run: "r", sameUser: true, bound: -1, guards: -1}},
		{"--log-dir logs dir", true, Config{dir: "dir", logDir: "logs", bound: -1, guards: -1}},
		{"-log-dir", false, Config{}},
		{"-dense dir", true, Config{dir: "dir", dense: true, bound: -1, guards: -1}},
		{"-C 12 dir", true, Config{dir: "dir", most: 12, bound: -1, guards: -1}},
		{"-C 0 dir", false, Config{}},
		{"-C x dir", false, Config{}},
		{"-guardian 4 -e 3 dir", true, Config{dir: "dir", bound: 3, guards: 4}},
		{"-guardian 4 dir", false, Config{}},
		{"-e", false, Config{}},
		{"-e 1 dir", false, Config{}},
		{"-e 2 dir", false, Config{}},
		{"-e -1 dir", false, Config{}},
		{"-e x dir", false, Config{}},
		{"-guard", false, Config{}},
		{"-f dir", false, Config{}},
		{"a b", false, Config{}},
	} {
		got, err := Parse("svscan", strings.Fields(c.args))
		if (err == nil) != c.right {
			t.Errorf("%q: got %v; want right %v", c.args, err, c.right)
			continue
		}
		w := c.want
		if c.right && (got.dir != w.dir || got.run != w.run || got.logDir != w.logDir || got.guard != w.guard || got.sameUser != w.sameUser || got.dense != w.dense || got.most != w.most || got.bound != w.bound || got.guards != w.guards) {
			t.Errorf("%q: got %+v; want %+v", c.args, got, w)
		}
	}
	if _, err := Parse("svscan", []string{"-log-dir", "", "dir"}); err == nil {
		t.Error("-log-dir without a name: got no error; want one")
	}
	for _, code := range []string{"", "two words", " sesame", "sesame\n"} {
		if _, err := Parse("svscan", []string{"-guard", code}); err == nil {
			t.Errorf("-guard %q: got no error; want one", code)
		}
	}
	for _, prog := range []string{"runsvdir", "s6-svscan"} {
		for _, args := range [][]string{{"-e", "3", "dir"}, {"-dense", "dir"}} {
			if _, err := Parse(prog, args); err == nil {
				t.Errorf("%s %s: got no error; want one", prog, args[0])
			}
		}
	}
	if got, err := Parse("svguardian", []string{"-guardian", "4", "-e", "3"}); err != nil || got.prog != "svscan" {
		t.Errorf("svguardian: got messages of %q, %v; want those of svscan", got.prog, err)
	}
}
