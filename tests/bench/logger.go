package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// logger is a logger of the suite alone, and the pipe to it, of the default
// size. That blocks: no waiting of ours is between two writes.
type logger struct {
	process *exec.Cmd
	pipe    int
	dir     string
}

// errNone says that the suite has no logger of that manner.
var errNone = errors.New("no such logger")

// startLogger starts a logger in a directory of its own, and waits until it has
// written a line. End it, also after an error, if there is one.
func (t *tree) startLogger(m manner) (*logger, error) {
	dir, err := os.MkdirTemp(t.home, "logger-")
	if err != nil {
		return nil, err
	}
	command := t.suite.logger(dir, m)
	if command == nil {
		return nil, errNone
	}
	if err := os.WriteFile(filepath.Join(dir, "config"), []byte(svlogdConfig(m)), 0o600); err != nil {
		return nil, err
	}
	var pipe [2]int
	if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC); err != nil {
		return nil, err
	}
	in := os.NewFile(uintptr(pipe[0]), "pipe")
	defer in.Close()
	l := &logger{exec.CommandContext(t.ctx, command[0], command[1:]...), pipe[1], dir}
	l.process.Stdin, l.process.Stderr = in, t.said
	l.process.Env = []string{"PATH=" + os.Getenv("PATH")}       // the rest would be memory of the user
	l.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // ^C is for us alone
	if err := l.process.Start(); err != nil {
		_ = unix.Close(l.pipe) // nothing was written
		return nil, err
	}
	if err := l.write([]byte("a line\n")); err != nil {
		return l, err
	}
	_, err = untilWritten(dir)
	return l, err
}

// write writes b, whole: the pipe blocks. Our runtime is not told of that, so
// that it does not look for other work on the processors that are measured.
func (l *logger) write(b []byte) error {
	for len(b) > 0 {
		n, _, errno := unix.RawSyscall(unix.SYS_WRITE, uintptr(l.pipe), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
		if errno == unix.EINTR {
			n = 0
		} else if errno != 0 {
			return fmt.Errorf("unable to write to the logger: %w", errno)
		}
		b = b[n:]
	}
	return nil
}

// cpu is what the logger has used of the processor.
func (l *logger) cpu() time.Duration { return cpu(l.process.Process.Pid) }

// end ends the logger by the end of its input, waits until it has written all,
// and says what it has used of the processor in its life.
func (l *logger) end() (time.Duration, error) {
	_ = unix.Close(l.pipe) // all was written
	err := l.process.Wait()
	used := l.process.ProcessState.UserTime() + l.process.ProcessState.SystemTime()
	return used, errors.Join(err, os.RemoveAll(l.dir))
}

// untilWritten waits until a logger has written to its directory, and says when
// it last did.
func untilWritten(dir string) (at time.Time, err error) {
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	if err != nil {
		return at, err
	}
	events := os.NewFile(uintptr(fd), "inotify")
	defer events.Close()
	if _, err := unix.InotifyAddWatch(fd, dir, unix.IN_MODIFY|unix.IN_CREATE); err != nil {
		return at, &os.PathError{Op: "watch", Path: dir, Err: err}
	}
	if err := events.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return at, err
	}
	var buf [4096]byte
	for {
		if st, err := os.Stat(filepath.Join(dir, "current")); err == nil && st.Size() > 0 {
			return st.ModTime(), nil
		}
		if _, err := events.Read(buf[:]); err != nil {
			return at, &os.PathError{Op: "wait for", Path: dir, Err: err}
		}
	}
}
