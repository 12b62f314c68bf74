// Package need is what a test needs: programs of ours, which it builds, and
// what the machine must have. A test that cannot have that is skipped, with the
// reason; where REQUIRE_PEERS is set, as in a check of everything, a suite of
// the field that is not installed is a failure.
package need

import (
	"os"
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
	if os.Getenv("REQUIRE_PEERS") != "" {
		t.Fatalf("REQUIRE_PEERS is set and %s is not installed: run make packages", name)
	}
	t.Skipf("%s is not installed: run make packages", name)
	return ""
}

// Root is for what only the superuser may do.
func Root(t testing.TB) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("this test needs root")
	}
}
