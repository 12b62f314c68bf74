package fifo

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/tests/need"
)

func TestLock(t *testing.T) {
	dir, path := directory(t)
	held, err := Lock(dir, "lock")
	must(t, err)
	closeLater(t, held)
	expectMode(t, filepath.Join(path, "lock"), 0o600)
	_, err = Lock(dir, "lock")
	expect(t, "Lock of a held lock", err, unix.EAGAIN)

	other, err := unix.Open(filepath.Join(path, "lock"), unix.O_RDWR|unix.O_CLOEXEC, 0)
	must(t, err)
	closeLater(t, other)
	expect(t, "flock", unix.Flock(other, unix.LOCK_EX|unix.LOCK_NB), unix.EAGAIN)
	expect(t, "OFD lock", unix.FcntlFlock(uintptr(other), unix.F_OFD_SETLK, &unix.Flock_t{Type: unix.F_WRLCK}), unix.EAGAIN)
	expect(t, "record lock", unix.FcntlFlock(uintptr(other), unix.F_SETLK, &unix.Flock_t{Type: unix.F_WRLCK}), unix.EAGAIN)
	if locked, err := IsLocked(other); !locked || err != nil {
		t.Errorf("held: IsLocked is %v, %v; want true", locked, err)
	}

	must(t, unix.Close(held))
	if locked, err := IsLocked(other); locked || err != nil {
		t.Errorf("free: IsLocked is %v, %v; want false", locked, err)
	}
	_, err = Lock(dir, "missing/lock")
	expect(t, "Lock without a directory", err, unix.ENOENT)
}

// Either kind of lock of another keeps us out, and we do not stay half in.
func TestLockHeldByAnother(t *testing.T) {
	for _, c := range []struct {
		name string
		lock func(fd int) error
	}{
		{"flock", func(fd int) error { return unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) }},
		{"OFD", func(fd int) error {
			return unix.FcntlFlock(uintptr(fd), unix.F_OFD_SETLK, &unix.Flock_t{Type: unix.F_WRLCK})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, path := directory(t)
			touch(t, path, "lock")
			fd, err := unix.Open(filepath.Join(path, "lock"), unix.O_RDWR|unix.O_CLOEXEC, 0)
			must(t, err)
			must(t, c.lock(fd))
			_, err = Lock(dir, "lock")
			expect(t, "Lock", err, unix.EAGAIN)
			must(t, unix.Close(fd))
			held, err := Lock(dir, "lock")
			must(t, err)
			must(t, unix.Close(held))
		})
	}
}

// The lockers of daemontools and s6, both ways.
func TestLockAndPeers(t *testing.T) {
	for _, program := range []string{"setlock", "s6-setlock"} {
		t.Run(program, func(t *testing.T) {
			setlock := need.Peer(t, program)
			dir, path := directory(t)
			held, err := Lock(dir, "lock")
			must(t, err)
			if err := exec.Command(setlock, "-n", filepath.Join(path, "lock"), "true").Run(); err == nil {
				t.Errorf("%s took our lock", program)
			}
			must(t, unix.Close(held))

			cmd := exec.Command(setlock, filepath.Join(path, "lock"), "sh", "-c", "echo locked; exec cat")
			in, err := cmd.StdinPipe()
			must(t, err)
			out, err := cmd.StdoutPipe()
			must(t, err)
			must(t, cmd.Start())
			if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "locked\n" {
				t.Errorf("%s says %q, %v; want locked", program, line, err)
			}
			_, err = Lock(dir, "lock")
			expect(t, "Lock while "+program+" has it", err, unix.EAGAIN)
			must(t, in.Close())
			_, err = io.Copy(io.Discard, out)
			must(t, err)
			must(t, cmd.Wait())
			held, err = Lock(dir, "lock")
			must(t, err)
			must(t, unix.Close(held))
		})
	}
}

// TestLockWithin: a lock that is given back soon is waited for, one that is not
// is not, by nobody.
func TestLockWithin(t *testing.T) {
	dir, path := directory(t)
	never, err := Lock(dir, "never")
	must(t, err)
	closeLater(t, never)
	_, err = LockWithin(dir, "never", time.Millisecond)
	expect(t, "LockWithin of a held lock", err, unix.EAGAIN)
	entries, err := os.ReadDir("/proc/self/fd")
	must(t, err)
	for _, e := range entries {
		if is, _ := os.Readlink("/proc/self/fd/" + e.Name()); is == path+"/never" && e.Name() != strconv.Itoa(never) {
			t.Errorf("descriptor %s waits for the lock still", e.Name())
		}
	}

	soon, err := Lock(dir, "soon")
	must(t, err)
	time.AfterFunc(10*time.Millisecond, func() { must(t, unix.Close(soon)) })
	fd, err := LockWithin(dir, "soon", patience)
	must(t, err)
	closeLater(t, fd)
}
