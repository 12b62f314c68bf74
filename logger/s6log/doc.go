// Package s6log is svlog under the name s6-log: its options, its script, the
// files it makes and what it says. See svlog-s6(8).
//
// # What flows where
//
//	standard input → lines (line.go) → script (script.go) → buffers
//	                                                          ↓
//	     directories (directory_linux.go), standard output, status files
//
// It is a logger of its own beside package logger, since s6-log is another
// machine than multilog, whose model that is. A script is a list of parts, each
// with selections by regular expression, and every action says by itself what
// its lines look like. Lines are whole, since there is a limit to them. And each
// directory goes its own way: while one waits for its processor or for room on
// the disk, the others are written, and lines are read until too many wait. What
// is in memory then is lost if we are killed, as in s6-log.
//
// What a rotation is, is a list of steps (rotate.go), and each directory knows
// those that are left. Only what a file may hold is decided otherwise than by
// s6-log, which looks at the size when it has written: portion (rotate.go) cuts
// at the line.
package s6log
