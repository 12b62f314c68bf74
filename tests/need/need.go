// Package need is what a test needs: programs of ours, which it builds, and
// what the machine must have. A test that cannot have that is skipped, with the
// reason. Where REQUIRE_PEERS is set, as in a check of everything, what make
// packages installs must be there: then its absence is a failure.
package need

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Peer is the path of a program of the field, as Debian installs it: never of
// one of ours, whatever PATH has.
func Peer(t testing.TB, name string) string {
	t.Helper()
	for _, dir := range [...]string{"/usr/bin", "/usr/sbin"} {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	Missing(t, name)
	return ""
}

// Tool is the path of a program that is none of the field, wherever the machine has
// it: sbin is not in every PATH.
func Tool(t testing.TB, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	return Peer(t, name)
}

// Missing ends a test for want of what make packages installs.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("REQUIRE_PEERS") != "" {
		t.Fatalf("REQUIRE_PEERS is set and %s is not installed: run make packages", what)
	}
	t.Skipf("%s is not installed: run make packages", what)
}

// Root is for what only the superuser may do. A check of everything may be one of
// another user, so it is skipped there too.
func Root(t testing.TB) {
	t.Helper()
	if uid := os.Getuid(); uid != 0 {
		t.Skipf("this test needs root, and is run by user %d", uid)
	}
}
