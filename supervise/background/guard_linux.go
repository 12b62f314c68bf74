package background

import (
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/servicedir"
)

// passed are the signals that the daemon gets in our place. STOP and KILL reach
// us alone.
var passed = []os.Signal{
	unix.SIGTERM, unix.SIGINT, unix.SIGHUP, unix.SIGQUIT, unix.SIGUSR1, unix.SIGUSR2, unix.SIGALRM, unix.SIGWINCH, unix.SIGCONT,
}

// guard is a machine at work.
type guard struct {
	machine
	poll    fifo.Poller
	file    *pidFile
	ready   int // the descriptor that hears of readiness, or -1
	program int // the pid of what we started
	daemon  int // that of the daemon, once it is known
	fd      int // its pidfd
	gone    bool
}

// What a descriptor in the wait is.
const (
	tagSignal = iota
	tagFile
	tagDaemon
)

// Run starts argv of our own program file, waits at most limit after its end
// until pidfile names the daemon, and stays until that ends.
func Run(pidfile string, limit time.Duration, argv []string) End {
	// First: a descriptor that we opened ourselves could have the number.
	g := &guard{machine: newMachine(limit), ready: inheritedReadiness()}
	if err := g.start(pidfile, argv); err != nil {
		return End{Code: systemFailed, Why: "unable to start daemon: " + servicedir.Reason(err)}
	}
	for {
		g.look()
		if g.phase == over {
			return g.end
		}
		if err := g.poll.Wait(g.deadline); err != nil {
			return End{Code: systemFailed, Why: "unable to wait for daemon: " + servicedir.Reason(err)}
		}
	}
}

// inheritedReadiness is the descriptor of notification-fd, if it is there. The
// daemon has no use for it.
func inheritedReadiness() int {
	const lowest, highest = 3, 1023
	fd, err := servicedir.Number(unix.AT_FDCWD, servicedir.NotificationFD, 0, 0, lowest, highest)
	if err != nil || fd == 0 {
		return -1
	}
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
	if err != nil || flags&unix.FD_CLOEXEC != 0 { // what closes on exec is of the Go runtime
		return -1
	}
	unix.CloseOnExec(fd)
	return fd
}

func (g *guard) start(pidfile string, argv []string) error {
	err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
	if err == nil {
		g.file, err = openPIDFile(pidfile)
	}
	if err == nil {
		err = g.poll.Signals(g, tagSignal, append(passed, unix.SIGCHLD)...)
	}
	if err != nil {
		return err
	}
	g.poll.Add(g.file.notes, unix.POLLIN, g, tagFile)
	attr := &syscall.ProcAttr{Env: os.Environ(), Files: []uintptr{0, 1, 2}}
	g.program, err = fifo.Retry(func() (int, error) { return syscall.ForkExec("/proc/self/exe", argv, attr) })
	return err
}

// Ready is what the wait calls.
func (g *guard) Ready(tag int, revents int16) {
	switch sig := syscall.Signal(revents); {
	case tag == tagFile:
		g.file.drain()
	case tag == tagDaemon:
		g.gone = true
	case sig != unix.SIGCHLD: // that one only wakes
		g.happen(event{kind: asked, signal: sig})
	}
}

// happen gives an event to the machine, and does what it says.
func (g *guard) happen(ev event) {
	ev.at = fifo.Now()
	for _, a := range g.step(ev) {
		switch a.do {
		case sayReady:
			g.sayReady()
		case forward:
			_ = unix.PidfdSendSignal(g.fd, a.signal, nil, 0) // it may have ended: that comes next
		case endAll:
			signalBelow(unix.SIGTERM, unix.SIGCONT)
		case killAll:
			signalBelow(unix.SIGKILL)
		}
	}
}

func (g *guard) sayReady() {
	if g.ready >= 0 {
		_, _ = unix.Write(g.ready, []byte("\n")) // who does not read it does not want to know
		_ = unix.Close(g.ready)                  // nothing to flush
	}
}

// look finds out what happened since the last wait.
func (g *guard) look() {
	if g.phase == starting {
		g.reap(g.program)
	}
	if g.phase == waiting {
		g.find()
	}
	if g.deadline != never && fifo.Now() >= g.deadline {
		g.happen(event{kind: timeout, why: g.file.complaint()})
	}
	if g.phase == guarding || g.phase == ending {
		g.reap(-1)
	}
	if g.phase == guarding && g.gone {
		// Somebody else is its parent, and has reaped it.
		g.phase, g.end = over, End{Code: systemFailed, Why: "unable to say how daemon ended: another process is its parent"}
	}
}

// reap takes the ends of children: of pid, or of all with -1.
func (g *guard) reap(pid int) {
	for g.phase != over {
		var status unix.WaitStatus
		ended, err := fifo.Retry(func() (int, error) { return unix.Wait4(pid, &status, unix.WNOHANG, nil) })
		switch {
		case err != nil:
			g.happen(event{kind: noneLeft})
			return
		case ended == 0:
			return
		}
		ev := event{kind: childEnded, status: syscall.WaitStatus(status)}
		switch {
		case ended == g.daemon:
			ev.kind = daemonEnded
		case ended == g.program:
			ev.kind = programEnded
		}
		g.happen(ev)
		if pid > 0 {
			return
		}
	}
}

// find looks whether the pid file names the daemon by now.
func (g *guard) find() {
	if err := g.file.watch(); err != nil {
		why := "unable to watch " + g.file.path + ": " + servicedir.Reason(err)
		g.happen(event{kind: timeout, why: why})
		return
	}
	pid, _ := g.file.read()
	if pid <= 1 {
		return
	}
	fd := hold(pid)
	if fd < 0 {
		return
	}
	g.daemon, g.fd = pid, fd
	g.poll.Remove(g.file.notes)
	_ = unix.Close(g.file.notes) // nothing to flush
	g.poll.Add(fd, unix.POLLIN, g, tagDaemon)
	g.happen(event{kind: found})
}
