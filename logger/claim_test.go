package logger

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestClaim: a pipe has one reader at a time. Who comes while another reads it waits
// for the end of that, also by a kill, and each line is written once.
func TestClaim(t *testing.T) {
	t.Parallel()
	const lines = 40_000
	path := filepath.Join(t.TempDir(), "db")
	must(t, unix.Mkfifo(path, 0o600))
	w := reopened(t, path, unix.O_RDWR)
	var dirs []string
	begin := func() *started {
		dir := t.TempDir()
		dirs = append(dirs, filepath.Join(dir, "log"))
		l := of(dir, nil, "db", []*os.File{reopened(t, path, unix.O_RDWR)}, svlog(t), "s16777215", "./log")
		l.begin(t)
		return l
	}
	loggers := []*started{begin(), begin(), begin()}
	for _, dir := range dirs {
		eventually(t, dir+" is there", func() bool { _, err := os.Stat(dir + "/current"); return err == nil })
	}
	sent := make(chan error, 1)
	go func() {
		var err error
		for i := 0; i < lines && err == nil; i++ {
			_, err = io.WriteString(w, numbered(i, 1))
		}
		sent <- err
	}()
	for _, l := range loggers[:2] {
		eventually(t, "one of them reads", func() bool {
			return slices.ContainsFunc(dirs, func(dir string) bool { text, err := os.ReadFile(dir + "/current"); return err == nil && len(text) > 0 })
		})
		must(t, l.Process.Signal(syscall.SIGTERM))
		l.ends(t, 0)
	}
	must(t, <-sent)
	eventually(t, "all is read", func() bool { n, err := unix.IoctlGetInt(int(w.Fd()), unix.TIOCINQ); return err == nil && n == 0 })
	must(t, loggers[2].Process.Signal(syscall.SIGTERM))
	loggers[2].ends(t, 0)
	var got []string
	for _, dir := range dirs {
		for line := range strings.Lines(strings.Join(contents(t, dir), "")) {
			got = append(got, strings.TrimPrefix(line, "db: "))
		}
	}
	slices.Sort(got)
	if strings.Join(got, "") != numbered(0, lines) {
		t.Errorf("got %d lines, %d of them different; want %d", len(got), len(slices.Compact(got)), lines)
	}
}
