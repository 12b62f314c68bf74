package main

import "strconv"

// manner is how a logger logs: what it puts before lines, and which it takes.
type manner uint8

const (
	stamped   manner = iota // a TAI64N label
	readable                // a time that people read, in UTC where that is to be had
	selective               // a label, and no lines that begin with DEBUG or TRACE
)

// The limits of a log directory: the largest files that multilog makes.
const (
	fileSize  = 1<<24 - 1
	fileCount = 10
)

// limits are the words that tell most loggers of the limits.
var limits = []string{"s" + strconv.Itoa(fileSize), "n" + strconv.Itoa(fileCount)}

// multilog is a command in the language of multilog.
func multilog(program, dir string, m manner) []string {
	command := []string{program, "t"}
	switch m {
	case readable:
		command[1] = "T"
	case selective:
		command = append(command, "-* DEBUG *", "-* TRACE *")
	}
	return append(append(command, limits...), dir)
}
