package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/status"
)

// slack is what a busy machine may add to a time that is measured.
const slack = 7 * time.Second

// TestKilled: what is killed is reaped at once and runs again within a second.
func TestKilled(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", sleeper)
	w.serve()
	old := w.reaches("web", status.Up)
	w.must(syscall.Kill(old.PID, syscall.SIGKILL))
	w.restarted("web", old)
	end, begin := w.happens("web", "end", 1)[0], w.happens("web", "start", 2)[1]
	if end.PID != old.PID || end.Signal != int(syscall.SIGKILL) || end.Cause != "crash" {
		t.Errorf("got %+v; want a crash by KILL of %d", end, old.PID)
	}
	if pause := begin.At.Sub(end.At); pause > 1100*time.Millisecond+slack {
		t.Errorf("it ran again after %v; want 1.1 s", pause)
	}
	if _, err := os.Stat(fmt.Sprintf("/proc/%d", old.PID)); err == nil {
		t.Errorf("a zombie of the old process is there")
	}
	w.ends()
}

// TestPace: starts that nobody asked for are a second apart, and what lived
// longer starts again at once.
func TestPace(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("crash/run", "#!/bin/sh\nexit 3\n")
	w.put("lived/run", "#!/bin/sh\nsleep 1.2\n")
	w.serve()
	starts := w.happens("crash", "start", 4)
	for i := 1; i < len(starts); i++ {
		if apart := starts[i].At.Sub(starts[i-1].At); apart < 990*time.Millisecond {
			t.Errorf("got starts %v apart; want at least 1 s", apart)
		}
	}
	// The machine may be busy, so the fastest of a few counts.
	fastest, tries := time.Hour, 10
	for i := 0; i < tries && fastest > time.Second/2; i++ {
		again, end := w.happens("lived", "start", i+2)[i+1], w.happens("lived", "end", i+1)[i]
		fastest = min(fastest, again.At.Sub(end.At))
	}
	if fastest > time.Second/2 {
		t.Errorf("it lived longer than a second and began again after %v; want at once", fastest)
	}
	w.ends()
}

// TestSpread: services that end together do not start together, where their pause has
// a share of chance.
func TestSpread(t *testing.T) {
	t.Parallel()
	w := plant(t)
	var names []string
	for i := range 20 {
		name := fmt.Sprintf("web%02d", i)
		names = append(names, name)
		w.put(name+"/run", sleeper)
		w.put(name+"/set/restart-delay", "2s ~90%\n")
	}
	w.serve()
	var pids []int
	for _, name := range names {
		pids = append(pids, w.reaches(name, status.Up).PID)
	}
	for _, pid := range pids {
		w.must(syscall.Kill(pid, syscall.SIGKILL))
	}
	var pauses []time.Duration
	for _, name := range names {
		pause := w.happens(name, "start", 2)[1].At.Sub(w.history(name, "end")[0].At)
		if pause < 190*time.Millisecond || pause > 3800*time.Millisecond+slack {
			t.Errorf("%s: got a pause of %v; want 2s and up to 90 percent more or less", name, pause)
		}
		pauses = append(pauses, pause)
	}
	if shortest, longest := slices.Min(pauses), slices.Max(pauses); longest-shortest < time.Second {
		t.Errorf("got pauses of %v to %v; want them further apart", shortest, longest)
	}
	w.ends()
}

// TestFinishTooLong: a finish that goes on is killed after timeout-finish, and
// the restart goes on.
func TestFinishTooLong(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", sleeper)
	w.put("web/finish", "#!/bin/sh\nexec sleep 1000\n")
	w.put("web/timeout-finish", "300\n")
	w.serve()
	old := w.reaches("web", status.Up)
	w.must(syscall.Kill(old.PID, syscall.SIGKILL))
	if finish := w.happens("web", "finish", 1)[0]; finish.Signal != int(syscall.SIGKILL) {
		t.Errorf("got %+v; want it killed", finish)
	}
	w.restarted("web", old)
	w.ends()
}

// TestLastRequestWins: in each state, down and up are asked for, and each is
// what is so in the end.
func TestLastRequestWins(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("starting/run", sleeper)
	w.put("starting/notification-fd", "3\n")
	w.put("backoff/run", "#!/bin/sh\n[ -e good ] && exec sleep 1000\nexit 1\n")
	w.put("finishing/run", sleeper)
	w.put("finishing/finish", "#!/bin/sh\nread -r line <gate\n")
	w.put("stopping/run", "#!/bin/sh\ntrap 'trap \"\" TERM; read -r line <gate; exit 0' TERM\nsleep 1000 >/dev/null 2>&1 &\necho >ready\nwhile :; do wait; done\n")
	for _, name := range []string{"finishing", "stopping"} {
		w.must(syscall.Mkfifo(filepath.Join(w.scan, name, "gate"), 0o600))
	}
	w.serve()
	w.reaches("starting", status.Starting)
	w.run(
		order("svc -d starting"), ask("cat starting/supervise/stat", `^down$`),
		order("svc -u starting"), ask("cat starting/supervise/stat", `^run$`),
		order("svc -du starting"), ask("cat starting/supervise/stat", `^run$`),
		order("svc -ud starting"), ask("cat starting/supervise/stat", `^down$`),
	)
	w.reaches("backoff", status.Backoff)
	w.run(
		order("svc -d backoff"), ask("svctl status backoff", ` down `),
		order("touch backoff/good; svc -u backoff"), ask("svctl is-up backoff", ``),
	)
	w.reaches("finishing", status.Up)
	for _, last := range []struct {
		letter string
		want   status.State
	}{{"d", status.Down}, {"u", status.Up}} {
		w.run(ask("svctl is-up finishing && svctl is-up stopping && test -e stopping/ready; echo $?", `^0$`))
		w.run(order("rm stopping/ready; svc -d finishing stopping"))
		w.reaches("finishing", status.Finishing)
		w.reaches("stopping", status.Stopping)
		other := strings.Trim("ud", last.letter)
		w.run(
			order("svc -"+other+last.letter+" finishing stopping"),
			order("timeout 60 sh -c 'echo >finishing/gate; echo >stopping/gate'"),
		)
		for _, service := range []string{"finishing", "stopping"} {
			w.reaches(service, last.want)
		}
		w.run(order("svc -u finishing stopping"))
	}
	w.run(ask("svctl is-up finishing && svctl is-up stopping && test -e stopping/ready; echo $?", `^0$`))
	w.run(order("svc -d finishing"), order("timeout 60 sh -c 'echo >finishing/gate'"))
	w.reaches("finishing", status.Down)
	w.run(order("svc -d stopping"), order("timeout 60 sh -c 'echo >stopping/gate'"))
	w.reaches("stopping", status.Down)
	w.ends()
}

// TestHistory: five deaths are remembered as they were, and how many are is
// bounded.
func TestHistory(t *testing.T) {
	t.Parallel()
	needPeer(t, "s6")
	w := plant(t)
	w.put("web/run", "#!/bin/sh\necho >>starts\nread -r how <gate\nexit $how\n")
	w.must(syscall.Mkfifo(filepath.Join(w.scan, "web/gate"), 0o600))
	w.put("web/max-death-tally", "3\n")
	w.serve()
	// u makes the start that follows one that was asked for, so there is no pause.
	next := "svc -u web; svctl wait --up --timeout=60s web"
	deaths := []struct {
		how   string
		want  string
		tally string
	}{
		{"echo 7 >web/gate", "7 0 crash", "exitcode 7"},
		{"echo 0 >web/gate", "0 0 exit", "exitcode 0"},
		{"kill -9 $(cat web/supervise/pid)", "-1 9 crash", "signal SIGKILL"},
		{"svc -t web", "-1 15 signal", "signal SIGTERM"},
		{"svc -d web", "-1 15 stop", "signal SIGTERM"},
	}
	for i, death := range deaths {
		w.happens("web", "start", i+1)
		w.run(ask("svctl is-up web", ``), ask("wc -l <web/starts", fmt.Sprintf(`^%d$`, i+1)), answers(death.how, ``))
		end := w.happens("web", "end", i+1)[i]
		if got := fmt.Sprint(end.Code, " ", end.Signal, " ", end.Cause); got != death.want {
			t.Errorf("%s: got %s; want %s", death.how, got, death.want)
		}
		start := w.history("web", "start")[i]
		if lived := end.At.Sub(start.At) - end.Lived; start.PID != end.PID || lived.Abs() > slack/10 {
			t.Errorf("%s: got %+v after %+v; want the same process, and how long it lived", death.how, end, start)
		}
		if i < len(deaths)-1 {
			w.run(answers(next, ``))
		}
	}
	w.run(answers("s6-svdt web", fmt.Sprintf(`^@\S+ %s\n@\S+ %s\n@\S+ %s$`, deaths[2].tally, deaths[3].tally, deaths[4].tally)))
	w.ends()
}
