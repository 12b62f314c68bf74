package diag

import (
	"os"
	"runtime"
	"slices"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Settle makes this process a resident, first thing in main: one processor for
// the runtime, an empty signal mask, no signal ignored, and its comm as it was
// called. What is inherited and cannot be changed from within costs one exec of
// the same program.
// It returns the environment that was given, which is what services get.
func Settle() []string {
	// Let the goroutines of the runtime come to rest on this thread: while we
	// are in a system call it would start another for them, and keep it.
	runtime.Gosched()
	var mask, empty unix.Sigset_t
	_ = unix.PthreadSigmask(unix.SIG_SETMASK, nil, &mask) // fails on bad arguments only
	environ := inherited()
	switch {
	case !slices.ContainsFunc(environ, isSaved):
		execAgain(withOneProcessor(environ), &mask, &empty)
	case mask != empty && !slices.Contains(environ, unmasked):
		execAgain(append(environ, unmasked), &mask, &empty)
	}
	setComm(os.Args[0])
	defaultSignals()
	closeOnExec()
	return withoutOurs(environ)
}

// closeOnExec keeps descriptors that were left open for us, by accident or for
// us alone, from everything that we start.
func closeOnExec() {
	const first = 3
	if unix.CloseRange(first, ^uint(0)>>1, unix.CLOSE_RANGE_CLOEXEC) == nil {
		return
	}
	for fd := first; fd < 1024; fd++ { // Linux before 5.11
		_, _ = unix.FcntlInt(uintptr(fd), unix.F_SETFD, unix.FD_CLOEXEC) // EBADF: there is none
	}
}

// execAgain executes the same program with one processor and an empty mask.
func execAgain(environ []string, mask, empty *unix.Sigset_t) {
	runtime.LockOSThread() // the mask belongs to the thread that calls exec
	defer runtime.UnlockOSThread()
	// The handlers of the runtime end us on TERM by another signal to their own
	// thread, which exec ends first: then TERM would be lost.
	var caught [signals + 1]action
	for sig := range caught {
		if caught[sig] = setAction(sig, nil); caught[sig].handler != ignored {
			setAction(sig, &action{})
		}
	}
	_ = unix.PthreadSigmask(unix.SIG_SETMASK, empty, nil) // as above
	// The path gives all threads their name. Without /proc nothing is lost but
	// memory.
	if path, err := os.Readlink("/proc/self/exe"); err == nil {
		_ = unix.Exec(path, os.Args, environ)
	}
	_ = unix.Exec("/proc/self/exe", os.Args, environ)    // its file was replaced meanwhile
	_ = unix.PthreadSigmask(unix.SIG_SETMASK, mask, nil) // as it was
	for sig, was := range caught {
		setAction(sig, &was)
	}
}

// NoInput makes standard input /dev/null, where it is not meant for what this
// process starts.
func NoInput() {
	fd, err := unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return // without /dev there is nothing better than what we have
	}
	_ = unix.Dup3(fd, 0, 0) // cannot fail
	_ = unix.Close(fd)      // nothing to flush
}

// setComm gives the process the name that it was called by, which the exec of
// /proc/self/exe replaced: people look for it with pgrep.
func setComm(argv0 string) {
	fd, err := unix.Open("/proc/self/comm", unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return // then the exec did not work either
	}
	_, _ = unix.Write(fd, []byte(argv0[strings.LastIndexByte(argv0, '/')+1:])) // best effort: a name
	_ = unix.Close(fd)                                                         // nothing to flush
}

// defaultSignals gives every signal that we were told to ignore its default
// action again: an ignored signal stays ignored over exec, and a service must
// not inherit what was done to us. Those that the Go runtime catches are reset
// by exec itself. HUP is left: Ignored asks for it.
func defaultSignals() {
	for sig := range signals + 1 {
		if was := setAction(sig, nil); was.handler == ignored && sig != int(unix.SIGHUP) {
			setAction(sig, &action{})
		}
	}
}

// action is struct sigaction as the kernel has it; the zero action is the
// default.
type action struct{ handler, flags, restorer, mask uintptr }

const (
	signals = 64 // the last of them
	ignored = 1  // SIG_IGN
)

// setAction changes what sig does, unless new is nil, and returns what it did.
// What is no signal, and those that cannot be caught, have the default.
func setAction(sig int, new *action) (was action) {
	_, _, _ = unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(new)), uintptr(unsafe.Pointer(&was)), unsafe.Sizeof(was.mask), 0, 0)
	return was
}
