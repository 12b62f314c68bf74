package compat

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// Exit codes of daemontools.
const (
	exitOK     = 0
	exitUsage  = 100
	exitSystem = 111
)

// program is one of the names. environ is the environment of what it starts.
type program func(args, environ []string) int

var programs = map[string]program{
	"multilog":      multilog,
	"tai64n":        stampLines,
	"tai64nlocal":   localLines,
	"readproctitle": readProcTitle,
}

// Main runs the program of this name, which there is, with its arguments,
// without argv[0], and returns its exit code.
func Main(name string, args, environ []string) int { return programs[name](args, environ) }

// chunk is how much is read at once.
const chunk = 64 << 10

// filter passes standard input through f, which appends to out what is to be
// written for in: in one write, before more is read. At the end in is empty.
func filter(f func(out, in []byte) []byte) int {
	in := make([]byte, chunk)
	var out []byte
	for {
		n, err := readInput(in)
		if err != nil {
			return exitSystem
		}
		out = f(out[:0], in[:n])
		if !writeOutput(out) {
			return exitSystem
		}
		if n == 0 {
			return exitOK
		}
	}
}

// readInput reads what there is. Standard input may be shared, and not block.
func readInput(b []byte) (int, error) {
	for {
		n, err := fifo.Retry(func() (int, error) { return unix.Read(0, b) })
		if err != unix.EAGAIN {
			return n, err
		}
		_, _ = unix.Poll([]unix.PollFd{{Fd: 0, Events: unix.POLLIN}}, -1) // a signal only asks sooner
	}
}

// writeOutput writes all of b. As everywhere, SIGPIPE ends a program whose
// reader has gone.
func writeOutput(b []byte) bool {
	if len(b) == 0 {
		return true
	}
	_, err := os.Stdout.Write(b)
	return err == nil
}
