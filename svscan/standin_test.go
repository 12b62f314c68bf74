package svscan

import (
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/servicedir"

	"golang.org/x/sys/unix"
)

// standIn is a supervise without a service. It tells its start, the letters
// that it gets and its end, one line each, on standard output.
func standIn() {
	name := os.Args[1]
	has := func(file string) bool { _, err := os.Stat(name + "/" + file); return err == nil }
	stubborn := has("stubborn")
	told := make(chan os.Signal, 8)
	signal.Notify(told, syscall.SIGTERM)
	signal.Ignore(syscall.SIGINT, syscall.SIGHUP)
	dir, err := unix.Open(name, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil || has("exit111") {
		os.Exit(111)
	}
	state, err := servicedir.OpenState(dir)
	if err != nil {
		os.Exit(111)
	}
	control, err := fifo.OpenControl(state, servicedir.ControlIn)
	if err != nil {
		os.Exit(111)
	}
	if fifo.Make(state, servicedir.OK, 0o622) != nil {
		os.Exit(111)
	}
	if _, err := fifo.Open(state, servicedir.OK, unix.O_RDONLY); err != nil {
		os.Exit(111)
	}
	words := strings.Join(os.Args, " ")
	if has("down") {
		words += " down"
	}
	if has("orphan") {
		leaveOrphans(name + "/orphans")
	}
	say := func(text string) { os.Stdout.WriteString(text + " pid " + strconv.Itoa(os.Getpid()) + "\n") }
	say(words)
	go func() {
		var letters [64]byte
		for {
			fds := []unix.PollFd{{Fd: int32(control.FD()), Events: unix.POLLIN}}
			_, _ = unix.Poll(fds, -1)
			if n, _ := control.Read(letters[:]); n > 0 {
				say("letters " + name + " " + string(letters[:n]))
			}
		}
	}()
	for range told {
		if stubborn {
			say("told " + name)
			continue
		}
		say("stop " + name)
		os.Exit(0)
	}
}

// leaveOrphans leaves two children of a child that has gone, which svscan
// inherits, and tells their pids. They end when it has.
func leaveOrphans(list string) {
	wait, gone, err := os.Pipe()
	if err != nil {
		os.Exit(111)
	}
	cmd := exec.Command("sh", "-c", "sh -c 'read x <&3; exit 7' >&- 2>&- & echo $!; sh -c 'read x <&3; kill -KILL $$' >&- 2>&- & echo $!")
	cmd.ExtraFiles = []*os.File{wait}
	pids, _ := cmd.Output()
	_ = os.WriteFile(list, pids, 0o644)
	gone.Close()
	wait.Close()
}
