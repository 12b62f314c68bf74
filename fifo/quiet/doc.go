// Package quiet has system calls of which the Go runtime is not told, with the
// names and arguments of package unix. They are for what does not wait for another
// process.
//
// The first system call that the runtime is told of after a wait wakes its monitor,
// another thread, to see whether the call takes long. That thread then looks every
// 20 microseconds until all is at rest again. For who does a few short calls and
// waits again it is an eighth of all cost. Where such a call does take long, on a
// slow disk, nobody else of the process runs meanwhile: our residents have one loop,
// which waits for it anyway.
package quiet
