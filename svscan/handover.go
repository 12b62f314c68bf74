package svscan

import (
	"strconv"
	"strings"
)

// handoverKey is the variable in which svscan tells itself over a reexec what it
// holds.
const handoverKey = "SV_REEXEC"

// handover is what it tells: numbers, -1 for what there is not, then paths.
type handover struct {
	pid     int // of whom it is for
	reexecs int // how many there were, with this one
	nohup   int // 1: HUP was ignored when the first image began

	dir, run, null int // the scan directory, the run directory, /dev/null
	lock           int
	read, write    int   // the ends of control
	title          int   // the reading end of standard error under runsvdir
	fifos          []int // ends of FIFOs of services

	path, runPath string
}

// head are the numbers that stand before those of the FIFOs, in their order.
func (h *handover) head() []*int {
	return []*int{&h.pid, &h.reexecs, &h.nohup, &h.dir, &h.run, &h.null, &h.lock, &h.read, &h.write, &h.title}
}

// descriptors are those that are kept over exec.
func (h *handover) descriptors() []int {
	var all []int
	for _, fd := range h.head()[3:] {
		all = append(all, *fd)
	}
	return append(all, h.fifos...)
}

// pack is the value of the variable: the numbers, the length of the first path,
// the numbers of the logs, a newline, and both paths.
func (h *handover) pack() string {
	var b []byte
	for _, n := range h.head() {
		b = append(strconv.AppendInt(b, int64(*n), 10), ' ')
	}
	b = strconv.AppendInt(b, int64(len(h.path)), 10)
	for _, fd := range h.fifos {
		b = strconv.AppendInt(append(b, ' '), int64(fd), 10)
	}
	return string(b) + "\n" + h.path + h.runPath
}

// unpackHandover reads it, false if it is not whole.
func unpackHandover(value string) (h handover, ok bool) {
	line, paths, whole := strings.Cut(value, "\n")
	words := strings.Split(line, " ")
	head := h.head()
	if !whole || len(words) <= len(head) {
		return handover{}, false
	}
	for i, word := range words {
		n, err := strconv.ParseInt(word, 10, 32)
		switch {
		case err != nil || n < -1:
			return handover{}, false
		case i < len(head):
			*head[i] = int(n)
		case i > len(head):
			h.fifos = append(h.fifos, int(n))
		case n < 0 || int(n) > len(paths):
			return handover{}, false
		default:
			h.path, h.runPath = paths[:n], paths[n:]
		}
	}
	return h, true
}
