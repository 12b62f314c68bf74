package fifo

import (
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// socketPair is both ends of a pair of stream sockets.
func socketPair(t *testing.T) (ours, theirs int) {
	t.Helper()
	p, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	must(t, err)
	closeLater(t, p[0])
	return p[0], p[1]
}

// blockingPipe is a pipe as programs make it.
func blockingPipe(t *testing.T) (r, w int) {
	t.Helper()
	var p [2]int
	must(t, unix.Pipe(p[:]))
	return p[0], p[1]
}

func TestBoundEnds(t *testing.T) {
	reading, theirWriting := blockingPipe(t)
	closeLater(t, reading)
	theirReading, writing := blockingPipe(t)
	closeLater(t, writing)
	socket, theirSocket := socketPair(t)
	// Who waits for one descriptor alone may be told of what was read already.
	idle, theirIdle := blockingPipe(t)
	closeLater(t, idle)
	closeLater(t, theirIdle)
	for _, c := range []struct {
		name         string
		ours, theirs int
		written      bool
	}{
		{"the reading end", reading, theirWriting, true},
		{"the writing end", writing, theirReading, false},
		{"a socket", socket, theirSocket, true},
	} {
		b, err := OpenBound(c.ours)
		must(t, err)
		if flags, err := unix.FcntlInt(uintptr(c.ours), unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC == 0 {
			t.Errorf("%s: got flags %#x, %v; want it closed on exec", c.name, flags, err)
		}
		told := 0
		var p Poller
		b.Add(&p, waiterFunc(func(int, int16) { told++ }), 1)
		p.Add(idle, unix.POLLIN, waiterFunc(func(int, int16) {}), 2)
		if b.Ended() {
			t.Errorf("%s: has ended; want that it has not", c.name)
		}
		if c.written {
			must(t, unix.SetNonblock(c.theirs, true))
			total := 0
			for range 100 { // more than either holds
				if n, err := unix.Write(c.theirs, make([]byte, 4096)); err == nil {
					total += n
				}
				if b.Ended() {
					t.Fatalf("%s: has ended; want that what was written is read", c.name)
				}
			}
			if total != 100*4096 {
				t.Errorf("%s: %d bytes were written; want all", c.name, total)
			}
		}
		must(t, p.Wait(Now()+time.Millisecond))
		if told != 0 {
			t.Errorf("%s: told %d times; want not at all, as all was read", c.name, told)
		}
		must(t, unix.Close(c.theirs))
		must(t, p.Wait(Now()+patience))
		if told != 1 || !b.Ended() {
			t.Errorf("%s: told %d times, ended %v; want once, true", c.name, told, b.Ended())
		}
	}
}

// TestBoundUnread: what is written to a pipe that cannot be read, since there is
// no /proc, tells nothing; its end does.
func TestBoundUnread(t *testing.T) {
	ours, theirs := blockingPipe(t)
	closeLater(t, ours)
	b := &Bound{fd: ours, own: -1}
	told := 0
	var p Poller
	b.Add(&p, waiterFunc(func(int, int16) { told++ }), 1)
	_, err := unix.Write(theirs, []byte("x"))
	must(t, err)
	other, ready := blockingPipe(t)
	closeLater(t, other)
	must(t, unix.Close(ready))
	p.Add(other, unix.POLLIN, waiterFunc(func(int, int16) {}), 2)
	must(t, p.Wait(Now()+patience))
	if told != 0 {
		t.Error("told of what cannot be read")
	}
	p.Remove(other)
	must(t, unix.Close(theirs))
	must(t, p.Wait(Now()+patience))
	if told != 1 || !b.Ended() {
		t.Errorf("told %d times, ended %v; want once, true", told, b.Ended())
	}
}

func TestOpenBoundRefuses(t *testing.T) {
	dir, path := directory(t)
	must(t, Make(dir, "life", 0o600))
	for name, want := range map[string]error{path: ErrUnbound, os.DevNull: ErrUnbound, path + "/life": ErrEndless} {
		flags := unix.O_RDWR
		if name == path {
			flags = unix.O_RDONLY
		}
		fd, err := unix.Open(name, flags|unix.O_CLOEXEC, 0)
		must(t, err)
		closeLater(t, fd)
		_, err = OpenBound(fd)
		expect(t, name, err, want)
	}
	_, err := OpenBound(1 << 20)
	expect(t, "a descriptor that is not open", err, unix.EBADF)
}

// TestOutlive: when whom it guards was killed a guardian waits no longer where
// the other end of what is bound has gone too, else for a while.
func TestOutlive(t *testing.T) {
	t.Parallel()
	for _, gone := range []bool{true, false} {
		ours, theirs := socketPair(t)
		b, err := OpenBound(ours)
		must(t, err)
		r, w := blockingPipe(t)
		must(t, unix.Close(w))
		if gone {
			must(t, unix.Close(theirs))
		}
		began := Now()
		Outlive(r, b)
		if took := Now() - began; gone == (took >= outlived) {
			t.Errorf("the other end gone %v: took %v; want less than %v only then", gone, took, outlived)
		}
		if !gone {
			must(t, unix.Close(theirs))
		}
	}
}
