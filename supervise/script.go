package supervise

import (
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/servicedir"
)

// ask runs control/X, if there is one and it does not run yet.
func (s *Service) ask(letter command.Letter) {
	for i := range s.scripts {
		if s.scripts[i].letter == letter {
			// Its answer is for the run that it was asked for.
			s.scripts[i].again = s.scripts[i].run != s.runs
			return
		}
	}
	name := servicedir.Control + "/" + string(rune(letter))
	if !s.style.Control || !servicedir.IsExecutable(s.dir, name) {
		s.happen(Event{Kind: Answered, Letter: letter})
		return
	}
	files, closeFiles, err := s.descriptors()
	var p process
	if err == nil {
		defer closeFiles()
		p, err = s.spawn(name, []string{name}, files, s.style.Session)
	}
	if err != nil {
		s.warn("unable to start " + name + ": " + reason(err) + ", going on without")
		s.happen(Event{Kind: Answered, Letter: letter})
		return
	}
	s.scripts = append(s.scripts, script{letter: letter, run: s.runs, process: p})
	s.engine.poll.Add(p.fd, unix.POLLIN, s, tagScript+int(letter))
}

// script is a control/X that runs.
type script struct {
	letter command.Letter
	run    int  // whose signal it replaces
	again  bool // it was asked for another run since
	process
}

func (s *Service) scriptEnded(letter command.Letter) {
	for i := range s.scripts {
		sc := &s.scripts[i]
		if sc.letter != letter {
			continue
		}
		code, signal, _, ended := s.reap(&sc.process)
		if !ended {
			return
		}
		current, again := sc.run == s.runs || letter == command.Up, sc.again
		s.scripts = append(s.scripts[:i], s.scripts[i+1:]...)
		if again {
			s.ask(letter)
			s.drain()
			s.flush()
		} else if current {
			s.handle(Event{Kind: Answered, Letter: letter, Handled: code == 0 && signal == 0})
		}
		return
	}
}
