package svscan

import (
	"os"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/svscan/scandir"

	"golang.org/x/sys/unix"
)

const (
	envName = scandir.Dir + "/" + scandir.Env
	envSize = 8 << 10 // more than it has
)

// writeEnv tells who runs here, and what came of reexecs. Best effort: svctl
// reexec waits for it in vain.
func (s *scanner) writeEnv() {
	if s.lock < 0 {
		return // nothing can be written here, or another svscan does
	}
	self := os.Getpid()
	e := scandir.Svscan{PID: self, Ticks: proc.StartTicks(self), BootID: s.boot,
		Reexecs: s.reexecs, Failures: s.failures, Reason: s.failure}
	_ = replaceAt(s.home(), envName, e.AppendText(nil)) // best effort, as said
}

// replaceAt replaces a file below dir with text, so that a reader sees the one or
// the other whole. Nothing is synced: after a boot it means nothing.
func replaceAt(dir int, name string, text []byte) error {
	fresh := name + ".new"
	fd, err := fifo.Retry(func() (int, error) {
		return unix.Openat(dir, fresh, unix.O_WRONLY|unix.O_CREAT|unix.O_TRUNC|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o644)
	})
	if err != nil {
		return err
	}
	_, err = fifo.Retry(func() (int, error) { return unix.Write(fd, text) })
	_ = unix.Close(fd) // likewise
	if err != nil {
		return err
	}
	return unix.Renameat(dir, fresh, dir, name)
}

// forgetBoot removes what was recorded before this boot: pid and ticks mean
// another process by now.
func (s *scanner) forgetBoot() {
	e, ok := scandir.ParseSvscan(readAt(s.home(), envName, envSize))
	if s.lock >= 0 && (!ok || e.BootID != s.boot) {
		_ = unix.Unlinkat(s.home(), reapedName, 0) // usually it is not there
	}
}
