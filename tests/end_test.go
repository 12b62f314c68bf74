package tests

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/status"
)

// TestTimeoutKill: what does not end is killed after timeout-kill, neither
// sooner nor later; with flag-timeout-killpg so is its group.
func TestTimeoutKill(t *testing.T) {
	t.Parallel()
	const deaf, limit = "#!/bin/sh\ntrap '' TERM\nsleep 1000 &\necho $! >child\n[ -p hold ] || mkfifo hold\nexec 3<>hold\necho >ready\nwhile :; do read -r line <&3; done\n", 400 * time.Millisecond
	w := plant(t)
	for _, name := range []string{"whole", "alone"} {
		w.put(name+"/run", deaf)
		w.put(name+"/timeout-kill", "400\n")
	}
	w.put("whole/flag-timeout-killpg", "")
	// Alone, supervise is djb's, and leaves the rest of a group as it is.
	env := w.env
	for name, childEnds := range map[string]bool{"whole": true, "alone": false} {
		p, err := start(w.scan, filepath.Join(w.dir, name), env, "supervise", name)
		w.must(err)
		w.run(ask("test -e "+name+"/ready; echo $?", `^0$`))
		asked := time.Now()
		w.run(order("svc -d " + name))
		end := w.happens(name, "end", 1)[0]
		if took := end.At.Sub(asked); end.Signal != int(syscall.SIGKILL) || end.Cause != "timeout" || took < limit || took > limit+slack {
			t.Errorf("%s: got %+v after %v; want a KILL by timeout after %v", name, end, took, limit)
		}
		child, err := strconv.Atoi(strings.TrimSpace(w.text(name + "/child")))
		w.must(err)
		lives := func() bool { return !processGone(child) }
		if childEnds {
			eventually(t, w.dir, "the child is killed", func() bool { return !lives() })
		} else if !lives() {
			t.Errorf("%s: the child was killed; want that it is let be", name)
		}
		w.must(p.stop(syscall.SIGTERM))
	}
}

// text is what a file below the scan directory holds.
func (w *tree) text(name string) string {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(w.scan, name))
	w.must(err)
	return string(text)
}

// TestSignals: a signal comes once, a paused service uses no processor, and one
// that is down is not signalled at all.
func TestSignals(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", "#!/bin/sh\nfor name in HUP INT QUIT USR1 USR2 ALRM WINCH; do trap \"echo $name >>got\" $name; done\nsleep 1000 >/dev/null 2>&1 &\necho >ready\nwhile :; do wait; done\n")
	w.put("busy/run", "#!/bin/sh\nwhile :; do :; done\n")
	w.serve()
	w.reaches("web", status.Up)
	w.run(ask("test -e web/ready; echo $?", `^0$`))
	var want []string
	for _, word := range []string{"hup", "int", "quit", "usr1", "usr2", "alarm", "winch", "signal:HUP"} {
		name := strings.ToUpper(strings.TrimPrefix(word, "signal:"))
		want = append(want, strings.Replace(name, "ALARM", "ALRM", 1))
		w.run(answers("svctl "+word+" web", ``), ask("cat web/got", "^"+strings.Join(want, `\n`)+"$"))
	}
	busy := w.reaches("busy", status.Up)
	w.run(answers("svctl pause busy", ``), ask("svctl status busy", `paused`))
	eventually(t, w.dir, "it is stopped", func() bool { return processState(busy.PID) == "T" })
	used := processorTime(busy.PID)
	w.run(answers("svctl hup web", ``), answers("svctl cont web", ``)) // time passes
	if now := processorTime(busy.PID); now != used {
		t.Errorf("got processor time %d, then %d; want the same while paused", used, now)
	}
	w.run(answers("svctl cont busy", ``))
	eventually(t, w.dir, "it goes on", func() bool { return processorTime(busy.PID) != used })
	w.run(answers("svctl down busy web", ``), refuses("svctl hup busy", 102, `^svctl: fatal: unable to signal busy: no process of it runs \(down\)$`))
	w.ends()
}

// TestDownWins: a thousand times down meets a crash, before, after or at the
// same time. Never does the service run when a start would have come.
func TestDownWins(t *testing.T) {
	t.Parallel()
	const rounds, services = 1000, 20
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	w := plant(t)
	for i := range services {
		w.put(fmt.Sprintf("web%d/run", i), sleeper)
	}
	w.serve()
	var all sync.WaitGroup
	for i := range services {
		random := rand.New(rand.NewPCG(seed, uint64(i)))
		name := fmt.Sprintf("web%d", i)
		w.reaches(name, status.Up)
		all.Go(func() {
			for range rounds / services {
				if !w.downMeetsCrash(name, random) {
					return
				}
			}
		})
	}
	all.Wait()
	// The last ones are down still after the second in which they were started.
	<-time.After(1100 * time.Millisecond) // nothing is waited for: nothing may happen
	for i := range services {
		if r := w.record(fmt.Sprintf("web%d", i)); r.State != status.Down || r.PID != 0 {
			t.Errorf("web%d: got %v, pid %d; want down", i, r.State, r.PID)
		}
	}
	w.ends()
}

func (w *tree) downMeetsCrash(name string, random *rand.Rand) bool {
	dir := filepath.Join(w.scan, name)
	send := func(letter string) {
		if err := os.WriteFile(filepath.Join(dir, "supervise/control"), []byte(letter), 0); err != nil {
			w.t.Errorf("%s: %v", name, err)
		}
	}
	shows := func(state status.State) bool {
		return await(dir, patience, func() bool { return w.record(name).State == state })
	}
	send("u")
	if !shows(status.Up) {
		w.t.Errorf("%s: got %v; want up", name, w.record(name).State)
		return false
	}
	before := w.record(name)
	pid, starts := before.PID, before.Starts
	crash := func() { _ = syscall.Kill(pid, syscall.SIGKILL) } // down may have ended it
	pause := time.Duration(random.Int64N(int64(3 * time.Millisecond)))
	first, second := crash, func() { send("d") }
	if random.IntN(2) == 0 {
		first, second = second, first
	}
	first()
	<-time.After(pause) // nothing is waited for: this is the instant
	second()
	// What has lived for a second, as its supervise sees it, runs again at once,
	// before a down that comes later: on a very busy machine.
	old := time.Since(before.Since) > 500*time.Millisecond
	if !shows(status.Down) {
		w.t.Errorf("%s: got %v; want down", name, w.record(name).State)
		return false
	}
	for _, end := range w.history(name, "end") {
		old = old || end.PID == pid && end.Lived >= time.Second
	}
	if now := w.record(name).Starts; now != starts && !old {
		w.t.Errorf("%s: got start %d after start %d and down; want none", name, now, starts)
		return false
	}
	return true
}

// TestDetachedIsTold: exec setsid in a service that leads a session forks, and
// run has ended (design 6: "where a run ends with 0 within a second and leaves
// such a child, the message explains it").
func TestDetachedIsTold(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("detached/run", "#!/bin/sh\nexec setsid sleep 1000\n")
	w.serve()
	w.says("nosetsid")
	w.run(order("touch detached/nosetsid"))
	w.reaches("detached", status.Up)
	sweep(w.dir) // what the starts before have left belongs to nobody
}

// TestArrivesUnderAnotherName: ln -sfn of coreutils links under a name of its
// own and renames; on a busy machine time passes between the two. The service
// never has that name.
func TestArrivesUnderAnotherName(t *testing.T) {
	t.Parallel()
	w := plant(t)
	writeRun(t, filepath.Join(w.dir, "sv/web"), "#!/bin/sh\necho $SV_NAME >name\nexec sleep 1000\n")
	w.serve()
	w.run(
		order("ln -s ../sv/web CuHIfAVr; sleep 0.05; mv CuHIfAVr web"),
		ask("svctl is-up web; cat web/name", `^web$`),
	)
	w.ends()
}

// TestLateControl: a control/t that lives on after the run that it was for
// says nothing of the next run: a stop asks it again, and is not lost.
func TestLateControl(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", "#!/bin/sh\necho start >>starts\nexec sleep 1000\n")
	// Once it goes on after what it did: here until it is let go.
	w.put("web/control/t", "#!/bin/sh\nsv interrupt .\n[ -e late ] || { echo >late; read -r line <gate; }\n")
	w.must(syscall.Mkfifo(filepath.Join(w.scan, "web/gate"), 0o600))
	w.serve()
	w.run(
		ask("svctl is-up web; cat web/starts", `^start$`),
		order("svc -t web"), ask("svctl is-up web; cat web/starts", `^start\nstart$`),
		order("svc -d web"),
		order("timeout 60 sh -c 'echo >web/gate'"),
		ask("svstat web", `^web: down`),
	)
	w.ends()
}
