package verb

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/status"
)

// supervisor plays one: it holds the FIFOs, reads letters, and writes the
// status that follows from them.
type supervisor struct {
	dir     string
	record  status.Record
	size    int // of supervise/status: 35 is ours, 20 runit's, 18 daemontools'
	control fifo.Control
	ok      int
	stop    int // closing it ends the play
	ended   chan struct{}
	letters string // to be read when it has ended
	fails   bool   // it gives up at every start
}

const firstPID = 1 << 23 // no process has it

// play begins to play the supervisor of a service that is up or down.
func play(t *testing.T, dir string, up bool, size int) *supervisor {
	t.Helper()
	s := &supervisor{dir: filepath.Join(dir, "supervise"), size: size, ended: make(chan struct{})}
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s.record = status.Record{Since: time.Now().Add(-time.Minute), Supervisor: 1}
	if up {
		s.start(status.WantUp)
	}
	d, err := unix.Open(s.dir, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(d)
	if s.control, err = fifo.OpenControl(d, "control"); err != nil {
		t.Fatal(err)
	}
	s.write(t)
	if err := fifo.Make(d, "ok", 0o622); err != nil {
		t.Fatal(err)
	}
	if s.ok, err = fifo.Open(d, "ok", unix.O_RDONLY); err != nil {
		t.Fatal(err)
	}
	var end [2]int
	if err := unix.Pipe2(end[:], unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	s.stop = end[1]
	go s.run(t, end[0])
	t.Cleanup(func() { s.end() })
	return s
}

// end ends the play, and says which letters were read.
func (s *supervisor) end() string {
	if s.stop >= 0 {
		_ = unix.Close(s.stop) // wakes run
		s.stop = -1
	}
	<-s.ended
	return s.letters
}

func (s *supervisor) run(t *testing.T, end int) {
	defer close(s.ended)
	defer unix.Close(end)
	fds := []unix.PollFd{{Fd: int32(s.control.FD()), Events: unix.POLLIN}, {Fd: int32(end), Events: unix.POLLIN}}
	for {
		if _, err := unix.Poll(fds, -1); err != nil && err != unix.EINTR {
			t.Error(err)
			return
		}
		var buf [64]byte
		n, err := s.control.Read(buf[:])
		if err != nil {
			t.Error(err)
			return
		}
		left := false
		for _, l := range buf[:n] {
			s.letters += string(rune(l))
			s.act(command.Letter(l))
			left = left || command.Letter(l) == command.Exit
		}
		if n > 0 {
			s.write(t)
		}
		if left || n == 0 && fds[1].Revents != 0 {
			s.control.Close()
			_ = unix.Close(s.ok) // nobody writes to it
			return
		}
	}
}

func (s *supervisor) start(want status.Want) {
	r := &s.record
	r.Starts++
	r.State, r.Want, r.PID, r.Since = status.Up, want, firstPID+r.Starts, time.Now()
}

// act does what a letter asks for, all at once.
func (s *supervisor) act(l command.Letter) {
	r := &s.record
	switch l {
	case command.Up:
		if r.PID == 0 {
			s.start(status.WantUp)
		}
		r.Want = status.WantUp
		if s.fails {
			r.State, r.PID, r.Reason = status.Failed, 0, "it ended 3 times"
			r.Deaths++
		}
	case command.Once:
		if r.PID == 0 {
			s.start(status.WantOnce)
		}
	case command.Down, command.DownTree:
		r.State, r.Want, r.PID, r.Since = status.Down, status.WantDown, 0, time.Now()
	case command.Term, command.Kill, command.KillGroup:
		s.start(r.Want)
	case command.Pause, command.PauseGroup:
		r.State, r.Paused = status.Paused, true
	case command.Continue, command.ContGroup:
		r.State, r.Paused = status.Up, false
	}
}

// write replaces the status as it is by now.
func (s *supervisor) write(t *testing.T) {
	packed := status.Pack(&s.record)
	files := map[string][]byte{"status": packed[:s.size]}
	if s.size == status.Size {
		files["status.env"] = status.AppendEnv(nil, &s.record)
	}
	for name, text := range files {
		path := filepath.Join(s.dir, name)
		if err := os.WriteFile(path+".new", text, 0o644); err != nil {
			t.Error(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			t.Error(err)
		}
	}
}

// invoke runs a command line, and gives its exit code and what it wrote.
func invoke(line string) (code int, out, err string) {
	return invokeArgs(strings.Fields(line)...)
}

func invokeArgs(args ...string) (code int, out, err string) {
	var o, e bytes.Buffer
	code = run(args, &o, &e)
	return code, o.String(), e.String()
}

// tree makes a scan directory with these services, and makes it that of SVDIR.
func tree(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("SVDIR", dir)
	t.Setenv("SVWAIT", "60")
	return dir
}
