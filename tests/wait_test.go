package tests

import (
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// patience is how long a test waits for what should come at once.
const patience = 30 * time.Second

// recheck bounds one wait: not all that tests ask for shows in files.
const recheck = 50 * time.Millisecond

// await asks done each time something changes below dir, and every recheck,
// until it says yes; false if it has not within limit.
func await(dir string, limit time.Duration, done func() bool) bool {
	deadline := time.Now().Add(limit)
	notes, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		notes = -1 // poll passes over it: then recheck alone wakes us
	} else {
		defer unix.Close(notes)
	}
	for {
		watchBelow(notes, dir)
		if done() {
			return true
		}
		left := time.Until(deadline)
		if left <= 0 {
			return false
		}
		set := []unix.PollFd{{Fd: int32(notes), Events: unix.POLLIN}}
		_, _ = unix.Poll(set, int(min(left, recheck)/time.Millisecond)+1) // a signal only asks sooner
		drain(notes)
	}
}

func watchBelow(notes int, dir string) {
	const changes = unix.IN_CREATE | unix.IN_DELETE | unix.IN_MOVE | unix.IN_CLOSE_WRITE | unix.IN_MODIFY
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			_, _ = unix.InotifyAddWatch(notes, path, changes) // gone again: then nothing changes there
		}
		return nil
	})
}

func drain(notes int) {
	var buf [16 << 10]byte
	for {
		if n, err := unix.Read(notes, buf[:]); n <= 0 || err != nil {
			return
		}
	}
}

// eventually fails the test unless done says yes in time.
func eventually(t *testing.T, dir, what string, done func() bool) {
	t.Helper()
	if !await(dir, patience, done) {
		t.Fatalf("%s: not within %v", what, patience)
	}
}
