package attribute

import (
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// TestExecuteFails: where the program cannot be executed all limits are as they
// were, also one that was set twice.
func TestExecuteFails(t *testing.T) {
	get := func() (now unix.Rlimit) {
		if err := unix.Getrlimit(unix.RLIMIT_CORE, &now); err != nil {
			t.Fatal(err)
		}
		return now
	}
	was := get()
	limit := func(soft uint64) Limit {
		return Limit{Resource: unix.RLIMIT_CORE, Rlimit: unix.Rlimit{Cur: min(soft, was.Max), Max: was.Max}}
	}
	started := was
	started.Cur = min(8192, was.Max)
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &started); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Setrlimit(unix.RLIMIT_CORE, &was) }() // nobody else minds
	err := Execute(filepath.Join(t.TempDir(), "nosuch"), []string{"nosuch"}, nil, []Limit{limit(4096), limit(2048)})
	if now := get(); err != unix.ENOENT || now != started {
		t.Errorf("got limit %v, %v; want %v, %v", now, err, started, unix.ENOENT)
	}
}
