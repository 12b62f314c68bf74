package socket

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/setting"
)

// TestNotify: whose a socket is, and whether it is still the one that is there.
func TestNotify(t *testing.T) {
	dir := t.TempDir()
	state, err := unix.Open(dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(state)
	owner, err := OwnerOf(state)
	if err != nil {
		t.Fatal(err)
	}
	bind := func(path string, holds bool) int {
		t.Helper()
		fd, err := BindNotify(state, path, holds)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = unix.Close(fd) })
		return fd
	}
	short, long := "/web/notify", strings.Repeat("/web", setting.MaxSocketPath)+"/notify"
	kept := bind(short, true)
	if Owner(kept) != owner || !IsThere(kept, state, "notify") || Address(kept, short) != short || Address(kept, long) != "" {
		t.Errorf("of %q: it is of %q, there %v, at %q", owner, Owner(kept), IsThere(kept, state, "notify"), Address(kept, short))
	}
	own := bind(short, false)
	if Owner(own) != "" || IsThere(kept, state, "notify") || Address(own, short) != short {
		t.Errorf("one that nobody holds is of %q, and the other is there: %v", Owner(own), IsThere(kept, state, "notify"))
	}
	if err := os.Remove(dir + "/notify"); err != nil || IsThere(kept, state, "notify") {
		t.Errorf("it is there without a name: %v", err)
	}
	pathless := bind(long, true)
	if Owner(pathless) != owner || !IsThere(pathless, state, "notify") || !strings.HasPrefix(Address(pathless, long), "@") {
		t.Errorf("without a path: it is of %q, at %q", Owner(pathless), Address(pathless, long))
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("there is left %v, %v", left, err)
	}
}
