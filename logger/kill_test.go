package logger

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/svdir/svdir/tests/need"
)

// processorState counts in state how often it ran, and adds nothing to what it
// reads.
const processorState = `!cat; read n <&4; echo $((n+1)) >&5`

// deaths are the places in which TestKilledInRotation kills svlog: every change
// that a takeover and a rotation make, and what goes on between.
var deaths = []struct{ call, name, how string }{
	// The takeover of an empty directory.
	{"flock", "", ``},
	{"newfstatat", "current", ``},
	{"newfstatat", "processed", ``},
	{"unlinkat", "state", ``},
	{"unlinkat", "newstate", ``},
	{"unlinkat", "processed", ``},
	{"openat", "state", `O_WRONLY\|O_CREAT\|O_TRUNC`},
	{"openat", "current", ``},
	{"fchmod", "", ``},
	// A rotation.
	{"fsync", "", ``},
	{"renameat", "current", ``},
	{"fchmodat", "previous", `0744`},
	{"openat", "previous", ``},
	{"openat", "processed", `O_WRONLY\|O_CREAT\|O_TRUNC`},
	{"openat", "state", `O_RDONLY`},
	{"openat", "newstate", `O_WRONLY\|O_CREAT\|O_TRUNC`},
	{"clone", "", ``},
	{"wait4", "", ``},
	{"openat", "processed", `O_WRONLY\|O_CREAT\|O_APPEND`},
	{"fchmodat", "processed", `0744`},
	{"openat", "newstate", `O_WRONLY\|O_CREAT\|O_APPEND`},
	{"unlinkat", "previous", ``},
	{"renameat", "newstate", ``},
	{"linkat", "processed", ``},
	{"getdents64", "", ``},
	// Between rotations, and at the end.
	{"tee", "", ``},
	{"write", "", `line`},
	{"readv", "", ``},
	{"fchmodat", "current", `0744`},
	// The record.
	{"pread64", "", ``},
	{"pwrite64", "", ``},
}

// TestKilledInRotation kills svlog as it enters a system call, at each of these
// places, while rotations with a processor go on, and has svlog or multilog
// take over. In the end every line is there, once.
//
// strace counts the calls of each thread, and Go changes threads as it likes:
// so it tries until it has hit the place.
func TestKilledInRotation(t *testing.T) {
	t.Parallel()
	need.Peer(t, "strace")
	for _, death := range deaths {
		t.Run(death.call+" "+death.name+" "+death.how, func(t *testing.T) {
			t.Parallel()
			place := regexp.MustCompile(`^` + death.call + `\(.*` + death.name + `.*` + death.how)
			hit := false
			for try := 0; try < 6 || !hit && try < 200; try++ {
				// Only svlog knows what has been written of that which is in the
				// pipe.
				heir := "svlog"
				if try%2 == 1 && death.call != "readv" {
					heir = "multilog"
				}
				hit = place.MatchString(killedAt(t, death.call, death.name, 1+try%6, heir)) || hit
				if t.Failed() {
					return
				}
			}
			if !hit {
				t.Error("never died there")
			}
		})
	}
}

// killedAt runs svlog until the nth call of a thread that names the file, if
// that is not empty, and then its heir. It says where svlog died, if it did.
func killedAt(t *testing.T, call, name string, n int, heir string) (where string) {
	t.Helper()
	dir := t.TempDir()
	const count = 200
	r := filled(t, numbered(0, count))
	script := []string{"s4096", "n100", processorState, "./log"}
	if where = dies(t, dir, r, call, name, n, script...); where == "" {
		return ""
	}
	program := svlog(t)
	if heir != "svlog" {
		program = need.Peer(t, heir)
	}
	if !finishes(t, dir, r, program, script...) {
		t.Fatalf("%s was killed", program)
	}
	if got := strings.Join(contents(t, filepath.Join(dir, "log")), ""); got != numbered(0, count) {
		t.Errorf("killed at %s %d, %s: got %d lines; want %d, each once:\n%s", call, n, where, strings.Count(got, "\n"), count, got)
	}
	return where
}

// filled is a pipe that holds text, and then ends.
func filled(t *testing.T, text string) *os.File {
	t.Helper()
	r, w, err := os.Pipe()
	must(t, err)
	t.Cleanup(func() { _ = r.Close() }) // only read
	_, err = w.WriteString(text)
	must(t, err)
	must(t, w.Close())
	return r
}

// dies runs svlog until the nth call of a thread that names the file, if that
// is not empty. It says where svlog died, if it did.
func dies(t *testing.T, dir string, input *os.File, call, name string, n int, script ...string) (where string) {
	t.Helper()
	args := killing(dir, call, n)
	if name != "" {
		args = append(args, "-P", name)
	}
	if finishes(t, dir, input, args[0], append(append(args[1:], svlog(t)), script...)...) {
		return ""
	}
	return lastCall(t, filepath.Join(dir, "trace"))
}

// killing is a strace that kills what follows at the nth call of a thread.
func killing(dir, call string, n int) []string {
	return []string{"strace", "-f", "-b", "execve", "-o", filepath.Join(dir, "trace"), "-e", "trace=" + call,
		"-e", "inject=" + call + ":signal=KILL:when=" + strconv.Itoa(n)}
}

// finishes runs a logger in dir until the end of its input, and says whether it
// came there or was killed.
func finishes(t *testing.T, dir string, input *os.File, program string, args ...string) bool {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Stdin = dir, input
	return lives(t, cmd)
}

// lives runs a logger, and says whether it came to the end of its input or was
// killed.
func lives(t *testing.T, cmd *exec.Cmd) bool {
	t.Helper()
	// So that it has no reason to execute itself again, from where strace would
	// not follow it.
	cmd.Env = append(cmd.Environ(), "GOMAXPROCS=1", "SV_GOMAXPROCS=", "SV_UNMASKED=1")
	said, err := cmd.CombinedOutput()
	switch ended := cmd.ProcessState.Sys().(syscall.WaitStatus); {
	case ended.Signal() == syscall.SIGKILL:
		return false
	case err != nil:
		t.Fatalf("%s: %v: %s", cmd.Path, err, said)
	}
	return true
}

// lastCall is the system call that was never made, put together from its parts
// where others came between.
func lastCall(t *testing.T, trace string) string {
	t.Helper()
	begun := map[string]string{}
	last := ""
	for line := range strings.Lines(read(t, trace)) {
		pid, call, _ := strings.Cut(strings.TrimSpace(line), " ")
		call = strings.TrimSpace(call)
		if start, ok := strings.CutSuffix(call, " <unfinished ...>"); ok {
			begun[pid] = start
			last = start
			continue
		}
		if strings.HasPrefix(call, "<... ") {
			call = begun[pid] + call[strings.Index(call, ">")+1:]
		}
		if strings.HasSuffix(call, "= ?") {
			last = call
		}
	}
	return last
}

// TestKilledProcessor: a processor that is killed, or fails, is run again.
func TestKilledProcessor(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := run(t, dir, numbered(0, 100), svlog(t), "s4096", "n10",
		`!if mkdir ../once 2>&-; then kill -9 $$; elif mkdir ../twice 2>&-; then exit 3; fi; cat; echo done >&5`, "./log")
	want := "svlog: warning: unable to process ./log/previous with !: killed by SIGKILL, trying again in 5 seconds\n" +
		"svlog: warning: unable to process ./log/previous with !: exit code 3, trying again in 5 seconds\n"
	got := regexp.MustCompile(`with .*: (killed|exit)`).ReplaceAllString(l.err, "with !: $1")
	if got != want || l.code != 0 {
		t.Errorf("got %q, exit code %d; want %q", got, l.code, want)
	}
	if got := strings.Join(contents(t, filepath.Join(dir, "log")), ""); got != numbered(0, 100) {
		t.Errorf("got %q; want each line once", got)
	}
	if got := read(t, filepath.Join(dir, "log/state")); got != "done\n" {
		t.Errorf("state: got %q; want done", got)
	}
}
