package tests

import (
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/supervise/socket"
	"github.com/svdir/svdir/svscan/scandir"
)

// killScan is in the place of svscan for one service, whose first supervise is
// killed at one system call.
type killScan struct {
	*killScenario
	point    string // NAME:N, or empty for the reference
	dir      string
	programs string
	control  int // an end of the control FIFO, so that what is in it stays
	notify   int // the notify socket, likewise, or 0

	mu    sync.Mutex
	ended map[int]unix.WaitStatus // children

	supervise int  // its pid, 0 if it has ended
	second    int  // the pid of the second supervise
	doomed    int  // the supervise that is killed at the end
	begun     int  // supervises
	killed    bool // the first one, where it was meant to be
	left      bool // a later one has ended with 0
	wrong     []string
}

// killCalm is how long is waited for what follows on the last thing that shows.
const killCalm = 300 * time.Millisecond

// The exit codes of killScanMain: it prints what was wrong, or the first and the
// last line of the reference trace that count.
const killFine, killWrong, killUnreached = 0, 1, 2

// killScanMain is called as killscan SCENARIO POINT DIRECTORY PROGRAMS.
func killScanMain() {
	k := &killScan{point: os.Args[2], dir: os.Args[3], programs: os.Args[4], ended: map[int]unix.WaitStatus{}}
	for i := range killScenarios {
		if killScenarios[i].name == os.Args[1] {
			k.killScenario = &killScenarios[i]
		}
	}
	if err := k.plant(); err != nil {
		fmt.Println(err)
		os.Exit(killWrong)
	}
	k.act()
	switch {
	case len(k.wrong) > 0:
		fmt.Println(strings.Join(k.wrong, "\n"))
		os.Exit(killWrong)
	case k.point != "" && !k.killed:
		os.Exit(killUnreached)
	}
}

func (k *killScan) plant() error {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return err
	}
	children := make(chan os.Signal, 64)
	signal.Notify(children, syscall.SIGCHLD)
	go func() {
		for range children {
			k.reap()
		}
	}()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	values := map[string]string{"notification-fd": "3\n", "set/umask": "022\n", "set/check/timeout": "20s\n", "set/sockets/a": "unix sock\n", "set/ports/a": "22000\n",
		"type": "oneshot\n", "set/inputs": "source\n"}
	files := append([]string{"run"}, k.files...)
	if k.once {
		files = append(onceFiles, k.files...)
	}
	if k.logged {
		files = append(files, "log/run", "log/logger")
	}
	for _, name := range append(files, "supervise/control", "../.svscan/reaped") {
		path := filepath.Join(k.dir, "web", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		switch base := filepath.Base(name); {
		case base == "down" && k.once:
			err = os.WriteFile(path, []byte("#!/bin/sh\nexec ./undo\n"), 0o755)
		case slices.Contains(programNames, base):
			err = os.Symlink(self, path)
		case base == "control":
			if err = unix.Mkfifo(path, 0o600); err == nil {
				k.control, err = unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
			}
		default:
			err = os.WriteFile(path, []byte(values[name]), 0o644)
		}
		if err != nil {
			return err
		}
	}
	if slices.Contains(k.files, "set/notify-socket") {
		return k.bindNotify()
	}
	return nil
}

// programNames are what is a link to this program.
var programNames = []string{"run", "finish", "t", "check", "up", "undo"}

// bindNotify binds the notify socket, as svscan does.
func (k *killScan) bindNotify() error {
	path := filepath.Join(k.dir, "web/supervise")
	state, err := unix.Open(path, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err == nil {
		k.notify, err = socket.BindNotify(state, path+"/notify", true)
		_ = unix.Close(state) // nothing was written
	}
	return err
}

// reap notes how children ended, and reaps them, as svscan does.
func (k *killScan) reap() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for {
		which, id := unix.P_ALL, 0
		if k.late && k.begun < 3 && k.record().Supervisor != k.second {
			which, id = unix.P_PID, k.supervise
		}
		pid, wait, ended, err := fifo.Peek(which, id)
		if err != nil || !ended {
			return
		}
		line := scandir.Death{PID: pid, Ticks: proc.StartTicks(pid), Status: uint32(wait)}.AppendText(nil)
		file, err := os.OpenFile(filepath.Join(k.dir, scandir.Dir, scandir.Reaped), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
		if err == nil {
			_, _ = file.Write(line) // who needs it reports that it is unknown
			_ = file.Close()        // likewise
		}
		_, _ = unix.Wait4(pid, nil, 0, nil) // it is a zombie
		k.ended[pid] = unix.WaitStatus(wait)
	}
}

// start starts supervise, the first one under strace.
func (k *killScan) start() {
	argv := []string{filepath.Join(k.programs, "supervise"), "web"}
	if k.logged {
		argv = append(argv, "web/log")
	}
	if k.begun == 0 {
		strace := []string{straceProgram, "-D", "-qqq", "-o", "trace"}
		if name, n, found := strings.Cut(k.point, ":"); found {
			strace = append(strace, "-e", "trace="+name, "-e", "inject="+name+":signal=KILL:when="+n)
		}
		argv = append(strace, argv...)
	}
	said, err := os.OpenFile(filepath.Join(k.dir, "said"), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		k.fail("%v", err)
		return
	}
	defer said.Close()
	k.begun++
	k.mu.Lock() // so that its end is not seen before its pid is known
	defer k.mu.Unlock()
	env, files := []string{"PATH=" + peerPath, "SV_SVSCAN=" + strconv.Itoa(os.Getpid())}, []uintptr{0, said.Fd(), said.Fd()}
	if k.notify > 0 {
		env, files = append(env, "SV_NOTIFY=3"), append(files, uintptr(k.notify))
	}
	k.supervise, err = syscall.ForkExec(argv[0], argv, &syscall.ProcAttr{Dir: k.dir, Env: env, Files: files, Sys: &syscall.SysProcAttr{}})
	if k.begun == 2 {
		k.second = k.supervise
	}
	if err != nil {
		k.fail("unable to start %v: %v", argv, err)
	}
}

const straceProgram = "/usr/bin/strace"

// systemFailed is the exit code of all programs for what may pass.
const systemFailed = 111

func (k *killScan) fail(format string, args ...any) {
	k.wrong = append(k.wrong, fmt.Sprintf(format, args...))
}

// mind starts supervise again when it has ended.
func (k *killScan) mind() {
	if k.late {
		k.reap() // what waited for this supervise
	}
	k.mu.Lock()
	ws, ended := k.ended[k.supervise]
	k.mu.Unlock()
	if k.supervise == 0 || !ended {
		return
	}
	doomed := k.supervise == k.doomed
	k.supervise = 0
	r := k.record()
	switch {
	case doomed && ws.Signal() == syscall.SIGKILL:
	case (ws.Signal() == syscall.SIGKILL && k.begun == 1 || ws.ExitStatus() == 0) && r.Gone():
		// The next one would begin anew, as after every x.
		k.killed = k.killed || ws.Signaled()
		k.left = true
		return
	case ws.Signal() == syscall.SIGKILL && k.begun == 1:
		k.killed = true
		k.goAway()
	case ws.Exited() && ws.ExitStatus() == 0 && k.asked == "G":
	case ws.ExitStatus() == systemFailed && k.begun == 2:
		// A child that did not execute anything yet has the lock.
		if lock, err := unix.Open(filepath.Join(k.dir, "web/supervise/lock"), unix.O_RDWR|unix.O_CLOEXEC, 0); err == nil {
			_ = unix.Flock(lock, unix.LOCK_EX) // until that is over
			_ = unix.Close(lock)               // and let it go
		}
	default:
		k.fail("supervise %d ended: %v, signal %v", k.begun, ws.ExitStatus(), ws.Signal())
	}
	const most = 10
	if k.begun < most {
		k.start()
	}
}

// goAway ends a run while no supervise is there.
func (k *killScan) goAway() {
	starts := k.notes("start")
	if !k.away || len(starts) == 0 {
		return
	}
	pid, _ := strconv.Atoi(starts[len(starts)-1]) // run wrote it
	_ = syscall.Kill(pid, syscall.SIGUSR1)        // it may have ended
	if !await(k.dir, patience, func() bool {
		k.mu.Lock()
		defer k.mu.Unlock()
		_, ended := k.ended[pid]
		return ended
	}) {
		k.fail("run %d did not end", pid)
	}
}

// until waits for something, and minds supervise meanwhile.
func (k *killScan) until(what string, done func() bool) bool {
	ok := await(k.dir, patience, func() bool {
		k.mind()
		return len(k.wrong) > 0 || done()
	})
	if !ok {
		k.fail("%s: not within %v", what, patience)
	}
	return ok && len(k.wrong) == 0
}

// traced counts the lines of the reference trace.
func (k *killScan) traced() int {
	text, _ := os.ReadFile(filepath.Join(k.dir, "trace")) // there is none without strace
	return strings.Count(string(text), "\n")
}

// act goes through the scenario, and then ends it.
func (k *killScan) act() {
	k.start()
	first := 0
	if k.asked != "" || k.dies {
		if !k.until("before", func() bool { return k.rests(k.before) }) {
			return
		}
		first = k.traced()
	}
	if k.dies {
		_ = syscall.Kill(k.record().PID, syscall.SIGUSR1) // it rests
	}
	if _, err := unix.Write(k.control, []byte(k.asked)); err != nil && k.asked != "" {
		k.fail("unable to write a letter: %v", err)
	}
	if strings.Contains(k.asked, "x") {
		k.until("leaving", func() bool { return k.left })
	} else {
		k.until("in the end", k.done)
		if k.point != "" && !k.killed { // what is shown is not the last call
			await(k.dir, killCalm, func() bool {
				k.mind()
				return k.killed
			})
			k.until("in the end", k.done)
		}
		k.look()
		k.again()
	}
	if k.point == "" {
		await(k.dir, killCalm, func() bool { return false })
		fmt.Println(first, k.traced())
	}
	k.end()
	k.check()
}

// done says that all has happened that was to come.
func (k *killScan) done() bool {
	return k.rests(k.want) && len(k.notes("start")) >= k.starts && (k.counts == nil || k.counts(k))
}

// again kills the supervise that has gone on: the next one finds all as it is.
func (k *killScan) again() {
	if !k.killed || len(k.wrong) > 0 {
		return
	}
	k.doomed = k.supervise
	_ = syscall.Kill(k.doomed, syscall.SIGKILL) // it is our child
	if k.until("once more", func() bool { return k.supervise != k.doomed && k.rests(k.want) }) {
		k.look()
	}
}

// end ends the service.
func (k *killScan) end() {
	k.late = false
	_ = os.Remove(filepath.Join(k.dir, "web/handles")) // as a rule it is not there
	if !k.left && len(k.wrong) == 0 {
		_, _ = unix.Write(k.control, []byte("dx")) // then it does not end
		k.until("end", func() bool { return k.left })
	}
	if len(k.wrong) == 0 && !await(k.dir, patience, func() bool {
		_, _, _, err := fifo.Peek(unix.P_ALL, 0)
		return err != nil
	}) {
		k.fail("still there: %v", below(k.dir))
	}
}
