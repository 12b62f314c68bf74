package supervise

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
)

// open takes the service directory at path, in the order on which clients
// rely: who can open ok finds all the rest. Nothing runs yet.
func (s *Service) open(path string) error {
	var err error
	if s.dir < 0 {
		if s.dir, err = openDir(path); err != nil {
			return &trouble{"open directory", path, err}
		}
	}
	s.cwd = dirPath(s.dir, path)
	s.style = s.engine.styleOf(s)
	s.settings = defaults(s.style)
	if s.style.Events {
		if err := fifo.MakeEventDir(s.dir, servicedir.Event); err != nil {
			return &trouble{"make", path + "/" + servicedir.Event, err}
		}
	}
	if s.state, err = servicedir.OpenState(s.dir); err != nil {
		return &trouble{"open directory", path + "/" + servicedir.State, err}
	}
	if s.lock < 0 {
		if s.lock, err = s.acquire(); err != nil {
			return &trouble{"acquire", path + "/supervise/lock", err}
		}
	}
	if s.control == (fifo.Control{}) {
		if s.control, err = fifo.OpenControlAsOne(s.state, servicedir.ControlIn); err != nil {
			return &trouble{"open", path + "/supervise/control", err}
		}
	}
	s.openChild()
	s.m = NewMachine(s.style, s.input >= 0)
	if s.recall() || s.recallChild() {
		s.adopt()
	} else {
		s.beginAnew()
	}
	if err = s.makeOK(); err != nil {
		return &trouble{"open", path + "/supervise/ok", err}
	}
	s.engine.poll.Add(s.control.FD(), unix.POLLIN, s, tagControl)
	if !s.pair.again {
		s.announce(eventSupervised)
	}
	return nil
}

// beginAnew is for a directory in which no supervise has left anything to go on
// with. What it writes is for the next supervise alone: clients see what has come
// of boot.
func (s *Service) beginAnew() {
	if !servicedir.Exists(s.dir, servicedir.Down) || s.isOneshot() {
		s.m.Want = status.WantUp
	}
	s.record.Since = time.Now()
	s.files.historySize, s.files.tallySize = s.size(servicedir.History), s.size(servicedir.DeathTally)
	s.forgetPast()
	s.fillRecord()
	s.writeEnv()
}
