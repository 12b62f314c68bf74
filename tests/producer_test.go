package tests

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/status"
)

// thousand says a line for each number from 1 to 1000, once, when the file go is
// there, and a last word when it is told to end.
const thousand = "#!/bin/sh\ntrap 'echo last; exit' TERM\nuntil test -e go; do sleep 0.02; done\n" +
	"test -e said || { : >said; i=0; while test $i -lt 1000; do i=$((i+1)); echo line $i; done; : >done; }\n" +
	"sleep 1000 & wait\n"

// readLater is such a logger that waits for the file read.
const readLater = "#!/bin/sh\necho \"${SV_PIPE_NAMES-none}\" >>names\nexec 5<&0\n" +
	"until test -e read; do sleep 0.02; done\nexec cat <&5 >>lines\n"

// TestConsumer: one pipe is standard input, as in s6-rc, and whoever dies, logger,
// service, supervise of each and svscan, all lines arrive, once.
func TestConsumer(t *testing.T) {
	t.Parallel()
	forkedOnly(t, "supervise and svscan die as one")
	w := plant(t)
	w.put("web/run", strings.Replace(thousand, "sleep 1000 & wait", "exec sleep 1000", 1))
	w.put("web/producer-for", "logs\n")
	w.put("logs/consumer-for", "web\n")
	w.put("logs/run", readLater)
	w.serve()
	web, logs := w.reaches("web", status.Up), w.reaches("logs", status.Up)
	w.put("web/go", "")
	eventually(t, w.scan, "the lines are in the FIFO", func() bool { _, err := os.Stat(w.scan + "/web/done"); return err == nil })
	pipe := w.scan + "/web/supervise/log"
	for _, survivor := range []int{w.svscan.cmd.Process.Pid, web.Supervisor, logs.Supervisor} {
		eventually(t, w.scan, commandLine(survivor)+" has it", func() bool { return holds(survivor, pipe) })
	}
	w.must(syscall.Kill(w.svscan.cmd.Process.Pid, syscall.SIGKILL))
	<-w.svscan.gone
	for _, pid := range []int{web.PID, logs.PID, web.Supervisor} {
		w.must(syscall.Kill(pid, syscall.SIGKILL))
	}
	w.serve()
	eventually(t, w.scan, "both are back", func() bool {
		now := w.record("web")
		return now.Supervisor != web.Supervisor && now.State == status.Up && w.record("logs").PID != logs.PID
	})
	logs = w.reaches("logs", status.Up)
	w.must(syscall.Kill(logs.Supervisor, syscall.SIGKILL))
	eventually(t, w.scan, "it has a supervise", func() bool { return w.record("logs").Supervisor != logs.Supervisor })
	w.put("logs/read", "")
	eventually(t, w.scan, "all lines", func() bool {
		text, _ := os.ReadFile(w.scan + "/logs/lines")
		return strings.Count(string(text), "\n") >= 1000
	})
	checkLines(t, w.scan+"/logs/lines", 1000)
	w.unaffected("logs", logs.PID)
	names, _ := os.ReadFile(w.scan + "/logs/names")
	if strings.ReplaceAll(string(names), "none\n", "") != "" {
		t.Errorf("got SV_PIPE_NAMES %q; want none", names)
	}
	w.ends()
}

// TestConsumerStopsLast: at the end, and when both are taken away, a consumer
// reads the last word of its producer, also through another.
func TestConsumerStopsLast(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"svscan ends", "both are removed"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			w := plant(t)
			w.put("web/run", strings.Replace(thousand, "echo last", "sleep 0.3; echo last", 1))
			w.put("web/producer-for", "filter\n")
			w.put("filter/consumer-for", "web\n")
			w.put("filter/producer-for", "afterwards\n")
			w.put("filter/run", "#!/bin/sh\nexec ./"+drainerName+"\n")
			w.put("afterwards/consumer-for", "filter\n")
			w.put("afterwards/run", "#!/bin/sh\nexec ./"+drainerName+" >>lines\n")
			self, err := os.Executable()
			w.must(err)
			for _, name := range []string{"filter", "afterwards"} {
				w.must(os.Symlink(self, w.scan+"/"+name+"/"+drainerName))
			}
			w.serve()
			for _, name := range []string{"web", "filter", "afterwards"} {
				w.reaches(name, status.Up)
			}
			for _, name := range []string{"filter", "afterwards"} { // each knows by then what TERM is
				eventually(t, w.scan, name+" reads", func() bool { return hasText(w.scan + "/" + name + "/names") })
			}
			w.put("web/go", "")
			eventually(t, w.scan, "all lines", func() bool {
				text, _ := os.ReadFile(w.scan + "/afterwards/lines")
				return strings.Count(string(text), "\n") >= 1000
			})
			lines := w.scan + "/afterwards/lines"
			if how == "both are removed" {
				lines = w.dir + "/afterwards/lines"
				for _, name := range []string{"afterwards", "filter", "web"} {
					w.must(os.Rename(w.scan+"/"+name, w.dir+"/"+name))
				}
				eventually(t, w.dir, "it has ended", func() bool { return !hasText(w.scan + "/.svscan/running/afterwards") })
			}
			w.ends()
			text, err := os.ReadFile(lines)
			w.must(err)
			if !strings.HasSuffix(string(text), "line 1000\nlast\n") {
				t.Errorf("got %q at the end", text[max(0, len(text)-30):])
			}
		})
	}
}

// TestConsumerOfSeveral: each pipe has a descriptor, in the order of the file,
// and the consumer begins anew when that changes.
func TestConsumerOfSeveral(t *testing.T) {
	t.Parallel()
	w := plant(t)
	for _, name := range []string{"a", "b", "c"} {
		w.put(name+"/run", "#!/bin/sh\necho out of "+name+"\necho err of "+name+" >&2\nexec sleep 1000\n")
		w.put(name+"/producer-for", "logs\n")
	}
	w.put("b/set/split-stderr", "")
	w.put("logs/consumer-for", "b\na\nc\n")
	w.put("logs/run", "#!/bin/sh\ntrap 'trap \"\" TERM; kill 0; exit' TERM\necho $SV_PIPE_NAMES >>names\nfd=3\nfor name in $SV_PIPE_NAMES; do\n"+
		"eval \"cat <&$fd >>$name &\"; fd=$((fd+1)); done\nread -r line; echo \"${line-}\" >stdin\nwait\n")
	w.must(os.Rename(w.scan+"/c", w.dir+"/c"))
	w.serve()
	has := func(name, text string) {
		t.Helper()
		eventually(t, w.scan, name+" has "+text, func() bool {
			got, _ := os.ReadFile(w.scan + "/logs/" + name)
			return string(got) == text
		})
	}
	for name, text := range map[string]string{"names": "b b:stderr a\n", "a": "out of a\n", "b": "out of b\n", "b:stderr": "err of b\n", "stdin": "\n"} {
		has(name, text)
	}
	w.says("err of a\n")
	logs := w.reaches("logs", status.Up)
	w.must(os.Rename(w.dir+"/c", w.scan+"/c"))
	has("c", "out of c\n")
	has("names", "b b:stderr a\nb b:stderr a c\n")
	w.restarted("logs", logs)
	w.must(os.Rename(w.scan+"/b", w.dir+"/b"))
	has("names", "b b:stderr a\nb b:stderr a c\na c\n")
	w.ends()
}

// TestConsumerOnceMore: a consumer that does not run when all end is started once
// more for what waits.
func TestConsumerOnceMore(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", thousand)
	w.put("web/producer-for", "logs\n")
	w.put("logs/consumer-for", "web\n")
	w.put("logs/run", "#!/bin/sh\ntest -e first || { : >first; until test -e die; do sleep 0.02; done; exit; }\nexec cat >>lines\n")
	w.put("logs/finish", "#!/bin/sh\nuntil test -e finished; do sleep 0.02; done\n")
	w.serve()
	w.reaches("web", status.Up)
	w.reaches("logs", status.Up)
	w.put("web/go", "")
	eventually(t, w.scan, "the lines are in the FIFO", func() bool { _, err := os.Stat(w.scan + "/web/done"); return err == nil })
	w.put("logs/die", "")
	w.reaches("logs", status.Finishing)
	w.must(syscall.Kill(w.svscan.cmd.Process.Pid, syscall.SIGTERM))
	eventually(t, w.scan, "it is told to end", func() bool { return w.record("logs").Leaving })
	w.put("logs/finished", "")
	<-w.svscan.gone
	nothingBelow(t, w.dir)
	text, err := os.ReadFile(w.scan + "/logs/lines")
	w.must(err)
	if !strings.HasSuffix(string(text), "line 1000\nlast\n") {
		t.Errorf("got %q at the end", text[max(0, len(text)-30):])
	}
}

// TestConsumerDeaths: all die but one, in one instant, while lines wait in the FIFO:
// each is read once.
func TestConsumerDeaths(t *testing.T) {
	t.Parallel()
	forkedOnly(t, "supervise and svscan die as one")
	names := []string{"service", "its supervise", "consumer", "its supervise", "svscan"}
	for survivor, name := range names {
		if survivor == 3 {
			name += " (consumer)"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := plant(t)
			w.put("web/run", strings.Replace(thousand, "sleep 1000 & wait", "exec sleep 1000", 1))
			w.put("web/producer-for", "logs\n")
			w.put("logs/consumer-for", "web\n")
			w.put("logs/run", "#!/bin/sh\nexec cat >>lines\n")
			w.serve()
			web, logs := w.reaches("web", status.Up), w.reaches("logs", status.Up)
			eventually(t, w.scan, "the logger is there", func() bool { return strings.HasPrefix(commandLine(logs.PID), "cat") })
			pids := []int{web.PID, web.Supervisor, logs.PID, logs.Supervisor, w.svscan.cmd.Process.Pid}
			w.freeze(logs.PID) // it has read nothing then
			w.put("web/go", "")
			eventually(t, w.scan, "the lines are in the FIFO", func() bool { _, err := os.Stat(w.scan + "/web/done"); return err == nil })
			for _, pid := range pids {
				w.freeze(pid)
			}
			for who, pid := range pids {
				if who != survivor {
					w.must(syscall.Kill(pid, syscall.SIGKILL))
				}
			}
			if survivor != len(pids)-1 {
				<-w.svscan.gone
				w.serve()
			}
			w.must(syscall.Kill(pids[survivor], syscall.SIGCONT))
			eventually(t, w.scan, "all lines", func() bool {
				text, _ := os.ReadFile(w.scan + "/logs/lines")
				return strings.Count(string(text), "\n") >= 1000
			})
			eventually(t, w.scan, "all are back", func() bool {
				return (survivor == 1 || w.record("web").Supervisor != web.Supervisor) && (survivor == 3 || w.record("logs").Supervisor != logs.Supervisor)
			})
			w.reaches("web", status.Up)
			w.reaches("logs", status.Up)
			w.ends()
			checkLines(t, w.scan+"/logs/lines", 1000)
		})
	}
}

// TestConsumerOfNobody: a consumer whose file says nothing of use waits, and begins
// when it does.
func TestConsumerOfNobody(t *testing.T) {
	t.Parallel()
	for what, place := range map[string]func(path string) error{
		"empty": func(path string) error { return os.WriteFile(path, nil, 0o644) },
		"a stranger": func(path string) error {
			return os.WriteFile(path, []byte("nobody\n../..//\n\xff\x00\n\x1b[2J/\n"), 0o644)
		},
		"another's": func(path string) error { return os.WriteFile(path, []byte("db\n"), 0o644) },
		"itself":    func(path string) error { return os.WriteFile(path, []byte("logs\n"), 0o644) },
		"too long":  func(path string) error { return os.WriteFile(path, make([]byte, 1<<20), 0o644) },
		"directory": func(path string) error { return os.Mkdir(path, 0o755) },
		"FIFO":      func(path string) error { return unix.Mkfifo(path, 0o644) },
		"nowhere":   func(path string) error { return os.Symlink(path, path) },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w := plant(t)
			w.put("web/run", talker)
			w.put("web/producer-for", "logs\n")
			w.put("db/producer-for", "elsewhere\n")
			w.put("logs/run", "#!/bin/sh\nexec cat >>lines\n")
			file := w.scan + "/logs/consumer-for"
			w.must(place(file))
			w.serve()
			if what == "nowhere" {
				w.reaches("logs", status.Up) // as for every setting there is none
			} else if r := w.reaches("logs", status.Waiting); !strings.HasPrefix(r.Reason, "there is no service") {
				t.Errorf("got reason %q", r.Reason)
			}
			if strings.Contains(w.svscan.output(), "\x1b") {
				t.Errorf("svscan said %q", w.svscan.output())
			}
			w.must(os.WriteFile(file+".new", []byte("web\n"), 0o644))
			_ = os.Remove(file) // an empty directory too
			w.must(os.Rename(file+".new", file))
			if what == "nowhere" {
				w.run(answers("svctl restart logs", ``))
			}
			eventually(t, w.scan, "its line", func() bool {
				text, _ := os.ReadFile(w.scan + "/logs/lines")
				return string(text) == "start 1\n"
			})
			if starts := w.happens("logs", "start", 1); what != "nowhere" && len(starts) != 1 {
				t.Errorf("got %d starts; want one, when it had what to read", len(starts))
			}
			w.ends()
		})
	}
}

// TestConsumerEndsOnce: while its producers end, one after the other, a consumer that
// is to end after them is not started again for each.
func TestConsumerEndsOnce(t *testing.T) {
	t.Parallel()
	w := plant(t)
	for name, last := range map[string]string{"a": "", "b": "sleep 1; "} {
		w.put(name+"/run", "#!/bin/sh\ntrap '"+last+"echo last; exit' TERM\necho >ready\nsleep 1000 & wait\n")
		w.put(name+"/producer-for", "logs\n")
	}
	w.put("logs/consumer-for", "a\nb\n")
	w.put("logs/run", "#!/bin/sh\nexec ./"+labellerName+"\n")
	self, err := os.Executable()
	w.must(err)
	w.must(os.Symlink(self, w.scan+"/logs/"+labellerName))
	w.serve()
	for _, name := range []string{"a", "b", "logs"} {
		w.reaches(name, status.Up)
	}
	for _, file := range []string{"a/ready", "b/ready", "logs/names"} {
		eventually(t, w.scan, file, func() bool { return hasText(w.scan + "/" + file) })
	}
	w.ends()
	if names, _ := os.ReadFile(w.scan + "/logs/names"); string(names) != "logs a b\n" {
		t.Errorf("got runs with %q; want one", names)
	}
	if text, _ := os.ReadFile(w.scan + "/logs/all"); string(text) != "a: last\nb: last\n" && string(text) != "b: last\na: last\n" {
		t.Errorf("got %q", text)
	}
}

// TestConsumerDiesUnread: one that its end has killed before it could read is started
// once more.
func TestConsumerDiesUnread(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", "#!/bin/sh\necho line\necho >said\nexec sleep 1000\n")
	w.put("web/producer-for", "logs\n")
	w.put("logs/consumer-for", "web\n")
	w.put("logs/run", "#!/bin/sh\necho >>starts\ntest $(wc -l <starts) -gt 1 || exec sleep 1000\nexec cat >>lines\n")
	w.serve()
	w.reaches("logs", status.Up)
	eventually(t, w.scan, "a line", func() bool { return hasText(w.scan+"/web/said") && hasText(w.scan+"/logs/starts") })
	w.ends()
	if text, _ := os.ReadFile(w.scan + "/logs/lines"); string(text) != "line\n" {
		t.Errorf("got %q; want its line", text)
	}
	if text, _ := os.ReadFile(w.scan + "/logs/starts"); string(text) != "\n\n" {
		t.Errorf("got %d starts; want 2", len(text))
	}
}

// TestConsumerElsewhere: runit and s6 know of no such files, so under their names
// a service writes where it ever did, and waits for nobody.
func TestConsumerElsewhere(t *testing.T) {
	t.Parallel()
	for _, scanner := range []string{"runsvdir", "s6-svscan"} {
		w := plant(t)
		w.put("web/run", "#!/bin/sh\necho said\nexec sleep 1000\n")
		w.put("web/producer-for", "logs\n")
		w.put("logs/run", sleeper)
		w.put("logs/consumer-for", "web\n")
		w.serveWith(environment(t, "compat", w.scan), scanner)
		w.reaches("web", status.Up)
		w.reaches("logs", status.Up)
		w.says("said\n")
		if _, err := os.Stat(w.scan + "/web/supervise/log"); err == nil {
			t.Errorf("%s: there is a FIFO for a logger", scanner)
		}
		end := map[string]syscall.Signal{"runsvdir": syscall.SIGHUP, "s6-svscan": syscall.SIGTERM}[scanner]
		w.must(w.svscan.stop(end))
		nothingBelow(t, w.dir)
	}
}
