package tests

import (
	"fmt"
	"net"
	"testing"

	"github.com/svdir/svdir/supervise/status"
)

// TestOnDemand: nothing runs before the first connection, which is served, nor when
// there is none any more; and so again.
func TestOnDemand(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"idle", "exit"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			w := plant(t)
			address := freeAddress(t)
			w.listens("web", "http", "tcp "+address, "local", "unix sock")
			w.put("web/set/on-demand", "")
			w.put("web/set/restart", "never\n") // an end in order needs no restart
			if how == "idle" {
				w.put("web/set/idle-stop", "1s\n")
			} else {
				w.put("web/leave", "10ms")
			}
			w.serve()
			for n := range 3 {
				r := w.reaches("web", status.Waiting)
				if r.Reason != "listening" || r.PID != 0 || r.Starts != n {
					t.Fatalf("got %+v; want nothing but that it listens after %d starts", r, n)
				}
				w.run(answers("svctl up web", ``), answers("svctl ready web", ``))
				network, to := "tcp", address
				if n == 1 {
					network, to = "unix", w.scan+"/web/sock"
					w.killSupervise("web")
				}
				w.mustTalk(network, to)
				cause := map[string]string{"idle": "idle", "exit": "exit"}[how]
				eventually(t, w.dir, "an end", func() bool { return w.remembers("web", "end", n+1) })
				if all := w.history("web", "end"); all[n].Cause != cause {
					t.Errorf("end: got %+v; want the cause %s", all[n], cause)
				}
			}
			w.reaches("web", status.Waiting)
			w.run(answers("svctl down web", ``))
			if _, err := talk("tcp", address); err == nil {
				t.Error("somebody answers for a service that is down")
			}
			w.run(answers("svctl once web", ``)) // who asks for a run gets one
			eventually(t, w.dir, "a start", func() bool { return w.remembers("web", "start", 4) })
			w.ends()
		})
	}
}

// TestOnDemandUsed: a connection that lasts keeps the service, whatever goes over it.
func TestOnDemandUsed(t *testing.T) {
	t.Parallel()
	w := plant(t)
	address := freeAddress(t)
	w.listens("web", "http", "tcp "+address)
	w.listens("next", "http", "unix sock")
	for _, service := range []string{"web", "next"} {
		w.put(service+"/set/on-demand", "")
		w.put(service+"/set/idle-stop", "1s\n")
	}
	w.put("user/run", sleeper)
	w.put("user/dependencies.d/web", "")
	w.serve()
	w.reaches("user", status.Up) // it can connect
	w.reaches("web", status.Waiting)
	c, err := net.Dial("tcp", address)
	w.must(err)
	defer c.Close()
	pid := w.reaches("web", status.Up).PID
	for n := range 2 { // as a clock, one beside it that is idle
		w.reaches("next", status.Waiting)
		w.mustTalk("unix", w.scan+"/next/sock")
		eventually(t, w.dir, "an end of next", func() bool { return w.remembers("next", "end", n+1) })
	}
	if _, err := fmt.Fprintln(c, "hello"); err != nil {
		t.Error(err)
	}
	if r := w.record("web"); r.PID != pid {
		t.Errorf("got %+v; want that %d runs on", r, pid)
	}
	w.must(c.Close())
	w.reaches("web", status.Waiting)
	w.ends()
}
