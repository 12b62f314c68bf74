package ids

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func nobody(int) bool { return false }

// give asks for all of standing, and writes what comes of it there.
func give(t *testing.T, l *Ledger, p Pool, standing map[string]int) {
	t.Helper()
	asked := slices.Sorted(maps.Keys(standing))
	given, err := l.Give(&Request{p, asked, standing, nobody})
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(standing, given)
}

func shown(m map[string]int) string {
	var all []string
	for _, owner := range slices.Sorted(maps.Keys(m)) {
		all = append(all, fmt.Sprint(owner, "=", m[owner]))
	}
	return strings.Join(all, " ")
}

func TestGive(t *testing.T) {
	l, p := &Ledger{}, Pool{1, 5}
	now := map[string]int{"a": 0, "b": 0, "c": 80}
	for _, step := range []struct{ does, want string }{
		{"", "a=1 b=2 c=3"},
		{"+0", "0=4 a=1 b=2 c=3"},          // the others keep theirs
		{"-b +d", "0=4 a=1 c=3 d=5"},       // 2 is not used again at once
		{"+b", "0=4 a=1 b=2 c=3 d=5"},      // and its owner comes back
		{"-b -a +e", "0=4 c=3 d=5 e=1"},    // unless nothing else is left: the one that was given first
		{"c=80 d=80", "0=4 c=3 d=5 e=1"},   // a new version of them says something else
		{"-e c=2 +x=2", "0=4 c=2 d=5 x=1"}, // what was chosen by hand is kept, for the first of two
		{"-x d=3", "0=4 c=2 d=3"},
		{"0=2", "0=4 c=2 d=3"}, // but not what another has
	} {
		for _, word := range strings.Fields(step.does) {
			name, n, set := strings.Cut(strings.TrimLeft(word, "+-"), "=")
			switch {
			case word[0] == '-':
				delete(now, name)
			case set:
				now[name], _ = strconv.Atoi(n)
			default:
				now[name] = 0
			}
		}
		give(t, l, p, now)
		if got := shown(now); got != step.want {
			t.Fatalf("%q: got %s; want %s (%+v)", step.does, got, step.want, l)
		}
	}
	now["y"], now["z"], now["q"] = 0, 0, 0
	if _, err := l.Give(&Request{p, []string{"q", "y", "z"}, now, nobody}); err == nil || err.Error() != "no number of 1-5 is left" {
		t.Errorf("got %v", err)
	}
}

// Of what was given up, that which was given first is used again first.
func TestGiveOldest(t *testing.T) {
	l, p := &Ledger{}, Pool{1, 3}
	now := map[string]int{"a": 0, "b": 0, "c": 0}
	give(t, l, p, now)
	delete(now, "a")
	now["d"] = 0
	give(t, l, p, now)
	delete(now, "b")
	delete(now, "d")
	now["e"] = 0
	if give(t, l, p, now); shown(now) != "c=3 e=2" {
		t.Errorf("got %s; want that e has 2, and not what d had a moment ago", shown(now))
	}
}

// Who does not ask has what stands there, and a number with another use is nobody's.
func TestGiveOthers(t *testing.T) {
	l := &Ledger{}
	standing := map[string]int{"a": 0, "b": 1, "c": 9}
	given, err := l.Give(&Request{Pool{1, 9}, []string{"a"}, standing, func(n int) bool { return n < 4 }})
	if err != nil || given["a"] != 4 || len(given) != 1 {
		t.Errorf("got %v, %v; want 4", given, err)
	}
}

// TestProperties: no two have one number, who stays keeps his, and what was given up is
// not given again as long as there is another.
func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Pool{10, 10 + rapid.IntRange(3, 12).Draw(t, "size")}
		l, now := &Ledger{}, map[string]int{}
		used := map[int]string{} // ever, by whom last
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			name := rapid.StringMatching("[a-f]").Draw(t, "name")
			before := maps.Clone(now)
			if _, here := now[name]; here && rapid.Bool().Draw(t, "goes") {
				delete(now, name)
			} else if !here {
				now[name] = 0
			}
			asked := slices.Sorted(maps.Keys(now))
			given, err := l.Give(&Request{p, asked, now, nobody})
			if err != nil {
				if len(now) <= p.Last-p.First+1 {
					t.Fatal(err)
				}
				return
			}
			seen := map[int]string{}
			for owner, n := range given {
				if seen[n] != "" || !p.Has(n) {
					t.Fatalf("%s has %d, as %q", owner, n, seen[n])
				}
				if was := before[owner]; was != 0 && was != n {
					t.Fatalf("%s had %d, and has %d", owner, was, n)
				}
				if was := used[n]; was != "" && was != owner && len(used) <= p.Last-p.First {
					t.Fatalf("%s has %d, which was used, and others were not: %v", owner, n, used)
				}
				seen[n] = owner
			}
			maps.Copy(used, seen)
			maps.Copy(now, given)
			if back, err := Unpack((Book{"port": l}).Pack()); err != nil || !slices.Equal(back["port"].Given, l.Given) || back["port"].Last != l.Last {
				t.Fatalf("got %+v, %v; want %+v", back["port"], err, l)
			}
		}
	})
}

func TestParsePool(t *testing.T) {
	for text, good := range map[string]bool{
		"5000-5999": true, "1-1": true, "65535-65535": true, "": false, "5000": false, "0-5": false, "6-5": false, "1-65536": false, "a-b": false, "1-2-3": false, "+1-2": false, "-1-2": false,
	} {
		if p, err := ParsePool(text, 65535); (err == nil) != good || good && p.String() != text {
			t.Errorf("%q: got %v, %v", text, p, err)
		}
	}
	if _, err := ParsePool("1-65537", 1<<20); err == nil {
		t.Error("a pool has no bound")
	}
}

func FuzzUnpack(f *testing.F) {
	for _, text := range []string{"", "port 5000 web/http\nport 5000\n", "user 1 a b\n", "port 1 a\nport 1 b\n", "port 1 a\nport 2 a\n", "port\n", "port 0 a\n", "port 1 \n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b, err := Unpack(text)
		if err != nil {
			return
		}
		packed := b.Pack()
		again, err := Unpack(packed)
		if err != nil || again.Pack() != packed {
			t.Errorf("%q: got %q, %v", text, packed, err)
		}
	})
}
