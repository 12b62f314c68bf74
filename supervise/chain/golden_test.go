package chain

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/svdir/svdir/tests/need"
)

func TestMain(m *testing.M) {
	if name := filepath.Base(os.Args[0]); Knows(name) {
		os.Exit(Main(name, os.Args[1:]))
	}
	os.Exit(runAll(m))
}

// ours and theirs are directories with all names, as links to us and to the
// programs of Debian.
var ours, theirs string

func runAll(m *testing.M) int {
	dir, err := os.MkdirTemp("", "chain-")
	if err == nil {
		defer os.RemoveAll(dir) // best effort: it is in the temporary directory
		err = link(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

func link(dir string) error {
	ours, theirs = filepath.Join(dir, "ours"), filepath.Join(dir, "theirs")
	program := filepath.Join(dir, "program") // where nobody may execute it too
	text, err := os.ReadFile("/proc/self/exe")
	for _, step := range []func() error{
		func() error { return os.Chmod(dir, 0o755) },
		func() error { return os.Mkdir(ours, 0o755) },
		func() error { return os.Mkdir(theirs, 0o755) },
		func() error { return os.WriteFile(program, text, 0o755) },
	} {
		if err == nil {
			err = step()
		}
	}
	for name := range loaders {
		if err == nil {
			err = os.Symlink(program, filepath.Join(ours, name))
		}
		if peer, missing := exec.LookPath(name); err == nil && missing == nil {
			err = os.Symlink(peer, filepath.Join(theirs, name))
		}
	}
	return err
}

// patience is longer than anything takes on a busy machine.
const patience = 120 * time.Second

// plant makes what the cases use.
func plant(t *testing.T, bin string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range map[string]string{
		"d/A": "one \t\nx", "d/B": "", "d/C": "\n", "d/D": "a\x00b", "d/E": "x\r\n", "d/F": "y \r \t", "d/L": strings.Repeat("z", 5000),
		"d/S": " ", "d/N": "\x00", "d/M": "\n\x00x", "d/V": "abc  \n\n\n", "d/.dot": "nope", "one/A": "1", "equal/H=I": "v", "equal/J=": "", "equal/K": "1",
		"sub/A": "1", "sub/dir/x": "", "path/PATH": "/nosuch\n", "nopath/PATH": "", "secret/A": "1", "listless/A": "1", "cmds/noexec": "x", "cmds/garbage": "garbage",
		"cmds/prog": "#!/bin/sh\necho prog $0\n", "cmds/dir/x": "", "closed/prog": "",
	} {
		file := filepath.Join(dir, name)
		must(t, os.MkdirAll(filepath.Dir(file), 0o755))
		must(t, writeFile(file, text, 0o644))
	}
	must(t, os.Mkdir(filepath.Join(dir, "dangling"), 0o755))
	must(t, os.Symlink("nowhere", filepath.Join(dir, "dangling/A")))
	for name, mode := range map[string]fs.FileMode{
		"secret": 0o700, "listless": 0o711, "cmds/garbage": 0o755, "cmds/prog": 0o755, "closed": 0o700, "one/A": 0o600,
	} {
		must(t, os.Chmod(filepath.Join(dir, name), mode))
	}
	must(t, os.Chmod(dir, 0o755))
	must(t, os.Symlink(bin, filepath.Join(dir, "bin")))
	return dir
}

// writeFile writes what may be a program. No other test forks meanwhile: its
// child would have the file open for writing, and then nobody can execute it.
func writeFile(path, text string, mode fs.FileMode) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return os.WriteFile(path, []byte(text), mode)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// outcome is what a command line leaves.
type outcome struct {
	out, err string
	code     int
	files    string
}

// perform runs a line of sh in a new scene, with the loaders of bin. An end by a
// signal is a code of 128 and more, since a sh is in front.
func perform(t *testing.T, bin, line string) outcome {
	t.Helper()
	dir := plant(t, bin)
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir, cmd.Env = dir, []string{"PATH=bin:/usr/bin:/bin", "A=a", "B=b"}
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.WaitDelay = patience
	must(t, cmd.Start())
	stuck := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	_ = cmd.Wait() // its code says how it ended
	stuck.Stop()
	o := outcome{out: strings.ReplaceAll(out.String(), dir, "SCENE"), err: errs.String(), code: cmd.ProcessState.ExitCode()}
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		if i, err := e.Info(); err == nil && e.Name() != "bin" {
			o.files += fmt.Sprintln(e.Name(), i.Mode())
		}
	}
	return o
}

func needAll(t *testing.T) {
	t.Helper()
	need.Root(t) // it changes users
	for name := range loaders {
		if name != checkerName {
			need.Peer(t, name)
		}
	}
}

// TestGolden runs each line with our loaders and with theirs: what is said, how
// it ends and what files are made is the same.
func TestGolden(t *testing.T) {
	needAll(t)
	text, err := os.ReadFile("testdata/golden.txt")
	must(t, err)
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			if got, want := perform(t, ours, line), perform(t, theirs, line); got != want {
				t.Errorf("got %q, %q, exit code %d, files %q; want %q, %q, %d, %q", got.out, got.err, got.code, got.files, want.out, want.err, want.code, want.files)
			}
		})
	}
}
