package fifo

import (
	"bytes"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestPatient(t *testing.T) {
	_, path := directory(t)
	touch(t, path, "file")
	file, err := unix.Open(filepath.Join(path, "file"), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	must(t, err)
	closeLater(t, file)
	r, w := blockingPipe(t)
	closeLater(t, r)
	closeLater(t, w)
	if Patient(file) || !Patient(r) {
		t.Errorf("got %v for a file, %v for a pipe; want false, true", Patient(file), Patient(r))
	}
}

// TestWriteAll: what a pipe that somebody has made non-blocking has no room for
// waits until it is read.
func TestWriteAll(t *testing.T) {
	r, w := blockingPipe(t)
	closeLater(t, r)
	must(t, unix.SetNonblock(w, true))
	text := bytes.Repeat([]byte("0123456789"), 30000)
	done := make(chan error)
	go func() { done <- WriteAll(w, text) }()
	got := make([]byte, len(text))
	must(t, ReadAll(r, got))
	must(t, <-done)
	if !bytes.Equal(got, text) {
		t.Error("got another text")
	}

	must(t, unix.SetNonblock(r, true))
	must(t, ReadAll(r, got)) // another reader was there
	must(t, unix.Close(w))
	must(t, ReadAll(r, got))
	expect(t, "ReadAll", ReadAll(1<<20, got), unix.EBADF)
	expect(t, "WriteAll", WriteAll(1<<20, got), unix.EBADF)
}
