package supervise

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/servicedir"
)

// diagnoseLimit is how long set/diagnose may take.
const diagnoseLimit = 10 * time.Second

// diagnose runs set/diagnose, if there is one, before a run is ended that is not
// alive. What it says goes where the service writes.
func (s *Service) diagnose() {
	h := s.health
	if h.diagnosis.fd >= 0 {
		return
	}
	if !servicedir.IsExecutable(s.dir, servicedir.Diagnose) {
		s.sick(FaultAlive)
		return
	}
	files, closeFiles, err := s.descriptors()
	if err == nil {
		h.diagnosis, err = s.spawnBeside(diagnoseSlot, []string{"./" + servicedir.Diagnose}, false, files)
		closeFiles()
	}
	if err != nil {
		s.tell("unable to start set/diagnose: " + reason(err) + ", going on without")
		s.sick(FaultAlive)
		return
	}
	h.diagnoseBy = fifo.Now() + diagnoseLimit
	s.await(h.diagnosis, tagDiagnose)
}

// diagnosed is the end of it; that of its service follows.
func (s *Service) diagnosed() {
	h := s.health
	run := h.diagnosis.sequence == s.runs
	if _, ended := s.reapBeside(&h.diagnosis); ended {
		if run {
			s.sick(FaultAlive)
		}
		s.clear(diagnoseSlot)
	}
}

// endDiagnosis is for a run that ends anyway.
func (h *health) endDiagnosis() {
	if h.diagnosis.fd >= 0 && h.diagnoseBy != never {
		h.diagnoseBy = never
		kill(h.diagnosis)
	}
}

// reapBeside takes the end of a process that runs beside the service, and ends what
// that has left in its group. The end of one which was no child of ours may not be
// known.
func (s *Service) reapBeside(p *process) (ending, bool) {
	_, wait, ended, err := fifo.Peek(unix.P_PID, p.pid)
	e := ending{wait: uint16(wait)}
	switch {
	case err != nil:
		var known bool
		e, known = s.inquire(p)
		e.unknown = !known
	case !ended:
		return e, false
	default:
		_ = unix.Kill(-p.pid, unix.SIGKILL)                                    // what it has left; ESRCH: nothing
		_, _ = fifo.Retry(func() (int, error) { return 0, quiet.Reap(p.pid) }) // it is a zombie
	}
	s.forget(*p)
	p.fd = -1
	return e, true
}

// adoptHealth goes on with what an earlier supervise looked after. A probe of its
// is ended, since it says nothing of how it was asked; set/diagnose is waited for.
func (s *Service) adoptHealth(attributes bool) {
	if s.health != nil {
		return
	}
	s.adoptPorts()
	s.notificationFD() // which comes first
	s.equipHealth(attributes)
	h := s.health
	if h == nil {
		return
	}
	for _, p := range [...]*probing{&h.check, &h.alive} {
		slot, tag, _ := s.slotOfProbe(p)
		if s.adoptBeside(&p.child, slot, tag) {
			kill(p.child)
		}
	}
	noted := s.noted(diagnoseSlot)
	switch {
	case s.adoptBeside(&h.diagnosis, diagnoseSlot, tagDiagnose):
		h.diagnoseBy = fifo.Now() + diagnoseLimit
	case noted.PID != 0 && noted.Sequence == s.runs:
		s.happen(Event{Kind: Sick, Fault: FaultAlive, Limit: s.timeoutKill(), Way: s.way()})
	}
}

// adoptBeside takes over a process that has noted itself in slot, if it is there.
func (s *Service) adoptBeside(p *process, slot, tag int) bool {
	noted := s.noted(slot)
	if noted.PID == 0 {
		return false
	}
	*p = adopted(noted)
	if p.fd = claim(p); p.fd < 0 {
		s.clear(slot)
		return false
	}
	s.await(*p, tag)
	return true
}
