package tests

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// TestScript runs script/*.txtar. Beside the commands of testscript they have
//
//	start NAME PROGRAM ARG...    a program in the background, what it says in $WORK/NAME.out;
//	                             ended with TERM, and all that it left, when the script is over
//	end NAME [SIGNAL]            end it now, with TERM or SIGNAL, and wait until it is gone
//	[!] until PROGRAM ARG...     run it again and again until it succeeds (or fails), with a deadline;
//	                             stdout, stderr and cmp then see the last run
//	kill-pid SIGNAL FILE         a signal to the pid that a file or NAME says
//
// and the conditions [root], [dense] and [peer:daemontools], [peer:runit], [peer:s6].
// $PATH has our own names first, $COMPAT is the directory of all of them, $PEERS
// the path without ours.
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "script",
		RequireExplicitExec: true,
		UpdateScripts:       *update,
		Setup: func(env *testscript.Env) error {
			if err := build(); err != nil {
				return err
			}
			env.Setenv("COMPAT", filepath.Join(programs, "compat"))
			env.Setenv("PEERS", peerPath)
			env.Setenv("PATH", programs+":"+peerPath)
			env.Setenv("SVWAIT", "60")
			env.Values[startedKey{}] = map[string]*process{}
			env.Defer(func() { endAll(env.T(), env.Values[startedKey{}].(map[string]*process), env.WorkDir) })
			return nil
		},
		Condition: func(cond string) (bool, error) {
			if suite, ok := strings.CutPrefix(cond, "peer:"); ok {
				return havePeer(suite)
			}
			if cond == "dense" {
				return isDense, nil
			}
			if cond == "root" {
				return os.Getuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start": scriptStart, "end": scriptEnd, "until": scriptUntil, "kill-pid": scriptKill,
		},
	})
}

var update = flag.Bool("update", false, "write what the scripts' cmp saw into them")

// startedKey finds the programs that a script started.
type startedKey struct{}

func started(ts *testscript.TestScript) map[string]*process {
	return ts.Value(startedKey{}).(map[string]*process)
}

func endAll(t testscript.T, all map[string]*process, dir string) {
	for _, p := range all {
		if err := p.stop(syscall.SIGTERM); err != nil {
			t.Log(err)
		}
	}
	sweep(dir)
}

func scriptEnv(ts *testscript.TestScript) []string {
	var env []string
	for _, key := range []string{"PATH", "HOME", "TMPDIR", "WORK", "SVDIR", "SVWAIT"} {
		if value := ts.Getenv(key); value != "" {
			env = append(env, key+"="+value)
		}
	}
	return env
}

func scriptStart(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start NAME PROGRAM ARG...")
	}
	p, err := start(ts.MkAbs("."), filepath.Join(ts.Getenv("WORK"), args[0]+".out"), scriptEnv(ts), args[1:]...)
	ts.Check(err)
	started(ts)[args[0]] = p
}

func scriptEnd(ts *testscript.TestScript, neg bool, args []string) {
	sig := syscall.SIGTERM
	if len(args) == 2 {
		sig = signalNamed(ts, args[1])
	} else if neg || len(args) != 1 {
		ts.Fatalf("usage: end NAME [SIGNAL]")
	}
	p := started(ts)[args[0]]
	if p == nil {
		ts.Fatalf("end: nothing was started as %s", args[0])
	}
	delete(started(ts), args[0])
	ts.Check(p.stop(sig))
	ts.Logf("%s: %v\n%s", args[0], p.cmd.ProcessState, p.output())
}

func scriptUntil(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 {
		ts.Fatalf("usage: [!] until PROGRAM ARG...")
	}
	path := lookPath(args[0], scriptEnv(ts))
	var out, said bytes.Buffer
	done := await(ts.Getenv("WORK"), patience, func() bool {
		out.Reset()
		said.Reset()
		cmd := &exec.Cmd{Path: path, Args: args, Dir: ts.MkAbs("."), Env: scriptEnv(ts), Stdout: &out, Stderr: &said}
		return (cmd.Run() == nil) != neg
	})
	if !done {
		for name, p := range started(ts) {
			ts.Logf("[%s]\n%s", name, p.output())
		}
		ts.Fatalf("until %s: not within %v", strings.Join(args, " "), patience)
	}
	// Said once more by testscript's own exec, so that stdout can look at it.
	ts.Check(ts.Exec("/bin/sh", "-c", `printf %s "$1"; printf %s "$2" >&2`, "sh", out.String(), said.String()))
}

func scriptKill(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: kill-pid SIGNAL FILE")
	}
	pid := 0
	if p := started(ts)[args[1]]; p != nil {
		pid = p.cmd.Process.Pid
	} else {
		var err error
		pid, err = strconv.Atoi(strings.TrimSpace(ts.ReadFile(args[1])))
		ts.Check(err)
	}
	if pid <= 1 {
		ts.Fatalf("kill-pid: %s says %d", args[1], pid)
	}
	ts.Check(syscall.Kill(pid, signalNamed(ts, args[0])))
}

func signalNamed(ts *testscript.TestScript, name string) syscall.Signal {
	sig := unix.SignalNum("SIG" + strings.TrimPrefix(name, "-"))
	if sig == 0 {
		ts.Fatalf("unknown signal %s", name)
	}
	return sig
}
