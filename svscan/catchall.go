package svscan

import (
	"sort"
	"strconv"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/svscan/scandir"
)

// The catch-all is a service of its own, .svscan/log: a consumer of every service
// that has no other logger. It is there for good if it was at our start, since a
// service that has begun without it goes on so.

// findCatchAll says whether there is one.
func (s *scanner) findCatchAll() {
	s.catchAll = s.config.style.feeds && servicedir.IsDir(s.dir, scandir.CatchAll)
}

// seeCatchAll is its entry in a listing.
func (s *scanner) seeCatchAll() (entry, bool) {
	if !s.catchAll || !servicedir.IsDir(s.dir, scandir.CatchAll) {
		return entry{}, false
	}
	id, err := identify(s.dir, scandir.CatchAll)
	return entry{name: scandir.CatchAll, id: id, whole: true}, err == nil && id != s.here
}

// catch finds out whether the catch-all is to read what a service writes. It reads
// so many, and no more: nobody may write where nobody reads.
func (s *scanner) catch(k *keeping) {
	was := k.caught
	k.caught = s.isCaught(k)
	switch {
	case was && !k.caught:
		s.catches--
	case was || !k.caught:
	case s.catches == servicedir.MaxProducers:
		k.caught = false
		s.once(&s.saidCatches, "more than "+strconv.Itoa(servicedir.MaxProducers)+
			" services have no logger: "+scandir.CatchAll+" reads no more, what the others write goes where our output goes")
	default:
		s.catches++
	}
}

func (s *scanner) isCaught(k *keeping) bool {
	return s.catchAll && k.name != scandir.CatchAll && k.logger == "" && !servicedir.IsDir(k.dir, servicedir.Log) &&
		!servicedir.Exists(k.dir, servicedir.ProducerFor) && !servicedir.Exists(k.dir, servicedir.ConsumerFor)
}

// caught are the names of those services, sorted.
func (s *scanner) caught() []string {
	var names []string
	for id, k := range s.kept {
		if service := s.table.services[id]; k.caught && service != nil {
			names = append(names, service.name)
		}
	}
	sort.Strings(names)
	return names
}
