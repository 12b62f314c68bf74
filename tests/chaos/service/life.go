package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// begin is the start of a run: from here on it is the one that lives.
func begin() {
	hold("run", "lock.run")
	note("start %d", os.Getpid())
}

// hold takes a lock of the service and keeps it until the process ends. What is
// not free is a violation, and then it is waited for.
func hold(what, lock string) {
	fd, err := unix.Open(lock, unix.O_RDWR|unix.O_CREAT|unix.O_CLOEXEC, 0o600)
	check(err)
	if unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) != nil {
		holder, _ := os.ReadFile(lock) // it tells who it is, at best
		complain("copies", fmt.Sprintf("%s %d was started while %s lives", what, os.Getpid(), strings.TrimSpace(string(holder))))
		for unix.Flock(fd, unix.LOCK_EX) == unix.EINTR {
			continue // until it is free
		}
	}
	_ = unix.Ftruncate(fd, 0) // best effort: the lock counts, not what is in it
	_, _ = unix.Pwrite(fd, fmt.Appendf(nil, "%s %d\n", what, os.Getpid()), 0)
}

// note appends a line to the lives of the service, with the time.
func note(format string, args ...any) {
	var now unix.Timespec
	check(unix.ClockGettime(unix.CLOCK_MONOTONIC, &now))
	check(appendLine("lives", fmt.Sprintf(format, args...)+fmt.Sprintf(" %d\n", now.Nano())))
}

// complain tells the harness of a violation, and of which kind it is.
func complain(kind, text string) {
	cwd, _ := os.Getwd() // it was there a moment ago
	_ = appendLine(os.Getenv("CHAOS_COMPLAINTS"), kind+" "+filepath.Base(cwd)+": "+text+"\n")
}

// appendLine appends whole lines: others write to the file too.
func appendLine(path, line string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = file.WriteString(line)
	return err
}
