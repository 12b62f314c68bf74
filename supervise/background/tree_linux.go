package background

import (
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/proc"
)

// hold opens a pidfd of pid, if that is a process below us; -1 if it is not. A
// zombie of ours is one too.
func hold(pid int) int {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return -1
	}
	// Asked while we hold it: what is still there is what was asked about.
	if isBelow(pid) && unix.PidfdSendSignal(fd, 0, nil, 0) == nil {
		return fd
	}
	_ = unix.Close(fd) // nothing to flush
	return -1
}

// isBelow says that pid is a child of ours, or of one of these.
func isBelow(pid int) bool {
	const deepest = 1000 // who counts more was given pids anew meanwhile
	self := unix.Getpid()
	var b proc.Buffer
	for range deepest {
		pid = int(b.Stat(pid).Number(4)) // the parent, 0 if there is none
		if pid == self || pid <= 1 {
			break
		}
	}
	return pid == self
}

// signalBelow signals every process below us.
func signalBelow(signals ...syscall.Signal) {
	entries, _ := os.ReadDir("/proc") // what it gave before an error counts
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		fd := hold(pid)
		if fd < 0 {
			continue
		}
		for _, sig := range signals {
			_ = unix.PidfdSendSignal(fd, sig, nil, 0) // it may have ended, or be another user's: then nobody can
		}
		_ = unix.Close(fd) // nothing to flush
	}
}
