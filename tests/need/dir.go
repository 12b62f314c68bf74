package need

import (
	"os"
	"testing"
)

// PublicDir is a temporary directory that every user may enter, unlike
// t.TempDir, so that services may drop their rights.
func PublicDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "svdir-test-")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // best effort: it is in the temporary directory
	return dir
}
