package svscan

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// A handover is carried in a variable, which may have 128 kB at most: what many
// services have does not fit. Then it is in a file without a name, and the
// variable says which descriptor that is. An image of before 0.2 does not know
// such a file: it is asked for that when it is tried, and refused.

// many is how many services have their handover carried in a file.
const many = 1000

// inFile begins the value of a variable that says where the handover is: for the
// process with this pid, as this descriptor.
const inFile = "file "

// carry puts a handover into the variable, or into a file; the descriptor of that
// is -1 without one.
func (h *handover) carry(file bool) (value string, fd int, err error) {
	if value = h.pack(); !file {
		return value, -1, nil
	}
	if fd, err = unix.MemfdCreate("handover", unix.MFD_CLOEXEC); err != nil {
		return "", -1, err
	}
	if err = fifo.WriteAll(fd, []byte(value)); err != nil {
		_ = unix.Close(fd) // it is of no use
		return "", -1, err
	}
	return inFile + strconv.Itoa(h.pid) + " " + strconv.Itoa(fd), fd, nil
}

// carried is the text of a handover that is for us, empty if there is none.
func carried(value string) string {
	place, is := strings.CutPrefix(value, inFile)
	if !is {
		return value
	}
	pid, number, _ := strings.Cut(place, " ")
	fd, err := strconv.ParseUint(number, 10, 31)
	if err != nil || pid != strconv.Itoa(os.Getpid()) {
		return "" // it is another's
	}
	defer unix.Close(int(fd))
	var st unix.Stat_t
	if unix.Fstat(int(fd), &st) != nil {
		return ""
	}
	text := make([]byte, st.Size)
	n, err := fifo.Retry(func() (int, error) { return unix.Pread(int(fd), text, 0) })
	if err != nil {
		return ""
	}
	return string(text[:n])
}
