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
// built, which is that of Debian; here it may be in PATH too.
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
			return err
		}
		defer unix.Close(fd)
		files[f.at] = uintptr(fd)
	}
	words := []string{shell, "-c", d.bounds.processor}
	if !d.bounds.shell {
		words = []string{find(execline, env), "-Pc", d.bounds.processor}
	}
	c := child{fd: -1}
	attr := &syscall.ProcAttr{Dir: d.here(), Env: env, Files: files, Sys: &syscall.SysProcAttr{PidFD: &c.fd}}
	pid, err := fifo.Retry(func() (int, error) { return syscall.ForkExec(words[0], words, attr) })
	if err == unix.EAGAIN || err == unix.ENOMEM {
		return err
	}
	if err != nil {
		text := prog + " (processor child): fatal: unable to exec " + words[0] + because(err) + "\n"
		_ = fifo.WriteAll(2, []byte(text)) // nobody is left to be told
		d.warn("processor failed in " + d.path)
		d.retry = fifo.Now() + d.bounds.retry
		return nil
	}
	c.pid = pid
	d.child = c
	return nil
}

// find is where a program is.
func find(name string, env []string) string {
	dirs := usualPath
	for _, pair := range env {
		if value, ok := strings.CutPrefix(pair, "PATH="); ok {
			dirs = value
		}
	}
	for dir := range strings.SplitSeq(dirs, ":") {
		file := path(dir, name)
		if dir != "" && unix.Access(file, unix.X_OK) == nil {
			return file
		}
	}
	return path(debianPath, name)
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
