package supervise

import (
	"strconv"

	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/servicedir"
)

// ask runs control/X, if there is one and it does not run yet.
func (s *Service) ask(letter command.Letter) {
	for i := range s.scripts {
		if s.scripts[i].letter == letter {
			// Its answer is for the run that it was asked for.
			s.scripts[i].again = s.scripts[i].run != s.runs+1
			return
		}
	}
	name, hook := hookName(letter)
	if !hook {
		name = servicedir.Control + "/" + string(rune(letter))
	}
	if !hook && !s.style.Control || s.isPlain() || !servicedir.IsExecutable(s.dir, name) {
		s.happen(Event{Kind: Answered, Letter: letter})
		return
	}
	if hook {
		defer s.lend(pidVariable + strconv.Itoa(s.run.pid))()
	}
	p, err := s.spawnScript(s.slot(slotOf(letter), s.runs+1), []string{name})
	if err != nil {
		s.warn("unable to start " + name + ": " + reason(err) + ", going on without")
		s.happen(Event{Kind: Answered, Letter: letter})
		return
	}
	s.scripts = append(s.scripts, script{letter: letter, run: s.runs + 1, process: p})
	s.await(p, tagScript+int(letter))
}

// script is a control/X that runs.
type script struct {
	letter command.Letter
	run    uint64 // whose signal it replaces
	again  bool   // it was asked for another run since
	process
}

func (s *Service) scriptEnded(letter command.Letter) {
	for i := range s.scripts {
		if sc := &s.scripts[i]; sc.letter == letter {
			if end, ended := s.reap(&sc.process, slotOf(letter)); ended {
				s.answered(i, end)
				s.flush()
			}
			return
		}
	}
}

// answered takes the answer of a control/X that has ended. Where nobody knows
// it, the signal is sent.
func (s *Service) answered(i int, end ending) {
	sc := s.scripts[i]
	s.scripts = append(s.scripts[:i], s.scripts[i+1:]...)
	switch {
	case sc.again:
		s.ask(sc.letter)
		s.drain()
	case sc.run == s.runs+1 || sc.letter == command.Up:
		s.step(Event{Kind: Answered, Letter: sc.letter, Handled: end.code() == 0 && end.signal() == 0})
	}
}

// asking says that control/X runs.
func (s *Service) asking(letter command.Letter) bool {
	for i := range s.scripts {
		if s.scripts[i].letter == letter {
			return true
		}
	}
	return false
}
