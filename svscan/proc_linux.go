package svscan

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/svdir/svdir/fifo"

	"golang.org/x/sys/unix"
)

// startTicks is when a process, perhaps a zombie, was started, in ticks since
// boot: field 22 of /proc/PID/stat, 0 if there is no such process.
func startTicks(pid int) uint64 {
	const name, ticks = 2, 22
	var buf [512]byte
	text := readProc("/proc/"+strconv.Itoa(pid)+"/stat", buf[:])
	rest := text[bytes.LastIndexByte(text, ')')+1:] // the name may have blanks in it
	fields := bytes.Fields(rest)
	if len(fields) < ticks-name {
		return 0
	}
	n, _ := strconv.ParseUint(string(fields[ticks-name-1]), 10, 64) // the kernel's
	return n
}

// bootID names this boot: pids and ticks mean something only within it.
func bootID() string {
	var buf [64]byte
	return strings.TrimSpace(string(readProc("/proc/sys/kernel/random/boot_id", buf[:])))
}

// readProc reads a small file of /proc into buf; nothing if it cannot.
func readProc(path string, buf []byte) []byte {
	fd, err := fifo.Retry(func() (int, error) { return unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0) })
	if err != nil {
		return nil
	}
	defer unix.Close(fd)
	n, _ := fifo.Retry(func() (int, error) { return unix.Read(fd, buf) }) // ESRCH: it has gone
	return buf[:max(n, 0)]
}
