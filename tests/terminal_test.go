package tests

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal is an interactive sh on a terminal of its own, with job control, as
// the one that a person types into.
type terminal struct {
	t    *testing.T
	line *os.File // our end
	sh   *exec.Cmd
	said []byte // and not yet looked at
}

// prompt is what sh says when it waits for a line: the exit code of the last.
var prompt = regexp.MustCompile(`\n=(\d+)=\n`)

func openTerminal(t *testing.T, dir string, env []string) *terminal {
	t.Helper()
	ours, theirs, err := openPair()
	if err != nil {
		t.Fatalf("terminal: %v", err)
	}
	defer theirs.Close()
	x := &terminal{t: t, line: ours}
	x.sh = &exec.Cmd{Path: lookPath("sh", env), Args: []string{"sh"}, Dir: dir, Env: append(env, "PS1=\n=$?=\n")}
	x.sh.Stdin, x.sh.Stdout, x.sh.Stderr = theirs, theirs, theirs
	x.sh.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := x.sh.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = x.sh.Process.Kill() // unless it has left
		_ = x.sh.Wait()         // likewise
		_ = ours.Close()        // likewise
	})
	x.untilPrompt(patience)
	return x
}

// openPair opens both ends of a new terminal, which says nothing but what is
// written to it: no echo, no carriage returns.
func openPair() (ours, theirs *os.File, err error) {
	ours, err = os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	raw, err := ours.SyscallConn()
	if err != nil {
		return nil, nil, err
	}
	number := 0
	control := raw.Control(func(fd uintptr) {
		if err = unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0); err == nil {
			number, err = unix.IoctlGetInt(int(fd), unix.TIOCGPTN)
		}
	})
	if control != nil || err != nil {
		return nil, nil, fmt.Errorf("unlock: %v, %v", control, err)
	}
	theirs, err = os.OpenFile("/dev/pts/"+strconv.Itoa(number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}
	mode, err := unix.IoctlGetTermios(int(theirs.Fd()), unix.TCGETS)
	if err == nil {
		mode.Lflag &^= unix.ECHO
		mode.Oflag &^= unix.OPOST
		err = unix.IoctlSetTermios(int(theirs.Fd()), unix.TCSETS, mode)
	}
	return ours, theirs, err
}

// paste types a line, and is what was said until the next prompt, and its exit
// code.
func (x *terminal) paste(line string) (said string, code int) {
	x.t.Helper()
	if _, err := x.line.WriteString(line + "\n"); err != nil {
		x.t.Fatalf("terminal: %v", err)
	}
	return x.untilPrompt(8 * patience) // make is slow on a busy machine
}

func (x *terminal) untilPrompt(limit time.Duration) (said string, code int) {
	x.t.Helper()
	if err := x.line.SetReadDeadline(time.Now().Add(limit)); err != nil {
		x.t.Fatalf("terminal: %v", err)
	}
	for {
		if at := prompt.FindSubmatchIndex(x.said); at != nil {
			code, _ := strconv.Atoi(string(x.said[at[2]:at[3]])) // digits
			said := string(bytes.TrimSpace(x.said[:at[0]]))
			x.said = append([]byte(nil), x.said[at[1]:]...)
			return said, code
		}
		var buf [4096]byte
		n, err := x.line.Read(buf[:])
		if err != nil {
			x.t.Fatalf("terminal: %v after %q", err, x.said)
		}
		x.said = append(x.said, buf[:n]...)
	}
}

// leave ends sh as a person does.
func (x *terminal) leave() {
	x.t.Helper()
	if _, err := x.line.WriteString("exit\n"); err != nil {
		x.t.Errorf("terminal: %v", err)
	}
}
