package supervise

import (
	"bytes"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/forkexec"
	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/supervise/servicedir"
)

// process is one that we started, or adopted. fd is its pidfd, -1 when there is
// none; pid stays for those who want to know it afterwards.
type process struct {
	pid, fd int
	// earliest and latest are when it was started, in ticks, where it was
	// adopted: what has its pid and is younger is a stranger.
	earliest, latest uint64
	sequence         uint64        // the number of its start
	asked            time.Duration // since when its reaper is waited for, 0 if it is not
	ticks            uint64        // when we started it, 0 if that is not known
}

// spawn starts path, which is relative to the service directory, as a child
// with the descriptors files from 0 on. It notes itself in a slot of
// supervise/child. A leader gets a session of its own.
func (s *Service) spawn(slot forkexec.Slot, path string, argv []string, files []uintptr, leader bool) (process, error) {
	e := s.engine
	e.next = forkexec.Start{Path: path, Argv: argv, Env: s.environ(), Dir: s.cwd, Files: files, Setsid: leader, Slot: slot}
	for {
		before := ticksOf(boottime())
		pid, fd, err := e.starter.Start(&e.next)
		if err != unix.EINTR {
			return process{pid: pid, fd: fd, sequence: slot.Sequence, ticks: sameTick(before, ticksOf(boottime()))}, err
		}
	}
}

// sameTick is the tick of what was between the two, 0 if that may be either. To
// ask /proc is a tenth of what a restart costs, and as much again when the process
// is reaped: then the kernel looks for what was asked.
func sameTick(before, after uint64) uint64 {
	if before != after {
		return 0
	}
	return before
}

// readiness opens the FIFO on which run says that it is ready, if
// notification-fd asks for one, and puts an end, which the caller closes, at
// that place of files. Run has both its ends, so that what it says is not
// refused while no supervise is there; and svscan has the FIFO open, so that it
// is not lost where run has closed it. What is left of the run before may still
// have it: then this run gets a new one. The setting has just been read, for
// collision.
func (s *Service) readiness(files []uintptr) (int, []uintptr, error) {
	at := s.settings.notificationFD
	if at == 0 {
		return -1, files, nil
	}
	if s.hasLeft() {
		_ = quiet.Unlinkat(s.state, servicedir.Ready, 0) // best effort: below it is opened
		defer s.tellSvscan()
	}
	read, write, err := s.openBoth(servicedir.Ready)
	if err != nil {
		return -1, files, err
	}
	empty(read)
	if s.notes() >= 0 {
		_ = writeZeros(s.notes(), saidAt, maxSaid) // of the run before; best effort: there is room
	}
	for len(files) <= at {
		files = append(files, forkexec.Closed)
	}
	files[at] = uintptr(write)
	s.notify = read
	s.engine.poll.Add(read, unix.POLLIN, s, tagReady)
	return write, files, nil
}

// hasLeft says that something of the group of the last run may speak. A zombie does
// not, which svscan has yet to reap; and a new FIFO is at risk until svscan has it
// open. Where others wait for their turn nobody looks through /proc for that: what
// one process hosts it reaps itself.
func (s *Service) hasLeft() bool {
	if !s.leads || s.run.pid <= 0 || unix.Kill(-s.run.pid, 0) != nil {
		return false
	}
	group := strconv.Itoa(s.run.pid)
	return s.engine.host != nil || len(processes(func(_ int, stat proc.Stat) bool { return string(stat.Field(5)) == group })) > 0
}

// freshFIFO makes a FIFO below supervise/ in place of the one that was there,
// and opens an end for us, and both for a child.
func (s *Service) freshFIFO(name string) (read, both int, err error) {
	if err := quiet.Unlinkat(s.state, name, 0); err != nil && err != unix.ENOENT {
		return -1, -1, err
	}
	return s.openBoth(name)
}

// openBoth opens a FIFO below supervise/, which it makes if need be: an end for
// us, and both for a child.
func (s *Service) openBoth(name string) (read, both int, err error) {
	if err := fifo.Make(s.state, name, 0o600); err != nil {
		return -1, -1, err
	}
	if both, err = fifo.Open(s.state, name, unix.O_RDWR); err != nil {
		return -1, -1, err
	}
	if read, err = fifo.Open(s.state, name, unix.O_RDONLY); err != nil {
		_ = quiet.Close(both) // nothing was written
		return -1, -1, err
	}
	_ = unix.SetNonblock(both, false) // cannot fail: nobody else has this description
	return read, both, nil
}

// empty forgets what waits in the FIFO fd: it is of an earlier run.
func empty(fd int) {
	var buf [maxSaid]byte
	for {
		if n, err := fifo.Retry(func() (int, error) { return quiet.Read(fd, buf[:]) }); n <= 0 || err != nil {
			return
		}
	}
}

// reopenReadiness opens the FIFO that the run of an earlier supervise has, if it
// has not said yet that it is ready.
func (s *Service) reopenReadiness() {
	if s.m.Running && !s.m.waits || s.m.Ready || s.notificationFD() == 0 {
		return
	}
	fd, err := fifo.Open(s.state, servicedir.Ready, unix.O_RDONLY)
	if err != nil {
		return // it says nothing, or has said it
	}
	s.notify = fd
	s.engine.poll.Add(fd, unix.POLLIN, s, tagReady)
}

// readReadiness waits for a newline, which says ready. The end of the pipe
// without one means that the service never says.
func (s *Service) readReadiness() {
	var buf [maxSaid]byte
	n, _, err := s.move(s.notify, saidAt, buf[:])
	if err == unix.EAGAIN {
		return
	}
	if saysReady(buf[:n]) {
		s.dropReadiness()
		s.becameReady()
	} else if n == 0 {
		s.dropReadiness()
	}
}

// maxSaid is how much of what run says is looked at at a time.
const maxSaid = 64

func saysReady(said []byte) bool { return bytes.IndexByte(said, '\n') >= 0 }

// wasReady says that run had said it is ready, and the last supervise was killed
// before it wrote that down.
func (s *Service) wasReady() bool {
	var buf [maxSaid]byte
	if s.notes() < 0 {
		return false
	}
	n, err := fifo.Retry(func() (int, error) { return quiet.Pread(s.notes(), buf[:], saidAt) })
	return err == nil && saysReady(buf[:n])
}

func (s *Service) dropReadiness() {
	if s.notify >= 0 {
		s.engine.poll.Remove(s.notify)
		_ = quiet.Close(s.notify) // a pipe has nothing to flush
		s.notify = -1
	}
}

// await waits for the end of p, which is ours to reap if it is our child.
func (s *Service) await(p process, tag int) {
	s.engine.owners[p.pid] = s
	s.engine.poll.Add(p.fd, unix.POLLIN, s, tag)
}

// owns says that somebody here reaps this process.
func (e *Engine) owns(pid int) bool { return e.owners[pid] != nil }

// forget waits for p no longer.
func (s *Service) forget(p process) {
	if p.fd < 0 {
		return
	}
	if s.engine.owners[p.pid] == s {
		delete(s.engine.owners, p.pid)
	}
	s.engine.poll.Remove(p.fd)
	_ = quiet.Close(p.fd) // nothing to flush
}
