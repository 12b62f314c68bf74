package svscan

import (
	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/svscan/scandir"

	"golang.org/x/sys/unix"
)

const runningDir = scandir.Dir + "/" + scandir.Running

// catchAllFile stands there for the catch-all, whose name is a path.
const catchAllFile = ".log"

func runningFile(name string) string {
	if name == scandir.CatchAll {
		name = catchAllFile
	}
	return runningDir + "/" + name
}

// record is a file of .svscan/running.
type record struct{ scandir.Supervise }

func (r record) id() identity { return identity{r.Device, r.Inode} }

// recordSize is more than such a file has.
const recordSize = 256 + unix.PathMax

// showRunning writes down which process a supervise is, by the name that its
// service has now. Best effort: without it a service runs on if its name
// vanishes while no svscan is there.
func (s *scanner) showRunning(k *keeping, id identity) {
	if s.lock < 0 {
		return // nothing can be written here, or another svscan does
	}
	path, err := physical(k.dir)
	if err != nil {
		return
	}
	shown := s.table.services[id].name
	if k.shown != "" && k.shown != shown {
		s.hideRunning(k)
	}
	ticks := s.born
	if k.pair == nil {
		ticks = proc.StartTicks(k.pid)
	}
	r := scandir.Supervise{PID: k.pid, Ticks: ticks, Device: id.dev, Inode: id.ino, BootID: s.boot, Path: path}
	const flags = unix.O_WRONLY | unix.O_CREAT | unix.O_TRUNC | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC
	name := runningFile(shown)
	fd, err := fifo.Retry(func() (int, error) { return unix.Openat(s.home(), name, flags, 0o644) })
	if err == unix.ENOENT {
		_ = unix.Mkdirat(s.home(), runningDir, 0o755) // the next line says what came of it
		fd, err = fifo.Retry(func() (int, error) { return unix.Openat(s.home(), name, flags, 0o644) })
	}
	if err != nil {
		return
	}
	_, _ = fifo.Retry(func() (int, error) { return unix.Write(fd, r.AppendText(nil)) }) // best effort, as said
	_ = unix.Close(fd)                                                                  // likewise
	k.shown, s.shown[shown] = shown, k
}

// hideRunning removes that file, unless another service has the name by now.
func (s *scanner) hideRunning(k *keeping) {
	if k.shown != "" && s.shown[k.shown] == k {
		_ = unix.Unlinkat(s.home(), runningFile(k.shown), 0) // it may be gone with its directory
		delete(s.shown, k.shown)
	}
	k.shown = ""
}

// renameRunning has the files follow the names of the services, which may have
// been exchanged.
func (s *scanner) renameRunning() {
	var renamed []identity
	for id, k := range s.kept {
		if service := s.table.services[id]; service != nil && k.shown != "" && k.shown != service.name {
			s.hideRunning(k)
			renamed = append(renamed, id)
		}
	}
	for _, id := range renamed {
		s.showRunning(s.kept[id], id)
	}
}

// readRunning reads what an earlier svscan wrote down about a name.
func (s *scanner) readRunning(name string) (record, bool) {
	r, ok := scandir.ParseSupervise(readAt(s.home(), runningFile(name), recordSize))
	return record{r}, ok
}

// findStrays finds what an earlier svscan started, and what has no entry in the
// scan directory by now: it is stopped, as if its entry had vanished just now.
func (s *scanner) findStrays() {
	fd, err := openAt(s.home(), runningDir)
	if err != nil {
		return // there was no earlier one
	}
	defer unix.Close(fd)
	var names []string
	_ = fifo.EachName(fd, func(name string) { names = append(names, name) }) // best effort: the others go on
	for _, name := range names {
		if name == catchAllFile {
			name = scandir.CatchAll
		} else if !scandir.IsService(name) {
			continue
		}
		r, ok := s.readRunning(name)
		if ok && s.table.knows(name, r.id()) {
			continue // it is taken over when it would be started
		}
		k := &keeping{name: name, shown: name, dir: -1, definition: -1, pipes: noPipes, pidfd: -1, notify: -1, pending: newPending()}
		if ok {
			k.dir, err = s.openStray(r)
		}
		held := ok && s.hold(k, r.id(), r.PID, r.Ticks, r.BootID)
		if !held && (!ok || err != nil || r.BootID != s.boot || k.hasLeft()) {
			k.close()
			_ = unix.Unlinkat(s.home(), runningFile(name), 0) // it has ended
			continue
		}
		s.kept[r.id()], s.shown[name] = k, k
		if err == nil {
			_ = s.openPipes(k) // it was open; without its directory nobody finds it
			k.keepPending()
			s.foundNotify(k)
		}
		if !held {
			s.table.strand(r.id(), name, fifo.Now())
			continue
		}
		s.table.stray(r.id(), name, s.wasTold(k), fifo.Now())
	}
}

// openStray opens what supervise serves: the service directory, or its shadow,
// which has the name alone.
func (s *scanner) openStray(r record) (int, error) {
	if s.run < 0 {
		return openDir(unix.AT_FDCWD, r.Path, r.id())
	}
	return fifo.Retry(func() (int, error) {
		return unix.Open(r.Path, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
}

// wasTold says that the image before us has told a supervise to end. One that
// was killed may have had no time for it.
func (s *scanner) wasTold(k *keeping) bool {
	path, err := physical(k.dir)
	if err != nil || s.reexecs == 0 {
		return false
	}
	var link [unix.PathMax]byte
	n, err := unix.Readlinkat(s.home(), removedName(k.name), link[:])
	return err == nil && string(link[:n]) == path
}
