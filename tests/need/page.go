package need

import (
	"os/exec"
	"testing"
)

// Page is a manual page as plain text; groff has nothing to say against it.
func Page(t testing.TB, path string) string {
	t.Helper()
	if _, err := exec.LookPath("groff"); err != nil {
		t.Skip(err)
	}
	cmd := exec.Command("groff", "-mdoc", "-ww", "-Tascii", "-P-cbou", path)
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("groff %s: %v", path, err)
	}
	return string(text)
}
