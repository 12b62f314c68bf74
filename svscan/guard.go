package svscan

import (
	"strconv"
	"strings"

	"github.com/svdir/svdir/svscan/scandir"

	"golang.org/x/sys/unix"
)

// ends says that after o svscan would be gone.
func (o order) ends() bool { return o == orderStop || o == orderLeave || o == orderAbandon }

// guarded says that o is refused: with -guard each end, but that which comes by
// terminate with the code; as process 1 one that leaves services running, since
// nothing can run without process 1.
func (s *scanner) guarded(o order) bool {
	return s.config.guard != "" || s.first && o != orderStop
}

// refuses refuses what would end us, and says so, if we are guarded against it.
func (s *scanner) refuses(what string) bool {
	switch {
	case s.config.guard != "":
		s.refuse(what, "guarded (svctl terminate EXIT GUARD)")
	case s.first:
		s.refuse(what, "process 1 cannot leave its services (svctl terminate EXIT)")
	default:
		return false
	}
	return true
}

func (s *scanner) refuse(what, why string) { s.warn(what + " is refused: " + why) }

// answer refuses a terminate, and leaves the reason to who asked for it: a FIFO
// has no way back.
func (s *scanner) answer(why string) {
	const name = scandir.Dir + "/" + scandir.Refused
	if err := replaceAt(s.home(), name, []byte(why+"\n")); err != nil {
		s.warn("unable to write " + name + ": " + reason(err))
	}
	s.refuse("terminate", why)
}

// forgetAnswer removes what nobody needs after our end.
func (s *scanner) forgetAnswer() {
	_ = unix.Unlinkat(s.home(), scandir.Dir+"/"+scandir.Refused, 0) // usually it is not there
}

// terminate is the line "X EXIT [GUARD]" in the control FIFO: the orderly end,
// with the exit code EXIT.
func (s *scanner) terminate(line string) {
	words := strings.Fields(line)
	if len(words) < 2 || len(words) > 3 {
		s.answer("it is called terminate EXIT [GUARD]")
		return
	}
	exit, err := strconv.ParseUint(words[1], 10, 8)
	switch {
	case err != nil:
		s.answer("an exit code is a number from 0 to 255")
	case s.config.guard != "" && (len(words) < 3 || words[2] != s.config.guard):
		s.answer("that is not the code that -guard named")
	default:
		s.exitCode = int(exit)
		s.stop()
	}
}

// stopAsked is the letter t in the control FIFO.
func (s *scanner) stopAsked() {
	if !s.guarded(orderStop) || !s.refuses("the letter t") {
		s.stop()
	}
}

// isCode says that text may be the code of -guard: one word.
func isCode(text string) bool {
	return text != "" && len(strings.Fields(text)) == 1 && strings.TrimSpace(text) == text
}
