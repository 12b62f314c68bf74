package svscan

import (
	"syscall"
	"time"
)

// host has services supervised, in whatever way.
type host interface {
	// start begins with the service in the directory place and the logger in
	// logger, "" without one, both below the directory of all. With leave it
	// ends what another supervise has left, and that is all.
	start(k *keeping, id identity, place, logger string, leave bool) error
	// stop begins the end of the service: it is stopped, its logger reads to the
	// end, and then this host is told that it died.
	stop(k *keeping)
	// found is told of the supervise of an earlier svscan that serves k already.
	found(k *keeping)
	// changed is told that the directory of k did, or what is to be held for it.
	changed(k *keeping)
	// owns says that it reaps this child itself, after the next wait.
	owns(pid int) bool
	// turn does what is due, and deadline is when the next is, 0 never.
	turn()
	deadline() time.Duration
	// keep writes down what is so, for the image that takes our place, and
	// returns the descriptors that are to be kept for it. If we stay after all,
	// stay is told why.
	keep() []int
	stay(why string)
	// part leaves all to whoever comes next.
	part()
}

// forked is the host that gives each service a supervise of its own.
type forked struct{ *scanner }

func (f forked) start(k *keeping, id identity, place, logger string, leave bool) error {
	argv := []string{f.config.style.supervise}
	if k.caught {
		argv = append(argv, "-l")
	}
	argv = append(argv, place)
	if logger != "" {
		argv = append(argv, logger)
	}
	env := f.env
	if leave {
		env = append(env[:len(env):len(env)], leaveVariable+"=1")
	} else {
		k.keepPending()
		f.holdNotify(k)
	}
	if k.notify >= 0 {
		env = append(env[:len(env):len(env)], notifyVariable)
	}
	var err error
	if k.pid, err = f.fork(f.program, argv, env, f.runPath, f.config.group, k.notify); err == nil {
		f.pids[k.pid] = id
	}
	return err
}

// notifyVariable tells supervise which descriptor is the notify socket of its service.
const notifyVariable = "SV_NOTIFY=3"

// leaveVariable has supervise end what it adopts, and leave.
const leaveVariable = "SV_LEAVE"

func (f forked) stop(k *keeping) {
	_ = syscall.Kill(k.pid, syscall.SIGTERM) // our child, and not yet reaped: it cannot fail
}

// found: it goes on, since one is as good as another.
func (f forked) found(k *keeping) {
	k.keepPending()
	f.foundNotify(k)
}

// changed: a run may have a new FIFO of readiness, or have one by now.
func (forked) changed(k *keeping) { k.keepPending() }

// owns: its children are supervises, which are for svscan to reap.
func (forked) owns(int) bool { return false }

func (forked) turn() {}

func (forked) deadline() time.Duration { return 0 }

// keep: they keep themselves.
func (forked) keep() []int { return nil }

func (forked) stay(string) {}

// part: they outlive us.
func (forked) part() {}
