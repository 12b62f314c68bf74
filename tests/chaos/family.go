package chaos

import (
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// family are the processes below this one, which is in the place of init: what
// loses its parent becomes our child, and is reaped.
type family struct {
	mu    sync.Mutex
	waits map[int]chan syscall.WaitStatus
}

// found makes this process the subreaper, until end is called.
func found() (f *family, end func(), err error) {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return nil, nil, err
	}
	f = &family{waits: map[int]chan syscall.WaitStatus{}}
	ended, over := make(chan os.Signal, 1), make(chan bool)
	signal.Notify(ended, syscall.SIGCHLD)
	go func() {
		for {
			select {
			case <-over:
				return
			case <-ended:
				f.reap()
			}
		}
	}()
	return f, func() {
		signal.Stop(ended)
		close(over)
		_ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0) // it could be set, so it can be taken back
	}, nil
}

func (f *family) reap() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || pid <= 0 {
			return // ECHILD, or all others run
		}
		if wait := f.waits[pid]; wait != nil {
			delete(f.waits, pid)
			wait <- status
		}
	}
}

// start starts a child of our own; its end comes on the channel.
func (f *family) start(dir string, env []string, out *os.File, argv ...string) (int, <-chan syscall.WaitStatus, error) {
	f.mu.Lock() // or it could be reaped before it is known
	defer f.mu.Unlock()
	null, err := os.Open(os.DevNull)
	if err != nil {
		return 0, nil, err
	}
	defer null.Close()
	pid, err := syscall.ForkExec(argv[0], argv, &syscall.ProcAttr{
		Dir: dir, Env: env,
		Files: []uintptr{null.Fd(), out.Fd(), out.Fd()},
		Sys:   &syscall.SysProcAttr{Setpgid: true}, // a ^C to the tests is not for it
	})
	if err != nil {
		return 0, nil, err
	}
	wait := make(chan syscall.WaitStatus, 1)
	f.waits[pid] = wait
	return pid, wait, nil
}

// process is what is known of one.
type process struct {
	pid, parent, group int
	state              byte // Z: a zombie
	ticks              uint64
	exe, cwd           string // exe is the bare name
	argv               []string
}

// look reads what is known of pid, false if it has gone.
func look(pid int) (process, bool) {
	dir := fmt.Sprintf("/proc/%d/", pid)
	text, err := os.ReadFile(dir + "stat")
	if err != nil {
		return process{}, false
	}
	// The name before the last parenthesis may have blanks in it.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	const state, parent, group, ticks = 0, 1, 2, 19
	if len(fields) <= ticks {
		return process{}, false
	}
	p := process{pid: pid, state: fields[state][0]}
	p.parent, _ = strconv.Atoi(fields[parent]) // the kernel writes numbers
	p.group, _ = strconv.Atoi(fields[group])
	p.ticks, _ = strconv.ParseUint(fields[ticks], 10, 64)
	p.exe = executes(pid)
	p.cwd, _ = os.Readlink(dir + "cwd") // a zombie has none
	argv, _ := os.ReadFile(dir + "cmdline")
	p.argv = strings.Split(strings.TrimSuffix(string(argv), "\x00"), "\x00")
	return p, true
}

// executes is the bare name of the program that a process executes, none for a
// zombie.
func executes(pid int) string {
	exe, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid)) // then it is empty
	return filepath.Base(strings.TrimSuffix(exe, " (deleted)"))
}

// children are the pids of the children of pid.
func children(pid int) []int {
	var found []int
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // the pattern is good
	for _, list := range lists {
		text, _ := os.ReadFile(list) // a thread that has ended has none
		for _, word := range strings.Fields(string(text)) {
			child, _ := strconv.Atoi(word) // the kernel writes numbers
			found = append(found, child)
		}
	}
	return found
}

// descendants are the processes below pid. Those that come, go or change their
// parent meanwhile may be there or not.
func descendants(pid int) []process {
	var found []process
	for _, child := range children(pid) {
		if p, there := look(child); there {
			found = append(append(found, p), descendants(child)...)
		}
	}
	return found
}
