package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/status"
)

// TestCleanStart: whatever svscan inherited, a service has default signals, an
// empty mask, standard input from /dev/null, no descriptor that it did not ask
// for, and a session of its own.
func TestCleanStart(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", sleeper)
	w.put("web/notification-fd", "4\n")
	w.put("web/log/run", "#!/bin/sh\nexec cat\n")
	w.serve("/bin/sh", "-c", `trap '' PIPE USR1 INT TERM; export GOMAXPROCS=7 PWD=/nowhere; exec env GOMAXPROCS=7 "$@" </etc/passwd 5</etc/passwd 9>&1`, "sh")
	web, log := w.reaches("web", status.Starting).PID, w.reaches("web/log", status.Up).PID
	for pid, program := range map[int]string{web: "sleep", log: "cat"} {
		w.becomes(pid, program)
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		w.must(err)
		for _, set := range []string{"SigBlk", "SigIgn", "SigCgt"} {
			if !regexp.MustCompile(set + `:\s0+\n`).Match(text) {
				t.Errorf("process %d: %s is not empty:\n%s", pid, set, text)
			}
		}
		if sid, err := unix.Getsid(pid); err != nil || sid != pid {
			t.Errorf("process %d: got session %d, %v; want its own", pid, sid, err)
		}
	}
	pipe, said := filepath.Join(w.scan, "web/supervise/log"), w.svscan.said
	for pid, want := range map[int]string{
		web: "0 /dev/null, 1 " + pipe + ", 2 " + said + ", 4 " + filepath.Join(w.scan, "web/supervise/ready"),
		log: "0 " + pipe + ", 1 " + said + ", 2 " + said,
	} {
		if got := descriptors(t, pid); got != want {
			t.Errorf("got descriptors %s; want %s", got, want)
		}
	}
	environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", web))
	w.must(err)
	got := "\x00" + string(environ)
	for _, want := range []string{"SV_NAME=web", "SV_SERVICE=" + w.scan + "/web", "SVDIR=" + w.scan, "GOMAXPROCS=7"} {
		if !strings.Contains(got, "\x00"+want+"\x00") {
			t.Errorf("got environment %q; want %s in it", got, want)
		}
	}
	if regexp.MustCompile(`\x00(SV_GOMAXPROCS|SV_SVSCAN|SV_INSTANCE)=`).MatchString(got) {
		t.Errorf("got environment %q; want nothing of ours in it", got)
	}
	w.ends()
}

// becomes waits until a process is a program, and waits itself: by then it has
// closed what it opened to begin.
func (w *tree) becomes(pid int, program string) {
	w.t.Helper()
	eventually(w.t, w.dir, fmt.Sprintf("%d is %s", pid, program), func() bool {
		state := processState(pid)
		comm, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid)) // asked again
		return string(comm) == program+"\n" && state == "S"
	})
}

// descriptors are those of a process, by number.
func descriptors(t *testing.T, pid int) string {
	t.Helper()
	links, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid)) // the pattern is good
	var all []string
	for _, link := range links {
		target, err := os.Readlink(link)
		if err != nil {
			t.Fatal(err)
		}
		target, _, _ = strings.Cut(target, ":") // a pipe's number
		all = append(all, filepath.Base(link)+" "+target)
	}
	return strings.Join(all, ", ")
}
