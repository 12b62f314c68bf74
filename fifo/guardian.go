package fifo

import (
	"os"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Guardian is a process that ends what is bound when we are killed before we
// could: another of our own program, in a session of its own. While we live it
// waits for the end of a pipe whose other end only we have.
type Guardian struct {
	argv    []string
	bound   *Bound
	at      int // where it has the pipe
	pipe    int // our end
	pid     int
	fd      int // its pidfd, -1 while there is none
	started time.Duration
	due     time.Duration // when it is started again, 0 if it lives
}

// guardianName is its name, so that what kills us by name leaves it alone.
const guardianName = "svguardian"

// outlived is how long a guardian waits for somebody in our place.
const outlived = 2 * time.Second

// NewGuardian is one that has b too. args are the arguments with which our
// program does what we do; before them come -guardian and the number of the
// pipe, which is meant for Outlive. It is due at once.
func NewGuardian(b *Bound, args []string) *Guardian {
	at := max(b.fd, 2) + 1
	argv := append([]string{guardianName, "-guardian", strconv.Itoa(at)}, args...)
	return &Guardian{argv: argv, bound: b, at: at, pipe: -1, fd: -1, due: Now()}
}

// Due is when it is to be started, 0 if it lives.
func (g *Guardian) Due() time.Duration { return g.due }

// Is says that it is this process.
func (g *Guardian) Is(pid int) bool { return g != nil && g.fd >= 0 && g.pid == pid }

// Start starts it, if it is due. When it ends p tells w.
func (g *Guardian) Start(p *Poller, w Waiter, tag int) error {
	if g.due == 0 || g.due > Now() {
		return nil
	}
	g.due, g.started = Now()+time.Second, Now() // should it fail
	var pipe [2]int
	if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC); err != nil {
		return err
	}
	defer unix.Close(pipe[0])
	const closed = ^uintptr(0)
	files := []uintptr{0, 1, 2}
	for len(files) <= g.at {
		files = append(files, closed)
	}
	files[g.bound.fd], files[g.at] = uintptr(g.bound.fd), uintptr(pipe[0])
	pid, err := syscall.ForkExec("/proc/self/exe", g.argv, &syscall.ProcAttr{
		Env: os.Environ(), Files: files, Sys: &syscall.SysProcAttr{Setsid: true},
	})
	if err == nil {
		if g.fd, err = unix.PidfdOpen(pid, 0); err != nil {
			_ = unix.Kill(pid, unix.SIGKILL) // our child: it is there until we take its status
			_, _ = unix.Wait4(pid, nil, 0, nil)
		}
	}
	if err != nil {
		_ = unix.Close(pipe[1]) // nothing was written
		return err
	}
	g.pid, g.pipe, g.due = pid, pipe[1], 0
	p.Add(g.fd, unix.POLLIN, w, tag)
	return nil
}

// Died takes its end: it is due again, once a second at most.
func (g *Guardian) Died(p *Poller) {
	_, _ = Retry(func() (int, error) { // ECHILD: another wait took it
		return 0, unix.Waitid(unix.P_PIDFD, g.fd, nil, unix.WEXITED|unix.WNOHANG, nil)
	})
	p.Remove(g.fd)
	_ = unix.Close(g.fd)   // nothing to flush
	_ = unix.Close(g.pipe) // nobody reads it
	g.fd, g.pipe, g.due = -1, -1, max(Now(), g.started+time.Second)
}

// Dismiss ends it, since we end in order, and leaves no zombie to whoever
// inherits our children.
func (g *Guardian) Dismiss() {
	if g.fd < 0 {
		return
	}
	// By its pidfd: another wait may have taken it, and its number be another's.
	_ = unix.PidfdSendSignal(g.fd, unix.SIGKILL, nil, 0)
	_, _ = Retry(func() (int, error) { return 0, unix.Waitid(unix.P_PIDFD, g.fd, nil, unix.WEXITED, nil) })
}

// Outlive is what a guardian does: it waits on its pipe for the end of whom it
// guards, which did not dismiss it. Then it leaves time for somebody else to
// take its place, as long as the other end of b is there. Who has the place, the
// lock tells.
func Outlive(pipe int, b *Bound) {
	var nothing [1]byte
	_, _ = Retry(func() (int, error) { return unix.Read(pipe, nothing[:]) })
	_ = unix.Close(pipe) // it was only read
	for end := Now() + outlived; ; {
		left := end - Now()
		if left <= 0 || b.hangsUp(int(left/time.Millisecond)+1) {
			return
		}
	}
}
