package svlogd

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/tests/need"
)

// living is a svlogd that reads from a pipe.
type living struct {
	*exec.Cmd
	dir  string
	in   *os.File // its writing end
	part int      // how much of a line it was told may stay in the pipe
	said string   // the file with what it said
	gone chan struct{}
}

func start(t *testing.T, dir, program string, args ...string) *living {
	t.Helper()
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	return startOn(t, r, w, dir, program, args...)
}

// startOn starts one on a pipe that is there.
func startOn(t *testing.T, r, w *os.File, dir, program string, args ...string) *living {
	t.Helper()
	l := &living{dir: dir, in: w, said: filepath.Join(t.TempDir(), "said"), gone: make(chan struct{})}
	said, err := os.Create(l.said)
	must(t, err)
	defer said.Close()
	l.Cmd = &exec.Cmd{Path: program, Args: append([]string{"svlogd"}, args...), Dir: dir, Stdin: r, Stderr: said}
	must(t, l.Start())
	go func() {
		_ = l.Wait() // how it ended is in the state
		close(l.gone)
	}()
	t.Cleanup(func() {
		_ = l.Process.Kill() // it has ended, unless the test failed
		<-l.gone
		_ = w.Close() // the test may have
	})
	return l
}

// say writes text, and waits until the end of it is in log.
func (l *living) say(t *testing.T, text string) {
	t.Helper()
	_, err := io.WriteString(l.in, text)
	must(t, err)
	if end := strings.LastIndexByte(text, '\n') + 1; end > 0 {
		l.part = -end
	}
	l.part += len(text)
	l.eventually(t, "the lines are there", func() bool {
		n, err := unix.IoctlGetInt(int(l.in.Fd()), unix.TIOCINQ)
		last := text[strings.LastIndexByte(strings.TrimSuffix(text, "\n"), '\n')+1:]
		return err == nil && n <= l.part && (!strings.HasSuffix(text, "\n") || strings.Contains(content(t, filepath.Join(l.dir, "log")), last))
	})
}

func (l *living) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	must(t, l.Process.Signal(s))
}

// hears waits until it has said so.
func (l *living) hears(t *testing.T, text string) {
	t.Helper()
	l.eventually(t, text, func() bool {
		said, err := os.ReadFile(l.said)
		return err == nil && strings.Contains(string(said), text)
	})
}

// ends waits for the end, and is what it did.
func (l *living) ends(t *testing.T) string {
	t.Helper()
	l.eventually(t, "its end", func() bool {
		select {
		case <-l.gone:
			return true
		default:
			return false
		}
	})
	said, err := os.ReadFile(l.said)
	must(t, err)
	return story(t, l.dir, string(said), l.ProcessState.ExitCode())
}

// eventually waits until done. It wakes runit's svlogd now and then, which misses
// a signal that comes just before it waits; ours must not need that.
func (l *living) eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !done(); {
		if time.Now().After(deadline) {
			t.Fatalf("%q: %s: not within %v", l.Args, what, patience)
		}
		<-time.After(5 * time.Millisecond)
		if l.Path != ours(t) {
			_ = l.Process.Signal(syscall.SIGCHLD) // it may have ended
		}
	}
}

// signals are what is done to svlogd.
var signals = map[string]func(t *testing.T, l *living){
	"term": func(t *testing.T, l *living) {
		l.say(t, "one\n")
		l.signal(t, syscall.SIGTERM)
	},
	"alrm": func(t *testing.T, l *living) {
		for _, text := range []string{"one\n", "two\n"} {
			l.say(t, text)
			l.signal(t, syscall.SIGALRM)
			l.hears(t, "rename: log/current @")
		}
		l.eventually(t, "two rotations", func() bool { return len(old(t, filepath.Join(l.dir, "log"))) == 3 })
		must(t, l.in.Close())
	},
	"alrm-empty": func(t *testing.T, l *living) {
		l.signal(t, syscall.SIGALRM)
		l.hears(t, "sigalarm received.")
		must(t, l.in.Close())
	},
	"hup": func(t *testing.T, l *living) {
		l.say(t, "one\n")
		tree{"log/config": "ptwo: \n", "late/": ""}.plant(t, l.dir)
		l.signal(t, syscall.SIGHUP)
		l.hears(t, "append: log/current")
		l.say(t, "more\n")
		must(t, l.in.Close())
	},
	"hup-gone": func(t *testing.T, l *living) {
		l.say(t, "one\n")
		must(t, os.Rename(filepath.Join(l.dir, "log"), filepath.Join(l.dir, "gone")))
		l.signal(t, syscall.SIGHUP)
	},
	"age": func(t *testing.T, l *living) {
		tree{"log/config": "t1\n"}.plant(t, l.dir)
		l.signal(t, syscall.SIGHUP)
		l.hears(t, "append: log/current")
		_, err := io.WriteString(l.in, "one\n")
		must(t, err)
		l.eventually(t, "a rotation", func() bool { return len(old(t, filepath.Join(l.dir, "log"))) == 2 })
		must(t, l.in.Close())
	},
}

// TestSignals: the same signals at the same moments do the same.
func TestSignals(t *testing.T) {
	t.Parallel()
	for name, act := range signals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got [2]string
			for i, program := range []string{ours(t), need.Peer(t, "svlogd")} {
				dir := t.TempDir()
				tree{"log/": ""}.plant(t, dir)
				l := start(t, dir, program, "-v", "log", "late")
				l.hears(t, "unable to open log directory: late")
				l.hears(t, "new: log/current")
				act(t, l)
				got[i] = l.ends(t)
			}
			if got[0] != got[1] {
				t.Errorf("got %s\nwant %s", got[0], got[1])
			}
		})
	}
}

// TestTakeOver: each goes on where the other was ended, by TERM or by KILL.
func TestTakeOver(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tree{"log/config": "s4096\nn1000\n"}.plant(t, dir)
	next := 0
	for round := range 8 {
		program, how := []string{ours(t), need.Peer(t, "svlogd")}[round%2], round/2%2
		l := start(t, dir, program, "log")
		l.say(t, numbered(next, 150+round))
		next += 150 + round
		if how == 0 {
			l.signal(t, syscall.SIGTERM)
			must(t, l.in.Close())
			l.ends(t)
			continue
		}
		must(t, l.Process.Kill())
		<-l.gone
	}
	for _, program := range []string{need.Peer(t, "svlogd"), ours(t)} {
		runs(t, dir, numbered(next, 1), program, "log")
		next++
	}
	if got := content(t, filepath.Join(dir, "log")); got != numbered(0, next) {
		t.Errorf("got %d lines; want %d, each once, in order", strings.Count(got, "\n"), next)
	}
}

// TestLocked: a directory has one logger, whichever comes first.
func TestLocked(t *testing.T) {
	t.Parallel()
	both := []string{ours(t), need.Peer(t, "svlogd")}
	for i, first := range both {
		dir := t.TempDir()
		tree{"log/": ""}.plant(t, dir)
		start(t, dir, first, "log").say(t, "one\n")
		want := "exit code 111\nsaid:\nsvlogd: warning: unable to lock directory: log: temporary failure\nsvlogd: fatal: no functional log directories.\n"
		if got := runs(t, dir, "two\n", both[1-i], "log"); !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %s; want %s", first, got, want)
		}
	}
}

// The rest is what we do not do as svlogd does.

// TestLastLine: a line without newline, and one that ends after TERM, are kept.
func TestLastLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tree{"log/": ""}.plant(t, dir)
	runs(t, dir, "one\nno newline", ours(t), "log")
	l := start(t, dir, ours(t), "-v", "log")
	l.say(t, "two\nthr")
	l.rests(t)
	l.signal(t, syscall.SIGTERM)
	l.hears(t, "sigterm")
	_, err := io.WriteString(l.in, "ee\nleft")
	must(t, err)
	l.ends(t)
	if got, want := content(t, filepath.Join(dir, "log")), "one\nno newline\ntwo\nthree\n"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

// TestKeep: a smaller n holds after the next rotation.
func TestKeep(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := tree{"log/config": "s2000\nn3\n"}
	for i := range 20 {
		files[fmt.Sprintf("log/@400000006b0173c82bc418%02d.%c", i, "su"[i%2])] = "old"
	}
	files.plant(t, dir)
	runs(t, dir, numbered(0, 50), ours(t), "log")
	if got := len(old(t, filepath.Join(dir, "log"))); got != 4 {
		t.Errorf("got %d files; want 3 and current", got)
	}
}

// TestLeftover: what a killed logger has left for its processor is processed,
// and a processor that fails is tried again.
func TestLeftover(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const a, b = "log/@400000006b0173c82bc4180c", "log/@400000006b0173c82d85118c"
	tree{"log/config": "!echo x >>tries; test $(wc -l <tries) -gt 1 && tr a-z A-Z\n", a + ".u": "one\n", a + ".t": "half", b + ".u": "two\n"}.plant(t, dir)
	runs(t, dir, "three\n", ours(t), "log")
	if got, want := content(t, filepath.Join(dir, "log")), "ONE\nTWO\nthree\n"; got != want {
		t.Errorf("got %q in %q; want %q", got, old(t, filepath.Join(dir, "log")), want)
	}
}

// TestFailing: TERM ends us though the processor fails; its file is left.
func TestFailing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tree{"log/config": "!exit 1\n"}.plant(t, dir)
	l := start(t, dir, ours(t), "log")
	l.say(t, "one\n")
	l.signal(t, syscall.SIGALRM)
	l.hears(t, "processor failed, restart: log")
	l.signal(t, syscall.SIGTERM)
	l.ends(t)
	if names := old(t, filepath.Join(dir, "log")); len(names) != 2 || !strings.HasSuffix(names[0], ".u") {
		t.Errorf("got %q; want one .u", names)
	}
}

// TestFlags: the pipe, which others share, stays as it is.
func TestFlags(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	dir := t.TempDir()
	tree{"log/": ""}.plant(t, dir)
	cmd := &exec.Cmd{Path: ours(t), Args: []string{"svlogd", "log"}, Dir: dir}
	fd := int(r.Fd()) // which makes it blocking
	cmd.Stdin = r
	must(t, cmd.Start())
	_, err = io.WriteString(w, "one\n")
	must(t, err)
	must(t, w.Close())
	must(t, cmd.Wait())
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	if err != nil || flags&unix.O_NONBLOCK != 0 {
		t.Errorf("got flags %#o, %v; want none", flags, err)
	}
}
