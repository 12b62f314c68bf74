package logger

import (
	"errors"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/logger/logdir"
)

// child is a processor that runs. fd is its pidfd, -1 on a kernel without.
type child struct {
	pid, fd int
	leads   bool // the group of what it has started
}

// processor starts the processor of d in the directory: it reads previous and
// state, and writes processed and newstate, on the descriptors that multilog
// gives it.
func (d *directory) processor(env []string) (child, error) {
	files := []uintptr{0, 0, 2, ^uintptr(0), 0, 0}
	for _, f := range [...]struct {
		at, flags int
		name      string
	}{
		{0, unix.O_RDONLY, logdir.Previous},
		{1, unix.O_WRONLY | unix.O_CREAT | unix.O_TRUNC, logdir.Processed},
		{4, unix.O_RDONLY | unix.O_CREAT, state},
		{5, unix.O_WRONLY | unix.O_CREAT | unix.O_TRUNC, newState},
	} {
		fd, err := d.open(f.name, f.flags)
		if err != nil {
			return child{}, errors.New(f.name + ": " + reason(err))
		}
		defer unix.Close(fd)
		files[f.at] = uintptr(fd)
	}
	c := child{fd: -1, leads: d.bounds.limit > 0}
	attr := &syscall.ProcAttr{Dir: d.here(), Env: env, Files: files, Sys: &syscall.SysProcAttr{PidFD: &c.fd, Setpgid: c.leads}}
	var err error
	c.pid, err = fifo.Retry(func() (int, error) {
		return syscall.ForkExec("/bin/sh", []string{"sh", "-c", d.bounds.processor}, attr)
	})
	return c, err
}

// narrow says that the disk has no room for what a processor may write: then
// that is why it failed, or will.
func (d *directory) narrow() bool {
	var st unix.Statfs_t
	if unix.Fstatfs(d.fd, &st) != nil {
		return false
	}
	return st.Bavail*uint64(st.Bsize) < uint64(d.bounds.size) || st.Files > 0 && st.Ffree == 0
}

// here is a path of the directory, wherever it was moved.
func (d *directory) here() string {
	path := "/proc/self/fd/" + strconv.Itoa(d.fd)
	if unix.Access(path, unix.F_OK) != nil {
		return d.path // there is no /proc
	}
	return path
}

// Error says how it ended.
func (c ExitCode) Error() string { return "exit code " + strconv.Itoa(int(c)) }

// kill kills c, together with what it has started if it leads that.
func (c child) kill() {
	pid := c.pid
	if c.leads {
		pid = -pid
	}
	_ = unix.Kill(pid, unix.SIGKILL) // it may have ended
}

// reap says whether c has ended, and how it failed; it waits where there is no
// pidfd.
func (c child) reap() (how error, ended bool) {
	flags := unix.WNOHANG
	if c.fd < 0 {
		flags = 0
	}
	var ws unix.WaitStatus
	pid, err := fifo.Retry(func() (int, error) { return unix.Wait4(c.pid, &ws, flags, nil) })
	switch {
	case err == nil && pid == 0:
		return nil, false
	case err != nil:
		return err, true
	case ws.Signaled():
		return errors.New("killed by " + unix.SignalName(ws.Signal())), true
	case ws.ExitStatus() != 0:
		return ExitCode(ws.ExitStatus()), true
	}
	return nil, true
}
