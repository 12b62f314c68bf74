// Package forkexec starts a child in one step: a vfork, and an execve.
//
// It is there beside syscall.ForkExec for two reasons. The child notes who it
// is in a Slot of a file before it executes anything: so one that was started
// by somebody who is killed at any instant can be found again. And a start
// allocates nothing once the buffers of the Starter have grown: with 35 variables
// syscall.ForkExec leaves 2.1 kB behind each time, until memory is collected, and
// takes about twice as long (BenchmarkStart).
//
// Who looks for the child after such a kill need not guess whether it has come
// to its note yet. Until it executes its program it has every descriptor of
// the one who started it: a lock (flock) on a close-on-exec descriptor is free
// only when both are gone, and then the note is written.
//
// # What is shared
//
// After the vfork the child runs in the memory of the parent, and on the stack
// of the thread that started it, which waits until the child has executed its
// program or has ended. The other threads run on. So the child
//
//   - changes no memory but its part of the Starter (where an error is left,
//     which is how the parent learns of it) and the stack below the frame of
//     fork, which the parent leaves at once;
//   - allocates nothing, takes no lock, never grows its stack, stores no
//     pointer: all that it calls is nosplit, and its words are uintptrs, which
//     the parent has laid out in advance;
//   - has descriptors, signal handlers, working directory and limits of its
//     own, which are copies.
//
// The hooks that the runtime has for syscall.ForkExec keep signals away in the
// meantime, and give the child default handlers. They are open to others by
// promise, see go.dev/issue/67401.
//
// A Starter that was told to be Narrow has its children share the descriptors
// as well, until they have noted themselves: then the lock is needed no more.
//
// On other machines than amd64 and arm64, and under the build tag
// forkexec_syscall, syscall.ForkExec does it: the parent writes the note, after
// the start, and before it one without a pid that says that a child was about
// to be started.
package forkexec
