package svscan

import (
	"sort"

	"github.com/svdir/svdir/svscan/scandir"
)

// Who ends first: a consumer reads to the end what others write, so of those that
// are to end the writers are told before the readers, and the catch-all last. And
// who needs others ends before these.

// held are the services that are to end and may not yet: a consumer reads to the
// end what those write that end as well.
func (t *table) held() map[string]bool {
	leaving := map[string]leaver{}
	untold := false
	for _, s := range t.services {
		switch {
		case s.state == running && !s.wanted:
			untold = true
			leaving[s.name] = leaver{after: s.after()}
		case s.state == running && t.names.isGoing(s.name):
			leaving[s.name] = leaver{} // in a moment it is to end too
		case s.state == stopping, s.state == stranded:
			leaving[s.name] = leaver{told: true, after: s.after()}
		}
	}
	if !untold {
		return nil
	}
	if last, there := leaving[scandir.CatchAll]; there {
		last.after = t.unended() // whoever wrote to it
		leaving[scandir.CatchAll] = last
	}
	return heldBack(leaving)
}

// after are the names of the services that are to end before this one.
func (s *service) after() []string {
	if s.users == nil {
		return s.reads
	}
	return append(s.users[:len(s.users):len(s.users)], s.reads...)
}

// leaver is a service that is to end.
type leaver struct {
	told  bool
	after []string // the names of those that end before it
}

// heldBack says who of them is to be told later. Where they wait for each other in
// a circle, one of it goes first.
func heldBack(leaving map[string]leaver) map[string]bool {
	held := map[string]bool{}
	stuck := true
	var names []string
	for name, l := range leaving {
		switch {
		case l.told:
			stuck = false
		case l.first(name, leaving) != "":
			held[name] = true
			names = append(names, name)
		default:
			stuck = false
		}
	}
	if !stuck || len(names) == 0 {
		return held
	}
	sort.Strings(names)
	at, seen := names[0], map[string]bool{}
	for !seen[at] {
		seen[at] = true
		at = leaving[at].first(at, leaving)
	}
	delete(held, at)
	return held
}

// first is one of those that end before it which is still there, "" if none is.
func (l leaver) first(name string, leaving map[string]leaver) string {
	for _, other := range l.after {
		if _, there := leaving[other]; there && other != name {
			return other
		}
	}
	return ""
}
