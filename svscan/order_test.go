package svscan

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/svdir/svdir/svscan/scandir"
)

// Who waits at the end: a consumer for those of its producers that end too.
func TestHeldBack(t *testing.T) {
	for _, c := range []struct {
		name    string
		leaving string // name<producer,producer; a ! says that it was told
		want    string
	}{
		{"nobody reads", "a b", ""},
		{"a logger and its producers", "a b log<a,b", "log"},
		{"one producer is left", "a! log<a,b", "log"},
		{"they have ended", "log<a,b", ""},
		{"a chain", "a filter<a log<filter", "filter log"},
		{"the rest of a chain", "filter!<a log<filter", "log"},
		{"a circle", "a<b b<a", "b"},
		{"a circle and its reader", "a<b c<b b<d d<b", "a c d"},
		{"a circle that has begun", "a!<b b<a", "b"},
		{"a circle that waits for another", "a<b b<a,c c", "a b"},
		{"itself", "a<a", ""},
		{"several circles", "a<b b<a c<d d<c", "b c d"},
	} {
		leaving := map[string]leaver{}
		for word := range strings.FieldsSeq(c.leaving) {
			name, reads, _ := strings.Cut(word, "<")
			name, told := strings.CutSuffix(name, "!")
			leaving[name] = leaver{told, strings.Split(reads, ",")}
		}
		got := slices.Sorted(maps.Keys(heldBack(leaving)))
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s: %q: got %q held; want %q", c.name, c.leaving, text, c.want)
		}
	}
}

// Whatever the circles are, all end.
func TestHeldBackEnds(t *testing.T) {
	names := []string{"a", "b", "c"}
	for graph := range 1 << 9 { // who reads whom
		leaving := map[string]leaver{}
		for i, name := range names {
			var l leaver
			for j, other := range names {
				if graph>>(3*i+j)&1 == 1 {
					l.after = append(l.after, other)
				}
			}
			leaving[name] = l
		}
		for range names {
			held := heldBack(leaving)
			if len(leaving) > 0 && len(held) == len(leaving) {
				t.Fatalf("graph %d: all wait", graph)
			}
			for name := range leaving {
				if !held[name] {
					delete(leaving, name)
					break
				}
			}
		}
		if len(leaving) > 0 {
			t.Fatalf("graph %d: %v are left", graph, leaving)
		}
	}
}

// The catch-all is started first and told last, when nobody is left.
func TestCatchAllOrder(t *testing.T) {
	tab := newTable()
	names := []string{"+a", scandir.CatchAll, "b"}
	var listing []entry
	for i, name := range names {
		listing = append(listing, entry{name: name, id: identity{1, uint64(i)}, whole: true})
	}
	now := time.Second
	tab.scan(listing, now)
	did := func() string {
		var words []string
		for _, a := range tab.actions(now) {
			words = append(words, [...]string{stop: "stop", forget: "forget", start: "start"}[a.verb]+" "+a.name)
		}
		return strings.Join(words, ", ")
	}
	expect := func(want string) {
		t.Helper()
		if got := did(); got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
	expect("start .svscan/log, start +a, start b")
	tab.close()
	expect("stop +a, stop b")
	tab.died(identity{1, 0}, left, now)
	expect("forget +a")
	tab.died(identity{1, 2}, killed, now) // another goes on with its end
	now += time.Second
	expect("start b")
	tab.died(identity{1, 2}, left, now)
	expect("stop .svscan/log, forget b")
	tab.died(identity{1, 1}, left, now)
	expect("forget .svscan/log")
	if left := tab.unended(); len(left) > 0 {
		t.Errorf("%q are left", left)
	}
}

// Of thousands that start at once it is among the first.
func TestCatchAllFirst(t *testing.T) {
	tab := newTable()
	listing := []entry{{name: scandir.CatchAll, id: identity{1, 1000}, whole: true}}
	for i := range 10 * startsPerTurn {
		listing = append(listing, entry{name: "a" + strconv.Itoa(i), id: identity{1, uint64(i)}, whole: true})
	}
	tab.scan(listing, time.Second)
	if got := tab.actions(time.Second); len(got) != startsPerTurn || got[0].name != scandir.CatchAll {
		t.Errorf("got %d actions, %s first; want %d, the catch-all first", len(got), got[0].name, startsPerTurn)
	}
}
