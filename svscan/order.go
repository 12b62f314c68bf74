package svscan

import (
	"sort"

	"github.com/svdir/svdir/svscan/scandir"
)

// Who ends first: a consumer reads to the end what others write, so of those that
// are to end the writers are told before the readers, and the catch-all last.

// held are the services that are to end and may not yet: a consumer reads to the
// end what those write that end as well.
func (t *table) held() map[string]bool {
	leaving := map[string]leaver{}
	untold := false
	for _, s := range t.services {
		switch {
		case s.state == running && !s.wanted:
			untold = true
			leaving[s.name] = leaver{reads: s.reads}
		case s.state == running && t.names.isGoing(s.name):
			leaving[s.name] = leaver{} // in a moment it is to end too
		case s.state == stopping, s.state == stranded:
			leaving[s.name] = leaver{told: true, reads: s.reads}
		}
	}
	if !untold {
		return nil
	}
	if last, there := leaving[scandir.CatchAll]; there {
		last.reads = t.unended() // whoever wrote to it
		leaving[scandir.CatchAll] = last
	}
	return heldBack(leaving)
}

// leaver is a service that is to end.
type leaver struct {
	told  bool
	reads []string // the names of those whose output it reads
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
		case l.writer(name, leaving) != "":
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
		at = leaving[at].writer(at, leaving)
	}
	delete(held, at)
	return held
}

// writer is the first of those that name reads which is still there, "" if none is.
func (l leaver) writer(name string, leaving map[string]leaver) string {
	for _, writer := range l.reads {
		if _, there := leaving[writer]; there && writer != name {
			return writer
		}
	}
	return ""
}
