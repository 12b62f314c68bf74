package svscan

import (
	"strings"
	"unsafe"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/svscan/scandir"

	"golang.org/x/sys/unix"
)

// What is watched for.
const (
	inScan    = unix.IN_CREATE | unix.IN_MOVED_TO | unix.IN_MOVED_FROM | unix.IN_DELETE | unix.IN_MOVE_SELF | unix.IN_DELETE_SELF | unix.IN_ONLYDIR
	inPath    = unix.IN_MOVE_SELF | unix.IN_DELETE_SELF | unix.IN_ATTRIB | unix.IN_DONT_FOLLOW
	inParent  = unix.IN_CREATE | unix.IN_MOVED_TO | unix.IN_MOVE_SELF | unix.IN_DELETE_SELF | unix.IN_ONLYDIR
	inService = unix.IN_CREATE | unix.IN_MOVED_TO | unix.IN_ATTRIB | unix.IN_CLOSE_WRITE | unix.IN_ONLYDIR
)

// watches are our inotify watches. Without inotify everything works but for
// changes, which are seen when HUP or ALRM ask for a scan.
type watches struct {
	fd     int                 // -1: inotify cannot be used
	failed bool                // and that was said
	path   []int               // the scan directory, the links on the path to it, or where it was
	scan   int                 // the scan directory among them, -1 if it is not there
	places map[int]place       // service directories and their log/
	byID   map[identity][2]int // the watches of each: itself, its log/
}

// place is a watched directory.
type place struct {
	id    identity
	name  string // the name under which it was found
	inLog bool   // it is the log/ of id
}

func openWatches() (watches, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		fd = -1
	}
	return watches{fd: fd, scan: -1, places: map[int]place{}, byID: map[identity][2]int{}}, err
}

// watch watches path, -1 if it cannot.
func (s *scanner) watch(path string, mask uint32) int {
	if s.watches.fd < 0 {
		return -1
	}
	wd, err := unix.InotifyAddWatch(s.watches.fd, path, mask)
	if err == nil {
		return wd
	}
	switch err {
	case unix.ENOENT, unix.ENOTDIR: // a watch that we have tells that it went
	case unix.EEXIST: // two services have one log/: the first is told
	default:
		s.blind("watch "+scandir.Shown(path), err)
	}
	return -1
}

// blind says, once, that some changes are not seen.
func (s *scanner) blind(verb string, err error) {
	if !s.watches.failed {
		s.watches.failed = true
		s.warn("unable to " + verb + ": " + reason(err) + ", changes are seen at HUP and ALRM only")
	}
}

// watchPath watches the scan directory and each symbolic link on the path to
// it or, while it is away, the last directory on the path.
func (s *scanner) watchPath() {
	if s.watches.fd < 0 {
		return
	}
	old := s.watches.path
	for {
		links, last := follow(s.path)
		var wds []int
		for _, link := range links {
			wds = append(wds, s.watch(link, inPath))
		}
		if s.watches.scan = s.watch(s.path, inScan); s.watches.scan < 0 {
			wds = append(wds, s.watch(last, inParent))
		}
		s.watches.path = append(wds, s.watches.scan)
		// What changed before its watch was there has not been told.
		if again, end := follow(s.path); end == last && strings.Join(again, "\n") == strings.Join(links, "\n") {
			break
		}
		old = append(old, s.watches.path...)
	}
	for _, wd := range old {
		if wd >= 0 && !s.watches.onPath(wd) {
			_, _ = unix.InotifyRmWatch(s.watches.fd, uint32(wd)) // it may be gone with its file
		}
	}
}

func (w *watches) onPath(wd int) bool {
	for _, p := range w.path {
		if p == wd {
			return true
		}
	}
	return false
}

// watchService watches a service directory and its log/.
func (s *scanner) watchService(name string, id identity) {
	w := &s.watches
	wds, known := w.byID[id]
	if !known {
		wds = [2]int{-1, -1}
	}
	if wds[0] < 0 {
		wds[0] = s.watchPlace(name, place{id, name, false})
	}
	if wds[1] < 0 && servicedir.IsDir(s.dir, name+"/"+servicedir.Log) {
		wds[1] = s.watchPlace(name+"/"+servicedir.Log, place{id, name, true})
	}
	if wds[0] >= 0 || wds[1] >= 0 {
		w.byID[id] = wds
	}
}

// watchPlace watches a path below the scan directory, unless that directory is
// watched for another reason.
func (s *scanner) watchPlace(path string, p place) int {
	wd := s.watch(path, inService|unix.IN_MASK_CREATE)
	if wd >= 0 {
		s.watches.places[wd] = p
	}
	return wd
}

// unwatch ends the watches of what means nothing any more.
func (s *scanner) unwatch() {
	w := &s.watches
	for wd, p := range w.places {
		if !s.table.knows(p.name, p.id) {
			_, _ = unix.InotifyRmWatch(w.fd, uint32(wd)) // it may be gone with its directory
			delete(w.places, wd)
			delete(w.byID, p.id)
		}
	}
}

// noticed reads what inotify saw.
func (s *scanner) noticed() {
	var buf [4096]byte
	n, _ := fifo.Retry(func() (int, error) { return unix.Read(s.watches.fd, buf[:]) }) // EAGAIN: nothing
	for rest := buf[:max(n, 0)]; len(rest) >= unix.SizeofInotifyEvent; {
		event := (*unix.InotifyEvent)(unsafe.Pointer(&rest[0]))
		end := unix.SizeofInotifyEvent + int(event.Len)
		name := strings.TrimRight(string(rest[unix.SizeofInotifyEvent:end]), "\x00")
		s.changed(int(event.Wd), event.Mask, name)
		rest = rest[end:]
	}
}

// changed takes in one event.
func (s *scanner) changed(wd int, mask uint32, name string) {
	now := fifo.Now()
	p, isPlace := s.watches.places[wd]
	switch {
	case mask&unix.IN_Q_OVERFLOW != 0:
		s.askAll()
	case mask&unix.IN_IGNORED != 0:
		s.watches.lost(wd)
	case wd == s.watches.scan && name != "":
		s.named(mask, name)
	case s.watches.onPath(wd):
		s.table.rescan(now)
	case isPlace:
		if name == servicedir.Log && !p.inLog {
			s.watchService(p.name, p.id)
		}
		s.table.names.change(p.name, p.id, now)
		s.reshadow(p.id)
		if name == servicedir.Run || !p.inLog && (isPlumbing(name) || isWiring(name)) {
			s.table.lookSoon(p.id, mask&unix.IN_MOVED_TO != 0, now)
		}
	}
}

// lost forgets a watch that ended with what it watched.
func (w *watches) lost(wd int) {
	p, ok := w.places[wd]
	if !ok {
		return
	}
	delete(w.places, wd)
	wds := w.byID[p.id]
	for i := range wds {
		if wds[i] == wd {
			wds[i] = -1
		}
	}
	w.byID[p.id] = wds
}

// named takes in an event of a name in the scan directory.
func (s *scanner) named(mask uint32, name string) {
	now := fifo.Now()
	if mask&(unix.IN_DELETE|unix.IN_MOVED_FROM) != 0 {
		s.table.names.leave(name, now)
		if name == scandir.Dir {
			// Its last entry: perhaps the scan directory goes as well, which
			// no event tells while it is open.
			s.table.rescan(now + removedAfter)
		}
		return
	}
	e, ok := s.see(name)
	if !ok {
		return
	}
	if s.isBundle(name) {
		s.table.rescan(now + wholeAfter)
		return
	}
	if mask&unix.IN_MOVED_TO != 0 {
		e.whole = true
	}
	s.table.names.arrive(e, now)
	if !e.whole {
		s.watchService(name, e.id)
	}
}
