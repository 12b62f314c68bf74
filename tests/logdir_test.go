package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/status"
)

// theirs has run find the programs of the other suites, not our names.
const theirs = "PATH=" + peerPath + "\n"

// loggers are those that keep a log, in the directory $LOG.
var loggers = []struct{ name, peer, line string }{
	{"svlog", "", "exec svlog t $LOG"},
	{"multilog", "daemontools", theirs + "exec multilog t $LOG"},
	{"svlogd", "runit", theirs + "exec svlogd -tt $LOG"},
	{"s6-log", "s6", theirs + "exec s6-log t $LOG"},
}

// logsTo makes a service that says its name, with a logger whose run names its
// directory nowhere that a reader would look.
func (w *tree) logsTo(name, line string) (dir string) {
	w.t.Helper()
	dir = filepath.Join(w.dir, "far", name)
	w.must(os.MkdirAll(dir, 0o755))
	w.must(os.MkdirAll(filepath.Join(w.scan, name, "log"), 0o755))
	w.put(name+"/run", "#!/bin/sh\necho I am "+name+"\nexec sleep 1000\n")
	w.put(name+"/log/where", dir+"\n")
	w.put(name+"/log/run", "#!/bin/sh\nLOG=$(cat where)\n"+line+"\n")
	return dir
}

// notes waits until supervise has noted where a logger keeps its log. Where the
// logger was late, it looks again when something happens: a letter that means
// nothing.
func (w *tree) notes(service, dir string) {
	w.t.Helper()
	eventually(w.t, dir, service+" is known to log to "+dir, func() bool {
		noted := w.record(service).LogDir == dir
		if !noted {
			_ = fifo.Send(unix.AT_FDCWD, filepath.Join(w.scan, service, "supervise/control"), []byte("\n"), 0) // nobody may be there yet
		}
		return noted
	})
}

// TestLogDir: the log of any logger is found while it runs, when it is down, by
// who is not root, after supervise and the tree were ended in order, and when it
// was moved.
func TestLogDir(t *testing.T) {
	t.Parallel()
	for _, l := range loggers {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			if l.peer != "" {
				needPeer(t, l.peer)
			}
			w := plant(t)
			dir := w.logsTo("web", l.line)
			said := ask("svctl logs web", `^\S+ +I am web$`)
			w.serve()
			w.notes("web/log", dir)
			w.run(said)
			if os.Getuid() == 0 {
				w.run(ask("setpriv --reuid=65534 --regid=65534 --clear-groups svctl logs web", said.want))
			}
			w.run(answers("svctl down web web/log", `^web: down .*\nweb/log: down .*$`), said)
			w.killSupervise("web")
			w.run(said)
			w.ends()
			w.run(said)

			moved := filepath.Join(w.dir, "far/moved")
			w.must(os.Mkdir(moved, 0o755))
			w.put("web/log/where", moved+"\n")
			w.serve()
			w.notes("web/log", moved)
			w.run(said)
			w.ends()
			if r := w.record("web"); r.LogDir != "" {
				t.Errorf("a service is said to log to %q itself", r.LogDir)
			}
		})
	}
}

// TestLogDirAdopted: what a logger did while there was no supervise is seen by
// the next one. The logger itself ends at no time.
func TestLogDirAdopted(t *testing.T) {
	t.Parallel()
	w := plant(t)
	before, after := filepath.Join(w.dir, "a"), filepath.Join(w.dir, "b")
	for _, dir := range []string{before, after} {
		w.must(os.Mkdir(dir, 0o755))
	}
	w.put("web/run", sleeper)
	w.put("web/log/run", fmt.Sprintf("#!/bin/sh\ntrap 'exec 5>%s/current' USR1\nexec 5>%s/current\necho ready >ready\nwhile :; do sleep 0.1; done\n", after, before))
	w.serve()
	logger := w.reaches("web/log", status.Up)
	w.notes("web/log", before)
	w.run(ask("kill -USR1 "+fmt.Sprint(logger.PID)+"; readlink /proc/"+fmt.Sprint(logger.PID)+"/fd/5", "^"+after+"/current$"))
	w.killSupervise("web")
	w.notes("web/log", after)
	w.unaffected("web/log", logger.PID)
	w.ends()
}

// TestNoLogDir: a logger that keeps no log is named, to everybody, and what the
// one before it kept is forgotten.
func TestNoLogDir(t *testing.T) {
	t.Parallel()
	w := plant(t)
	dir := w.logsTo("web", "exec svlog t $LOG")
	w.serve()
	w.notes("web/log", dir)
	w.put("web/log/run", "#!/bin/sh\nexec logger --udp --server 127.0.0.1\n")
	w.run(answers("svctl restart web/log", `^web/log: up `))
	w.becomes(w.record("web/log").PID, "logger")
	named := refuses("svctl logs web", 1, `^svctl: fatal: unable to find the log of web: its logger is logger --udp --server 127.0.0.1 \(pid \d+\), which keeps no directory$`)
	w.run(named)
	if os.Getuid() == 0 {
		w.run(refuses("setpriv --reuid=65534 --regid=65534 --clear-groups svctl logs web", 1, named.want))
	}
	w.ends()
}

// TestLogDirLate: a logger that opens its log late is looked at once more, at
// the latest when it is told to end.
func TestLogDirLate(t *testing.T) {
	t.Parallel()
	w := plant(t)
	dir := w.logsTo("web", "until test -e go; do sleep 0.05; done\nexec svlog t $LOG")
	w.serve()
	w.reaches("web/log", status.Up)
	<-time.After(6 * time.Second) // more than supervise leaves it
	w.put("web/log/go", "")
	eventually(t, dir, "the log is open", func() bool {
		_, err := os.Stat(filepath.Join(dir, "current"))
		return err == nil
	})
	w.run(answers("svctl down web web/log", `^web: down .*\nweb/log: down .*$`))
	w.notes("web/log", dir)
	w.run(ask("svctl logs web", `^\S+ I am web$`))
	w.ends()
}
