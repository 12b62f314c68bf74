package svscan

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestFullStderr(t *testing.T) {
	t.Parallel()
	tr := plant(t)
	tr.errSize = 4096
	const many = 40
	for i := range many {
		tr.link("bad"+strconv.Itoa(i)+strings.Repeat("x", 150), "exit111")
	}
	tr.boot("svscan", tr.scan)
	tr.quiet(300 * time.Millisecond)
	tr.link("good")
	tr.expect("supervise good")
	started := map[string]string{}
	for i := range many { // what was said of the first start is said when there is another
		record := tr.scan + "/.svscan/running/bad" + strconv.Itoa(i) + strings.Repeat("x", 150)
		again := tr.await(func() bool {
			text, _ := os.ReadFile(record) // not yet
			pid, _, _ := strings.Cut(string(text), " ")
			if started[record] == "" {
				started[record] = pid
			}
			return pid != "" && pid != started[record]
		})
		if !again {
			t.Fatalf("%s was started once", record)
		}
	}
	said, lost := 0, 0
	for said+lost < many {
		tr.must(tr.errFile.SetReadDeadline(time.Now().Add(patient)))
		line, err := tr.err.ReadString('\n')
		tr.must(err)
		if count, ok := strings.CutPrefix(line, "lost "); ok {
			n, err := strconv.Atoi(strings.TrimSuffix(count, " messages\n"))
			tr.must(err)
			lost += n
			continue
		}
		said++
	}
	if lost == 0 || said+lost < many { // more where a start took so long that the next one was due
		t.Errorf("%d messages came and %d were lost, want %d together", said, lost, many)
	}
}

// TestDescriptors has too few of them: some services wait, and start when
// others have gone.
func TestDescriptors(t *testing.T) {
	t.Parallel()
	tr := plant(t)
	const many = 12
	for i := range many {
		tr.link("s"+strconv.Itoa(i), "log/run")
	}
	tr.cmd = exec.Command("sh", "-c", `ulimit -n 24; exec "$0" "$1"`, tr.top+"/bin/svscan", tr.scan)
	tr.start()
	tr.warned(": too many open files, trying again in 1 second\n")
	started := map[string]bool{}
	stopped := 0
	for len(started) < many || stopped < many {
		verb, name, _ := strings.Cut(tr.line(), " ")
		if verb == "stop" {
			stopped++
			continue
		}
		name, _, _ = strings.Cut(name, " ")
		started[name] = true
		tr.unlink(name)
	}
	tr.signal(syscall.SIGTERM)
	tr.exits(0)
}

// TestNoInotify needs user namespaces, for limits of its own.
func TestNoInotify(t *testing.T) {
	for _, c := range []struct {
		what, limit, reason string
	}{
		{"instances", "max_inotify_instances", "too many open files"},
		{"watches", "max_inotify_watches", "no space left on device"},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			script := "echo 0 >/proc/sys/user/" + c.limit + " && "
			if exec.Command("unshare", "-Ur", "sh", "-c", script+":").Run() != nil {
				t.Skip("unable to set a limit in a user namespace")
			}
			tr := plant(t)
			tr.cmd = exec.Command("unshare", "-Ur", "sh", "-c", script+`exec "$0" "$1"`, tr.top+"/bin/svscan", tr.scan)
			tr.link("first")
			tr.start()
			tr.warned("svscan: warning: unable to watch " + tr.scan + ": " + c.reason + ", changes are seen at HUP and ALRM only\n")
			tr.expect("supervise first")
			tr.link("a")
			tr.quiet(50 * time.Millisecond)
			tr.signal(syscall.SIGALRM)
			tr.expectAny("letters first L", "supervise a")
			tr.unlink("a")
			tr.signal(syscall.SIGHUP)
			tr.expectAny("letters first L", "letters a L")
			tr.expect("stop a")
			tr.signal(syscall.SIGTERM)
			tr.expect("stop first")
			tr.exits(0)
			tr.silent()
		})
	}
}
