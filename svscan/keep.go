package svscan

import (
	"errors"
	"strconv"
	"syscall"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise"
	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/svscan/scandir"

	"golang.org/x/sys/unix"
)

// keeping is what svscan holds for one service.
type keeping struct {
	name string
	pid  int // of its supervise, 0 if there is none
	// pidfd is that of a supervise which is no child of ours, else -1
	pidfd int
	pair  *supervise.Pair // what we host ourselves, or nil
	shown string          // the name of its file in .svscan/running, "" without one
	dir   int             // its directory, whatever its path is by now
	// definition is where that shadow leads to, -1 without -run
	definition int
	logger     string // the path of its logger for supervise, "" without one
	pipes      pipes
	yields     bool     // the one with pidfd was told to let go, to us
	caught     bool     // the catch-all reads what the service writes
	paired     bool     // supervise has its logger, or had it
	sources    []string // of a consumer: the names of the services that it reads
	fed        string   // what supervise/producers says of them
	needs      string   // what supervise/needs says
	wired      bool     // it was written
	ran        bool     // a supervise was started
	pending    pending
	notify     int    // the socket on which the service says how it is, or -1
	said       string // the last complaint, which is not repeated
}

// start starts the supervise of a service, or says when it tries again.
func (s *scanner) start(id identity, name string, leave bool) {
	k := s.kept[id]
	if k == nil {
		k = &keeping{dir: -1, definition: -1, pipes: noPipes, pidfd: -1, notify: -1, pending: newPending()}
		s.kept[id] = k
	}
	k.name = name
	if leave {
		s.startLeaving(k, id)
		return
	}
	err := s.open(k, id)
	if err == nil && s.takeOver(k, id) {
		s.table.tookOver(id, fifo.Now())
		s.host.found(k)
		s.showRunning(k, id)
		return
	}
	if err == nil {
		err = s.host.start(k, id, k.name, k.logger, false)
	}
	s.started(k, id, err)
}

// startLeaving starts a supervise that ends what another one has left, which was
// killed when it had been told to.
func (s *scanner) startLeaving(k *keeping, id identity) {
	name, logger := k.name, k.logger
	if there, _ := s.table.names.find(name, id); !there && s.run < 0 {
		s.showRemoved(k) // by that it is found
		name = removedName(name)
		if logger == k.name+"/"+servicedir.Log {
			logger = ""
		}
	}
	if logger == "" && k.paired && s.config.style.logArg {
		logger = name + "/" + servicedir.Log
	}
	s.started(k, id, s.host.start(k, id, name, logger, true))
}

// started takes notice of a start, or says why there was none.
func (s *scanner) started(k *keeping, id identity, err error) {
	if err != nil {
		if !k.ran {
			k.close() // perhaps the others need the descriptors
		}
		s.table.failed(id, fifo.Now())
		if err == errFull {
			s.table.full = true
			s.sayFull()
			return
		}
		s.once(&k.said, "unable to start "+s.config.style.supervise+" for "+scandir.Shown(k.name)+": "+
			reason(err)+", trying again in 1 second")
		return
	}
	k.ran = true
	s.showRunning(k, id)
}

// open opens what a service needs before its supervise starts.
func (s *scanner) open(k *keeping, id identity) error {
	if k.dir < 0 {
		if err := s.openPlace(k, id); err != nil {
			return err
		}
	}
	s.watchService(k.name, id)
	var err error
	if k.logger, err = s.logger(k); err != nil {
		return err
	}
	s.catch(k)
	if err = s.openPipes(k); err == nil {
		s.readSources(k, id)
		s.writeNeeds(k, false)
	}
	return err
}

// openPlace opens what supervise serves: the service directory, or its shadow.
func (s *scanner) openPlace(k *keeping, id identity) error {
	fd, err := openDir(s.dir, k.name, id)
	if err != nil || s.run < 0 {
		k.dir = fd
		return err
	}
	k.definition = fd
	k.dir, err = s.shadow(k)
	return err
}

var errReplaced = errors.New("another directory has its name now")

// openDir opens a service directory, unless another has taken its name.
func openDir(dir int, name string, id identity) (int, error) {
	fd, err := fifo.Retry(func() (int, error) {
		return unix.Openat(dir, name, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return -1, err
	}
	if found, err := identify(fd, ""); err != nil || found != id {
		_ = unix.Close(fd) // O_PATH: nothing was written
		return -1, errReplaced
	}
	return fd, nil
}

// fork starts a child, with one more descriptor unless that is -1.
func (s *scanner) fork(program string, argv, env []string, dir string, group bool, more int) (int, error) {
	files := []uintptr{uintptr(s.null), 1, 2}
	if more >= 0 {
		files = append(files, uintptr(more))
	}
	return syscall.ForkExec(program, argv, &syscall.ProcAttr{
		Dir:   dir,
		Env:   env,
		Files: files,
		Sys:   &syscall.SysProcAttr{Setsid: group},
	})
}

// end shows a service as removed, and tells its supervise to end.
func (s *scanner) end(id identity) {
	k := s.kept[id]
	if s.stopAt == 0 {
		s.showRemoved(k)
	}
	if k.pidfd >= 0 {
		_ = unix.PidfdSendSignal(k.pidfd, unix.SIGTERM, nil, 0) // ESRCH: its end is about to be told
		return
	}
	s.host.stop(k)
}

// removedName is where a removed service is shown.
func removedName(name string) string {
	return scandir.Dir + "/" + scandir.Removed + "/" + name
}

// showRemoved makes the link by which a removed service is still found. Best
// effort: a scan directory may be read-only, or gone.
func (s *scanner) showRemoved(k *keeping) {
	path, err := physical(k.dir)
	if err != nil {
		return
	}
	_ = unix.Mkdirat(s.home(), scandir.Dir+"/"+scandir.Removed, 0o755) // it is usually there
	_ = unix.Unlinkat(s.home(), removedName(k.name), 0)                // what an earlier svscan left
	_ = unix.Symlinkat(path, s.home(), removedName(k.name))
}

// physical is the path of the directory behind fd.
func physical(fd int) (string, error) {
	var path [unix.PathMax]byte
	n, err := unix.Readlink("/proc/self/fd/"+strconv.Itoa(fd), path[:])
	return string(path[:max(n, 0)]), err
}

// forget closes all that was open for a service that has ended.
func (s *scanner) forget(id identity) {
	if s.graph != nil && !s.table.closed {
		s.unwired = true // those that need it are told that it is no service here
	}
	k := s.kept[id]
	if k == nil {
		return // it was never started
	}
	delete(s.kept, id)
	if s.unfed = true; k.caught {
		s.catches--
	}
	s.hideRunning(k)
	if s.stopAt != 0 {
		k.pipes = noPipes // they stay open: who reads them later may not have opened them yet
	}
	k.close()
	_ = unix.Unlinkat(s.home(), removedName(k.name), 0) // usually it is not there
}

func (k *keeping) close() {
	k.pending.close()
	k.dropNotify()
	for _, fd := range []*int{&k.dir, &k.definition, &k.pipes[0], &k.pipes[1]} {
		if *fd >= 0 {
			_ = unix.Close(*fd) // nothing was written to it
			*fd = -1
		}
	}
}

// look tells a supervise that its directory changed. A logger may be new, so
// its FIFO is made first; each half has its own control.
func (s *scanner) look(id identity) {
	k := s.kept[id]
	s.reshadow(id)
	s.catch(k)
	if err := s.openPipes(k); err != nil {
		s.once(&k.said, "unable to make the FIFO of the logger of "+scandir.Shown(k.name)+": "+reason(err))
		return
	}
	s.readSources(k, id)
	s.isBundle(k.name) // it notes what the directory says by now
	s.unwired = true
	s.host.changed(k)
	letter := []byte{byte(command.Look)}
	for _, control := range []string{"", servicedir.Log + "/"} {
		control += servicedir.State + "/" + servicedir.ControlIn
		// Whoever does not listen yet reads the directory when it starts.
		_ = fifo.Send(k.dir, control, letter, 0)
	}
}

// clearRemoved removes the links that an earlier svscan left to services which
// have ended since.
func (s *scanner) clearRemoved() {
	fd, err := unix.Openat(s.home(), scandir.Dir+"/"+scandir.Removed, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return // nothing was ever removed
	}
	defer unix.Close(fd)
	_ = fifo.EachName(fd, func(name string) { // best effort: what is left only looks old
		if fifo.Alive(fd, name+"/"+servicedir.State+"/"+servicedir.OK) != nil && name[0] != '.' {
			_ = unix.Unlinkat(fd, name, 0) // likewise
		}
	})
}
