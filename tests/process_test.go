package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// process is a program that a test started and will end, by its pid.
type process struct {
	cmd  *exec.Cmd
	gone chan struct{}
	said string // the file with its output
}

// start starts argv in dir with env; what it says goes to the file said.
func start(dir, said string, env []string, argv ...string) (*process, error) {
	return startWith(nil, dir, said, env, argv...)
}

// startWith is start with one more open file, as descriptor 3.
func startWith(extra *os.File, dir, said string, env []string, argv ...string) (*process, error) {
	out, err := os.Create(said)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	argv = densely(argv, env)
	path := argv[0]
	if !strings.Contains(path, "/") {
		path = lookPath(path, env)
	}
	cmd := &exec.Cmd{Path: path, Args: argv, Dir: dir, Env: env, Stdout: out, Stderr: out}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a ^C to the tests is not for it
	if extra != nil {
		cmd.ExtraFiles = []*os.File{extra}
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd, make(chan struct{}), said}
	go func() {
		_ = cmd.Wait() // the status is in cmd.ProcessState
		close(p.gone)
	}()
	return p, nil
}

// lookPath finds name along the PATH of env, not of the test.
func lookPath(name string, env []string) string {
	for _, v := range env {
		list, ok := strings.CutPrefix(v, "PATH=")
		if !ok {
			continue
		}
		for _, dir := range filepath.SplitList(list) {
			path := filepath.Join(dir, name)
			if i, err := os.Stat(path); err == nil && i.Mode()&0o111 != 0 {
				return path
			}
		}
	}
	return name
}

// stop sends a signal and waits for the end; what does not end is killed.
func (p *process) stop(sig syscall.Signal) error {
	_ = p.cmd.Process.Signal(sig) // it may have ended already
	select {
	case <-p.gone:
		return nil
	case <-time.After(patience):
		_ = p.cmd.Process.Kill() // likewise
		<-p.gone
		return fmt.Errorf("%s did not end within %v of %v", p.cmd.Args[0], patience, sig)
	}
}

func (p *process) output() string {
	text, err := os.ReadFile(p.said)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// below are the pids of the processes that live below dir: their current
// directory is there, as that of every supervise and of every service is.
func below(dir string) []int {
	var pids []int
	links, _ := filepath.Glob("/proc/[0-9]*/cwd") // the pattern is good
	for _, link := range links {
		cwd, err := os.Readlink(link)
		cwd = strings.TrimSuffix(cwd, " (deleted)")
		if err != nil || cwd != dir && !strings.HasPrefix(cwd, dir+"/") {
			continue
		}
		if pid, err := strconv.Atoi(strings.Split(link, "/")[2]); err == nil && pid != os.Getpid() {
			pids = append(pids, pid)
		}
	}
	slices.Sort(pids) // as a rule who started another is older
	return pids
}

// sweep kills what lives below dir. Supervisors go first, so that none starts
// its service again: round by round until nothing is left.
func sweep(dir string) {
	await(dir, patience, func() bool {
		pids := below(dir)
		for _, pid := range pids {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended already
		}
		return len(pids) == 0
	})
}

// nothingBelow fails the test if a process lives below dir.
func nothingBelow(t *testing.T, dir string) {
	t.Helper()
	if await(dir, patience, func() bool { return len(below(dir)) == 0 }) {
		return
	}
	for _, pid := range below(dir) {
		line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)) // it may be gone now
		t.Errorf("still there: %d %s", pid, strings.ReplaceAll(string(line), "\x00", " "))
	}
}
