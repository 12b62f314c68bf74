package need

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
)

// programs is where those of ours are, once one was asked for.
var programs struct {
	sync.Mutex
	dir string
}

// Main is a TestMain for those who ask for a Program: it removes what was built.
//
// Where HUP is ignored, as under nohup, it would be so for all that a test starts:
// exec gives what is caught its default.
func Main(m *testing.M) {
	if signal.Ignored(syscall.SIGHUP) {
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	}
	code := m.Run()
	if programs.dir != "" {
		_ = os.RemoveAll(programs.dir) // best effort: it is in the temporary directory
	}
	os.Exit(code)
}

// Program is the path of a program of ours under one of its names. It is built
// once for all tests of a package; every user may execute it.
func Program(t testing.TB, program, name string) string {
	t.Helper()
	programs.Lock()
	defer programs.Unlock()
	path, err := build(program, name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func build(program, name string) (path string, err error) {
	if programs.dir == "" {
		if programs.dir, err = os.MkdirTemp("", "svdir-programs-"); err == nil {
			err = os.Chmod(programs.dir, 0o755)
		}
	}
	if err != nil {
		return "", err
	}
	from, path := program, filepath.Join(programs.dir, name)
	if name == "svlog" && os.Getenv("SVLOG_SERVED") != "" {
		from, path = "internal/servedlog", filepath.Join(programs.dir, "served", name) // beside svlog, whose other names stay
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return "", err
		}
	}
	file := filepath.Join(programs.dir, filepath.Base(from))
	if _, err := os.Stat(file); err != nil {
		cmd := exec.Command("go", "build", "-o", file, "github.com/svdir/svdir/cmd/"+from)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("go build: %v\n%s", err, out)
		}
	}
	if _, err := os.Lstat(path); err == nil {
		return path, nil
	}
	return path, os.Symlink(file, path)
}
