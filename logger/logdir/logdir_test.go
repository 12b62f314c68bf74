package logdir

import (
	"slices"
	"testing"
)

const (
	one   = "@400000006b0173c82bc4180c"
	two   = "@400000006b0173c82d85118c"
	three = "@400000006b0173c82fd61ddc"
)

func TestStem(t *testing.T) {
	for name, want := range map[string]string{
		one + ".s":                    one,
		one + ".u":                    one,
		one:                           "",
		one + ".t":                    "", // svlogd's processor writes it
		one + ".gz":                   "",
		one + ".s ":                   "",
		"@400000006B0173C82BC4180C.s": "",
		"@400000006b0173c82bc4180.s":  "",
		"@.s":                         "",
		"current":                     "",
		"":                            "",
	} {
		if got, ok := Stem(name); got != want || ok != (want != "") {
			t.Errorf("Stem(%q) is %q, %v; want %q", name, got, ok, want)
		}
	}
	if got := Safe(one); got != one+".s" {
		t.Errorf("Safe(%s) is %s", one, got)
	}
}

func TestArchives(t *testing.T) {
	for _, c := range []struct{ names, want []string }{
		{nil, nil},
		{[]string{"current", "lock", "state", "previous", "processed", "newstate", "config"}, nil},
		{[]string{three + ".s", "current", one + ".u", two + ".s"}, []string{one + ".u", two + ".s", three + ".s"}},
		{[]string{two + ".s", two + ".t", two + ".u", one + ".s"}, []string{one + ".s", two + ".u"}},
		{[]string{one + ".u", one + ".s", three + ".u", three + ".s"}, []string{one + ".u", three + ".u"}},
	} {
		if got := Archives(c.names); !slices.Equal(got, c.want) {
			t.Errorf("Archives(%q) is %q; want %q", c.names, got, c.want)
		}
	}
}

func FuzzStem(f *testing.F) {
	f.Add(one + ".s")
	f.Add(two + ".t")
	f.Add("current")
	f.Fuzz(func(t *testing.T, name string) {
		stem, ok := Stem(name)
		if ok && name != Safe(stem) && name != stem+".u" {
			t.Errorf("Stem(%q) is %q", name, stem)
		}
		if got := Archives([]string{name, name}); len(got) > 1 || (len(got) == 1) != ok {
			t.Errorf("Archives(%q, the same) is %q; Stem says %v", name, got, ok)
		}
	})
}
