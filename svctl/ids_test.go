package svctl

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/svdir/svdir/svctl/ids"
)

// TestIDsAtOnce: those who give out numbers at the same time wait for each other.
func TestIDsAtOnce(t *testing.T) {
	t.Parallel()
	const services = 20
	scan := t.TempDir()
	for i := range services {
		if err := os.MkdirAll(filepath.Join(scan, fmt.Sprint("web-", i)), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	var all sync.WaitGroup
	for i := range services {
		all.Go(func() {
			w := IDs{Pool: ids.Pool{First: 1, Last: services}, Port: "http"}
			_, refused, err := w.Give(scan, []Target{Linked(scan, fmt.Sprint("web-", i))})
			if err != nil || refused[0] != nil {
				t.Errorf("%v, %v", err, refused)
			}
		})
	}
	all.Wait()
	seen := map[string]bool{}
	for i := range services {
		text, err := os.ReadFile(filepath.Join(scan, fmt.Sprint("web-", i), "set/ports/http"))
		if err != nil || seen[string(text)] {
			t.Errorf("web-%d has %q, %v", i, text, err)
		}
		seen[string(text)] = true
	}
}
