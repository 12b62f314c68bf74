package supervise

import (
	"bytes"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// statBuffer holds /proc/PID/stat, which is some 350 bytes long.
type statBuffer [512]byte

// processStat is the text of /proc/PID/stat after the name, which may hold
// blanks and brackets itself; empty when there is no such process. It lies in
// the buffer.
type processStat []byte

func (b *statBuffer) read(pid int) processStat {
	text := readProc("/proc/"+strconv.Itoa(pid)+"/stat", b[:])
	if i := bytes.LastIndexByte(text, ')'); i >= 0 && i+2 < len(text) {
		return bytes.TrimSuffix(text[i+2:], []byte{'\n'})
	}
	return nil
}

// field is field number n of proc_pid_stat(5), from 3 (the state) on.
func (p processStat) field(n int) []byte {
	for ; n > 3; n-- {
		_, p, _ = bytes.Cut(p, []byte{' '})
	}
	word, _, _ := bytes.Cut(p, []byte{' '})
	return word
}

// readProc reads a small file of /proc into buf; nothing if it cannot.
func readProc(path string, buf []byte) []byte {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	defer unix.Close(fd)
	n, err := fifo.Retry(func() (int, error) { return unix.Read(fd, buf) })
	if err != nil {
		return nil
	}
	return buf[:n]
}

// bootID names this boot: pids and ticks mean something only within it.
func bootID() string {
	var buf [64]byte
	return strings.TrimSpace(string(readProc("/proc/sys/kernel/random/boot_id", buf[:])))
}
