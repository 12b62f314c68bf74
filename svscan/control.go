package svscan

import (
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/svscan/scandir"
)

// What .svscan/control may ask for. A byte that means nothing is ignored.
var (
	byLetter = map[byte]func(*scanner){
		'a': (*scanner).askAll,
		't': (*scanner).stopAsked,
		'R': (*scanner).reexec,
	}
	// byLine are those that have more to say: the whole line.
	byLine = map[byte]func(s *scanner, line string){
		'X': (*scanner).terminate,

		scandir.EssentialEnded: (*scanner).essentialEnded,
	}
)

// openControl opens our control FIFO, where we hold the lock of the directory
// that it is in: another svscan may be there.
func (s *scanner) openControl() {
	const name = scandir.Dir + "/" + scandir.Control
	if s.controlled {
		ours, err1 := identify(s.control.FD(), "")
		there, err2 := identify(s.home(), name)
		if err1 == nil && err2 == nil && ours == there {
			return
		}
		s.poll.Remove(s.control.FD())
		s.control.Close() // the directory that it was in is gone
		s.controlled = false
	}
	if s.lock < 0 {
		return // why was said
	}
	control, err := fifo.OpenControl(s.home(), name)
	if err != nil {
		s.once(&s.saidControl, "unable to open "+s.path+"/"+name+": "+reason(err)+", going on without")
		return
	}
	s.control, s.controlled = control, true
	s.poll.Add(control.FD(), unix.POLLIN, s, tagControl)
}

// readControl does what the messages that wait ask for.
func (s *scanner) readControl() {
	var buf [longest]byte
	n, _ := s.control.Read(buf[:]) // what cannot be read asks for nothing
	isLine := func(b byte) bool { return byLine[b] != nil }
	for message, rest := []byte(nil), buf[:n]; len(rest) > 0; {
		message, rest = nextMessage(rest, isLine)
		if len(message) == 0 {
			continue
		}
		if line := byLine[message[0]]; line != nil {
			line(s, string(message))
		} else if letter := byLetter[message[0]]; letter != nil {
			letter(s)
		}
	}
}
