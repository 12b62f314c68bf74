package logger

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestBrim: a flood fills a disk of 4 MB with its own log, in the middle of a
// chunk. With Fblock, which is usual, all waits in the pipe until there is room,
// and nothing is lost; with Fdrop whoever writes goes on, and what was dropped is
// counted.
func TestBrim(t *testing.T) {
	t.Parallel()
	const count = 300000 // of 26 bytes
	for _, policy := range []string{"Fblock", "Fdrop"} {
		t.Run(policy, func(t *testing.T) {
			t.Parallel()
			dir := small(t, "size=4M")
			log := filepath.Join(dir, "log")
			r, w, err := os.Pipe()
			must(t, err)
			defer r.Close()
			l := begin(t, dir, r, svlog(t), "s300000", "n1000", policy, "./log")
			written := make(chan error, 1)
			go func() {
				_, err := w.WriteString(numbered(0, count))
				written <- err
			}()
			told := "trying again in 5 seconds\n"
			if policy == "Fdrop" {
				must(t, <-written)
				told = "dropping lines\n"
			}
			eventually(t, "the disk is full", func() bool { return strings.HasSuffix(l.said(t), told) })
			if policy == "Fblock" && len(written) > 0 {
				t.Error("all was written while the disk was full")
			}
			must(t, unix.Mount("none", log, "tmpfs", unix.MS_REMOUNT, "size=32M"))
			if policy == "Fblock" {
				must(t, <-written)
			}
			_, err = w.WriteString(numbered(count, 1))
			must(t, err)
			must(t, w.Close())
			l.ends(t, 0)
			text := strings.Join(contents(t, log), "")
			checkGaps(t, text, count+1)
			if dropped := strings.Contains(text, " dropped: no space --\n"); dropped != (policy == "Fdrop") {
				t.Errorf("lines dropped: %v", dropped)
			}
		})
	}
}
