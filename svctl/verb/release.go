package verb

import (
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/svctl"
)

// releaseTime is how long the ports of a service that is down are waited for, and
// releasePause how long at most until it is looked again: that somebody does not listen
// any more is told by nothing but his end.
const (
	releaseTime  = 15 * time.Second
	releasePause = 250 * time.Millisecond
)

// release waits until nothing that is left of the services which are down listens at
// their ports, so that whoever asks for these next gets them. Who is left then is named.
func (c *call) release(all []*task, deadline time.Time) {
	until := time.Now().Add(releaseTime)
	if c.opt.timeoutSet && !deadline.IsZero() && deadline.Before(until) {
		until = deadline
	}
	for {
		var left []svctl.Holder
		late := !time.Now().Before(until)
		for _, t := range all {
			if t.err != nil || t.wait == nil || t.wait.Goal != svctl.Stopped || t.wait.Verdict != svctl.Reached {
				continue
			}
			own := svctl.Leftovers(t.Target)
			if left = append(left, own...); late && own != nil {
				t.err = heldUp(t, &own[0])
			}
		}
		if left == nil || late {
			return
		}
		awaitEnd(left, min(releasePause, time.Until(until)))
	}
}

// heldUp is that a service has ended, but not all of it.
func heldUp(t *task, h *svctl.Holder) error {
	name := svctl.Show(t.Name)
	return late("timed out waiting for the ports of " + name + ": it is down, but " + svctl.Show(h.Says(t.Target)) +
		"; with svctl set " + name + " kill-scope=tree a stop reaches that")
}

// awaitEnd waits for the end of one of them, and not for long.
func awaitEnd(left []svctl.Holder, most time.Duration) {
	var fds []unix.PollFd
	for i := range left {
		same := func(h svctl.Holder) bool { return h.PID == left[i].PID }
		if slices.IndexFunc(left, same) < i {
			continue
		}
		fd, err := unix.PidfdOpen(left[i].PID, 0)
		if err == unix.ESRCH {
			most = 0
		}
		if err == nil {
			fds = append(fds, unix.PollFd{Fd: int32(fd), Events: unix.POLLIN})
		}
	}
	milliseconds := int(max(most, 0) / time.Millisecond)
	_, _ = fifo.Retry(func() (int, error) { return unix.Poll(fds, milliseconds) }) // it is looked again anyway
	for _, fd := range fds {
		_ = unix.Close(int(fd.Fd)) // nothing was written
	}
}
