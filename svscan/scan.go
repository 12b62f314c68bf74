package svscan

import (
	"sort"
	"time"
)

// How long it takes until a change in the scan directory counts.
const (
	// wholeAfter: what came whole starts under the name it has by then, since
	// ln -sfn makes its link under another name first.
	wholeAfter = 5 * time.Millisecond
	// quietAfter: what is made in place (cp -R) starts when the copying rests,
	// so that a file down which is copied after run counts.
	quietAfter = 100 * time.Millisecond
	// removedAfter: the ln -sfn of busybox unlinks the name first.
	removedAfter = 200 * time.Millisecond
	// draftAfter: that of coreutils makes a link of its own name, and renames
	// it; on a busy machine time passes between the two.
	draftAfter = 200 * time.Millisecond
)

// identity is which directory it is, whatever its names are.
type identity struct{ dev, ino uint64 }

// entry is a service directory that was seen in the scan directory.
type entry struct {
	name  string
	id    identity
	whole bool // a symbolic link, or renamed to this name
}

// settleAfter is how long an entry waits after its last change.
func (e entry) settleAfter() time.Duration {
	switch {
	case !e.whole:
		return quietAfter
	case isDraft(e.name):
		return draftAfter
	}
	return wholeAfter
}

// isDraft says that ln -sfn of coreutils makes such names: CuXXXXXX.
func isDraft(name string) bool {
	const prefix, random = "Cu", 6
	if len(name) != len(prefix)+random || name[:len(prefix)] != prefix {
		return false
	}
	for _, c := range []byte(name[len(prefix):]) {
		if !('0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z') {
			return false
		}
	}
	return true
}

// sighting is what is known of one name in the scan directory.
type sighting struct {
	entry
	settled bool          // its service is to run
	due     time.Duration // before: when it settles
	gone    time.Duration // after: when it counts as removed, 0 if it is there
	told    bool          // that it is the second name of a service
}

// sightings are the names of the scan directory. A listing alone makes a name
// settle or be removed; what else is heard only says when to take the next.
type sightings map[string]*sighting

// arrive notes that e was made, or renamed to its name.
func (m sightings) arrive(e entry, now time.Duration) {
	if old := m[e.name]; old != nil && old.settled && old.id == e.id {
		old.gone = 0
		return
	}
	m[e.name] = &sighting{entry: e, due: now + e.settleAfter()}
}

// change notes that something changed in the directory that has this name.
func (m sightings) change(name string, id identity, now time.Duration) {
	if s := m[name]; s != nil && s.id == id && !s.settled && !s.whole {
		s.due = now + quietAfter
	}
}

// leave notes that a name vanished.
func (m sightings) leave(name string, now time.Duration) {
	s := m[name]
	switch {
	case s == nil:
	case !s.settled:
		s.due = now + s.settleAfter() // should it be back by then
	case s.gone == 0:
		s.gone = now + removedAfter
	}
}

// compare compares with a listing. What is there at the first one has settled,
// but for a draft.
func (m sightings) compare(listing []entry, now time.Duration, first bool) {
	there := make(map[string]bool, len(listing))
	for _, e := range listing {
		there[e.name] = true
		if s := m[e.name]; s == nil || s.id != e.id {
			m.arrive(e, now)
		}
		s := m[e.name]
		s.gone = 0
		s.settled = s.settled || first && !isDraft(e.name) || s.due <= now
	}
	for name, s := range m {
		if there[name] {
			continue
		}
		m.leave(name, now)
		if !s.settled || s.gone <= now {
			delete(m, name)
		}
	}
}

// freeze forgets all that was about to happen: there is no listing any more.
func (m sightings) freeze() {
	for name, s := range m {
		s.gone = 0
		if !s.settled {
			delete(m, name)
		}
	}
}

// next is when the next listing is due, 0 if none is.
func (m sightings) next() time.Duration {
	var next time.Duration
	for _, s := range m {
		if s.settled {
			next = earlier(next, s.gone)
		} else {
			next = earlier(next, s.due)
		}
	}
	return next
}

// find says whether the directory id is there under this name and, since it may
// come back, whether it is at least known by it.
func (m sightings) find(name string, id identity) (there, known bool) {
	s := m[name]
	known = s != nil && s.settled && s.id == id
	return known && s.gone == 0, known
}

// isGoing says that a name has vanished, which does not count yet.
func (m sightings) isGoing(name string) bool { return m[name] != nil && m[name].gone != 0 }

// sorted is every name, in the order in which services are looked at.
func (m sightings) sorted() []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// earlier is the earlier of two moments, of which 0 is none.
func earlier(a, b time.Duration) time.Duration {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}
