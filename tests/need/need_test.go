package need

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// told is a test that notes how it was ended.
type told struct {
	testing.TB
	how string
}

func (*told) Helper() {}

func (t *told) Fatalf(format string, args ...any) { t.end("failed", format, args) }

func (t *told) Skipf(format string, args ...any) { t.end("skipped", format, args) }

func (t *told) end(how, format string, args []any) {
	t.how = how + ": " + fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// endOf is how f ends a test.
func endOf(f func(testing.TB)) string {
	t := &told{}
	done := make(chan bool)
	go func() {
		defer close(done)
		f(t)
	}()
	<-done
	return t.how
}

// TestMissing: what is not there is a skip, where all must be there a failure.
func TestMissing(t *testing.T) {
	const name = "no-such-program"
	for _, c := range []struct{ require, want string }{
		{"", "skipped: no-such-program is not installed: run make packages"},
		{"1", "failed: REQUIRE_PEERS is set and no-such-program is not installed: run make packages"},
	} {
		t.Setenv("REQUIRE_PEERS", c.require)
		for what, f := range map[string]func(testing.TB, string) string{"Peer": Peer, "Tool": Tool} {
			if got := endOf(func(t testing.TB) { f(t, name) }); got != c.want {
				t.Errorf("%s, REQUIRE_PEERS=%s: got %q; want %q", what, c.require, got, c.want)
			}
		}
	}
}

// TestTool: it may be anywhere in PATH.
func TestTool(t *testing.T) {
	t.Setenv("REQUIRE_PEERS", "1")
	path := filepath.Join(t.TempDir(), "tool")
	if err := os.WriteFile(path, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", filepath.Dir(path))
	if got := Tool(t, "tool"); got != path {
		t.Errorf("got %s; want %s", got, path)
	}
}
