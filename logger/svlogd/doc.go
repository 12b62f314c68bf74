// Package svlogd is what svlog is under the name svlogd: the logger of runit
// 2.1.2, with its options, its file config in each log directory, its signals
// and its messages. See svlog-runit(8).
//
// # What flows where
//
//	standard input → input (input_linux.go) → stream (stream.go) → directories
//	                                             ↓ match.go, stamp.go
//	        current ← write (write.go): cut where a file ends (config.go)
//	                  ↓ full, old, or ALRM
//	                rotation (rotate.go) → processor (processor.go)
//
// What the options and config say is a value (options.go, config.go). The stream
// takes apart what was read: data in, data out. The loop (loop.go) writes what
// came of it, and only then takes the lines out of the pipe, where they were
// looked at with tee(2): whatever ends us, no line that was read is lost.
//
// # Waiting
//
// There is one wait, for standard input, signals and the next file that becomes
// old. What cannot be done now is tried again every three seconds, within the
// step that is being made; only signals are heard meanwhile.
package svlogd
