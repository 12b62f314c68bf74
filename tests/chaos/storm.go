package chaos

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

const (
	rises = 30 * time.Second // how long the tree may take until it is up at first
	// breeze is how long the schedule is followed when nothing is to be killed.
	breeze = 5 * time.Second
	// patience, and a second for each kill, is how long a storm lasts at most:
	// only a tree that does not live any more needs it.
	patience = 30 * time.Second
	ends     = 60 * time.Second // and until it has ended in order, on a busy machine
)

// storm is a tree, and all that happens to it.
type storm struct {
	suite      *suite
	family     *family
	verdict    *verdict
	keeper     *keeper
	victims    [roles]bool   // who may be hit
	limit      time.Duration // of the storm, 0 for none
	all        []service
	wishes     map[string]*wish
	dir        string // of everything
	scan       string // the scan directory
	complaints string // the file of the services' complaints
	out        *os.File
	env        []string
	dead       killed
	background sync.WaitGroup // what is stopped and will go on, and clients that run
	// interrupted ends the storm before its time, in order.
	interrupted context.Context
}

// newStorm plants the tree in dir. The programs are found along path.
func newStorm(s *suite, f *family, dir, path string) (*storm, error) {
	w := &storm{
		suite: s, family: f, verdict: newVerdict(), all: services(), wishes: map[string]*wish{}, dead: killed{once: map[identity]bool{}},
		dir: dir, scan: filepath.Join(dir, "service"), complaints: filepath.Join(dir, "complaints"),
	}
	w.env = []string{"PATH=" + path, "HOME=/", "SVDIR=" + w.scan, "CHAOS_COMPLAINTS=" + w.complaints}
	for _, v := range w.all {
		w.wishes[v.name] = &wish{asked: []asked{{'u', 0}}}
	}
	var err error
	if err = s.plant(w.scan, w.all); err != nil {
		return nil, err
	}
	w.out, err = os.OpenFile(w.messages(), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	argv := append([]string{w.program(s.scan[0])}, append(s.scan[1:], w.scan)...)
	w.keeper = &keeper{start: func() (int, <-chan syscall.WaitStatus, error) {
		return f.start(w.scan, w.env, w.out, argv...)
	}}
	return w, err
}

// messages is the file with what the programs said.
func (s *storm) messages() string { return filepath.Join(s.dir, "messages") }

// program finds a program along the path of the tree.
func (s *storm) program(name string) string {
	for _, dir := range filepath.SplitList(strings.TrimPrefix(s.env[0], "PATH=")) {
		path := filepath.Join(dir, name)
		if unix.Access(path, unix.X_OK) == nil {
			return path
		}
	}
	return name
}

// run lets the tree rise, endure the schedule until so many kills have hit, come
// to rest, and end.
func (s *storm) run(seed uint64, kills int) {
	defer s.sweep()
	s.keeper.keep()
	if !await(rises, func() bool { return len(s.wrongs()) == 0 }) {
		s.verdict.violation("wish", "", "not all is up at first")
	}
	end := s.watch()
	s.verdict.began = time.Now()
	s.rage(seed, kills)
	s.background.Wait()
	s.verdict.raged = s.verdict.since()
	s.calm()
	s.strays()
	began := time.Now()
	s.finale()
	s.verdict.ended = time.Since(began)
	s.logs(end())
	s.histories()
	s.leftovers()
}

// rage performs the schedule, each event at its instant or as soon as it can be.
func (s *storm) rage(seed uint64, kills int) {
	began := time.Now()
	for e := range schedule(seed, s.all) {
		select {
		case <-time.After(time.Until(began.Add(e.at))):
		case <-s.verdict.enough:
			if s.suite.ours {
				return
			}
			<-time.After(time.Until(began.Add(e.at)))
		}
		switch {
		case e.do > reexec:
			s.traffic(e)
		case kills > 0 && s.victims[e.to] && e.to == executor:
			s.background.Go(func() { s.strike(e) }) // it waits for its victim
		case kills > 0 && s.victims[e.to]:
			s.strike(e)
		}
		switch hits := s.verdict.kills(); {
		case hits >= kills && (kills > 0 || e.at > breeze), s.interrupted.Err() != nil:
			return
		case s.limit > 0 && time.Since(began) > s.limit:
			return
		case e.at > patience+time.Duration(kills)*time.Second:
			s.verdict.violation("stop", "", fmt.Sprintf("%d kills of %d hit within %v", hits, kills, e.at))
			return
		}
	}
}

// finale ends the tree in order; nothing may be left.
func (s *storm) finale() {
	status, ended := s.keeper.leave(s.suite.stop, ends)
	switch {
	case !ended:
		s.verdict.violation("stop", "", fmt.Sprintf("%s has not ended within %v", s.suite.scan[0], ends))
	case s.suite.ours && status != 0:
		s.verdict.violation("stop", "", fmt.Sprintf("%s ended with status %#x", s.suite.scan[0], int(status)))
	}
	limit := ends
	if !s.suite.ours {
		limit = quiet
		s.dismiss()
	}
	if ended && await(limit, func() bool { return len(s.below()) == 0 }) {
		return
	}
	for _, p := range s.below() {
		s.verdict.violation("process", "", fmt.Sprintf("%d is left: %s in %s",
			p.pid, strings.Join(p.argv, " "), strings.TrimPrefix(p.cwd, s.dir+"/")))
	}
}

// dismiss says the last letters of a suite to all supervisors, the services'
// first.
func (s *storm) dismiss() {
	for i, sub := range []string{"", "log"} {
		for _, v := range s.all {
			control := filepath.Join(s.scan, v.name, sub, "supervise/control")
			_ = fifo.Send(unix.AT_FDCWD, control, []byte(s.suite.letters[i]), 0) // whoever does not hear it is left
		}
	}
}

// sweep kills what still lives in the tree.
func (s *storm) sweep() {
	s.keeper.leave(syscall.SIGKILL, ends)
	await(ends, func() bool {
		left := s.below()
		for _, p := range left {
			_ = syscall.Kill(p.pid, syscall.SIGKILL) // it may have ended already
		}
		return len(left) == 0
	})
	_ = s.out.Close() // what was said is there
}
