// Package proc reads what /proc says of processes and of this boot, into
// buffers of the caller. Where /proc is missing, nothing is known.
package proc

import (
	"bytes"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
)

// Buffer holds /proc/PID/stat, which is some 350 bytes long.
type Buffer [512]byte

// Stat is the text of /proc/PID/stat after the name, which may hold blanks and
// brackets itself; empty when there is no such process. It lies in the Buffer.
type Stat []byte

// Stat reads that of the process pid, which may be a zombie.
func (b *Buffer) Stat(pid int) Stat {
	text := Read("/proc/"+strconv.Itoa(pid)+"/stat", b[:])
	if i := bytes.LastIndexByte(text, ')'); i >= 0 && i+2 < len(text) {
		return bytes.TrimSuffix(text[i+2:], []byte{'\n'})
	}
	return nil
}

// Field is field number n of proc_pid_stat(5), from 3 (the state) on.
func (s Stat) Field(n int) []byte {
	for ; n > 3; n-- {
		_, s, _ = bytes.Cut(s, []byte{' '})
	}
	word, _, _ := bytes.Cut(s, []byte{' '})
	return word
}

// Number is that field as a number, 0 if it is none.
func (s Stat) Number(n int) uint64 { return Decimal(s.Field(n)) }

// Decimal is the number at the front of what the kernel says.
func Decimal(text []byte) (n uint64) {
	for _, c := range text {
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + uint64(c-'0')
	}
	return n
}

// StartTicks is when the process pid was started, in the kernel's ticks of 10 ms
// since boot, 0 if there is no such process: with the pid it names a process for
// as long as the machine is up.
func StartTicks(pid int) uint64 {
	var b Buffer
	return b.Stat(pid).Number(22)
}

// BootID names this boot: pids and ticks mean something only within it.
func BootID() string {
	var buf [64]byte
	return strings.TrimSpace(string(Read("/proc/sys/kernel/random/boot_id", buf[:])))
}

// Read reads a small file into buf; nothing if it cannot.
func Read(path string, buf []byte) []byte {
	fd, err := fifo.Retry(func() (int, error) { return quiet.Openat(unix.AT_FDCWD, path, unix.O_RDONLY|unix.O_CLOEXEC, 0) })
	if err != nil {
		return nil
	}
	defer quiet.Close(fd)
	n, err := fifo.Retry(func() (int, error) { return quiet.Read(fd, buf) })
	if err != nil {
		return nil
	}
	return buf[:n]
}
