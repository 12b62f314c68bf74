package supervise

import (
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/command"
)

// maxLetters bounds how many letters are taken at a time, so that a flood in one
// FIFO keeps nobody waiting.
const maxLetters = 512

// fewLetters is how many are taken at a time where others wait for their turn.
const fewLetters = 32

// requests are the letters in supervise/child: so many were taken from the FIFO,
// and so many of them obeyed. When what came of these is in status.env they are
// forgotten there; a supervise that is killed before leaves them to the next.
type requests struct {
	taken, obeyed int
	once          bool // to obey them again would do harm, once what they asked for has begun
}

// readControl obeys the letters that wait.
func (s *Service) readControl() {
	letters, noted, err := s.take()
	if err != nil {
		s.tell("unable to read supervise/control: " + reason(err))
		return
	}
	for _, b := range letters {
		if noted {
			s.requests.obeyed++
		}
		if info, ok := command.Unpack(b); ok {
			s.requests.once = s.requests.once || noted && info.Letter != command.Up
			s.step(s.request(info))
		}
		if s.pair.letGo {
			break // the next supervise obeys the rest
		}
	}
	s.settleSockets() // the last may have been no letter
	s.flush()
}

// take takes the letters that wait, and moves them into supervise/child. There
// is no moment at which a letter is in neither.
func (s *Service) take() (letters []byte, noted bool, err error) {
	r := &s.requests
	if r.taken == maxLetters {
		s.show() // then there is room
	}
	letters = s.engine.letters[r.taken:]
	if s.engine.host != nil {
		letters = letters[:min(len(letters), fewLetters)]
	}
	n, noted, err := s.move(s.control.FD(), int64(lettersAt+r.taken), letters)
	if err == unix.EAGAIN {
		return nil, false, nil
	}
	if noted {
		r.taken += n
	}
	return letters[:n], noted, err
}

// forgetRequests forgets the letters that were obeyed, after all was shown. Where that
// cannot be written they stay, as long as there is room.
func (s *Service) forgetRequests() {
	r := &s.requests
	if r.obeyed == 0 || s.files.failed && r.taken < maxLetters {
		return
	}
	_ = writeZeros(s.notes(), lettersAt, r.obeyed) // best effort: they would be obeyed once more
	if r.obeyed == r.taken {
		*r = requests{}
	}
}

// leftRequests obeys the letters that an earlier supervise has taken, and of
// which it did not say what came of them.
func (s *Service) leftRequests() {
	if s.notes() < 0 {
		return
	}
	letters := s.engine.letters[:]
	n, err := fifo.Retry(func() (int, error) { return quiet.Pread(s.notes(), letters, lettersAt) })
	if err != nil {
		s.tell("unable to read supervise/child: " + reason(err))
		return
	}
	for i, b := range letters[:n] {
		if info, ok := command.Unpack(b); ok {
			s.requests = requests{n, i + 1, true}
			s.step(s.request(info))
		}
	}
	s.requests.obeyed = s.requests.taken
	s.settleSockets() // likewise
}

// kinds says which event a letter is; what is not named is a Signal.
var kinds = [256]Kind{
	command.Up: Up, command.UpForGood: Up,
	command.Down: Down, command.DownForGood: Down,
	command.Once: Once, command.Exit: Exit,
	command.Pause: Pause, command.Continue: Continue,
	command.Term: Term, command.Kill: Kill,
	command.NotAgain: NotAgain, command.NeverAgain: NotAgain,
	command.DownTree: DownTree,
	command.At:       At,
	command.Look:     Look, command.LetGo: LetGo, command.Reexec: Reexec,
}

// request is the event of a letter, with what the machine needs to know.
func (s *Service) request(info command.Info) Event {
	kind := kinds[info.Letter]
	ev := Event{Kind: kind, Letter: info.Letter}
	s.overruleAt(kind)
	if kind == At {
		return s.askedAt(ev)
	}
	if kind == Down || kind == Exit || kind == DownTree {
		ev.Limit, ev.Way = s.timeoutKill(), s.way()
	}
	if kind == DownTree {
		s.engine.subreap() // what is left of run comes to us
	}
	if kind == Look {
		s.pair.look(s)
		s.lookAtSources()
		s.lookAtNeeds()
		if s.m.timed {
			s.perform(Action{Do: Arm}) // its times may be others
		}
	}
	return ev
}
