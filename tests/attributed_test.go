package tests

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/svdir/svdir/supervise/status"
)

// speaker says numbered lines until the file enough is there, odd ones to
// standard error, each in as many writes as its text has parts; and then how many
// they were, to the file said.
func speaker(parts ...string) string {
	var say strings.Builder
	for _, part := range parts {
		fmt.Fprintf(&say, "printf \"%s\" >&$((1 + i %% 2)); ", part)
	}
	return "#!/bin/sh\ni=0; until [ $((i % 10)) -eq 0 ] && [ -e ../../enough ]; do i=$((i+1)); " + say.String() +
		"[ $((i % 10)) -ne 0 ] || sleep 0.01; done; echo $i >said\nexec sleep 1000\n"
}

// attribution is a tree of eight speakers, two of them with two streams, and one
// svlog for all.
type attribution struct {
	name   string
	logger string
	put    func(w *tree)
	of     func(name string) map[string]string // files of a speaker
}

var attributions = []attribution{
	{"consumer", "logs", func(w *tree) {
		w.put("logs/run", "#!/bin/sh\nexec svlog T s64k n1000 ./main\n")
		w.put("logs/consumer-for", strings.Join(speakers, "\n")+"\n")
	}, func(string) map[string]string { return map[string]string{"producer-for": "logs\n"} }},
	{"catch-all", ".svscan/log", func(w *tree) {
		w.put(".svscan/log/set/size", "64k\n")
		w.put(".svscan/log/set/count", "1000\n")
	}, func(string) map[string]string { return nil }},
}

var speakers = strings.Fields("a b c d e f g h")

// isSplit says that a speaker has two streams.
func isSplit(name string) bool { return name == "b" || name == "e" }

func (a attribution) plant(t *testing.T, parts ...string) *tree {
	w := plant(t)
	a.put(w)
	for _, name := range speakers {
		w.put(name+"/run", "#!/bin/sh\nexec ./speak 2>&1\n")
		if isSplit(name) {
			w.put(name+"/run", "#!/bin/sh\nexec ./speak\n")
			w.put(name+"/set/split-stderr", "")
		}
		w.put(name+"/speak", speaker(parts...))
		w.must(os.Chmod(w.scan+"/"+name+"/speak", 0o755))
		for file, text := range a.of(name) {
			w.put(name+"/"+file, text)
		}
	}
	w.serve()
	return w
}

// spoke waits until all speakers have said all: how many lines each.
func (w *tree) spoke() map[string]int {
	w.t.Helper()
	w.must(os.WriteFile(w.dir+"/enough", nil, 0o644))
	said := map[string]int{}
	for _, name := range speakers {
		eventually(w.t, w.scan, name+" has spoken", func() bool {
			text, _ := os.ReadFile(w.scan + "/" + name + "/said") // not there yet
			n, err := strconv.Atoi(strings.TrimSpace(string(text)))
			said[name] = n
			return err == nil
		})
	}
	return said
}

// attributed checks that each line is there once, whole, in the order of its pipe
// and under its name.
func (a attribution) attributed(w *tree, said map[string]int) {
	w.t.Helper()
	next := map[string]int{}
	for _, name := range speakers {
		next[name] = 1
		if isSplit(name) {
			next[name], next[name+" stderr"] = 2, 1
		}
	}
	for line := range strings.Lines(logText(w.scan + "/" + a.logger + "/main")) {
		var n int
		_, rest, _ := strings.Cut(line, "Z ")
		label, text, _ := strings.Cut(rest, ": ")
		if _, err := fmt.Sscanf(text, "this is line %d\n", &n); err != nil || next[label] == 0 || n != next[label] {
			w.t.Fatalf("got %q; want line %d of %s", line, next[label], label)
		}
		if next[label]++; isSplit(label[:1]) {
			next[label]++
		}
	}
	for label, n := range next {
		if most := said[label[:1]]; most < 10 || n <= most {
			w.t.Errorf("%s: line %d is missing; %d were said", label, n, most)
		}
	}
}

// TestAttributed: of lines that come in halves from several at once, none is
// mixed with another's.
func TestAttributed(t *testing.T) {
	t.Parallel()
	for _, a := range attributions {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			w := a.plant(t, "this is ", "line", " $i", `\n`)
			eventually(t, w.scan, "many lines", func() bool {
				return strings.Count(logText(w.scan+"/"+a.logger+"/main"), " line 200\n") == len(speakers)
			})
			said := w.spoke()
			w.ends()
			a.attributed(w, said)
		})
	}
}

// TestAttributedKilled: nor is one lost or repeated, whoever of ours is killed
// meanwhile, or executes itself again.
func TestAttributedKilled(t *testing.T) {
	t.Parallel()
	forkedOnly(t, "a supervise cannot be killed alone")
	for _, a := range attributions {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			w := a.plant(t, `this is line $i\n`)
			for round := range 6 {
				logger := w.reaches(a.logger, status.Up)
				victim := w.reaches(speakers[round], status.Up)
				w.must(syscall.Kill(logger.PID, syscall.SIGKILL))
				w.must(syscall.Kill(victim.Supervisor, syscall.SIGKILL))
				w.restarted(a.logger, logger)
				logger = w.reaches(a.logger, status.Up)
				w.must(syscall.Kill(logger.Supervisor, syscall.SIGKILL))
				switch round {
				case 2:
					w.killSvscan()
					w.serve()
				case 4:
					w.run(answers("svctl reexec", ``))
				}
				eventually(t, w.scan, "the logger has a supervise", func() bool {
					return w.record(a.logger).Supervisor != logger.Supervisor
				})
			}
			said := w.spoke()
			w.ends()
			a.attributed(w, said)
		})
	}
}
