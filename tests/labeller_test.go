package tests

import (
	"bytes"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// labellerName is the name by which this test's own program is a logger of several
// pipes: it adds each line to the file all, with the name of its pipe, and reads
// what waits before it leaves. What it was given it adds to the file names.
const labellerName = "labeller"

func labellerMain() {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	names := strings.Fields(os.Getenv("SV_PIPE_NAMES"))
	appendText("names", os.Getenv("SV_NAME")+" "+strings.Join(names, " ")+"\n")
	set := make([]unix.PollFd, len(names))
	rest := make([][]byte, len(names))
	for i := range names {
		set[i] = unix.PollFd{Fd: int32(3 + i), Events: unix.POLLIN}
	}
	for {
		last := len(asked) > 0
		for i, name := range names {
			for readable(set[i]) {
				rest[i] = takeLines(name, int(set[i].Fd), rest[i])
			}
		}
		if last {
			return
		}
		_, _ = unix.Poll(set, 10) // milliseconds: asked has no descriptor
	}
}

// drainerName is the name by which it is a logger of one pipe: it writes on what it
// reads, and reads what waits before it leaves, since no end of file comes.
const drainerName = "drainer"

func drainerMain() {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	appendText("names", os.Getenv("SV_PIPE_NAMES")+"\n")
	in := unix.PollFd{Fd: 0, Events: unix.POLLIN}
	for {
		last := len(asked) > 0
		for readable(in) {
			var buf [4096]byte
			n, _ := unix.Read(0, buf[:]) // it is readable
			if n <= 0 {
				return
			}
			if _, err := os.Stdout.Write(buf[:n]); err != nil {
				os.Exit(99)
			}
		}
		if last {
			return
		}
		_, _ = unix.Poll([]unix.PollFd{in}, 10) // milliseconds: asked has no descriptor
	}
}

func readable(fd unix.PollFd) bool {
	n, err := unix.Poll([]unix.PollFd{fd}, 0)
	return n > 0 && err == nil
}

// takeLines reads once, and returns what is no line yet.
func takeLines(name string, fd int, rest []byte) []byte {
	var buf [4096]byte
	n, _ := unix.Read(fd, buf[:]) // it is readable
	rest = append(rest, buf[:max(n, 0)]...)
	var text strings.Builder
	for {
		line, after, whole := bytes.Cut(rest, []byte{'\n'})
		if !whole {
			break
		}
		fmt.Fprintf(&text, "%s: %s\n", name, line)
		rest = after
	}
	appendText("all", text.String())
	return rest
}

func appendText(name, text string) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err == nil {
		_, err = f.WriteString(text)
		_ = f.Close() // what counts is the write
	}
	if err != nil {
		os.Exit(99)
	}
}
