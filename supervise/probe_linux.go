package supervise

import (
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/probe"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
)

// A probe is a child that runs beside a service, and ends with 0 if all is well.
// When it is due, and what its answers mean, package probe says.

// probing is one question about a run, asked again and again.
type probing struct {
	plan   probe.Plan
	tcp    string   // what set/ says of it
	argv   []string // nil: nobody asks
	direct bool     // it needs nothing that the service has
	once   bool     // only until the first yes
	on     bool
	track  probe.Track
	child  process
}

// usualPlan is that of set/check and set/alive where they say nothing.
var usualPlan = probe.Plan{Period: 10 * time.Second, Eager: time.Second, Timeout: time.Second, Success: 1, Failure: 3}

// plan reads what the directory dir in set/ says, where it is there.
func (s *Service) plan(p *probing, dir string, there bool) {
	p.argv = nil
	if !there {
		return
	}
	if p.plan == (probe.Plan{}) || p.once {
		p.plan, p.once = usualPlan, false
	}
	pause := "delay"
	if dir == servicedir.Alive {
		pause = "grace"
	}
	plan, usual := &p.plan, &usualPlan
	value(s, dir+"/"+pause, &plan.Delay, usual.Delay, setting.ParsePause)
	value(s, dir+"/period", &plan.Period, usual.Period, setting.ParseSpan)
	value(s, dir+"/timeout", &plan.Timeout, usual.Timeout, setting.ParseSpan)
	value(s, dir+"/success", &plan.Success, usual.Success, setting.ParseTimes)
	value(s, dir+"/failure", &plan.Failure, usual.Failure, setting.ParseTimes)
	s.question(p, dir)
}

// question is what is executed: a program of the service, else svprobe.
func (s *Service) question(p *probing, dir string) {
	programs := []string{servicedir.Check, servicedir.DataCheck}
	if dir == servicedir.Alive {
		programs = []string{servicedir.Alive + "/run"}
	}
	for _, name := range programs {
		if servicedir.IsExecutable(s.dir, name) {
			p.argv, p.direct = []string{"./" + name}, false
			return
		}
	}
	svprobe := []string{"svprobe", "-t", strconv.FormatInt(p.plan.Timeout.Milliseconds(), 10) + "ms"}
	if text := readFile(s.dir, dir+"/http"); len(text) > 0 {
		url, err := setting.ExpandPorts(string(text), s.portNamed)
		var words []string
		if err == nil {
			words, err = setting.ParseHTTP(url)
		}
		if err == nil {
			p.argv, p.direct = append(append(svprobe, "http"), words...), true
			return
		}
		s.tellOnce("unable to use " + dir + "/http: " + err.Error())
	}
	at := value(s, dir+"/tcp", &p.tcp, "", s.parseTCP)
	switch {
	case at == setting.NoCheck:
	case at != "":
		p.argv, p.direct = append(svprobe, "tcp", at), true
	case dir == servicedir.Checks:
		s.askPorts(p)
	}
}

func (p *probing) begin(good bool, now time.Duration) {
	if !p.on && p.argv != nil {
		p.on = true
		p.track.Begin(&p.plan, good, now)
	}
}

// slotOfProbe is where its child notes itself.
func (s *Service) slotOfProbe(p *probing) (slot, tag int, dir string) {
	if p == &s.health.check {
		return checkSlot, tagCheck, servicedir.Checks
	}
	return aliveSlot, tagAlive, servicedir.Alive
}

// probe starts one that is due, or ends one that takes too long.
func (s *Service) probe(p *probing, now time.Duration) {
	if !p.on || p.track.Due == never || p.track.Due > now {
		return
	}
	if p.track.Busy {
		p.track.Expired()
		kill(p.child)
		return
	}
	if p.child.fd >= 0 {
		p.track.Expired() // it is of before, and being killed
		return
	}
	slot, tag, dir := s.slotOfProbe(p)
	p.track.Started(&p.plan, now)
	if s.planAgain(p, dir); p.argv == nil {
		p.track.Silent(&p.plan, now) // it was taken away
		return
	}
	null, err := quiet.Openat(unix.AT_FDCWD, "/dev/null", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err == nil {
		fd := uintptr(null)
		p.child, err = s.spawnBeside(slot, p.argv, p.direct, []uintptr{fd, fd, fd})
		_ = quiet.Close(null) // nothing was written
	}
	if err != nil {
		s.tell("unable to start " + p.argv[0] + ": " + reason(err) + ", trying again")
		p.track.Silent(&p.plan, now)
		return
	}
	s.await(p.child, tag)
}

// spawnBeside starts a program beside run, as it was started, in a session of its
// own; direct: as we are.
func (s *Service) spawnBeside(slot int, argv []string, direct bool, files []uintptr) (process, error) {
	path := argv[0]
	switch {
	case direct:
		path = beside(argv[0])
	case s.health.attributes:
		path, argv = beside("svexec"), append([]string{"svexec", "--beside", "--"}, argv...)
	case s.isFar(path):
		path, argv = beside("svexec"), append([]string{"svexec", "-s", "", "--"}, argv...)
	}
	defer s.lend(pidVariable + strconv.Itoa(s.run.pid))()
	p, err := s.spawn(s.slot(slot, s.runs), path, argv, files, true)
	if err != nil {
		p.fd = -1
	}
	return p, err
}

// probeEnded takes the answer of a probe.
func (s *Service) probeEnded(p *probing) {
	end, ended := s.reapBeside(&p.child)
	if !ended {
		return
	}
	slot, _, _ := s.slotOfProbe(p)
	s.clear(slot)
	now := fifo.Now()
	switch {
	case !p.on:
	case !p.track.Busy:
		p.track.Due = max(p.track.Due, now) // it was waited for
	case end.unknown && p.track.Due != never:
		p.track.Silent(&p.plan, now)
	default:
		s.judge(p, p.track.Answered(&p.plan, end == ending{} && p.track.Due != never, now))
	}
}

// judge does what an answer means.
func (s *Service) judge(p *probing, v probe.Verdict) {
	switch {
	case v == probe.Same:
	case p == &s.health.alive:
		p.on = false // nothing more is asked
		s.diagnose()
	case v == probe.Good:
		p.on = !p.once
		s.becameReady()
	default:
		s.handle(Event{Kind: Unready})
	}
}

// endProbes ends what runs of them, and forgets what they have said.
func (h *health) endProbes() {
	for _, p := range [...]*probing{&h.check, &h.alive} {
		if p.on {
			p.on = false
			kill(p.child)
		}
	}
}

// kill ends a process that leads a session, with all of its group.
func kill(p process) {
	if p.fd >= 0 && quiet.PidfdSendSignal(p.fd, unix.SIGKILL) == nil {
		_ = unix.Kill(-p.pid, unix.SIGKILL) // it is not reaped yet, so the pid is its own
	}
}
