package forkexec

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// parts are what the test program does as another process, where what is tested
// would harm the tests.
var parts = map[string]func(){
	"limit":   startLimited,
	"changed": startChanged,
	"few":     startWithFew,
	"poor":    startPoor,
	"small":   startWithSmallFiles,
	"loop":    startInLoop,
	"locked":  startLocked,
	"growth":  printGrowth,
}

const partVariable = "FORKEXEC_PART"

func TestMain(m *testing.M) {
	if part := parts[os.Getenv(partVariable)]; part != nil {
		part()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// play is a command that plays a part. Before it is executed sh does first.
func play(part, first string, args ...string) *exec.Cmd {
	program, err := os.Executable()
	check(err)
	cmd := exec.Command("/bin/sh", append([]string{"-c", first + `exec "$0" "$@"`, program}, args...)...)
	cmd.Env = append(os.Environ(), partVariable+"="+part)
	cmd.Stderr = os.Stderr
	return cmd
}

// played is what a part says.
func played(t *testing.T, part, first string, args ...string) string {
	t.Helper()
	out, err := play(part, first, args...).Output()
	if err != nil {
		t.Fatal(part, err)
	}
	return strings.TrimSpace(string(out))
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func must[T any](v T, err error) T {
	check(err)
	return v
}

// shell is a start of a line of sh.
func shell(line string, files ...uintptr) *Start {
	return &Start{Path: "/bin/sh", Argv: []string{"sh", "-c", line}, Files: files, Slot: Slot{File: -1}}
}

// end reaps a child that was started and returns its exit code.
func end(pid, pidfd int, err error) int {
	check(err)
	check(unix.Close(pidfd))
	var ws syscall.WaitStatus
	for {
		if _, err := syscall.Wait4(pid, &ws, 0, nil); err != syscall.EINTR {
			check(err)
			return ws.ExitStatus()
		}
	}
}

// output is what a child writes to its descriptor 1.
func output(s *Starter, a *Start) string {
	r, w, err := os.Pipe()
	check(err)
	defer r.Close()
	for len(a.Files) < 2 {
		a.Files = append(a.Files, Closed)
	}
	a.Files[1] = w.Fd()
	pid, pidfd, err := s.Start(a)
	w.Close()
	out := must(io.ReadAll(r))
	end(pid, pidfd, err)
	return string(out)
}

// stopped starts a child, calls f when it has stopped itself, and kills it.
func stopped(s *Starter, a *Start, f func(pid int)) {
	stopping := shell("kill -STOP $$")
	a.Path, a.Argv = stopping.Path, stopping.Argv
	pid, pidfd, err := s.Start(a)
	check(err)
	for {
		if _, err := syscall.Wait4(pid, nil, syscall.WUNTRACED, nil); err != syscall.EINTR {
			check(err)
			break
		}
	}
	f(pid)
	check(unix.PidfdSendSignal(pidfd, unix.SIGKILL, nil, 0))
	end(pid, pidfd, nil)
}

// slotFile is a file with two slots; the first has something of somebody else.
func slotFile(t *testing.T) (*os.File, Slot) {
	t.Helper()
	f := must(os.Create(t.TempDir() + "/child"))
	t.Cleanup(func() { f.Close() })
	must(f.WriteString(strings.Repeat("x", RecordSize)))
	return f, Slot{int(f.Fd()), RecordSize, 42}
}

// noted is what is in a slot; whole says if that is a record.
func noted(f *os.File, s Slot) (r Record, whole bool) {
	var b [RecordSize]byte
	if _, err := f.ReadAt(b[:], s.Offset); !errors.Is(err, io.EOF) {
		check(err)
	}
	return Unpack(b[:])
}

// childless fails if there is a child, be it a zombie.
func childless(t *testing.T) {
	t.Helper()
	if pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); err != syscall.ECHILD {
		t.Errorf("got %d, %v; want no child", pid, err)
	}
}

func bootTime() int64 {
	var now unix.Timespec
	check(unix.ClockGettime(unix.CLOCK_BOOTTIME, &now))
	return now.Nano()
}
