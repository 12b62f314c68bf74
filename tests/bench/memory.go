package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

var (
	privately  = &figure{title: "private memory of supervisors per logged service", unit: "kB"}
	withLogger = &figure{title: "the same and the suite's own logger", unit: "kB"}
)

// memory is what the suite's own processes, the scanner included, hold that they
// share with nobody, per service with a logger. The service and multilog, the
// same under all suites, are not counted; what the suite's own logger would add
// is, in the second figure.
func memory(t *tree) error {
	own := float64(total(supervisors(), private)) / float64(len(t.names))
	logger, err := idleLogger(t)
	if err != nil {
		return err
	}
	t.note(privately, own)
	t.note(withLogger, own+logger)
	return nil
}

// idleLogger is the private memory in kB of a logger of the suite that has taken
// a line and is idle: the median of a few, which share their program as the
// loggers of a tree do.
func idleLogger(t *tree) (float64, error) {
	const few = 5
	var held []int
	var ends []func() error
	var err error
	for i := 0; i < few && err == nil; i++ {
		var end func() error
		if end, err = t.startLogger(filepath.Join(t.home, fmt.Sprint("logger", i)), &held); end != nil {
			ends = append(ends, end)
		}
	}
	for i, pid := range held {
		held[i] = private(pid)
	}
	for _, end := range ends {
		err = errors.Join(err, end())
	}
	if err != nil {
		return 0, err
	}
	slices.Sort(held)
	return float64(held[few/2]), nil
}

// startLogger starts a logger, whose pid it adds, and waits until it has written
// a line. The function that it returns ends it.
func (t *tree) startLogger(dir string, pids *[]int) (end func() error, err error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	command := t.suite.logger(dir)
	logger := exec.Command(command[0], command[1:]...)
	logger.Stderr = t.said
	logger.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // ^C is for us alone
	in, err := logger.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := logger.Start(); err != nil {
		return nil, err
	}
	*pids = append(*pids, logger.Process.Pid)
	end = func() error {
		_ = in.Close() // it ends by that
		return logger.Wait()
	}
	if _, err := io.WriteString(in, "a line\n"); err != nil {
		return end, err
	}
	return end, untilWritten(dir)
}

// untilWritten waits until a logger has written to its directory.
func untilWritten(dir string) error {
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	if err != nil {
		return err
	}
	events := os.NewFile(uintptr(fd), "inotify")
	defer events.Close()
	if _, err := unix.InotifyAddWatch(fd, dir, unix.IN_MODIFY|unix.IN_CREATE); err != nil {
		return &os.PathError{Op: "watch", Path: dir, Err: err}
	}
	if err := events.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	var buf [4096]byte
	for {
		if st, err := os.Stat(filepath.Join(dir, "current")); err == nil && st.Size() > 0 {
			return nil
		}
		if _, err := events.Read(buf[:]); err != nil {
			return &os.PathError{Op: "wait for", Path: dir, Err: err}
		}
	}
}
