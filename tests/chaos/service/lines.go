package main

import (
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	lineEvery = 5 * time.Millisecond
	longEvery = 11  // lines
	long      = 700 // bytes: a chunk of the logger ends anywhere in it
)

// lines writes NAME and a number in each line, and counts on where the last run
// stopped. TERM ends it between a line and the next, never between a line and
// its number; KILL is not sent to it.
func lines(name string) {
	term := make(chan os.Signal, 1)
	signal.Notify(term, syscall.SIGTERM)
	signal.Ignore(syscall.SIGPIPE)
	begin()
	count := counter()
	for tick := time.NewTicker(lineEvery); ; {
		select {
		case <-term:
			return
		case <-tick.C:
			n := atomic.LoadUint64(count) + 1
			if err := write(numbered(name, n)); err != nil {
				complain("lines", "unable to write: "+err.Error())
				os.Exit(111)
			}
			atomic.StoreUint64(count, n)
		}
	}
}

func numbered(name string, n uint64) string {
	line := fmt.Sprintf("%s %d", name, n)
	if n%longEvery == 0 {
		line += " " + strings.Repeat("x", long)
	}
	return line + "\n"
}

// write writes a line, which a pipe takes whole or not at all.
func write(line string) error {
	for {
		_, err := unix.Write(1, []byte(line))
		if err != unix.EINTR {
			return err
		}
	}
}

// counter is the number of the last line, in a file that outlives us.
func counter() *uint64 {
	const size = 8
	fd, err := unix.Open("counter", unix.O_RDWR|unix.O_CREAT|unix.O_CLOEXEC, 0o600)
	check(err)
	check(unix.Ftruncate(fd, size))
	page, err := unix.Mmap(fd, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	check(err)
	return (*uint64)(unsafe.Pointer(&page[0]))
}
