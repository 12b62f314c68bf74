// Package logger is the engine of svlog: it reads lines from standard input,
// and writes each, stamped, to the log directories that select it. See svlog(8)
// and logdir(5).
//
// # What flows where
//
//	standard input → input (input_linux.go) → stream (stream.go) → sinks
//	                                             ↓ match.go, line.go
//	         log directories ← flush (flush.go) ← buffers
//	                  ↓ full
//	         rotation (rotate.go) → steps → directory (dir_linux.go)
//
// What is done with a line is a Script (script.go). The stream takes what was
// read apart, and puts each line into the buffers of those who want it: data
// in, data out, no clock, no file. It stops where a file is full. The loop
// (loop.go) then writes the buffers, each in one write, and rotates what is
// full. How a file is rotated, and how a directory is taken over that another
// logger has left, is a list of steps, which rotate.go makes of what is there.
//
// # What must hold
//
//  1. No line is lost, whatever ends us. What is in a pipe is looked at with
//     tee(2), and taken out of it only when it was written. So while a file is
//     rotated, a processor runs or a disk is full, nothing is in memory but
//     the beginning of a line that has not ended.
//  2. A kill at any step of a rotation leaves nothing that the next logger,
//     ours or multilog, would lose or repeat.
//  3. A kill between the write of lines and taking them out of the pipe, which
//     follows at once, has the next logger write them again.
//  4. Files are as multilog makes them: it may follow us, and we it, at any
//     time.
//  5. Memory is bounded. A line has no bound: what is longer than its head
//     passes through in pieces.
//
// The second is proven in kill_test.go, which kills us at each system call.
//
// # Waiting
//
// There is one wait, for standard input and signals. What cannot be done now,
// since a disk is full, is tried again every five seconds: within the step that
// is being made, so that order stays simple. Only signals are heard meanwhile.
package logger
