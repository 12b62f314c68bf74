package tests

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/status"
)

// TestFullStderr: whoever reads our messages and stops holds up nothing. Later
// he learns how many were lost.
func TestFullStderr(t *testing.T) {
	t.Parallel()
	const page, restarts = 4096, 20
	w := plant(t)
	w.put("web/run", "#!/bin/sh\nexec sleep 1000 2>/dev/null\n")
	for _, name := range []string{"notification-fd", "timeout-kill", "max-death-tally"} {
		w.put("web/"+name, "nonsense\n") // at each restart something is said of each
	}
	path := filepath.Join(w.dir, "stderr")
	w.must(syscall.Mkfifo(path, 0o600))
	reader, err := os.OpenFile(path, os.O_RDWR|syscall.O_NONBLOCK, 0)
	w.must(err)
	defer reader.Close()
	_, err = unix.FcntlInt(reader.Fd(), unix.F_SETPIPE_SZ, page)
	w.must(err)
	w.serve("/bin/sh", "-c", `exec "$@" 2>stderr`, "sh")
	w.reaches("web", status.Up)
	for range restarts {
		w.run(answers("svctl restart web", ``))
	}
	old := w.record("web")
	w.must(syscall.Kill(old.PID, syscall.SIGKILL))
	w.restarted("web", old)

	// Now he reads again.
	w.must(unix.SetNonblock(int(reader.Fd()), true)) // Fd made it wait
	var said bytes.Buffer
	lost := regexp.MustCompile(`(?m)^lost \d+ messages$`)
	eventually(t, w.dir, "he learns what was lost", func() bool {
		var buf [page]byte
		n, err := unix.Read(int(reader.Fd()), buf[:])
		if err == nil {
			said.Write(buf[:n])
		}
		return lost.Match(said.Bytes())
	})
	if !bytes.HasPrefix(said.Bytes(), []byte("supervise web: warning: unable to use ")) {
		t.Errorf("got %q; want the first messages whole", said.Bytes()[:min(200, said.Len())])
	}
	w.ends()
}
