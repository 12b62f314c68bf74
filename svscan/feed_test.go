package svscan

import (
	"maps"
	"slices"
	"strings"
	"testing"
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
					l.reads = append(l.reads, other)
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
