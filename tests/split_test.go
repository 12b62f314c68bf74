package tests

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/tests/need"
)

// twoStreams says one line on each, for each start.
const twoStreams = "#!/bin/sh\necho >>starts\nn=$(wc -l <starts)\necho out $n\necho err $n >&2\nexec sleep 1000\n"

// twoPipes is a logger that keeps apart what comes on descriptors 0 and 3.
const twoPipes = "#!/bin/sh\necho \"${SV_PIPE_NAMES-none}\" >>names\ncat <&3 >>err 3<&- & exec cat >>out 3<&-\n"

// TestSplitStderr: with the flag standard error is descriptor 3 of the logger,
// from the next start of the service on, and without it what it ever was.
func TestSplitStderr(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", twoStreams)
	w.put("web/log/run", strings.Replace(twoPipes, "cat <&3 >>err", "[ -z \"$SV_PIPE_NAMES\" ] || cat <&3 >>err", 1))
	w.serve()
	w.reaches("web", status.Up)
	w.says("err 1\n")
	has := func(name, text string) {
		t.Helper()
		eventually(t, w.scan, name+" has "+text, func() bool {
			got, _ := os.ReadFile(w.scan + "/web/log/" + name)
			return string(got) == text
		})
	}
	has("out", "out 1\n")
	has("names", "none\n")

	log := w.reaches("web/log", status.Up)
	w.run(answers("svctl set web split-stderr", ``), answers("svctl restart web", ``))
	w.restarted("web/log", log) // so that it has that descriptor
	has("err", "err 2\n")
	has("out", "out 1\nout 2\n")
	has("names", "none\nweb:stderr\n")

	log = w.record("web/log")
	w.run(answers("svctl restart web", ``))
	has("err", "err 2\nerr 3\n")
	w.run(answers("svctl unset web split-stderr", ``), answers("svctl restart web", ``))
	w.says("err 4\n")
	has("out", "out 1\nout 2\nout 3\nout 4\n")
	w.unaffected("web/log", log.PID)
	if _, err := os.Stat(w.scan + "/web/supervise/log-stderr"); err == nil {
		t.Error("its FIFO is still there")
	}
	w.run(answers("svctl set web split-stderr", ``), answers("svctl restart web", ``))
	w.restarted("web/log", log) // the FIFO is another than it had
	has("err", "err 2\nerr 3\nerr 5\n")
	w.ends()
	has("err", "err 2\nerr 3\nerr 5\n")
}

// TestSplitStderrFollowed: svscan holds a FIFO that came while it ran, and every
// supervise after the first knows what its logger was given.
func TestSplitStderrFollowed(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", twoStreams)
	w.put("web/log/run", twoPipes)
	w.serve()
	w.reaches("web", status.Up)
	w.run(answers("svctl set web split-stderr", ``), answers("svctl restart web", ``))
	pipe := w.scan + "/web/supervise/log-stderr"
	eventually(t, w.scan, "svscan has it open", func() bool { return holds(w.svscan.cmd.Process.Pid, pipe) })
	w.run(answers("svctl reexec", ``))
	eventually(t, w.scan, "svscan has it open", func() bool { return holds(w.svscan.cmd.Process.Pid, pipe) })
	eventually(t, w.scan, "its logger was given it", func() bool { return hasText(w.scan + "/web/log/err") })

	web, log := w.reaches("web", status.Up), w.reaches("web/log", status.Up)
	w.bereave(web)
	eventually(t, w.scan, "another supervise", func() bool {
		return w.record("web").Supervisor != web.Supervisor && w.record("web/log").Supervisor != log.Supervisor
	})
	now := w.record("web").Supervisor
	eventually(t, w.scan, "it has it open", func() bool { return holds(now, pipe) })
	w.run(answers("svctl restart web", ``))
	eventually(t, w.scan, "the third line", func() bool {
		text, _ := os.ReadFile(w.scan + "/web/log/err")
		return string(text) == "err 2\nerr 3\n"
	})
	w.unaffected("web/log", log.PID)
	w.ends()
}

// holds says that a process has the file at path open.
func holds(pid int, path string) bool {
	for fd := range 64 {
		to, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", pid, fd))
		if err == nil && to == path {
			return true
		}
	}
	return false
}

// TestSplitStderrCollision: a descriptor is one pipe or the other, and that is
// said.
func TestSplitStderrCollision(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", twoStreams)
	w.put("web/set/split-stderr", "")
	w.put("web/log/run", twoPipes)
	w.put("web/log/notification-fd", "3\n")
	w.serve()
	w.says("supervise web/log: warning: notification-fd is descriptor 3, which is a pipe that it reads (SV_PIPE_NAMES)\n")
	w.must(os.Remove(w.scan + "/web/log/notification-fd"))
	w.run(answers("svctl -C . restart web/log", ``))
	eventually(t, w.scan, "what waited", func() bool {
		text, _ := os.ReadFile(w.scan + "/web/log/err")
		return string(text) == "err 1\n"
	})
	w.ends()
}

// TestSplitStderrOfUser: the user of a service may open /dev/stderr anew.
func TestSplitStderrOfUser(t *testing.T) {
	t.Parallel()
	need.Root(t)
	w := plant(t)
	w.put("web/run", "#!/bin/sh\necho new >/dev/stderr\nexec sleep 1000\n")
	w.put("web/set/split-stderr", "")
	w.put("web/set/user", "nobody\n")
	w.put("web/log/run", twoPipes)
	w.serve()
	eventually(t, w.scan, "its line", func() bool {
		text, _ := os.ReadFile(w.scan + "/web/log/err")
		return string(text) == "new\n"
	})
	var st unix.Stat_t
	if w.must(unix.Stat(w.scan+"/web/supervise/log-stderr", &st)); st.Uid != 65534 {
		t.Errorf("it belongs to %d; want nobody", st.Uid)
	}
	w.ends()
}
