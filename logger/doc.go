// Package logger is the engine of svlog: it reads lines from standard input, and
// from the pipes of other services, and writes each, stamped, to the log
// directories that select it. See svlog(8) and logdir(5).
//
// # What flows where
//
//	standard input, pipes → input (input_linux.go) → stream (stream.go) → sinks
//	                                             ↓ short.go, match.go, line.go
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
// turn.go makes those of a rotation, and goes on with lines while a processor
// runs. What is dropped is counted, and told, in owed.go; what was deleted is
// made anew in restore_linux.go.
//
// # What must hold
//
//  1. No line is lost, whatever ends us. What is in a pipe is looked at with
//     tee(2), and taken out of it only when it was written. So while a file is
//     rotated or a disk is full, nothing is in memory but what the pipe has no
//     room for, see below. What a script allows to be dropped is counted.
//  2. A kill at any step of a rotation leaves nothing that the next logger,
//     ours or multilog, would lose or repeat.
//  3. Each line is in a log directory once, also where svlog is killed between
//     writing it and taking it out of the pipe, as long as somebody keeps the
//     pipe open and svlog comes next.
//  4. Files are as multilog makes them: it may follow us, and we it, at any
//     time.
//  5. When a logger has begun, there are no more files and bytes in a directory
//     than the script says, and a rotation does not bring more.
//  6. Memory is bounded. A line has no bound: what is longer than its head
//     passes through in pieces.
//
// What goes wrong is a Trouble (voice.go), so that multilog, which is the same
// engine, can say it in its own words.
//
// The second is proven in kill_test.go, which kills us at each system call, the
// third in once_test.go too.
//
// # Exactly once
//
// Before lines are written, the file lock of the first directory says so: how
// many bytes of which pipe they are, and for each current that gets some of
// them where it ends now (intent.go). Then the lines are written. Then one
// readv(2) takes the bytes out of the pipe, and the first of them lands in lock,
// which is mapped (ledger_linux.go): so it is the kernel that notes that they
// were taken. What stood there before is the complement of that byte, whatever
// it is. The next svlog that finds an intent that was not taken, and finds in
// its pipe what the intent says, cuts each current back to where it ended, and
// goes on as ever: the lines are still to come.
//
// A kill can come
//
//   - while the intent is written: its sum is wrong, so it is none. The one
//     before it was taken, and nothing was written since.
//   - before, within or between the writes: each current is cut back by what it
//     got, which may be nothing.
//   - in readv: a read of what is there is not interrupted. A kill ends it early
//     only where it waits for a page of memory. The byte in the mapping comes
//     first, so that if this happens there, nothing was taken and it was not
//     noted; and all other pages have just been written to.
//   - after readv, so in a rotation: the intent was taken, and means nothing.
//   - in the cutting: it is made again, since the intent is removed after it,
//     and nothing else was written.
//
// What is cut is what can be read again: the same pipe, of the same boot, begins
// with these bytes. And it is ours: the file is the same, has not ended in
// order, and has behind the place at most what was to be added, beginning as
// that does. Wherever any of this is in doubt, nothing is cut, and lines may be
// there twice. They may be so after multilog or svlogd follow a kill, since
// these look at no intent; where the first directory of the script has changed;
// where lock cannot be mapped, which is said; and in what has no end that can be
// cut: standard output, standard error and status files.
//
// An intent is about one input, and says which by the identity of its pipe: the
// next logger may have its inputs in another order, or others. Where that pipe
// is not among them the intent is as if taken.
//
// # Parts of lines
//
// Who writes in blocks ends them within lines. Such a part stays in the pipe: what
// is taken ends with a line. Since a wait for what is there would never wait, it is
// then one for what comes (fifo.Edge). That of a pipe that is full would never end,
// so it must have room for more: whoever writes next puts something into it, and
// that is told. A pipe is full by pieces, not by bytes. Nothing tells how many it
// has, but the copy that is looked at has as many, and can be asked (expects). What
// there is no room for is taken: its head into memory, the rest into the files as it
// comes. Nor is it waited for where nobody writes any more.
//
// The line has begun when its part was first seen, which gives it its time, and has
// TERM wait for its end.
//
// # Several inputs
//
// What belongs to one input is its source (source.go): where its lines come
// from, and the head of the line that has begun. The inputs (inputs_linux.go)
// are looked at through one buffer, in turn, so that none waits for another;
// one that is silent is not looked at. Of all lines at most one has left its
// head and has no end yet. So what a sink knows of a line it knows of that, and
// lines cannot be mixed. While another logger reads a pipe it is not looked at
// (claim): only that is a timer at idle, and it ends with the other.
//
// # Dropped lines
//
// What directories owe their reader is in the intent: how much before its bytes
// are taken, and how much after. So the kernel's mark that says that lines were
// taken also says that they are counted, or that the line that tells of them is
// written. An intent must not be lost for that while the next is written: they
// take turns in two halves of a page, each with a number. While one is torn the
// other is in force, and it was taken, or is of the same bytes.
//
// Where a disk turns out to be full, the lines were to be written, and are to be
// counted: the intent is written once more, with the places as they were. A
// line that tells of what is owed when nothing else comes has an intent of no
// bytes, which we mark ourselves.
//
// # Beside a processor
//
// When previous is settled and there is a new current, the rest of a rotation is
// about other files than those that lines go to. The next logger finds what it
// would have found after a kill, but for lines in current: these are younger
// than previous, whose name as an archive comes first. An orderly end waits for
// the processor, since multilog looks at nothing else beside a settled current.
//
// # Many logs
//
// A server (serve_linux.go) is the logger of many services at once: svscan -dense
// orders it to serve a log, or to have one do what a signal would. Each log is a
// logger as above, which differs in four things. What it waits for is in the epoll
// of all, and its wait is a seat (seat_linux.go): it returns from the loop after
// each round. What a round needs and leaves empty, buffers and the way to look at a
// pipe, is that of the worker who gives it its turn (worker_linux.go), and lock is
// mapped for the turn alone. Paths begin at its directory. And the runtime is told
// of system calls that may wait for a disk, so that another worker goes on; an
// intent is written by one of these, since a page of a mapping would hold up all.
//
// A wait within a round, for a disk that is full or a processor, is a wait of that
// worker. So the order of what is done to one log is that of a process of its own,
// and nothing of one log waits for another.
//
// # Waiting
//
// There is one wait, for all inputs, signals and processors, with a deadline
// only where a processor has one, something failed or something is owed. What
// must be done before lines go on is tried again every five seconds: within the
// step that is being made, so that order stays simple. Signals are heard
// meanwhile, and rotations go on.
package logger
