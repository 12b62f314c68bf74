package svscan

import (
	"time"

	"github.com/svdir/svdir/fifo"
)

// patience is how long an orderly end may take before it is said who blocks it, and
// from one time to the next.
const patience = 5 * time.Second

// stop begins the orderly end: each supervise stops its service, lets the
// logger read to the end, and leaves. Asking again changes nothing.
func (s *scanner) stop() {
	if s.stopAt == 0 {
		s.stopAt = fifo.Now() + patience
		if s.unfed {
			s.feed() // else nobody reads what was written by those who have just begun
		}
		s.table.close()
	}
}

// stopping goes on with the orderly end: svscan leaves when all have ended,
// however long that takes.
func (s *scanner) stopping() {
	if s.table.hasEnded() {
		s.leave(s.exitCode)
		return
	}
	if now := fifo.Now(); now >= s.stopAt {
		s.stopAt = now + patience
		s.warn("still waiting for " + listed(s.table.unended()) + " to stop")
	}
}

// leave ends the loop. What runs goes on.
func (s *scanner) leave(code int) { s.left, s.code = true, code }
