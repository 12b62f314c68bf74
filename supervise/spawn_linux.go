package supervise

import (
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/forkexec"
	"github.com/svdir/svdir/supervise/servicedir"
)

// process is a child of ours. fd is its pidfd, -1 when there is none; pid stays
// for those who want to know it afterwards.
type process struct {
	pid, fd int
}

// spawn starts path, which is relative to the service directory, as a child
// with the descriptors files from 0 on. A leader gets a session of its own.
func (s *Service) spawn(path string, argv []string, files []uintptr, leader bool) (process, error) {
	a := forkexec.Start{Path: path, Argv: argv, Env: s.environ(), Dir: s.cwd, Files: files, Setsid: leader, Slot: forkexec.Slot{File: -1}}
	for {
		pid, pidfd, err := s.engine.starter.Start(&a)
		if err != unix.EINTR {
			return process{pid, pidfd}, err
		}
	}
}

// descriptors are the standard descriptors of a child, and a function that
// closes what was opened for it. A logged service writes to the FIFO, which it
// opens for reading too: so a write fails neither when the logger is away nor
// when we are. The logger opens it for reading only, and sees its end.
func (s *Service) descriptors() (files []uintptr, done func(), err error) {
	files = append(make([]uintptr, 0, 4), 0, 1, 2)
	open := func(at int, state, flags int) error {
		fd, err := fifo.Open(state, servicedir.LogPipe, flags)
		if err != nil {
			return err
		}
		files[at] = uintptr(fd)
		// A fresh description: nobody else sees it become blocking.
		if err := unix.SetNonblock(fd, false); err != nil {
			_ = unix.Close(fd) // nothing was written
			return err
		}
		return nil
	}
	switch {
	case s.input >= 0:
		err = open(0, s.input, unix.O_RDONLY)
		return files, func() { _ = unix.Close(int(files[0])) }, err
	case s.writing >= 0:
		err = open(1, s.state, unix.O_RDWR)
		return files, func() { _ = unix.Close(int(files[1])) }, err
	}
	return files, func() {}, nil
}

// readiness makes the pipe on which run says that it is ready, if
// notification-fd asks for one, and puts its writing end, which the caller
// closes, at that place of files.
func (s *Service) readiness(files []uintptr) (int, []uintptr, error) {
	at := s.notificationFD()
	if at == 0 {
		return -1, files, nil
	}
	var p [2]int
	if err := unix.Pipe2(p[:], unix.O_CLOEXEC); err != nil {
		return -1, files, err
	}
	_ = unix.SetNonblock(p[0], true) // cannot fail
	for len(files) <= at {
		files = append(files, forkexec.Closed)
	}
	files[at] = uintptr(p[1])
	s.notify = p[0]
	s.engine.poll.Add(p[0], unix.POLLIN, s, tagReady)
	return p[1], files, nil
}

// readReadiness waits for a newline, which says ready. The end of the pipe
// without one means that the service never says.
func (s *Service) readReadiness() {
	var buf [64]byte
	n, err := fifo.Retry(func() (int, error) { return unix.Read(s.notify, buf[:]) })
	if err == unix.EAGAIN {
		return
	}
	for _, b := range buf[:max(n, 0)] {
		if b == '\n' {
			s.dropReadiness()
			s.becameReady()
			return
		}
	}
	if n <= 0 {
		s.dropReadiness()
	}
}

func (s *Service) dropReadiness() {
	if s.notify >= 0 {
		s.engine.poll.Remove(s.notify)
		_ = unix.Close(s.notify) // a pipe has nothing to flush
		s.notify = -1
	}
}

// reap takes the end of p, once its pidfd is readable.
func (s *Service) reap(p *process) (code int, signal syscall.Signal, wait uint16, ended bool) {
	var ws unix.WaitStatus
	pid, err := fifo.Retry(func() (int, error) { return unix.Wait4(p.pid, &ws, unix.WNOHANG, nil) })
	if err == nil && pid == 0 {
		return 0, 0, 0, false
	}
	s.forget(*p)
	p.fd = -1
	if ws.Signaled() {
		return 0, ws.Signal(), uint16(ws), true
	}
	return ws.ExitStatus(), 0, uint16(ws), true
}

// forget waits for p no longer.
func (s *Service) forget(p process) {
	s.engine.poll.Remove(p.fd)
	_ = unix.Close(p.fd) // nothing to flush
}

// startTicks is when the process pid was started, in the kernel's ticks since
// boot: with the pid it names a process for as long as the machine is up.
func startTicks(pid int) uint64 {
	var buf statBuffer
	var ticks uint64
	for _, c := range buf.read(pid).field(22) {
		ticks = ticks*10 + uint64(c-'0')
	}
	return ticks
}
