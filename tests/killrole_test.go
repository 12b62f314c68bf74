package tests

import (
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// The programs of a service whose supervise is killed are links to this test's
// own: they complain in the file notes, a line a write, of what must not be.

// The names by which they are called. killScanName is in the place of svscan.
const killScanName = "killscan"

var killRoles = map[string]func(){
	killScanName:  killScanMain,
	"run":         killRun,
	labellerName:  labellerMain,
	drainerName:   drainerMain,
	announcerName: announcerMain,
	listenerName:  listenerMain,
	stubName:      stubMain,
	strangerName:  strangerMain,
	"finish":      killFinish,
	"t":           killControl,
	"check":       killCheck,
	"up":          killUp,
	"undo":        killUndo,
}

// The exit codes of run: for USR1, and for TERM.
const crashCode, stopCode = 7, 3

func killNote(words ...string) {
	fd, err := os.OpenFile("../notes", os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err == nil {
		_, err = fd.WriteString(strings.Join(words, " ") + "\n")
	}
	if err != nil {
		os.Exit(99) // which nobody expects
	}
}

// killAlone takes a lock for life, and complains if somebody has it.
func killAlone(name, complaint string) {
	fd, err := unix.Open("../"+name, unix.O_RDWR|unix.O_CREAT|unix.O_CLOEXEC, 0o644)
	if err != nil || unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) != nil {
		killNote(complaint, strconv.Itoa(os.Getpid()))
	}
}

func killRun() {
	if here("logger") {
		killLogger()
		return
	}
	asked := make(chan os.Signal, 8)
	signal.Notify(asked, syscall.SIGTERM, syscall.SIGUSR1)
	pid := strconv.Itoa(os.Getpid())
	killAlone("alive", "twice")
	killNote("start", pid)
	out := os.Stdout
	if here("set/split-stderr") {
		out = os.Stderr
	}
	_, _ = out.WriteString("hello " + pid + "\n") // what was lost is missed
	if here("notification-fd") {
		_, _ = unix.Write(3, []byte("\n")) // likewise
	}
	if here("set/notify-socket") {
		if announce("READY=1"); here("refused") {
			killNote("refused", pid)
		}
	}
	code := crashCode
	if !here("brief") && <-asked == syscall.SIGTERM {
		code = stopCode
	}
	_, _ = out.WriteString("bye " + pid + "\n") // likewise
	killNote("end", pid, strconv.Itoa(code))
	os.Exit(code)
}

// killFinish ends with 125 where the file hopeless is.
func killFinish() {
	killAlone("alive", "early")
	killAlone("finishing", "twice-finish")
	killNote(append([]string{"finish"}, os.Args[1:]...)...)
	if here("hopeless") {
		os.Exit(125)
	}
}

// killControl does what the signal would have done where the file handles is.
func killControl() {
	killNote("control", strconv.Itoa(os.Getpid()))
	if !here("handles") {
		os.Exit(1)
	}
}

// killCheck complains of another check, and is content.
func killCheck() { killAlone("checking", "twice-check") }

// killLogger keeps what it reads, until the end: of standard error, where it has
// a pipe.
func killLogger() {
	out, err := os.OpenFile("../../out", os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	in := os.Stdin
	if os.Getenv("SV_PIPE_NAMES") == "web:stderr" {
		in = os.NewFile(3, "standard error of web")
	}
	if err == nil {
		_, err = io.Copy(out, onlyReader{in})
	}
	if err != nil {
		os.Exit(99)
	}
}

// onlyReader has no faster way to copy: splice would keep bytes in flight.
type onlyReader struct{ io.Reader }

func here(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// killRole is what this program is called for, nil for the tests.
func killRole() func() { return killRoles[filepath.Base(os.Args[0])] }
