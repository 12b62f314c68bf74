package svscan

import (
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"
)

// world drives a table as the loop does: it lists when a listing is due, and
// carries out every action at once.
type world struct {
	t       interface{ Fatalf(string, ...any) }
	table   *table
	now     time.Duration
	listing map[string]entry
	log     []string // what was done, each with its time in ms since the last clear
	since   time.Duration
	alive   map[identity]bool
	slow    bool // what is told to stop does not end by itself
	check   func(a action)
}

func newWorld(t interface{ Fatalf(string, ...any) }) *world {
	w := &world{t: t, table: newTable(), now: time.Hour, listing: map[string]entry{}, alive: map[identity]bool{}}
	w.table.rescan(w.now)
	return w
}

func (w *world) sorted() []entry {
	var list []entry
	for _, e := range w.listing {
		list = append(list, e)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].name < list[j].name })
	return list
}

// turn is one turn of the loop.
func (w *world) turn() {
	if due := w.table.scanDue(); due != 0 && due <= w.now {
		w.table.scan(w.sorted(), w.now)
	}
	died := false
	for _, a := range w.table.actions(w.now) {
		word := map[verb]string{stop: "stop", forget: "forget", start: "start", look: "look", alias: "alias"}[a.verb]
		if a.verb == alias {
			word += " " + a.other + " of"
		}
		w.log = append(w.log, strconv.FormatInt((w.now-w.since).Milliseconds(), 10)+" "+word+" "+a.name+strconv.Itoa(int(a.id.ino)))
		if w.check != nil {
			w.check(a)
		}
		switch a.verb {
		case start:
			if w.alive[a.id] {
				w.t.Fatalf("%v runs twice", a)
			}
			w.alive[a.id] = true
		case stop:
			if !w.alive[a.id] {
				w.t.Fatalf("%v is stopped and does not run", a)
			}
			if !w.slow {
				w.die(a.id)
				died = true
			}
		}
	}
	if died {
		w.turn()
	}
}

func (w *world) die(id identity) {
	delete(w.alive, id)
	w.table.died(id, left, w.now)
}

// pass lets time go by, waking at each deadline as the loop does.
func (w *world) pass(d time.Duration) {
	end := w.now + d
	w.turn()
	for turns := 0; ; turns++ {
		if turns > 1000 {
			w.t.Fatalf("the loop turns without end at %v", w.now)
		}
		next := w.table.next()
		if next > end || next == 0 {
			w.now = end
			return
		}
		w.now = max(next, w.now)
		w.turn()
	}
}

func (w *world) clear() {
	w.log, w.since = nil, w.now
}

// What happens in the scan directory, and is noticed.
func inode(n int) identity { return identity{1, uint64(n)} }

func (w *world) link(name string, n int) {
	e := entry{name, inode(n), true}
	w.listing[name] = e
	w.table.names.arrive(e, w.now)
}

func (w *world) mkdir(name string, n int) {
	e := entry{name, inode(n), false}
	w.listing[name] = e
	w.table.names.arrive(e, w.now)
}

func (w *world) unlink(name string) {
	delete(w.listing, name)
	w.table.names.leave(name, w.now)
}

func (w *world) rename(from, to string) {
	e := w.listing[from]
	w.unlink(from)
	e.name, e.whole = to, true
	w.listing[to] = e
	w.table.names.arrive(e, w.now)
}

const ms = time.Millisecond

func TestRules(t *testing.T) {
	for _, c := range []struct {
		what   string
		before func(w *world) // then 10 s go by
		do     func(w *world) // then 10 s go by
		want   string
	}{
		{"nothing", nil, func(w *world) {}, ""},
		{"a link starts 5 ms later", nil, func(w *world) { w.link("a", 1) }, "5 start a1"},
		{"a directory starts 100 ms after its last change", nil, func(w *world) {
			w.mkdir("a", 1)
			w.pass(60 * ms)
			w.table.names.change("a", inode(1), w.now)
			w.pass(60 * ms)
			w.table.names.change("a", inode(1), w.now)
		}, "220 start a1"},
		{"the change of another directory does not count", nil, func(w *world) {
			w.mkdir("a", 1)
			w.pass(60 * ms)
			w.table.names.change("a", inode(2), w.now)
		}, "100 start a1"},
		{"a renamed directory starts 5 ms later", nil, func(w *world) {
			w.mkdir("tmp", 1)
			w.pass(10 * ms)
			w.rename("tmp", "a")
		}, "15 start a1"},
		{"a link starts under the name it has by then", nil, func(w *world) {
			w.link("tmp", 1)
			w.pass(4 * ms)
			w.rename("tmp", "a")
		}, "9 start a1"},
		{"what goes before it settles never was", nil, func(w *world) {
			w.mkdir("a", 1)
			w.pass(50 * ms)
			w.unlink("a")
		}, ""},
		{"unseen arrivals settle after a listing", nil, func(w *world) {
			w.listing["a"] = entry{"a", inode(1), true}
			w.listing["b"] = entry{"b", inode(2), false}
			w.table.rescan(w.now)
		}, "5 start a1, 100 start b2"},
		{"unseen removal counts after a listing", func(w *world) { w.link("a", 1) }, func(w *world) {
			delete(w.listing, "a")
			w.table.rescan(w.now)
		}, "200 stop a1, 200 forget a1"},
		{"an unseen swap stops, then starts", func(w *world) { w.link("a", 1) }, func(w *world) {
			w.listing["a"] = entry{"a", inode(2), true}
			w.table.rescan(w.now)
		}, "0 stop a1, 0 forget a1, 5 start a2"},
		{"removal counts after 200 ms", func(w *world) { w.link("a", 1) }, func(w *world) { w.unlink("a") },
			"200 stop a1, 200 forget a1"},
		{"back in time: nothing", func(w *world) { w.link("a", 1) }, func(w *world) {
			w.unlink("a")
			w.pass(199 * ms)
			w.link("a", 1)
		}, ""},
		{"back too late: a new start", func(w *world) { w.link("a", 1) }, func(w *world) {
			w.unlink("a")
			w.pass(300 * ms)
			w.link("a", 1)
		}, "200 stop a1, 200 forget a1, 305 start a1"},
		{"another in time: stop, then start", func(w *world) { w.link("a", 1) }, func(w *world) {
			w.unlink("a")
			w.pass(50 * ms)
			w.link("a", 2)
		}, "55 stop a1, 55 forget a1, 55 start a2"},
		{"ln -sfn", func(w *world) { w.link("a", 1) }, func(w *world) {
			w.link("tmp", 2)
			w.pass(1 * ms)
			w.rename("tmp", "a")
		}, "6 stop a1, 6 forget a1, 6 start a2"},
		{"ln -sfn to the same directory", func(w *world) { w.link("a", 1) }, func(w *world) {
			w.link("tmp", 1)
			w.pass(1 * ms)
			w.rename("tmp", "a")
		}, ""},
		{"the next waits for the end of what had its name", func(w *world) { w.link("a", 1) }, func(w *world) {
			w.slow = true
			w.link("a", 2)
			w.pass(3000 * ms)
			w.die(inode(1))
		}, "5 stop a1, 3000 forget a1, 3000 start a2"},
		{"back while it stops: a new start", func(w *world) { w.link("a", 1) }, func(w *world) {
			w.slow = true
			w.unlink("a")
			w.pass(300 * ms)
			w.link("a", 1)
			w.pass(300 * ms)
			w.die(inode(1))
		}, "200 stop a1, 600 forget a1, 600 start a1"},
		{"a new name: nothing, then its restart has it", func(w *world) { w.link("a", 1) }, func(w *world) {
			w.rename("a", "b")
			w.pass(1000 * ms)
			w.die(inode(1))
		}, "1000 start b1"},
		{"back late in time under a new name: nothing", func(w *world) { w.link("a", 1) }, func(w *world) {
			w.unlink("a")
			w.pass(199 * ms)
			w.link("b", 1)
		}, ""},
		{"a second name is told once", func(w *world) { w.link("a", 1) }, func(w *world) {
			w.link("b", 1)
			w.pass(1000 * ms)
			w.table.rescan(w.now)
		}, "5 alias b of a1"},
		{"the first name goes, the second stays", func(w *world) { w.link("a", 1); w.link("b", 1) }, func(w *world) {
			w.unlink("a")
		}, ""},
		{"a dead supervise starts at once", func(w *world) { w.link("a", 1) }, func(w *world) { w.die(inode(1)) },
			"0 start a1"},
		{"but once a second", func(w *world) { w.link("a", 1) }, func(w *world) {
			w.die(inode(1))
			w.pass(1 * ms)
			w.die(inode(1))
			w.pass(1 * ms)
		}, "0 start a1, 1000 start a1"},
		{"not while its name is gone", func(w *world) { w.link("a", 1) }, func(w *world) {
			w.unlink("a")
			w.die(inode(1))
		}, "200 forget a1"},
		{"what cannot start is tried again", nil, func(w *world) {
			w.link("a", 1)
			w.pass(5 * ms)
			delete(w.alive, inode(1))
			w.table.failed(inode(1), w.now)
		}, "5 start a1, 1005 start a1"},
		{"a look settles like an entry", func(w *world) { w.link("a", 1) }, func(w *world) {
			w.table.lookSoon(inode(1), false, w.now)
			w.pass(50 * ms)
			w.table.lookSoon(inode(1), false, w.now)
			w.pass(500 * ms)
			w.table.lookSoon(inode(1), true, w.now)
		}, "150 look a1, 555 look a1"},
		{"the scan directory vanishes: all goes on", func(w *world) { w.link("a", 1); w.link("b", 2) }, func(w *world) {
			w.unlink("a")
			w.mkdir("c", 3)
			w.pass(50 * ms)
			w.table.vanish()
			w.pass(1000 * ms)
			w.die(inode(2))
		}, "1050 start b2"},
		{"and what it lacks when it is back counts as removed", func(w *world) { w.link("a", 1); w.link("b", 2) }, func(w *world) {
			w.table.vanish()
			w.pass(1000 * ms)
			delete(w.listing, "a")
			w.table.rescan(w.now)
		}, "1200 stop a1, 1200 forget a1"},
		{"the end stops everything and starts nothing", func(w *world) { w.link("a", 1); w.link("b", 2) }, func(w *world) {
			w.link("c", 3)
			w.table.close()
			w.link("d", 4)
			w.table.rescan(w.now)
		}, "0 stop a1, 0 stop b2, 0 forget a1, 0 forget b2"},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := newWorld(t)
			w.turn()
			if c.before != nil {
				c.before(w)
			}
			w.pass(10 * time.Second)
			w.clear()
			c.do(w)
			w.pass(10 * time.Second)
			if got := strings.Join(w.log, ", "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if next := w.table.next(); next != 0 {
				t.Errorf("something is due at %v, and all is quiet", next)
			}
		})
	}
}

func TestFirstScan(t *testing.T) {
	const many = 2000
	w := newWorld(t)
	for i := range many {
		name := "s" + strconv.Itoa(i)
		w.listing[name] = entry{name, inode(i), i%2 == 0}
	}
	w.turn()
	if got := len(w.log); got != startsPerTurn {
		t.Errorf("one turn started %d, want %d", got, startsPerTurn)
	}
	w.pass(0)
	if got := len(w.alive); got != many {
		t.Errorf("%d run at once, want %d", got, many)
	}
	w.table.close()
	w.pass(0)
	if got := len(w.alive) + len(w.table.services); got != 0 {
		t.Errorf("%d left after the end, want none", got)
	}
}

// TestMost: no more than so many services start, in the order of their names;
// when one has gone the next has its place.
func TestMost(t *testing.T) {
	x := newTable()
	x.most = 2
	all := []entry{{"a", identity{1, 1}, true}, {"b", identity{1, 2}, true}, {"c", identity{1, 3}, true}, {"d", identity{1, 4}, true}}
	started := func(now time.Duration) (names []string) {
		for _, a := range x.actions(now) {
			switch a.verb {
			case start:
				names = append(names, a.name)
			case refuse:
				names = append(names, "refuse")
			}
		}
		return names
	}
	x.scan(all, time.Second)
	if got := started(time.Second); !slices.Equal(got, []string{"a", "b", "refuse"}) {
		t.Fatalf("got %v; want a, b, and that there are more", got)
	}
	now := 2 * time.Second
	x.scan(all[1:], now)
	x.scan(all[1:], now+removedAfter)
	if got := started(now + removedAfter); slices.Contains(got, "c") {
		t.Fatalf("got %v; want no c while a ends", got)
	}
	x.died(all[0].id, left, now+removedAfter)
	if got := started(now + removedAfter); len(got) != 0 || x.scanDue() == 0 {
		t.Fatalf("got %v, the next listing at %v; want none, and one", got, x.scanDue())
	}
	x.scan(all[1:], now+removedAfter)
	if got := started(now + removedAfter); !slices.Equal(got, []string{"c", "refuse"}) {
		t.Fatalf("got %v; want c, and that there are more", got)
	}
}
