// Package quiet has system calls of which the Go runtime is not told, with the
// names and arguments of package unix. They are for what does not wait for another
// process.
//
// The first system call that the runtime is told of after a wait wakes its monitor,
// another thread, to see whether the call takes long. That thread then looks every
// 20 microseconds until all is at rest again. For who does a few short calls and
// waits again it is an eighth of all cost. Where such a call does take long, on a
// slow disk, nobody else of the process runs meanwhile: our residents have one loop,
// which waits for it anyway. One of them has several: it is loud.
package quiet

// loud says that the runtime is told of what may wait for a disk after all.
var loud bool

// Loud has all goroutines of this process go on while a call of one waits for a
// disk. It is called before there is a second one.
func Loud() { loud = true }
