package need

import (
	"os/exec"
	"testing"
)

// Page is a manual page as plain text; groff has nothing to say against it.
func Page(t testing.TB, path string) string {
	t.Helper()
	cmd := exec.Command(Tool(t, "groff"), "-mdoc", "-ww", "-Tascii", "-P-cbou", path)
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("groff %s: %v", path, err)
	}
	return string(text)
}
