package svscan

import (
	"sort"
	"time"

	"github.com/svdir/svdir/svscan/scandir"
)

// state is how far a service has come.
type state uint8

const (
	waiting  state = iota // for its start
	running               // it has a supervise
	stopping              // its supervise was told to end
	stranded              // and was killed before it had: another is to go on with that
	ended                 // it has ended
)

// demise is how a supervise ended.
type demise uint8

const (
	left   demise = iota // in order
	failed               // it could not do what it should
	killed               // in the middle of whatever it did
)

// maxFailures bounds how often is tried to go on with the end of a service.
const maxFailures = 3

const (
	pace          = time.Second // between two starts of one supervise, at least
	startsPerTurn = 16          // and looks, so that others have their turn within a start of thousands
)

// service is one service directory and its supervise.
type service struct {
	name   string
	state  state
	wanted bool
	last   time.Duration // when it was last started
	due    time.Duration // it is not started before
	look   time.Duration // when its supervise is to look at the directory, 0 never
	fails  int           // of those that were to go on with its end, in a row
	reads  []string      // the names of those whose output it reads
	users  []string      // the names of those that need it, or start after it
}

// verb says what is to be done for a service.
type verb uint8

const (
	stop   verb = iota // tell its supervise to end
	forget             // close what was open for it: it has ended
	start              // start a supervise
	look               // tell its supervise that something changed
	alias              // say that it has a second name
	refuse             // say that there are too many
)

// action is one thing to do. other is the second name. A start with leave is of a
// supervise that adopts what runs, to end it.
type action struct {
	verb        verb
	id          identity
	name, other string
	leave       bool
}

// table is who is who: which names there are and which services run. It is
// data only: it learns what happened and when, and says what is to be done.
// One directory is one service whatever names it has, as under daemontools;
// one name is one service at a time, so what replaces a running one waits for
// its end.
type table struct {
	names    sightings
	services map[identity]*service
	scanAt   time.Duration // for when a listing was asked, 0 never
	aliases  []action
	most     int  // services at a time, 0 for any number
	refused  bool // there are more
	full     bool // there is no room for more, until one ends
	scanned  bool // the first listing was taken
	closed   bool // nothing is started any more
}

func newTable() *table {
	return &table{names: sightings{}, services: map[identity]*service{}}
}

// scan compares with a listing of the scan directory, sorted by name.
func (t *table) scan(listing []entry, now time.Duration) {
	t.scanAt = 0
	t.names.compare(listing, now, !t.scanned)
	t.scanned = true
	t.match(now)
}

// match finds out which services are wanted, and under which names.
func (t *table) match(now time.Duration) {
	for _, s := range t.services {
		s.wanted = false
	}
	t.refused = false
	for _, name := range t.names.sorted() {
		g := t.names[name]
		s := t.services[g.id]
		if !g.settled {
			if s != nil {
				s.wanted = true // it is back, under a new name
			}
			continue
		}
		if s == nil && t.most > 0 && len(t.services) >= t.most {
			t.refuse()
			continue
		}
		if s == nil {
			s = &service{name: name, due: now}
			t.services[g.id] = s
		}
		s.wanted = true
		if s.name != name {
			t.rename(s, g)
		}
	}
}

// refuse notes that there are too many, once a listing.
func (t *table) refuse() {
	if !t.refused {
		t.refused = true
		t.aliases = append(t.aliases, action{verb: refuse})
	}
}

// rename gives s the name of g, unless it has a better one.
func (t *table) rename(s *service, g *sighting) {
	there, known := t.names.find(s.name, g.id)
	switch {
	case there && g.gone == 0:
		if !g.told {
			g.told = true
			t.aliases = append(t.aliases, action{verb: alias, id: g.id, name: s.name, other: g.name})
		}
	case g.gone == 0, !known:
		if s.state == waiting || s.state == running {
			s.name = g.name
		}
	}
}

// tookOver notes that what was just started has run for a while.
func (t *table) tookOver(id identity, now time.Duration) { t.services[id].last = now - pace }

// stray notes that a service runs of which no listing knows: its entry vanished
// just now, for all that can be told. If another has the name, it is gone. told
// says that it was told to end.
func (t *table) stray(id identity, name string, told bool, now time.Duration) {
	s := &service{name: name, state: running}
	t.services[id] = s
	if told {
		s.state = stopping
	} else if t.names[name] == nil {
		s.wanted = true
		t.names[name] = &sighting{entry: entry{name: name, id: id}, settled: true, gone: now + removedAfter}
	}
}

// beginning says that a service was not tried yet, and could be.
func (t *table) beginning() bool {
	busy := t.stoppingNames()
	for id, s := range t.services {
		if s.last == 0 && t.startable(id, s, busy) {
			return true
		}
	}
	return false
}

// lookSoon notes that something in a service directory changed which its
// supervise wants to know: it is told when the change has settled.
func (t *table) lookSoon(id identity, whole bool, now time.Duration) {
	if s := t.services[id]; s != nil {
		s.look = now + entry{whole: whole}.settleAfter()
	}
}

// lookAll has every supervise look at its directory.
func (t *table) lookAll(now time.Duration) {
	for _, s := range t.services {
		s.look = now
	}
}

// rescan asks for a listing.
func (t *table) rescan(at time.Duration) { t.scanAt = earlier(t.scanAt, at) }

// vanish notes that the scan directory is gone: everything goes on as it is.
func (t *table) vanish() {
	t.names.freeze()
	t.scanAt = 0
}

// died notes that a supervise ended, and says when it starts again: 0 never.
func (t *table) died(id identity, how demise, now time.Duration) time.Duration {
	t.full = false
	s := t.services[id]
	s.due = max(now, s.last+pace)
	switch {
	case s.state != stopping && s.wanted:
		s.state = waiting
	case how == killed, how == failed && s.fails < maxFailures:
		if s.state = stranded; how == failed {
			s.fails++
		}
	default:
		s.state, s.due = ended, 0
	}
	return s.due
}

// failed notes that a supervise could not be started.
func (t *table) failed(id identity, now time.Duration) {
	s := t.services[id]
	s.due = now + pace
	if s.state == stopping {
		s.state = stranded
	} else {
		s.state = waiting
	}
}

// strand notes a service whose entry vanished, and whose supervise was killed,
// while no svscan was there.
func (t *table) strand(id identity, name string, now time.Duration) {
	t.services[id] = &service{name: name, state: stranded, due: now, last: now - pace}
}

// close ends everything.
func (t *table) close() {
	t.closed, t.aliases = true, nil
	for _, s := range t.services {
		s.wanted, s.look = false, 0
	}
}

// knows says that the directory id means something to us.
func (t *table) knows(name string, id identity) bool {
	g := t.names[name]
	return t.services[id] != nil || g != nil && g.id == id
}

// actions is what is to be done now. It counts as done: what fails is told by
// failed or died.
func (t *table) actions(now time.Duration) []action {
	list := t.ends(now)
	starts, looks := 0, 0
	busy := t.stoppingNames()
	for _, id := range t.inOrder() {
		s := t.services[id]
		if s.look != 0 && s.look <= now && looks < startsPerTurn {
			s.look = 0
			looks++
			if s.state == running {
				list = append(list, action{verb: look, id: id, name: s.name})
			}
		}
		if starts == startsPerTurn || s.due > now {
			continue
		}
		switch {
		case t.startable(id, s, busy):
			s.state = running
		case s.state == stranded:
			s.state = stopping
		default:
			continue
		}
		starts++
		s.last = now
		list = append(list, action{verb: start, id: id, name: s.name, leave: s.state == stopping})
	}
	list = append(list, t.aliases...)
	t.aliases = nil
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i], list[j]
		if a.verb == b.verb && (a.name == scandir.CatchAll) != (b.name == scandir.CatchAll) {
			return a.name == scandir.CatchAll
		}
		return a.verb < b.verb || a.verb == b.verb && a.name < b.name
	})
	return list
}

// inOrder are all services, that which reads what the others write first.
func (t *table) inOrder() []identity {
	all := make([]identity, 0, len(t.services))
	for id, s := range t.services {
		all = append(all, id)
		if s.name == scandir.CatchAll {
			all[0], all[len(all)-1] = id, all[0]
		}
	}
	return all
}

// ends stops what is not wanted, and forgets what has ended. What has ended
// and is wanted again begins anew, with the next listing.
func (t *table) ends(now time.Duration) []action {
	var list []action
	held := t.held()
	for id, s := range t.services {
		switch {
		case s.state == running && !s.wanted && !held[s.name]:
			s.state = stopping
			list = append(list, action{verb: stop, id: id, name: s.name})
		case s.state == ended, s.state == waiting && !s.wanted:
			delete(t.services, id)
			t.full = false
			list = append(list, action{verb: forget, id: id, name: s.name})
			if s.wanted || t.refused {
				t.rescan(now)
			}
		}
	}
	return list
}

// stoppingNames are the names that are not free yet.
func (t *table) stoppingNames() map[string]bool {
	var busy map[string]bool
	for _, s := range t.services {
		switch s.state {
		case stopping, stranded, ended:
			if busy == nil {
				busy = map[string]bool{}
			}
			busy[s.name] = true
		}
	}
	return busy
}

// startable says that nothing but time is between s and its start.
func (t *table) startable(id identity, s *service, busy map[string]bool) bool {
	there, _ := t.names.find(s.name, id)
	return s.state == waiting && s.wanted && !busy[s.name] && there && !t.full
}

// scanDue is when a listing is due, 0 if none is.
func (t *table) scanDue() time.Duration {
	if t.closed {
		return 0
	}
	return earlier(t.names.next(), t.scanAt)
}

// next is when something is due, 0 if nothing is.
func (t *table) next() time.Duration {
	next := t.scanDue()
	busy := t.stoppingNames()
	for id, s := range t.services {
		next = earlier(next, s.look)
		if s.state == stranded || t.startable(id, s, busy) {
			next = earlier(next, s.due)
		}
	}
	return next
}

// unended are the names of the services that have a supervise, sorted.
func (t *table) unended() []string {
	var names []string
	for _, s := range t.services {
		if s.isSupervised() {
			names = append(names, s.name)
		}
	}
	sort.Strings(names)
	return names
}

// hasEnded says that there is none.
func (t *table) hasEnded() bool {
	for _, s := range t.services {
		if s.isSupervised() {
			return false
		}
	}
	return true
}

func (s *service) isSupervised() bool {
	return s.state == running || s.state == stopping || s.state == stranded
}
