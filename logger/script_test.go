package logger

import (
	"slices"
	"strings"
	"testing"

	"github.com/svdir/svdir/supervise/setting"
)

func TestParse(t *testing.T) {
	t.Parallel()
	usual := bounds{size: 99999, count: 10}
	for _, c := range []struct {
		args    string
		stamp   setting.Stamp
		actions []action
	}{
		{"t ./main", setting.TAI64N, []action{{kind: archive, word: "./main", bounds: usual}}},
		{"T /var/log/web", setting.UTC, []action{{kind: archive, word: "/var/log/web", bounds: usual}}},
		{"-* +x* e", setting.Unstamped, []action{{kind: drop, word: "*"}, {kind: choose, word: "x*"}, {kind: alert}}},
		{"=status 1", setting.Unstamped, []action{{kind: status, word: "status"}, {kind: output}}},
		{"- +", setting.Unstamped, []action{{kind: drop}, {kind: choose}}},
		{"s1 n1 ./a", setting.Unstamped, []action{{kind: archive, word: "./a", bounds: bounds{size: 4096, count: 2}}}},
		{"s20000 n3 S1M !gzip ./a s1k ! ./b", setting.Unstamped, []action{
			{kind: archive, word: "./a", bounds: bounds{size: 20000, count: 3, total: 1 << 20, processor: "gzip"}},
			{kind: archive, word: "./b", bounds: bounds{size: 4096, count: 3, total: 1 << 20}},
		}},
		{"1 pweb:_ 1 j e p ./a", setting.Unstamped, []action{
			{kind: output},
			{kind: output, form: form{prefix: "web:_"}},
			{kind: alert, form: form{"web:_", true}},
			{kind: archive, word: "./a", form: form{"", true}, bounds: usual},
		}},
		{"s2G .", setting.Unstamped, []action{{kind: archive, word: ".", bounds: bounds{size: 2 << 30, count: 10}}}},
	} {
		s, err := Parse(strings.Fields(c.args))
		if err != nil || s.stamp != c.stamp || !slices.Equal(s.actions, c.actions) {
			t.Errorf("Parse(%q) = %v, %+v, %v; want %v, %+v", c.args, s.stamp, s.actions, err, c.stamp, c.actions)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"zzz":                            "unknown action: zzz",
		"tai":                            "unknown action: tai",
		"e ee":                           "unknown action: ee",
		"11":                             "unknown action: 11",
		"=":                              "unknown action: =",
		"main":                           "unknown action: main",
		"./main t":                       "t is not the first action",
		"+x T":                           "T is not the first action",
		"s":                              "not a size, as s100000 or s1M: s",
		"s-1":                            "not a size, as s100000 or s1M: s-1",
		"s1Z":                            "not a size, as s100000 or s1M: s1Z",
		"s99999999999M":                  "not a size, as s100000 or s1M: s99999999999M",
		"n":                              "not a number of files, as n10: n",
		"n1.5":                           "not a number of files, as n10: n1.5",
		"S1e9":                           "not a size, as S100M: S1e9",
		"p" + string(make([]byte, 1001)): "not a prefix of at most 1000 bytes: p" + string(make([]byte, 1001)),
	} {
		if _, err := Parse(strings.Split(args, " ")); err == nil || err.Error() != want {
			t.Errorf("Parse(%q): got %v; want %s", args, err, want)
		}
	}
	if _, err := Parse([]string{""}); err == nil {
		t.Error("an empty action is taken")
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"t\n./main", "T\ns1M\nn5\n!gzip\n/log", "-*\n+a*b\ne\n=status\n1", "pweb \nj\n1\nS1G\n.", "", "\n", "s\nn"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, parse := range []func() (Script, error){
			func() (Script, error) { return Parse(strings.Split(text, "\n")) },
			func() (Script, error) { return parseLines(text) },
		} {
			s, err := parse()
			if err != nil {
				continue
			}
			for _, a := range s.actions {
				if a.kind == archive && (a.word == "" || a.bounds.size < minSize || a.bounds.size > maxSize ||
					a.bounds.count < minCount || a.bounds.count > maxCount || a.bounds.total < 0) || len(a.form.prefix) > maxPrefix {
					t.Errorf("%q: %+v", text, a)
				}
			}
		}
	})
}
