package compat

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/svdir/svdir/supervise/status"
)

// Each case calls the real client and ours in the same scene, in which nothing
// moves: this test is the supervisor.

var djbStatuses = map[string][]byte{
	"up":          djb(4711, 0, 'u'),
	"paused":      djb(4711, 1, 'u'),
	"want-down":   djb(4711, 0, 'd'),
	"once":        djb(4711, 0, 0),
	"down":        djb(0, 0, 'd'),
	"want-up":     djb(0, 0, 'u'),
	"paused-down": djb(0, 1, 'd'),
}

var runitStatuses = map[string][]byte{
	"run":       runit(4711, 0, 'u', 0, 1),
	"paused":    runit(4711, 1, 'u', 0, 1),
	"stopping":  runit(4711, 0, 'd', 1, 1),
	"want-down": runit(4711, 0, 'd', 0, 1),
	"term":      runit(4711, 0, 'u', 1, 1),
	"finish":    runit(4712, 0, 'u', 0, 2),
	"finish-0":  runit(0, 0, 'd', 0, 2),
	"killed":    runit(4711, 0, 'd', 0, 0),
	"down":      runit(0, 0, 'd', 0, 0),
	"want-up":   runit(0, 0, 'u', 0, 0),
	"paused-d":  runit(0, 1, 'd', 1, 0),
	"ours":      hybrid(status.Record{State: status.Up, Want: status.WantUp, PID: 4711}),
	"ours-down": hybrid(status.Record{State: status.Down}),
}

// inAll makes a service of each status.
func inAll(s *scene, statuses map[string][]byte) {
	for _, name := range arguments(statuses) {
		s.supervised(name, statuses[name])
	}
}

// arguments are the names of the statuses in order, as arguments after the others.
func arguments(statuses map[string][]byte, before ...string) []string {
	return append(before, slices.Sorted(maps.Keys(statuses))...)
}

func TestSvstat(t *testing.T) {
	for _, statuses := range []map[string][]byte{djbStatuses, runitStatuses} {
		for _, down := range []bool{false, true} {
			compare(t, call{name: "svstat", args: arguments(statuses)}, func(s *scene) {
				inAll(s, statuses)
				for name := range statuses {
					if down {
						s.file(name+"/down", "", 0o644)
					}
				}
			})
		}
	}
}

// broken is a scene with everything that can be wrong with a service.
func broken(s *scene) {
	s.supervised("web", runit(4711, 0, 'u', 0, 1))
	s.dir("bare")
	s.file("file", "", 0o644)
	s.dir("dead/supervise")
	s.mkfifo("dead/supervise/ok")
	s.mkfifo("dead/supervise/control")
	s.file("dead/supervise/status", string(runit(4711, 0, 'u', 0, 1)), 0o644)
	s.supervised("empty", nil)
	s.supervised("short", djb(1, 0, 'u')[:17])
	s.supervised("djb", djb(4711, 0, 'u'))
	s.supervised("lost", nil)
	s.supervised("loop", runit(4711, 0, 'u', 0, 1))
	s.supervised("dir", nil)
	for _, err := range []error{
		os.Remove(filepath.Join(s.root, "lost/supervise/status")),
		os.Symlink("down", filepath.Join(s.root, "loop/down")),
		os.Remove(filepath.Join(s.root, "dir/supervise/status")),
		os.Mkdir(filepath.Join(s.root, "dir/supervise/status"), 0o755),
		os.Chmod(s.dir("secret"), 0o700),
	} {
		if err != nil {
			s.t.Fatal(err)
		}
	}
	s.supervised("private", runit(4711, 0, 'u', 0, 1))
	if err := os.Chmod(s.dir("private/supervise"), 0o700); err != nil {
		s.t.Fatal(err)
	}
}

var brokenNames = []string{"web", "bare", "file", "dead", "empty", "short", "djb", "lost", "loop", "dir", "secret", "private", "none", ""}

func TestBroken(t *testing.T) {
	for _, c := range []call{
		{name: "svstat"}, {name: "svstat", args: slices.DeleteFunc(slices.Clone(brokenNames), func(name string) bool {
			return name == "dir" // a difference
		})}, {name: "svstat", args: []string{"--", "web"}},
		{name: "svc"}, {name: "svc", args: append([]string{"-u"}, brokenNames...)},
		{name: "sv"}, {name: "sv", args: []string{"status"}},
		{name: "sv", args: append([]string{"up"}, brokenNames...)},
		{name: "sv", args: append([]string{"exit"}, brokenNames...)},
		{name: "sv", args: append([]string{"-w0", "down"}, brokenNames...)},
		{name: "sv", args: append([]string{"status"}, brokenNames...)},
		{name: "sv", args: []string{"status", "./web/", "./none", "secret/"}},
	} {
		for _, nobody := range []bool{false, true} {
			c.nobody, c.env = nobody, []string{"SVDIR=."}
			t.Run(fmt.Sprint(c.name, c.args[:min(len(c.args), 2)], nobody), func(t *testing.T) { compare(t, c, broken) })
		}
	}
	for _, name := range brokenNames {
		for _, nobody := range []bool{false, true} {
			if nobody && name != "secret" && name != "private" {
				continue // as for root
			}
			for _, c := range []call{
				{name: "svok", args: []string{name}},
				{name: "s6-svok", args: []string{name}},
				{name: "s6-svstat", args: []string{name}},
				{name: "s6-svc", args: []string{"-u", name}},
			} {
				c.nobody = nobody
				t.Run(fmt.Sprint(c.name, c.args, nobody), func(t *testing.T) {
					t.Parallel()
					compare(t, c, broken)
				})
			}
		}
	}
}

func TestSvc(t *testing.T) {
	for _, args := range []string{
		"-u web", "-d web", "-udopchaitkx web", "-du -d -xx web", "web", "-- web", "--u web", "-u -- web", "-u - web",
		"-z web", "-uz web", "-1 web", "-u- web", "-w", "-u web web", "-u bare web",
	} {
		t.Run(args, func(t *testing.T) {
			compare(t, call{name: "svc", args: strings.Fields(args)}, broken)
		})
	}
}

func TestSvUsage(t *testing.T) {
	for _, args := range []string{
		"", "status", "foo web", "-z status web", "-w", "-w 5", "-w5 status web", "-wx status web", "-- status web",
		"--v status web", "r web", "f web", "rest web", "forced web", "b web", "-v status web web", "s web", "stat web",
		"status none", "status ./web/", "status /none", "status web", "status web none djb",
	} {
		t.Run(args, func(t *testing.T) {
			compare(t, call{name: "sv", args: strings.Fields(args), env: []string{"SVDIR=."}}, broken)
		})
	}
	for name, env := range map[string][]string{"none": nil, "empty": {"SVDIR="}, "missing": {"SVDIR=/none"}} {
		t.Run(name, func(t *testing.T) {
			compare(t, call{name: "sv", args: []string{"status", "no such service"}, env: env}, broken)
		})
	}
}

// TestSvSends goes through every word in every state, without waiting.
func TestSvSends(t *testing.T) {
	words := strings.Fields("up down once pause cont hup alarm interrupt quit 1 2 term kill exit e checks tries xyz")
	for _, word := range words {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			compare(t, call{name: "sv", args: arguments(runitStatuses, word), env: []string{"SVDIR=."}}, func(s *scene) {
				inAll(s, runitStatuses)
			})
		})
	}
}

// TestSvWaits goes through the words that wait, where nothing will happen any
// more: done at once, or out of time.
func TestSvWaits(t *testing.T) {
	words := strings.Fields("start stop shutdown reload restart try-restart check force-stop force-reload force-restart " +
		"force-shutdown D T E X up down once pause cont hup kill")
	for _, word := range words {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			compare(t, call{name: "sv", args: arguments(runitStatuses, "-w", "0", word), env: []string{"SVDIR=."}}, func(s *scene) {
				inAll(s, runitStatuses)
			})
		})
	}
}

func TestSvLog(t *testing.T) {
	compare(t, call{name: "sv", args: arguments(runitStatuses, "status"), env: []string{"SVDIR=."}}, func(s *scene) {
		inAll(s, runitStatuses)
		for name, text := range runitStatuses {
			s.supervised(name+"/log", text)
		}
	})
	for name, build := range map[string]func(*scene){
		"file":    func(s *scene) { s.file("web/log", "", 0o644) },
		"bare":    func(s *scene) { s.supervised("web/log", nil); s.file("web/log/down", "", 0o644) },
		"dead":    func(s *scene) { s.dir("web/log/supervise"); s.mkfifo("web/log/supervise/ok") },
		"stopped": func(s *scene) { s.supervised("web/log", runitStatuses["down"]) },
	} {
		t.Run(name, func(t *testing.T) {
			if name == "bare" {
				t.Skip("a difference: theirs repeats the status of the service")
			}
			compare(t, call{name: "sv", args: []string{"status", "web", "./web"}, env: []string{"SVDIR=."}}, func(s *scene) {
				s.supervised("web", runitStatuses["run"])
				build(s)
			})
		})
	}
}

func TestLSB(t *testing.T) {
	for _, name := range []string{"run", "stopping", "finish", "down", "ours"} {
		text := runitStatuses[name]
		for _, args := range []string{"status", "start", "restart", "-w0 stop"} {
			t.Run(name+"/"+args, func(t *testing.T) {
				t.Parallel()
				compare(t, call{name: "web", args: strings.Fields(args), env: []string{"SVDIR=.", "SVWAIT=0"}}, func(s *scene) {
					s.supervised("web", text)
				})
			})
		}
	}
	for _, args := range []string{"", "stat", "foo", "-z", "start", "-w"} {
		for _, name := range []string{"dead", "djb", "none"} {
			t.Run(name+"/"+args, func(t *testing.T) {
				compare(t, call{name: name, args: strings.Fields(args), env: []string{"SVDIR=."}}, broken)
			})
		}
	}
	t.Run("unknown", func(t *testing.T) {
		compare(t, call{name: "djb", args: []string{"status"}, env: []string{"SVDIR=."}}, broken)
	})
}
