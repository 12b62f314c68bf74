package chaos

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/svdir/svdir/supervise/status"
)

const (
	// quiet is after what all must be as it was wanted last. A storm that has a limit
	// is one of many tests, on a machine that may be very busy.
	quiet   = 5 * time.Second
	busy    = 30 * time.Second
	recheck = 50 * time.Millisecond
	// steady is how long it then stays so.
	steady = time.Second
	// again is when a process that belongs to nobody is looked at once more: it
	// may have been about to end.
	again = 5 * time.Second
)

// record is what a service shows of itself.
func (s *storm) record(name string) (status.Record, error) {
	dir := filepath.Join(s.scan, name, "supervise")
	if s.suite.ours {
		text, err := os.ReadFile(filepath.Join(dir, "status.env"))
		if err != nil {
			return status.Record{}, err
		}
		return status.ParseEnv(text)
	}
	text, err := os.ReadFile(filepath.Join(dir, "status"))
	if err != nil {
		return status.Record{}, err
	}
	r, _, err := status.Unpack(text)
	return r, err
}

// calm waits until each service is as it was asked for last.
func (s *storm) calm() {
	began := time.Now()
	var wrong map[string]string
	await(s.calmness(), func() bool {
		s.resume()
		wrong = s.wrongs()
		return len(wrong) == 0
	})
	s.verdict.settled = time.Since(began)
	if len(wrong) == 0 {
		<-time.After(steady)
		wrong = s.wrongs()
	}
	for name, why := range wrong {
		s.verdict.violation("wish", name, why+s.shown(name))
	}
}

// calmness is how long is waited for calm.
func (s *storm) calmness() time.Duration {
	if s.suite.ours && s.limit > 0 {
		return busy
	}
	return quiet
}

// shown is what a service of ours shows of itself, to find out why.
func (s *storm) shown(name string) string {
	if !s.suite.ours {
		return ""
	}
	env, _ := os.ReadFile(filepath.Join(s.scan, name, "supervise/status.env")) // what there is
	return "\n" + string(env) + tail(filepath.Join(s.scan, name, "supervise/history"))
}

// tail is the end of a file.
func tail(path string) string {
	const most = 1200
	text, _ := os.ReadFile(path) // what there is
	return string(text[max(0, len(text)-most):])
}

// wrongs are the services that are not as they were asked for last, and why.
func (s *storm) wrongs() map[string]string {
	found, serving := map[string]string{}, s.serving()
	for _, v := range s.all {
		if serving[v.name] == 0 {
			found[v.name] = "has no supervisor"
		} else if why := s.wrong(v); why != "" {
			found[v.name] = why
		}
	}
	return found
}

// serving is how many supervisors each service has, and each logger that has
// its own.
func (s *storm) serving() map[string]int {
	found := map[string]int{}
	if s.suite.dense {
		for _, v := range s.all {
			if r, err := s.record(v.name); err == nil && r.Supervisor == s.keeper.pid() {
				found[v.name]++
			}
		}
		return found
	}
	for _, pid := range s.tops() {
		p, there := look(pid)
		if name := s.serves(p); there && name != "" && p.exe == s.suite.supervisor {
			found[name]++
		}
	}
	return found
}

// await asks until the answer is yes, at most for limit.
func await(limit time.Duration, done func() bool) bool {
	deadline := time.After(limit)
	for tick := time.NewTicker(recheck); ; {
		if done() {
			return true
		}
		select {
		case <-deadline:
			return done()
		case <-tick.C:
		}
	}
}

// resume has go on what was left paused.
func (s *storm) resume() {
	for _, v := range s.all {
		w := s.wishes[v.name]
		w.Lock()
		paused := w.paused
		w.Unlock()
		if paused {
			s.tell(v.name, 'c') // unheard, it is told again
		}
	}
}

// wrong is why a service is not as it was asked for last, empty if it is.
func (s *storm) wrong(v service) string {
	if v.mode == "brief" && s.wishes[v.name].wanted() != 'd' {
		return "" // it comes and goes
	}
	r, err := s.record(v.name)
	if err != nil {
		return err.Error()
	}
	asked := s.wishes[v.name].wanted()
	runs := r.PID != 0
	switch {
	case asked == 'u' && (r.Want != status.WantUp || !runs):
		return fmt.Sprintf("is %v with pid %d, wants %v; was asked for up", r.State, r.PID, r.Want)
	case asked == 'd' && (r.Want != status.WantDown || runs || r.State != status.Down):
		return fmt.Sprintf("is %v with pid %d, wants %v; was asked for down", r.State, r.PID, r.Want)
	case s.suite.ours && asked == 'o' && r.Want != status.WantOnce:
		return fmt.Sprintf("is %v, wants %v; was asked for once", r.State, r.Want)
	case s.suite.ours && runs && r.State != status.Up:
		return fmt.Sprintf("is %v, and nothing happens", r.State)
	}
	if over, there := look(r.Supervisor); s.suite.ours && (!there || over.ticks != r.SupervisorTicks) {
		return fmt.Sprintf("its supervise %d does not live", r.Supervisor)
	}
	if runs {
		if why := s.lives(r, filepath.Join(s.scan, v.name)); why != "" {
			return why
		}
	}
	if v.logged && s.suite.ours {
		logger, err := s.record(v.name + "/log")
		if err != nil || logger.PID == 0 {
			return "its logger does not run" + s.shown(v.name+"/log")
		}
		return s.lives(logger, filepath.Join(s.scan, v.name, "log"))
	}
	return ""
}

// lives is why the process of a record is not what it says, empty if it is.
func (s *storm) lives(r status.Record, dir string) string {
	p, there := look(r.PID)
	switch {
	case !there || p.state == 'Z' || syscall.Kill(r.PID, 0) != nil:
		return fmt.Sprintf("its process %d does not live", r.PID)
	case p.cwd != dir:
		return fmt.Sprintf("its process %d is a stranger in %s", r.PID, p.cwd)
	case s.suite.ours && p.ticks != r.StartTicks:
		return fmt.Sprintf("its process %d began at %d; its status says %d", r.PID, p.ticks, r.StartTicks)
	}
	return ""
}

// strays tells of processes that belong to nobody, twice in a row.
func (s *storm) strays() {
	first := s.foreign()
	if len(first) == 0 {
		return
	}
	<-time.After(again)
	for id, what := range s.foreign() {
		if first[id] != "" {
			s.verdict.violation("process", "", what)
		}
	}
}

// foreign are the processes of the tree that belong to no service.
func (s *storm) foreign() map[identity]string {
	found := map[identity]string{}
	for _, p := range s.below() {
		if !s.belongs(p) {
			found[identity{p.pid, p.ticks}] = fmt.Sprintf("%d belongs to nobody: %s in %s, parent %d",
				p.pid, strings.Join(p.argv, " "), strings.TrimPrefix(p.cwd, s.scan+"/"), p.parent)
		}
	}
	for name, n := range s.serving() {
		if n > 1 {
			found[identity{pid: -len(name)}] = fmt.Sprintf("%d supervisors of %s", n, name)
		}
	}
	return found
}

// belongs says that p is svscan, a supervise, or a process of a service that
// its supervise knows. Those of other suites know their own children alone.
func (s *storm) belongs(p process) bool {
	switch {
	case p.pid == s.keeper.pid() || p.exe == s.suite.supervisor:
		return true
	case p.exe == s.suite.scan[0]:
		return false
	case !s.suite.ours:
		return p.parent != os.Getpid() && p.parent != s.keeper.pid()
	}
	r, err := s.record(strings.TrimPrefix(p.cwd, s.scan+"/"))
	return err == nil && r.PID != 0 && (p.pid == r.PID || p.group == r.PID)
}
