package s6log

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/svdir/svdir/tests/need"
)

// itsPrograms is a PATH in which a processor finds ifelse and the like. Neither
// s6-log nor we put that there.
const itsPrograms = "PATH=" + debianPath + ":/usr/bin:/bin"

// TestExecline: with processors of execline, both make the same files line by line.
func TestExecline(t *testing.T) {
	t.Parallel()
	need.Peer(t, "execlineb")
	for _, script := range []string{
		"-b s4096 n100 !cat ./log",
		"-b s4096 n100 !tr_a-z_A-Z ./log",
		`-b s4096 n100 !tr_"_"_- ./log`,
		"-b s4096 n100 !pipeline_{_tr_a-z_A-Z_}_cat ./log",
		"-b s4096 n100 ./other !foreground_{_cat_}_foreground_{_fdmove_0_4_fdmove_1_5_cat_}_fdmove_1_5_echo_x ./log",
		"-b s4096 n2 S3000 !head_-c_1000 ./log",
		"-b s4096 n100 !true ./log",
		"-b s4096 n100 !cat ! ./log",
		"-b s4096 n100 !tr_a-z_A-Z ./log s8000 ./other",
		"-b s4096 n100 !tr_a-z_A-Z ./log ! ./other",
		"-b s4096 n100 ?tr_a-z_A-Z !cat ./log",
		"-b s4096 n100 !tr_a-z_A-Z ./log ?cat ./other",
		"-b s4096 n100 !cat ?tr_a-z_A-Z ./log",
		"-b s4096 n100 r50 !ifelse_{_test_-e_twice_}_{_cat_}_foreground_{_touch_twice_}_exit_1 ./log",
		"-qb -- s4096 n100 r50 !ifelse_{_test_-e_twice_}_{_cat_}_foreground_{_touch_twice_}_exit_1 ./log",
		`-b s4096 n100 r50 !sh_-c_"test_-e_twice||{_>twice;kill_-9_$$;};cat" ./log`,
		"-b s4096 n100 !pipeline_{_env_}_grep_^TZ ./log",
	} {
		rotates(t, script, "/usr/bin/env", itsPrograms)
	}
}

// TestExeclineFails: a processor that is no program, or no execline, or fails each
// time, is tried again and again, with the same words, and lines are written
// meanwhile.
func TestExeclineFails(t *testing.T) {
	t.Parallel()
	need.Peer(t, "execlineb")
	for _, command := range []string{"exit 3", "nosuch", "cat {", `cat "`, "}", "/", "sh -c \"kill -9 $$\""} {
		var got [2]did
		for i, program := range both(t) {
			got[i] = failing(t, "!"+command, program)
		}
		compare(t, command, got)
	}
}

// TestNoExecline: what is said where there is no execlineb.
func TestNoExecline(t *testing.T) {
	t.Parallel()
	var got [2]did
	for i, program := range both(t) {
		got[i] = failing(t, "!cat", "/usr/bin/env", "PATH=/nonexistent", without(t, program))
	}
	compare(t, "no execlineb", got)
}

// without is a copy of a program that looks for execlineb where nothing is. Who
// writes it is no child of ours when others are started: these would have it open,
// and what is open for writing cannot be executed.
func without(t *testing.T, program string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "s6-log")
	nowhere := debianPath[:len(debianPath)-3] + "non"
	line := `LC_ALL=C sed "s,$2,$3,g" <"$0" >"$1" && chmod 755 "$1" && grep -q "$3" "$1"`
	if out, err := exec.Command("/bin/sh", "-c", line, program, file, debianPath, nowhere).CombinedOutput(); err != nil {
		t.Fatalf("no copy of %s: %v\n%s", program, err, out)
	}
	return file
}

// failing is what is said, the first two times, and made by a logger whose processor
// fails.
func failing(t *testing.T, processor string, program ...string) did {
	t.Helper()
	dir := t.TempDir()
	r := start(t, dir, append(program, processor, "r100", "./log")...)
	r.say(t, "a\n")
	current := filepath.Join(dir, "log/current")
	eventually(t, "the line is written", func() bool {
		text, err := os.ReadFile(current)
		return err == nil && string(text) == "a\n"
	})
	must(t, r.Process.Signal(syscall.SIGALRM))
	const failed = "s6-log: warning: processor "
	eventually(t, "it is tried twice", func() bool { return strings.Count(read(t, r.err), failed) >= 2 })
	r.say(t, "b\n")
	eventually(t, "lines are written meanwhile", func() bool {
		return len(contents(t, filepath.Join(dir, "log"))) == 2
	})
	said, twice := "", 0
	for line := range strings.Lines(same(read(t, r.err))) {
		if twice < 2 {
			said += line
		}
		if strings.HasPrefix(line, failed) {
			twice++
		}
	}
	return did{err: said, tree: tree(t, dir)}
}

// TestExeclineFound: where s6-log has no execlineb, one in PATH is taken.
func TestExeclineFound(t *testing.T) {
	t.Parallel()
	dir, bin := t.TempDir(), t.TempDir()
	write(t, filepath.Join(bin, "execlineb"), "#!/bin/sh\necho \"$# $1 $2\" >&5\nexec tr a-z A-Z\n", 0o755)
	l := start(t, dir, "/usr/bin/env", "PATH="+bin+":/usr/bin:/bin", without(t, ours(t)), "!tr a b", "s4096", "l0", "./log")
	_, err := l.in.WriteString(numbered(0, 300))
	must(t, err)
	must(t, l.in.Close())
	if code := l.ends(t); code != 0 {
		t.Fatalf("exit code %d: %s", code, read(t, l.err))
	}
	all := contents(t, filepath.Join(dir, "log"))
	last := len(all) - 1
	if got, want := strings.Join(all[:last], "")+strings.ToUpper(all[last]), strings.ToUpper(numbered(0, 300)); got != want {
		t.Errorf("got %q; want %q", got, want)
	}
	if got, want := read(t, filepath.Join(dir, "log/state")), "2 -Pc tr a b\n"; got != want {
		t.Errorf("state: got %q; want %q", got, want)
	}
}
