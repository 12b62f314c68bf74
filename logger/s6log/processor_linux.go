package s6log

import (
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/logger/logdir"
)

// child is a processor that runs. fd is its pidfd, -1 on a kernel without.
type child struct {
	pid, fd int
}

// The programs that run a processor. s6 knows the path of execlineb when it is
// built, which is that of Debian; where that is not, it is looked for in PATH.
// Debian has another one there, which is a script that changes PATH: so that comes
// second.
const (
	shell      = "/bin/sh"
	execline   = "execlineb"
	debianPath = "/usr/lib/execline/bin"
	usualPath  = "/usr/bin:/bin"
)

// start starts the processor in the directory: it reads previous and state, and
// writes processed and newstate, on the descriptors that multilog chose.
func (d *directory) start(env []string) error {
	files := []uintptr{0, 0, 2, ^uintptr(0), 0, 0}
	for _, f := range [...]struct {
		at, flags  int
		what, name string
	}{
		{0, unix.O_RDONLY, "open_readb ", logdir.Previous},
		{1, unix.O_WRONLY | unix.O_CREAT | unix.O_TRUNC, "open_trunc ", logdir.Processed},
		{4, unix.O_RDONLY | unix.O_CREAT, "open_readb ", state},
		{5, unix.O_WRONLY | unix.O_CREAT | unix.O_TRUNC, "open_trunc ", newState},
	} {
		fd, err := d.open(f.name, f.flags)
		if err != nil {
			d.stillborn(f.what+path(d.path, f.name), err)
			return nil
		}
		defer unix.Close(fd)
		files[f.at] = uintptr(fd)
	}
	words := []string{shell, "-c", d.bounds.processor}
	if !d.bounds.shell {
		words = []string{findExecline(env), "-Pc", d.bounds.processor}
	}
	c := child{fd: -1}
	attr := &syscall.ProcAttr{Dir: d.here(), Env: env, Files: files, Sys: &syscall.SysProcAttr{PidFD: &c.fd}}
	pid, err := fifo.Retry(func() (int, error) { return syscall.ForkExec(words[0], words, attr) })
	if err == unix.EAGAIN || err == unix.ENOMEM {
		return err
	}
	if err != nil {
		d.stillborn("exec "+words[0], err)
		return nil
	}
	c.pid = pid
	d.child = c
	return nil
}

// stillborn says what kept a processor from being one: in s6-log it is a child by
// then, which fails.
func (d *directory) stillborn(what string, err error) {
	text := prog + " (processor child): fatal: unable to " + what + because(err) + "\n"
	_ = fifo.WriteAll(2, []byte(text)) // nobody is left to be told
	d.warn("processor failed in " + d.path)
	d.retry = fifo.Now() + d.bounds.retry
}

// findExecline is where execlineb is, or was when s6 was built.
func findExecline(env []string) string {
	built, dirs := path(debianPath, execline), usualPath
	if unix.Access(built, unix.X_OK) == nil {
		return built
	}
	for _, pair := range env {
		if value, ok := strings.CutPrefix(pair, "PATH="); ok {
			dirs = value
		}
	}
	for dir := range strings.SplitSeq(dirs, ":") {
		if file := path(dir, execline); dir != "" && unix.Access(file, unix.X_OK) == nil {
			return file
		}
	}
	return built
}

// here is a path of the directory, wherever it was moved.
func (d *directory) here() string {
	here := "/proc/self/fd/" + strconv.Itoa(d.fd)
	if unix.Access(here, unix.F_OK) != nil {
		return d.path // there is no /proc
	}
	return here
}

// reap says how c failed, if it did, and whether it has ended; it waits where
// there is no pidfd.
func (c child) reap() (how string, ended bool) {
	flags := unix.WNOHANG
	if c.fd < 0 {
		flags = 0
	}
	var ws unix.WaitStatus
	pid, err := fifo.Retry(func() (int, error) { return unix.Wait4(c.pid, &ws, flags, nil) })
	switch {
	case err == nil && pid == 0:
		return "", false
	case err == nil && ws.Signaled():
		return "crashed", true
	case err != nil || ws.ExitStatus() != 0:
		return "failed", true
	}
	return "", true
}
