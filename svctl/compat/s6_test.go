package compat

import (
	"encoding/binary"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/svdir/svdir/logger/tai64n"
	"github.com/svdir/svdir/supervise/status"
)

var s6Statuses = map[string][]byte{
	"first":     s6Status(0, 0, 8),
	"up":        s6Status(4711, 0, 4),
	"ready":     s6Status(4711, 0, 4|8),
	"paused":    s6Status(4711, 0, 1|4|8),
	"want-down": s6Status(4711, 15, 0),
	"finishing": s6Status(4712, 15, 2|4),
	"killed":    s6Status(0, 9, 8),
	"core":      s6Status(0, 0x80|11, 4|8),
	"exited":    s6Status(0, 111<<8, 4|8),
	"odd":       s6Status(0, 40, 8),
}

const allFields = "up,wantedup,normallyup,ready,paused,pid,exitcode,signal,signum,updownsince,readysince,updownfor,readyfor"

func TestS6Svstat(t *testing.T) {
	for name, text := range s6Statuses {
		for _, args := range []string{"-n web", "-o " + allFields + " web"} {
			for _, down := range []bool{false, true} {
				if down && name != "ready" && name != "killed" && name != "finishing" {
					continue // the others have nothing to add to it
				}
				t.Run(fmt.Sprint(name, args, down), func(t *testing.T) {
					t.Parallel()
					compare(t, call{name: "s6-svstat", args: strings.Fields(args)}, func(s *scene) {
						s.supervised("web", text)
						s.lock("web")
						if down {
							s.file("web/down", "", 0o644)
						}
					})
				})
			}
		}
	}
	for _, args := range []string{
		"", "web", "-uwNrpest web", "-z web", "-o", "-o xyz web", "-o up,,pid web", "-o p,s,r web", "-o up, web", "-o updown web", "web none", "-- web",
		"--web", "-uuuuuuuuuuuuuuuu web", "-uuuuuuuuuuuuuuuuu web", "-u", "-oup -p web", "none", "short", "lost", "runit", "free", "file",
	} {
		t.Run(args, func(t *testing.T) {
			compare(t, call{name: "s6-svstat", args: strings.Fields(args)}, func(s *scene) {
				s.supervised("web", s6Statuses["ready"])
				s.supervised("short", s6Statuses["ready"][:34])
				s.supervised("runit", runitStatuses["run"])
				s.supervised("free", s6Statuses["ready"])
				s.file("free/supervise/lock", "", 0o644)
				s.file("file", "", 0o644)
				s.dir("lost/supervise")
				for _, name := range []string{"web", "short", "lost", "runit"} {
					s.lock(name)
				}
			})
		})
	}
}

// TestS6SvstatOurs wants the times that our status means, which s6 misreads.
func TestS6SvstatOurs(t *testing.T) {
	s := newScene(t)
	s.supervised("web", hybrid(status.Record{State: status.Up, Want: status.WantUp, PID: 4711, Ready: true}))
	s.supervised("db", hybrid(status.Record{State: status.Down, Wait: 15, Ended: true}))
	s.file("db/down", "", 0o644)
	s.lock("web")
	s.lock("db")
	r := status.Record{State: status.Up, PID: 4711, Ready: true, ReadyAt: moment.Add(time.Minute)}
	s.file("web/supervise/status.env", string(status.AppendEnv(nil, &r)), 0o644)
	age := int(time.Since(moment).Seconds())
	for name, want := range map[string]string{
		"web": fmt.Sprintf("up (pid 4711) %d seconds, ready %d seconds\n", age, age-60),
		"db":  fmt.Sprintf("down (signal SIGTERM) %d seconds, ready %d seconds\n", age, age),
	} {
		got, want := sameAges(t, true, capture(t, "s6-svstat", s.root+"/"+name).out, want)
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestS6SvokLocked(t *testing.T) {
	compare(t, call{name: "s6-svok", args: []string{"web"}}, func(s *scene) { s.lock("web") })
	compare(t, call{name: "s6-svok"}, func(*scene) {})
}

func TestS6Svc(t *testing.T) {
	for _, args := range []string{
		"", "web", "-u web", "-abqhkti12pcyroduDUxOQ web", "-uu web", "-d -u -- web", "-z web", "-u", "-u web dead", "-- --", "--u web",
		"-T x -u web", "-T 10 -u web", "-T -1 -u web", "-T", "-wz web", "-w", "-u none", "-u bare", "-u dead", "-u file", "-u djb",
		"-" + strings.Repeat("u", 62) + " web", "-" + strings.Repeat("u", 63) + " web", "-wu none",
	} {
		t.Run(args, func(t *testing.T) {
			compare(t, call{name: "s6-svc", args: strings.Fields(args)}, broken)
		})
	}
	compare(t, call{name: "s6-svc", args: []string{"-u", ""}}, broken)
}

func TestS6Svdt(t *testing.T) {
	var text []byte
	for i := range 70 {
		label := tai64n.Pack(moment)
		text = append(append(text, label[:]...), byte(i+128), byte(i))
	}
	for _, args := range []string{
		"", "web", "-s web", "-S web", "-n 3 web", "-n 0 web", "-n x web", "-n 99999 web", "-z", "none", "bare", "fresh", "web none",
	} {
		t.Run(args, func(t *testing.T) {
			compare(t, call{name: "s6-svdt", args: strings.Fields(args)}, func(s *scene) {
				s.dir("bare")
				s.dir("fresh/supervise")
				s.file("web/supervise/death_tally", string(text), 0o644)
			})
		})
	}
}

// TestS6SvwaitAtOnce has waits that are over before they begin, for which a busy
// machine may take its time, and those that nothing ends.
func TestS6SvwaitAtOnce(t *testing.T) {
	for limit, lines := range map[string][]string{
		"120000": {
			"", "-z web", "-t x web", "-t", "none", "bare", "short",
			"web", "-u web", "-U web", "-d down", "-D down", "-d finishing", "-o -u web down", "-u web web",
		},
		"10000": { // as long as their helper may take to begin
			"-U plain", "-d web", "-D web", "-D finishing", "-u finishing",
			"-u web down", "-a -u web down", "-o -U plain down", "-r down", "-R web",
		},
	} {
		for _, args := range lines {
			t.Run(args, func(t *testing.T) {
				t.Parallel()
				c := call{name: "s6-svwait", args: append([]string{"-t", limit}, strings.Fields(args)...)}
				compare(t, c, func(s *scene) {
					s.dir("bare")
					s.supervised("short", nil)
					s.supervised("web", s6Statuses["ready"])
					s.supervised("plain", s6Statuses["up"])
					s.supervised("down", s6Statuses["killed"])
					s.supervised("finishing", s6Statuses["finishing"])
				})
			})
		}
	}
}

// FuzzStatus gives every client that reads a status any bytes.
func FuzzStatus(f *testing.F) {
	for _, all := range []map[string][]byte{djbStatuses, runitStatuses, s6Statuses} {
		for _, text := range all {
			f.Add(text)
		}
	}
	f.Add(binary.BigEndian.AppendUint64(make([]byte, 35), 1<<63))
	s := newScene(f)
	s.supervised("web", nil)
	s.lock("web")
	web := s.root + "/web"
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(web+"/supervise/status", text, 0o644); err != nil {
			t.Fatal(err)
		}
		for _, c := range []call{
			{name: "svstat", args: []string{web}},
			{name: "sv", args: []string{"status", web}},
			{name: "s6-svstat", args: []string{web}},
			{name: "s6-svstat", args: []string{"-o", allFields, web}},
		} {
			if got := capture(t, c.name, c.args...); got.out+got.err == "" {
				t.Errorf("%s says nothing", c.name)
			}
		}
		w := wait{}
		if w.add(web) == "" {
			for _, g := range []goal{{}, {up: true}, {ready: true}, {up: true, ready: true}} {
				w.services[0].look(g, true)
			}
		}
		for _, one := range w.services {
			one.service.close()
		}
	})
}
