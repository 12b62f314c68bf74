package svscan

import (
	"errors"
	"strconv"
	"syscall"
	"time"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/logger/tai64n"
	"github.com/svdir/svdir/svscan/scandir"

	"golang.org/x/sys/unix"
)

// What the loop waits for.
const (
	tagSignal = iota
	tagWatch
	tagTerminal
	tagTitle
	tagControl
	tagBound
	tagGuardian
)

// loop does what is due and waits, until a signal ends it.
func (s *scanner) loop() (code int, err error) {
	defer func() { err = rescued(recover(), err) }()
	for s.stirred = true; ; {
		if s.unreaped {
			s.reap()
		}
		if s.stirred || s.next != 0 && s.next <= fifo.Now() {
			s.stirred = false
			s.turn()
			s.next = s.deadline()
		}
		s.host.turn()
		if !s.left && !s.stirred {
			s.notice.Listen(&s.poll)
			if err := s.poll.Wait(s.wake()); err != nil {
				return 0, errors.New("unable to wait: " + reason(err))
			}
		}
		if s.left {
			return s.code, s.fault
		}
	}
}

// wake is when the wait must end, negative for never.
func (s *scanner) wake() time.Duration {
	if s.unreaped {
		return 0
	}
	if wake := earlier(s.next, s.host.deadline()); wake != 0 {
		return wake
	}
	return -1
}

// Ready takes in what the loop waited for.
func (s *scanner) Ready(tag int, revents int16) {
	s.stirred = s.stirred || tag != tagSignal || syscall.Signal(revents) != syscall.SIGCHLD
	switch tag {
	case tagSignal:
		s.heard(syscall.Signal(revents))
	case tagWatch:
		s.noticed()
	case tagTerminal:
		s.terminal.ask()
		s.poll.Remove(s.terminal.fd)
	case tagTitle:
		s.title.shift()
	case tagControl:
		s.readControl()
	case tagBound:
		s.unbound()
	case tagGuardian:
		s.guardian.Died(&s.poll)
	}
}

// turn does what is due.
func (s *scanner) turn() {
	now := fifo.Now()
	if due := s.table.scanDue(); due != 0 && due <= now {
		s.scan()
	}
	s.title.tick(now)
	if s.unwired {
		s.wire()
	}
	s.perform()
	if s.unwired {
		s.wire() // a service directory may say something else by now
	}
	s.guard()
	s.takenOver()
	if !s.settled {
		s.settle()
	}
	if s.unfed && s.settled {
		s.feed()
	}
	if s.stopAt != 0 {
		s.stopping()
	}
	if !s.left {
		s.upgrading(now)
	}
}

// settle notes the moment when all has begun or was taken over, and tells it. What
// nobody has taken over is closed.
func (s *scanner) settle() {
	listed := s.table.scanned || s.said != ""
	if !listed || s.table.beginning() {
		return
	}
	s.settled = true
	for _, fd := range s.inherited {
		_ = unix.Close(fd) // its service has gone
	}
	for _, fd := range s.notify {
		_ = unix.Close(fd) // likewise
	}
	s.inherited, s.notify = nil, nil
	s.writeEnv()
}

// scan lists the scan directory anew. While it cannot be opened, or has gone,
// all services go on.
func (s *scanner) scan() {
	s.watchPath()
	err := s.reopen()
	var listing []entry
	if err == nil {
		if lerr := s.lockUp(); lerr != nil {
			s.once(&s.saidLock, lerr.Error())
		}
		s.openControl()
		listing, err = s.list()
	}
	if err != nil {
		s.table.vanish()
		text := "unable to read " + s.path + ": " + reason(err)
		if s.watches.scan >= 0 || s.watches.fd < 0 {
			// It is there, but there is no descriptor or memory for it.
			s.table.rescan(fifo.Now() + pace)
			s.once(&s.said, text+", trying again in 1 second")
		} else {
			s.once(&s.said, text+", services go on until it is back")
		}
		return
	}
	s.said = ""
	first := !s.table.scanned
	s.table.scan(listing, fifo.Now())
	if first {
		s.findStrays()
	}
	s.renameRunning()
	s.unfed, s.unwired = true, true // names may have changed
	s.unwatch()
	if s.label {
		s.label = false
		s.writeLabel()
	}
}

// writeLabel tells who sent ALRM to a runsvdir of Debian that it has scanned.
func (s *scanner) writeLabel() {
	const name = ".forced-rescan"
	fd, err := unix.Openat(s.dir, name, unix.O_WRONLY|unix.O_CREAT|unix.O_TRUNC|unix.O_CLOEXEC, 0o644)
	if err != nil {
		s.warn("unable to write " + name + ": " + reason(err))
		return
	}
	_, _ = unix.Write(fd, tai64n.Pack(time.Now()).AppendText(nil)) // best effort: the scan is what counts
	_ = unix.Close(fd)                                             // likewise
}

// askAll asks for a scan, and has each supervise look at its directory.
func (s *scanner) askAll() {
	now := fifo.Now()
	s.table.rescan(now)
	s.table.lookAll(now)
}

// perform does what the table says.
func (s *scanner) perform() {
	for _, a := range s.table.actions(fifo.Now()) {
		switch a.verb {
		case stop:
			s.end(a.id)
		case forget:
			s.forget(a.id)
		case start:
			s.start(a.id, a.name, a.leave)
		case look:
			s.look(a.id)
		case refuse:
			s.once(&s.saidFull, "unable to start more services: "+strconv.Itoa(s.table.most)+" are the most (-C), the rest waits")
		case alias:
			s.warn(scandir.Shown(a.other) + " is the directory of " + scandir.Shown(a.name) + ": one service, known as " + scandir.Shown(a.name))
		}
	}
}

// deadline is when the next turn is due, 0 never.
func (s *scanner) deadline() time.Duration {
	if s.upgrade.due && s.table.scanDue() == 0 {
		return fifo.Now()
	}
	next := earlier(earlier(s.table.next(), s.title.dotAt), s.upgrade.until)
	if s.stopAt != 0 {
		next = earlier(next, s.stopAt)
	}
	if s.guardian != nil {
		next = earlier(next, s.guardian.Due())
	}
	return next
}
