package wiring

import (
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/needs"
	"github.com/svdir/svdir/supervise/restart"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
	"github.com/svdir/svdir/svctl"
)

// Other is what the status of a service means for those that need it.
func Other(s *svctl.Service) *needs.Other {
	o := &needs.Other{Supervised: s.Supervised && s.Err == nil, Record: s.Record, Oneshot: s.Type() == servicedir.TypeOneshot}
	if !s.Ended {
		return o
	}
	var success restart.Success
	if dir, err := unix.Open(s.Dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0); err == nil {
		success, _ = servicedir.Value(dir, servicedir.SuccessExit, success, success, setting.ParseSuccess) // one that is bad counts for nothing
		_ = unix.Close(dir)                                                                                // nothing was written
	}
	o.Success = success.Has(s.ExitCode(), unix.Signal(s.ExitSignal()))
	return o
}
