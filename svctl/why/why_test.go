package why

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/needs"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/supervise/tally"
	"github.com/svdir/svdir/svctl"
	"github.com/svdir/svdir/tests/golden"
)

var now = time.Unix(1800000000, 0)

func ago(d time.Duration) time.Time { return now.Add(-d) }

// service is a supervised one in this state; more changes what is known of it.
func service(name string, s status.State, w status.Want, more ...func(*Case)) *Case {
	c := &Case{Limited: true, Service: svctl.Service{Target: svctl.Target{Name: name, Dir: "/service/" + name, Scan: "/service"},
		Supervised: true, Enabled: true, Layout: status.Hybrid,
		Record: status.Record{State: s, Want: w, Since: ago(5 * time.Minute), Starts: 1}}}
	if s.HasProcess() {
		c.PID = 42
	}
	for _, f := range more {
		f(c)
	}
	return c
}

func up(name string, s status.State, more ...func(*Case)) *Case {
	return service(name, s, status.WantUp, more...)
}

func exit(code int) func(*Case) {
	return func(c *Case) { c.Ended, c.Wait = true, uint16(code<<8) }
}

func reasonIs(text string) func(*Case) { return func(c *Case) { c.Reason = text } }

func next(d time.Duration) func(*Case) { return func(c *Case) { c.NextStart = now.Add(d) } }

func lacks(other *Case, never bool, kind needs.Kind) func(*Case) {
	return func(c *Case) {
		n := Need{Need: needs.Need{Name: other.Name, Edge: needs.Edge{Kind: kind}}, Never: never, Other: other}
		c.Needs = append(c.Needs, n)
	}
}

func trouble(name, text string) func(*Case) {
	return func(c *Case) {
		c.Needs = append(c.Needs, Need{Need: needs.Need{Name: name, Trouble: text}, Never: true})
	}
}

func users(all ...User) func(*Case) { return func(c *Case) { c.Users = all } }

func died(d time.Duration, cause string, code, signal int, lived time.Duration) func(*Case) {
	return func(c *Case) {
		c.History = append(c.History, tally.Line{At: ago(d), Kind: "end", Code: code, Signal: signal, Cause: cause, Lived: lived})
	}
}

func stop(since, kill time.Duration) func(*Case) {
	return func(c *Case) { c.Stopped, c.Kill, c.GotTerm = ago(since), now.Add(kill), true }
}

func disabled(c *Case) { c.Enabled = false }

func logger(l *Case) func(*Case) { return func(c *Case) { c.Logger = l } }

var backoff = up("db", status.Backoff, exit(1), next(3*time.Second))

var situations = []struct {
	name string
	c    *Case
}{
	{"up and ready", up("web", status.Up, func(c *Case) { c.Ready = true })},
	{"up, needed by others, with deaths before", up("db", status.Up, users(User{"api", needs.Hard}, User{"web", needs.Hard}, User{"fan", needs.Soft}),
		died(48*time.Hour, "crash", -1, 11, time.Hour), died(20*time.Hour, "exit", 1, 0, 0), died(time.Hour, "stop", 0, 0, time.Hour), died(10*time.Minute, "exit", 1, 0, 250*time.Millisecond))},
	{"up in spite of a file down", up("web", status.Up, disabled)},
	{"starting", up("web", status.Starting)},
	{"starting with min-uptime", up("web", status.Starting, func(c *Case) { c.Young = true })},
	{"starting without listening", up("web", status.Starting, func(c *Case) { c.Unheard = []string{"port 80 (set/ports/http)", "port 81 (set/ports/x)"} })},
	{"waiting for one in backoff", up("web", status.Waiting, lacks(backoff, false, needs.Usual))},
	{"waiting, down to the root", up("web", status.Waiting, lacks(up("api", status.Waiting, lacks(up("db", status.Waiting, lacks(up("disk", status.Starting), false, needs.Ready)), false, needs.Started)), false, needs.Usual))},
	{"waiting for two", up("web", status.Waiting, lacks(service("cache", status.Down, status.WantDown), false, needs.Usual), lacks(up("migrate", status.Up), false, needs.Completed))},
	{"waiting for one that nobody supervises", up("web", status.Waiting, lacks(&Case{Service: svctl.Service{Target: svctl.Target{Name: "db"}}, Absence: "linked in /service, but not supervised"}, false, needs.Usual))},
	{"waiting for a run script", up("web", status.Waiting, reasonIs("no run script"), next(time.Second))},
	{"waiting for its time", up("web", status.Waiting, next(90*time.Second))},
	{"backoff, with three deaths of four", up("web", status.Backoff, exit(1), next(30*time.Second), died(time.Hour, "crash", 3, 0, time.Second),
		died(3*time.Minute, "exit", 1, 0, 3*time.Second), died(2*time.Minute, "timeout-up", -1, 15, 30*time.Second), died(time.Second, "exit", 1, 0, 120*time.Millisecond))},
	{"failed by itself", up("web", status.Failed, exit(1), reasonIs("5 restarts in 10s"))},
	{"backoff as a port is in use", up("web", status.Backoff, exit(1), next(time.Second), func(c *Case) { c.Held = []string{"port 80 (set/ports/http) is in use by nginx (pid 7)\x1b"} })},
	{"failed for another", up("web", status.Failed, lacks(up("db", status.Failed, exit(1), reasonIs("exit code 1 (set/restart is never)")), true, needs.Usual))},
	{"failed for one that has ended", up("web", status.Failed, lacks(up("db", status.Exited, exit(0)), true, needs.Usual))},
	{"failed for nobody", up("web", status.Failed, trouble("dv", "is no service here"))},
	{"failed for two", up("web", status.Failed, trouble("dv", "is no service here"), lacks(up("db", status.Failed, exit(2)), true, needs.Usual))},
	{"failed in a circle", up("a", status.Failed, trouble("b", "is in a circle: b -> a -> b"))},
	{"down", service("web", status.Down, status.WantDown)},
	{"down and never started", service("web", status.Down, status.WantDown, disabled, func(c *Case) { c.Starts = 0 })},
	{"down, though others wait for it", service("db", status.Down, status.WantDown, disabled, users(User{"web", needs.Hard}))},
	{"stopping", service("web", status.Stopping, status.WantDown, stop(3*time.Second, 4*time.Second))},
	{"stopping without a limit", service("web", status.Stopping, status.WantDown, func(c *Case) { c.Limited = false })},
	{"stopping after KILL", service("web", status.Stopping, status.WantDown, func(c *Case) { c.Killed = true })},
	{"stopping since it was removed", service("web", status.Stopping, status.WantDown, stop(time.Second, 9*time.Second), func(c *Case) { c.Removed, c.Leaving = true, true })},
	{"finishing", up("web", status.Finishing, exit(0))},
	{"paused", up("web", status.Paused, func(c *Case) { c.Paused = true })},
	{"ended once", service("job", status.Exited, status.WantOnce, exit(0))},
	{"ended and not started again", up("job", status.Exited, exit(0))},
	{"ended unseen", up("web", status.Backoff, next(time.Second), func(c *Case) { c.Ended, c.Unknown = true, true })},
	{"skipped", up("web", status.Skipped, reasonIs("set/condition exited 1"))},
	{"not supervised", &Case{Service: svctl.Service{Target: svctl.Target{Name: "web"}}, Absence: "no svscan runs in /service"}},
	{"out of reach", &Case{Service: svctl.Service{Target: svctl.Target{Name: "web"}, Err: &svctl.Problem{Verb: "look at", Object: "web", Reason: "permission denied"}}}},
	{"down with leftovers", service("web", status.Down, status.WantDown, func(c *Case) { c.Leftovers = 2 })},
	{"changed", up("web", status.Up, func(c *Case) { c.Changed = []string{"run"} })},
	{"changed in several ways", up("web", status.Up, func(c *Case) { c.Changed = []string{"run", "set/user", "set/env/A\x1b"} })},
	{"its logger fails", up("web", status.Up, logger(up("web/log", status.Backoff, exit(111), next(2*time.Second))))},
	{"its logger is well", up("web", status.Up, logger(up("web/log", status.Up)))},
	{"control characters", up("web\x1b[31m", status.Failed, reasonIs("a\nb"))},
}

func TestGolden(t *testing.T) {
	var got strings.Builder
	for _, s := range situations {
		fmt.Fprintf(&got, "# %s\n%s\n\n", s.name, strings.Join(Text(s.c, now), "\n"))
	}
	golden.Equal(t, "testdata/golden", got.String())
}

// Every state has its sentence, whatever else is known.
func TestStates(t *testing.T) {
	for s := range status.States {
		for w := range status.Wants {
			all := Text(&Case{Service: svctl.Service{Target: svctl.Target{Name: "web"}, Supervised: true, Record: status.Record{State: s, Want: w}}}, now)
			if text := strings.Join(all, " "); !strings.HasPrefix(text, "web ") || strings.Contains(text, "  ") || strings.Contains(text, ": .") || strings.Contains(text, " ,") {
				t.Errorf("%s, wanted %s: %q", s, w, text)
			}
		}
	}
}

// The words of the machine are those that supervise writes.
func TestWords(t *testing.T) {
	words := []byte("running killed letter=d limit=5000 deadline=123456 history=10")
	at, ok := number(words, "deadline")
	if !has(words, "killed") || has(words, "lacks") || !ok || at != 123456*time.Millisecond {
		t.Errorf("got %v, %v", at, ok)
	}
	if _, ok := number(words, "dead"); ok {
		t.Error("a word is its beginning")
	}
	if soon := wall(0); soon.After(time.Now()) {
		t.Errorf("the boot is to come at %v", soon)
	}
}
