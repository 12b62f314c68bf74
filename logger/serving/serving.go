// Package serving is what an svlog that serves the logs of many services is told,
// and what it says of each: see svlog(8).
//
// Orders come on its standard input, a FIFO that svscan has made. Each is fields
// that a NUL ends, and an empty one:
//
//	DEVICE:INODE serve DIR INPUT NAME=VALUE ...
//	DEVICE:INODE SIGNAL
//
// It says what comes of a log on the FIFO supervise/report of its directory, which
// it holds open as long as it serves the log: a line Begun, perhaps one with the
// place of the log, and the last one, how it ended.
package serving

import (
	"bytes"
	"strconv"
	"strings"
	"syscall"
)

// Word is how svlog is told to serve: no action of a script.
const Word = "serve"

// MaxSize is how long an order may be, so that it comes whole: PIPE_BUF.
const MaxSize = 4096

// Log tells a log from all others: it is the identity of the directory in which
// the logger would run.
type Log struct{ Device, Inode uint64 }

// Order is what is to be done about one log: to serve it where Signal is 0, else
// what a logger would do that gets the signal.
type Order struct {
	Log    Log
	Signal syscall.Signal
	Dir    string   // where its logger would run
	Input  string   // the directory of the FIFOs that it would read
	Env    []string // that is its own
}

// Pack appends an order. No field may be empty or have a NUL.
func (o Order) Pack(b []byte) []byte {
	field := func(text string) { b = append(append(b, text...), 0) }
	b = strconv.AppendUint(b, o.Log.Device, 10)
	field(":" + strconv.FormatUint(o.Log.Inode, 10))
	if o.Signal != 0 {
		field(strconv.Itoa(int(o.Signal)))
		return append(b, 0)
	}
	field(Word)
	field(o.Dir)
	field(o.Input)
	for _, pair := range o.Env {
		field(pair)
	}
	return append(b, 0)
}

// Unpack takes the first order off b. It is none where ok is false: then rest is
// what follows, all of b if more of it may be to come.
func Unpack(b []byte) (o Order, rest []byte, ok bool) {
	text, rest, whole := bytes.Cut(b, []byte{0, 0})
	if !whole {
		return o, b, false
	}
	fields := strings.Split(string(text), "\x00")
	device, inode, _ := strings.Cut(fields[0], ":")
	var err, err2 error
	o.Log.Device, err = strconv.ParseUint(device, 10, 64)
	o.Log.Inode, err2 = strconv.ParseUint(inode, 10, 64)
	switch {
	case err != nil || err2 != nil || len(fields) < 2:
		return Order{}, rest, false
	case fields[1] == Word && len(fields) >= 4:
		o.Dir, o.Input, o.Env = fields[2], fields[3], fields[4:]
		return o, rest, true
	}
	n, err := strconv.Atoi(fields[1])
	if o.Signal = syscall.Signal(n); err != nil || n < 1 || n > 64 || len(fields) > 2 {
		return Order{}, rest, false
	}
	return o, rest, true
}

// Begun is the first line of a report.
const Begun = "begun"

// The other lines are one of these words, and what it is about.
const (
	place  = "log "
	exit   = "exit "
	killed = "killed "
)

// Place is the line that says where the log is. Exit and Killed say how it ended,
// as a process of its own would.
func Place(dir string) string             { return place + dir }
func Exit(code int) string                { return exit + strconv.Itoa(code) }
func Killed(signal syscall.Signal) string { return killed + strconv.Itoa(int(signal)) }

// ParsePlace reads the line of a place.
func ParsePlace(line string) (dir string, ok bool) { return strings.CutPrefix(line, place) }

// ParseEnd reads the line of an end: wait is as wait4 would give it.
func ParseEnd(line string) (wait uint16, ok bool) {
	word, number, _ := strings.Cut(line, " ")
	n, err := strconv.ParseUint(number, 10, 8)
	switch {
	case err != nil:
	case word+" " == exit:
		return uint16(n) << 8, true
	case word+" " == killed && n > 0 && n < 0x7f:
		return uint16(n), true
	}
	return 0, false
}
