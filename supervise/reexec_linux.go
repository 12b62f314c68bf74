package supervise

import (
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/forkexec"
)

// Supervise executes its program again, which may be another version by now, in
// place: its pid, its children and what it has open stay, and with that the lock,
// and the letters that wait. The new image finds its state where it would after
// a kill. First the program is tried: called without arguments it says how it is
// used, and ends with a code that says that it can begin at all.

// reexec is how far an Engine has come with it.
type reexec struct {
	asked bool
	pairs []*Pair // who asked for it, where a Host does it
	trial process // of the program
	usage int     // the exit code that is expected of it
	argv0 string  // as we were called
	kept  []kept  // what an earlier image has left for the services, in their order
	again bool    // there was one
}

// reexecVariable hands the descriptors of the services over.
const reexecVariable = "SV_REEXEC"

// kept are the descriptors of a service that an image leaves to the next, -1
// where there is none.
type kept struct {
	dir, lock, read, write, ok int
	writing                    [streams]int
}

func (k *kept) all() []*int {
	return []*int{&k.dir, &k.lock, &k.read, &k.write, &k.ok, &k.writing[stdout], &k.writing[stderr]}
}

// parseKept reads the value of the variable: the numbers of each service. The
// last, of a FIFO that few have, may be missing: other versions do not know it.
func parseKept(value string) []kept {
	var all []kept
	for one := range strings.SplitSeq(value, ";") {
		k := kept{writing: [streams]int{-1, -1}}
		numbers := strings.Split(one, ",")
		if most := len(k.all()); len(numbers) > most || len(numbers) < most-1 {
			return nil
		}
		for i, number := range numbers {
			n, err := strconv.Atoi(number)
			if err != nil || n < -1 {
				return nil
			}
			*k.all()[i] = n
		}
		all = append(all, k)
	}
	return all
}

func appendKept(b []byte, k kept) []byte {
	for i, fd := range k.all() {
		if fd == &k.writing[stderr] && *fd < 0 {
			break
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(*fd), 10)
	}
	return b
}

// inherit takes what the image before has left for the next service.
func (s *Service) inherit() {
	x := &s.engine.reexec
	if len(x.kept) == 0 {
		return
	}
	k := x.kept[0]
	x.kept = x.kept[1:]
	s.dir, s.lock, s.ok, s.writing = k.dir, k.lock, k.ok, k.writing
	s.control = fifo.JoinControl(k.read, k.write)
}

// leaves is what this service has for the next image.
func (s *Service) leaves() kept {
	k := kept{dir: s.dir, lock: s.lock, ok: s.ok, writing: s.writing}
	k.read, k.write = s.control.Ends()
	return k
}

// wantExec is the letter that asks for it, sent to service s.
func (e *Engine) wantExec(s *Service) {
	switch {
	case e.host != nil:
		e.reexec.pairs = append(e.reexec.pairs, s.pair)
		e.host.Reexec()
	case s.pair.services[0].input >= 0:
		s.failExec("it is leaving")
	default:
		e.reexec.asked = true
	}
}

// tryProgram starts the trial that was asked for.
func (e *Engine) tryProgram() {
	x := &e.reexec
	if !x.asked || x.trial.fd >= 0 {
		return
	}
	null, err := quiet.Openat(unix.AT_FDCWD, "/dev/null", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err == nil {
		fd := uintptr(null)
		e.next = forkexec.Start{Path: program(), Argv: []string{x.argv0}, Env: e.env, Files: []uintptr{fd, fd, fd}, Slot: forkexec.Slot{File: -1}}
		x.trial.pid, x.trial.fd, err = e.startNext()
		_ = quiet.Close(null) // nothing was written
	}
	if err != nil {
		e.failExec(reason(err))
		return
	}
	e.poll.Add(x.trial.fd, unix.POLLIN, e, tagTrial)
}

// tried is the end of the trial.
func (e *Engine) tried() {
	x := &e.reexec
	ws, ended := bury(x.trial.pid)
	if !ended {
		return
	}
	e.poll.Remove(x.trial.fd)
	_ = quiet.Close(x.trial.fd) // nothing to flush
	x.trial.fd = -1
	switch {
	case ws.Signaled():
		e.failExec("it was killed by " + unix.SignalName(ws.Signal()) + " when it was tried")
	case ws.ExitStatus() != x.usage:
		e.failExec("it ended with " + strconv.Itoa(ws.ExitStatus()) + " when it was tried")
	case len(e.pair.services) > 0: // they may have left meanwhile
		e.execAgain()
	}
}

// execAgain becomes the new image. It returns only if that is not possible.
func (e *Engine) execAgain() {
	isOrder := func(s syscall.Signal) bool { return s != syscall.SIGCHLD } // for which the next image reaps at once
	if slices.ContainsFunc(e.poll.Deafen(), isOrder) {
		_ = e.listen() // it worked before
		e.failExec("a signal came first")
		return
	}
	argv := append([]string{e.reexec.argv0}, e.rebind(0)...)
	if e.caught {
		argv = append(argv, "-l")
	}
	var value []byte
	for _, s := range e.pair.services {
		s.endWatchNow()
		s.readSocket()
		s.show()
		argv = append(argv, s.name)
		if len(value) > 0 {
			value = append(value, ';')
		}
		value = appendKept(value, s.leaves())
	}
	e.keepOpen(0)
	env := append(e.env[:len(e.env):len(e.env)], reexecVariable+"="+string(value))
	if e.svscan {
		env = append(env, svscanVariable+"="+strconv.Itoa(unix.Getppid()))
	}
	if fd := e.notifySocket(); fd >= 0 {
		env = append(env, givenVariable+"="+strconv.Itoa(fd))
	}
	e.dismiss() // if we stay its end starts another
	err := syscall.Exec(program(), argv, env)
	e.keepOpen(unix.FD_CLOEXEC)
	e.rebind(unix.FD_CLOEXEC)
	e.failExec(reason(err))
	for _, s := range e.pair.services {
		s.tendWatch()
	}
	_ = e.listen() // as above
}

// keepOpen has what the services leave survive exec, or not.
func (e *Engine) keepOpen(flag int) {
	for _, s := range e.pair.services {
		k := s.leaves()
		for _, fd := range k.all() {
			if *fd >= 0 {
				_, _ = unix.FcntlInt(uintptr(*fd), unix.F_SETFD, flag) // cannot fail: it is open
			}
		}
	}
	if fd := e.notifySocket(); fd >= 0 {
		_, _ = unix.FcntlInt(uintptr(fd), unix.F_SETFD, flag) // likewise
	}
}

// failExec says why we go on as we are.
func (e *Engine) failExec(why string) { e.pair.failExec(program() + ": " + why) }

func (p *Pair) failExec(why string) {
	for _, s := range p.services {
		if s.input < 0 || len(p.services) == 1 {
			s.failExec(why)
		}
	}
}

func (s *Service) failExec(why string) {
	s.engine.reexec.asked = false
	s.record.ReexecFailure = why
	s.record.ReexecFailures++
	s.warn("unable to reexec: " + why + ", going on as it is")
	s.flush()
}

// program is the path of our program, also if the file was replaced.
func program() string {
	var path [unix.PathMax]byte
	n, err := unix.Readlink("/proc/self/exe", path[:])
	if err != nil {
		return "/proc/self/exe"
	}
	const replaced = " (deleted)"
	return strings.TrimSuffix(string(path[:n]), replaced)
}
