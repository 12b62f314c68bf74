package chain

import (
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// pgrphack starts a session, unless we lead a process group already.
func pgrphack(c *call) int {
	if len(c.args) == 0 {
		return c.usage(exitUsage, "child")
	}
	_, _ = unix.Setsid() // EPERM: see above
	return c.run(c.args)
}

// fghack stays in front of a program that goes into the background: what that
// leaves open, though it closes a few descriptors, tells that it lives.
func fghack(c *call) int {
	if len(c.args) == 0 {
		return c.usage(exitUsage, "child")
	}
	read, write, err := manyEnds()
	if err != nil {
		return c.failed("unable to create pipe", err)
	}
	pid := 0
	err = daemontools.find(c.args[0], func(file string) (err error) {
		pid, err = syscall.ForkExec(file, c.args, &syscall.ProcAttr{Env: c.env, Files: []uintptr{0, 1, 2}})
		return err
	})
	if err != nil {
		return c.failed("unable to run "+c.args[0], err)
	}
	for _, fd := range write {
		_ = unix.Close(fd) // nothing was written
	}
	for {
		var buf [512]byte
		if n, err := fifo.Retry(func() (int, error) { return unix.Read(read, buf[:]) }); n <= 0 || err != nil {
			break
		}
	}
	var ws unix.WaitStatus
	if _, err := fifo.Retry(func() (int, error) { return unix.Wait4(pid, &ws, 0, nil) }); err != nil {
		return c.failed("wait", err)
	}
	if ws.Signaled() {
		return c.fatal(exitSystem, "child crashed")
	}
	return ws.ExitStatus()
}

// manyEnds is a pipe whose end for writing programs inherit 31 times. The end
// for reading goes out of the way of those, as in the original.
func manyEnds() (read int, write []int, err error) {
	const aside, ends = 100, 31
	var p [2]int
	if err = unix.Pipe(p[:]); err != nil {
		return 0, nil, err
	}
	if read, err = unix.FcntlInt(uintptr(p[0]), unix.F_DUPFD_CLOEXEC, aside); err != nil {
		return 0, nil, err
	}
	_ = unix.Close(p[0]) // nothing to flush
	write = []int{p[1]}
	for len(write) < ends {
		fd, err := unix.Dup(p[1])
		if err != nil {
			break // the original does not look either
		}
		write = append(write, fd)
	}
	return read, write, nil
}
