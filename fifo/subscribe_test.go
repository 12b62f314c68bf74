package fifo

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// What is told of reaches each subscriber, those of s6 see ours as one of them, and
// who has gone leaves nothing.
func TestSubscribe(t *testing.T) {
	dir, path := directory(t)
	var subs []*Subscription
	for number := range uint64(3) {
		s, err := Subscribe(dir, "event", number)
		must(t, err)
		subs = append(subs, s)
	}
	Notify(dir, "event", []byte("uU"))
	for i, s := range subs {
		if got := drain(t, s.FD()); got != "uU" {
			t.Errorf("subscriber %d was told %q", i, got)
		}
	}
	names, err := os.ReadDir(filepath.Join(path, "event"))
	must(t, err)
	for _, name := range names {
		if len(name.Name()) != subscriberLength || name.Name()[0] == '.' {
			t.Errorf("its FIFO is %q", name.Name())
		}
	}
	Notify(dir, "event", make([]byte, 100))
	subs[0].Drain()
	if n, err := Pending(subs[0].FD()); n != 0 || err != nil {
		t.Errorf("%d bytes are left, %v", n, err)
	}
	subs[1].Close()
	Notify(dir, "event", []byte("d"))
	if got := drain(t, subs[0].FD()); got != "d" {
		t.Errorf("when another has gone it was told %q", got)
	}
	subs[0].Close()
	subs[2].Close()
	names, err = os.ReadDir(filepath.Join(path, "event"))
	must(t, err)
	if len(names) != 0 {
		t.Errorf("%v are left", names)
	}
}

// A FIFO that a process before us has left with our name is in nobody's way.
func TestSubscribeAgain(t *testing.T) {
	dir, path := directory(t)
	must(t, MakeEventDir(dir, "event"))
	must(t, unix.Mkfifo(filepath.Join(path, "event", "."+subscriber(7)), 0o600))
	must(t, unix.Mkfifo(filepath.Join(path, "event", subscriber(7)), 0o600))
	s, err := Subscribe(dir, "event", 7)
	must(t, err)
	Notify(dir, "event", []byte("u"))
	if got := drain(t, s.FD()); got != "u" {
		t.Errorf("it was told %q", got)
	}
	s.Close()
}
