package svscan

import (
	"os"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/svscan/scandir"

	"golang.org/x/sys/unix"
)

const (
	envName  = scandir.Dir + "/" + scandir.Env
	freshEnv = envName + ".new"
	envSize  = 8 << 10 // more than it has
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
	fd, err := fifo.Retry(func() (int, error) {
		return unix.Openat(s.home(), freshEnv, unix.O_WRONLY|unix.O_CREAT|unix.O_TRUNC|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o644)
	})
	if err != nil {
		return
	}
	_, err = fifo.Retry(func() (int, error) { return unix.Write(fd, e.AppendText(nil)) })
	_ = unix.Close(fd) // nothing is synced: after a boot it means nothing
	if err == nil {
		_ = unix.Renameat(s.home(), freshEnv, s.home(), envName)
	}
}

// forgetBoot removes what was recorded before this boot: pid and ticks mean
// another process by now.
func (s *scanner) forgetBoot() {
	e, ok := scandir.ParseSvscan(readAt(s.home(), envName, envSize))
	if s.lock >= 0 && (!ok || e.BootID != s.boot) {
		_ = unix.Unlinkat(s.home(), reapedName, 0) // usually it is not there
	}
}
