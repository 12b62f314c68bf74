package fifo

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// say says line within the patience of a test.
func say(t *testing.T, n *Notice, line string) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		n.Say(line)
	}()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatalf("Say %q blocks", line)
	}
}

// A pipe that is full and blocking, and that nobody reads, holds up nothing.
func TestNoticeNeverBlocks(t *testing.T) {
	sockets, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	must(t, err)
	closeLater(t, sockets[0])
	closeLater(t, sockets[1])
	r, w := pipe(t)
	for name, ends := range map[string][2]int{"pipe": {r, w}, "socket": sockets} {
		t.Run(name, func(t *testing.T) {
			r, w := ends[0], ends[1]
			n := NewNotice(w)
			say(t, n, "one\n")
			if got := drain(t, r); got != "one\n" || n.Lost() {
				t.Fatalf("got %q, lost %v; want one", got, n.Lost())
			}

			fill(t, w)
			must(t, unix.SetNonblock(w, false))
			say(t, n, "two\n")
			say(t, n, "three\n")
			if !n.Lost() || n.Recover() {
				t.Error("a full pipe took a line")
			}
			drain(t, r)
			say(t, n, "four\n")
			if got := drain(t, r); got != "lost 2 messages\nfour\n" || n.Lost() {
				t.Errorf("got %q, lost %v; want the count and four", got, n.Lost())
			}
		})
	}
}

func TestNoticeRecover(t *testing.T) {
	r, w := pipe(t)
	n := NewNotice(w)
	fill(t, w)
	say(t, n, "one\n")
	drain(t, r)
	if !n.Recover() || n.Lost() || n.fd != w {
		t.Error("a line is still lost when there is room")
	}
	if got := drain(t, r); got != "lost 1 messages\n" {
		t.Errorf("got %q; want the count", got)
	}
}

func TestNoticeToOtherThings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "said")
	f, err := os.Create(path)
	must(t, err)
	defer f.Close()
	n := NewNotice(int(f.Fd()))
	say(t, n, "one\n")
	say(t, n, "two\n")
	if got, err := os.ReadFile(path); err != nil || string(got) != "one\ntwo\n" {
		t.Errorf("the file has %q, %v; want both lines", got, err)
	}

	// Nobody will ever read it: that is no reason to count.
	r, w := pipe(t)
	must(t, unix.Close(r))
	n = NewNotice(w)
	say(t, n, "one\n")
	if n.Lost() {
		t.Error("a broken pipe counts lines")
	}

	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	must(t, err)
	defer full.Close()
	say(t, NewNotice(int(full.Fd())), "one\n")
}
