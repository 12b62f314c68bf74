package svscan

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// model is what the rules of scan.go promise about a world, said more simply.
type model struct {
	*world
	absent   map[identity]time.Duration // since when it had none, when it last had none
	replaced map[identity]bool          // then another has taken a name of it
	fresh    map[string]time.Duration   // since when the name is what it is
	unseen   map[string]bool            // nothing told that it came: it may be older
	was      map[string]gone            // what it was before it went
	started  map[identity]time.Duration
	stopping map[string]identity // told to stop and still alive, by name
}

// gone is a name that was unlinked.
type gone struct {
	id        identity
	at, fresh time.Duration
}

func (m *model) there(id identity) bool {
	for _, e := range m.listing {
		if e.id == id {
			return true
		}
	}
	return false
}

// takes notes that name is the directory n from now on, or nothing for 0.
func (m *model) takes(name string, n int, put func()) {
	old, was := m.listing[name]
	age := m.now - m.fresh[name]
	delete(m.unseen, name)
	put()
	switch last := m.was[name]; {
	case n == 0 && was:
		m.was[name] = gone{old.id, m.now, m.fresh[name]}
	case n != 0 && !was && last.id == inode(n) && m.now-last.at < removedAfter && last.at-last.fresh >= wholeAfter:
		m.fresh[name] = last.fresh // back in time: nothing happened
	case n != 0 && (!was || old.id != inode(n)):
		m.fresh[name] = m.now
	}
	if was && !m.there(old.id) && age >= quietAfter { // else it hardly counted
		m.absent[old.id] = m.now
		delete(m.replaced, old.id)
	}
	if !was {
		old.id = m.was[name].id
	}
	if n != 0 && old.id != inode(n) {
		m.replaced[old.id] = true
	}
	for id, s := range m.table.services {
		if n != 0 && s.name == name && id != inode(n) {
			m.replaced[id] = true
		}
	}
}

func (m *model) allowed(t *rapid.T) func(action) {
	return func(a action) {
		switch a.verb {
		case start:
			e, there := m.listing[a.name]
			if !there || e.id != a.id {
				t.Fatalf("%v starts under a name that it has not: %v", a, e)
			}
			if age := m.now - m.fresh[a.name]; age < e.settleAfter() && !m.unseen[a.name] {
				t.Fatalf("%v starts %v after it came", a, age)
			}
			if last, again := m.started[a.id]; again && m.now-last < pace {
				t.Fatalf("%v starts %v after its last start", a, m.now-last)
			}
			if other, busy := m.stopping[a.name]; busy {
				t.Fatalf("%v starts while %v, which had its name, has not ended", a, other)
			}
			m.started[a.id] = m.now
		case stop:
			if m.there(a.id) {
				t.Fatalf("%v is stopped, and is still there", a)
			}
			if since := m.absent[a.id]; m.now-since < removedAfter && !m.replaced[a.id] {
				t.Fatalf("%v is stopped %v after it went", a, m.now-since)
			}
			m.stopping[a.name] = a.id
		case forget:
			delete(m.started, a.id)
			delete(m.stopping, a.name)
		}
	}
}

// TestWalk changes the scan directory at random: at every step only what the
// model allows is done, and when all is quiet exactly what is there runs.
func TestWalk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &model{world: newWorld(t),
			absent: map[identity]time.Duration{}, replaced: map[identity]bool{}, fresh: map[string]time.Duration{}, unseen: map[string]bool{}, was: map[string]gone{},
			started: map[identity]time.Duration{}, stopping: map[string]identity{}}
		m.slow = rapid.Bool().Draw(t, "slow")
		m.check = m.allowed(t)
		m.turn()
		name := rapid.SampledFrom([]string{"a", "b", "c"})
		made := 4
		which := rapid.IntRange(1, 4)
		t.Repeat(map[string]func(*rapid.T){
			"link": func(t *rapid.T) {
				k, n := name.Draw(t, "name"), which.Draw(t, "inode")
				m.takes(k, n, func() { m.link(k, n) })
			},
			"mkdir": func(t *rapid.T) {
				// A directory that is made is a new one.
				k := name.Draw(t, "name")
				if _, taken := m.listing[k]; !taken {
					made++
					m.takes(k, made, func() { m.mkdir(k, made) })
				}
			},
			"unlink": func(t *rapid.T) {
				k := name.Draw(t, "name")
				m.takes(k, 0, func() { m.unlink(k) })
			},
			"unseen": func(t *rapid.T) {
				k, n := name.Draw(t, "name"), which.Draw(t, "inode")
				m.takes(k, n, func() { m.listing[k] = entry{k, inode(n), true} })
				m.unseen[k] = true
				m.table.rescan(m.now)
			},
			"die": func(t *rapid.T) {
				id := inode(rapid.IntRange(1, made).Draw(t, "inode"))
				if m.alive[id] {
					m.die(id)
				}
			},
			"change": func(t *rapid.T) {
				k := name.Draw(t, "name")
				if e, there := m.listing[k]; there && !e.whole {
					m.table.names.change(k, e.id, m.now)
				}
			},
			"look": func(t *rapid.T) { m.table.lookSoon(inode(which.Draw(t, "inode")), true, m.now) },
			"pass": func(t *rapid.T) {
				m.pass(time.Duration(rapid.IntRange(0, 250).Draw(t, "ms")) * ms)
			},
			"": func(*rapid.T) { m.turn() },
		})
		m.settle(t)
	})
}

// settle lets everything come to rest, and compares what runs with what is there.
func (m *model) settle(t *rapid.T) {
	for id, s := range m.table.services {
		if s.state == stopping {
			m.die(id)
		}
	}
	m.slow = false
	m.pass(5 * time.Second)
	for id, s := range m.table.services {
		if s.state == stopping {
			m.die(id)
		}
	}
	m.pass(5 * time.Second)
	want := map[identity]bool{}
	for _, e := range m.listing {
		want[e.id] = true
		if !m.alive[e.id] {
			t.Fatalf("%v is there and does not run", e)
		}
	}
	if len(m.alive) != len(want) || len(m.table.services) != len(want) {
		t.Fatalf("%v run, and %v are there", m.alive, want)
	}
	if next := m.table.next(); next != 0 {
		t.Fatalf("something is due at %v, and all is quiet", next)
	}
}
