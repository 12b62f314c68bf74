package verb

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// logged makes a service with a log in its tree.
func logged(t *testing.T, text string) {
	t.Helper()
	dir := tree(t, "web/log/main")
	if err := os.WriteFile(filepath.Join(dir, "web/log/main/current"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestLogs(t *testing.T) {
	text := ""
	for n := range 30 {
		text += "line " + strconv.Itoa(n) + "\n"
	}
	logged(t, text)
	for _, tt := range []struct {
		line  string
		lines int
		code  int
		said  string
	}{
		{"logs web", 10, done, ""},
		{"logs web/log", 10, done, ""},
		{"logs -n 3 web", 3, done, ""},
		{"logs -n3 web", 3, done, ""},
		{"logs web -n 0", 0, done, ""},
		{"logs --lines=all web", 30, done, ""},
		{"logs --all", 10, done, ""},
		{"logs web nosuch", 10, notSupervised, "unable to find nosuch"},
		{"logs --grep=[37]$ web", 6, done, ""},
		{"logs --grep 7$ -n 2 web", 2, done, ""},
		{"logs --since=1d web", 0, done, "unable to tell the times of web"},
		{"logs --stderr web", 0, done, "unable to tell the streams of web"},
		{"logs --since=noon web", 0, wrongUse, "not a time: noon (write 10m"},
		{"logs --grep=( web", 0, wrongUse, "not a regular expression: missing closing )"},
		{"logs --stdout --stderr web", 0, wrongUse, "--stdout and --stderr exclude each other"},
		{"logs -f --until=now web", 0, wrongUse, "--follow and --until exclude each other"},
		{"logs -n -1 web", 0, wrongUse, "not a number of lines: -1 (write a number, or all)"},
		{"logs", 0, wrongUse, "logs needs a name"},
		{"status -f", 0, wrongUse, "no option -f here"},
	} {
		code, out, said := invoke(tt.line)
		if n := strings.Count(out, "\n"); code != tt.code || n != tt.lines || !strings.Contains(said, tt.said) || (tt.said == "") != (said == "") {
			t.Errorf("svctl %s: exit %d, %d lines, %s; want %d, %d, … %s …", tt.line, code, n, said, tt.code, tt.lines, tt.said)
		}
		if code == done && !strings.Contains(tt.line, "grep") && !strings.HasSuffix(text, out) {
			t.Errorf("svctl %s: %q", tt.line, out)
		}
	}
}

// Of a logger of several services each line is shown once, with its service.
func TestLogsShared(t *testing.T) {
	dir := tree(t, "web", "db", "all/main")
	for file, text := range map[string]string{
		"web/producer-for": "all\n", "db/producer-for": "all\n", "all/consumer-for": "web\ndb\n",
		"all/main/current": "web: one\ndb: two\nweb: three\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for line, want := range map[string]string{
		"logs web":            "web: one\nweb: three\n",
		"logs -n 1 web":       "web: three\n",
		"logs --stdout db":    "db: two\n",
		"logs all":            "web: one\ndb: two\nweb: three\n",
		"logs --json web":     `{"service":"web","time":null,"stream":"stdout","line":"one"}` + "\n" + `{"service":"web","time":null,"stream":"stdout","line":"three"}` + "\n",
		"logs web all":        "all: web: one\nall: db: two\nall: web: three\n",
		"logs --all --grep=e": "all: web: one\nall: web: three\n",
	} {
		if code, out, said := invoke(line); code != done || out != want || said != "" {
			t.Errorf("svctl %s: exit %d, %q, %s; want %q", line, code, out, said, want)
		}
	}
}

// On a terminal lines are made fit for it.
func TestLogsOnTerminal(t *testing.T) {
	logged(t, "@400000006b0173c71945cb94 a\x1b[2Jb\n")
	ours, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	if err := unix.IoctlSetPointerInt(int(ours.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(ours.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	cmd := exec.Command("/proc/self/exe", "logs", "web")
	cmd.Env = append(os.Environ(), actAs+"=1", "TZ=UTC", "NO_COLOR=", "TERM=xterm")
	cmd.Stdout = theirs
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 4096)
	n, err = ours.Read(buf)
	if want := "\x1b[2m2026-11-21 10:34:37.424004\x1b[0m a\\x1b[2Jb\r\n"; err != nil || string(buf[:n]) != want {
		t.Errorf("got %q, %v; want %q", buf[:n], err, want)
	}
}

// It follows until a signal ends it, and when nobody reads it any more.
func TestLogsFollow(t *testing.T) {
	logged(t, "a\n")
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, 0} {
		out, in, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		var said bytes.Buffer
		cmd := exec.Command("/proc/self/exe", "logs", "-f", "web")
		cmd.Env = append(os.Environ(), actAs+"=1")
		cmd.Stdout, cmd.Stderr = in, &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		_ = in.Close() // it is the child's
		stuck := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() })
		buf := make([]byte, 16)
		if n, err := out.Read(buf); err != nil || string(buf[:n]) != "a\n" {
			t.Errorf("got %q, %v", buf[:n], err)
		}
		if sig == 0 {
			_ = out.Close() // only read
		} else if err := cmd.Process.Signal(sig); err != nil {
			t.Error(err)
		}
		err = cmd.Wait()
		stuck.Stop()
		var exit *exec.ExitError
		switch {
		case sig == 0 && err == nil, errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == sig:
		default:
			t.Errorf("%v: ended with %v, %s", sig, err, said.String())
		}
		_ = out.Close() // once more: only read
	}
}
