package scandir

import (
	"bytes"
	"strconv"
)

// Running in Dir has a file, named as the service, for each supervise that
// svscan started: the next svscan finds there what runs though nothing in the
// scan directory has its name any more.
const Running = "running"

// Supervise is such a file: which process it is, and what it serves.
type Supervise struct {
	PID           int
	Ticks         uint64 // field 22 of /proc/PID/stat
	Device, Inode uint64 // of the service directory
	BootID        string
	Path          string // of the service directory, as it was at the start
}

// AppendText appends the text of the file, one line. A path may have blanks and
// newlines in it: it is the rest.
func (s Supervise) AppendText(b []byte) []byte {
	b = append(strconv.AppendInt(b, int64(s.PID), 10), ' ')
	for _, n := range []uint64{s.Ticks, s.Device, s.Inode} {
		b = append(strconv.AppendUint(b, n, 10), ' ')
	}
	return append(append(append(append(b, s.BootID...), ' '), s.Path...), '\n')
}

// ParseSupervise reads the text of the file. One that is not written to its end
// says nothing.
func ParseSupervise(text []byte) (s Supervise, ok bool) {
	var pid uint64
	var good [4]bool
	pid, text, good[0] = decimal(text, ' ', 31)
	s.Ticks, text, good[1] = decimal(text, ' ', 64)
	s.Device, text, good[2] = decimal(text, ' ', 64)
	s.Inode, text, good[3] = decimal(text, ' ', 64)
	boot, path, found := bytes.Cut(text, []byte{' '})
	path, whole := bytes.CutSuffix(path, []byte{'\n'})
	if pid == 0 || good != [4]bool{true, true, true, true} || !found || !whole || len(boot) == 0 || len(path) == 0 {
		return Supervise{}, false
	}
	s.PID, s.BootID, s.Path = int(pid), string(boot), string(path)
	return s, true
}
