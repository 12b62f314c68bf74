package diag

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/tests/need"
)

// asked is what a test wants of this program instead of the tests.
const asked = "DIAG_TEST"

// settled is what a program finds after Settle.
type settled struct {
	Args     []string
	Given    []string          // the environment that Settle returned
	Own      []string          // the one that it runs with
	Status   map[string]string // /proc/self/status
	Comm     string
	Inherits []int // descriptors that its children would inherit
	Input    string
}

func TestMain(m *testing.M) {
	switch os.Getenv(asked) {
	case "":
		os.Exit(m.Run())
	case "settle":
		report(Settle())
	case "stay":
		Settle()
		_ = syscall.Pause() // it ends by a signal
	case "no-input":
		given := Settle()
		NoInput()
		report(given)
	case "fatal":
		Fatal("supervise web", "unable to acquire web/supervise/lock: temporary failure")
	case "usage":
		BadUsage("runsv", "runsv dir", No)
	}
}

// report prints what this process is now.
func report(given []string) {
	s := settled{Args: os.Args, Given: given, Own: os.Environ(), Status: map[string]string{}}
	text, err := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(line, ":")
		s.Status[key] = strings.TrimSpace(value)
	}
	comm, err2 := os.ReadFile("/proc/self/comm")
	s.Comm = strings.TrimSpace(string(comm))
	s.Input, _ = os.Readlink("/proc/self/fd/0") // empty where it is closed
	for fd := 3; fd < 1024; fd++ {
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil && flags&unix.FD_CLOEXEC == 0 {
			s.Inherits = append(s.Inherits, fd)
		}
	}
	if err != nil || err2 != nil || json.NewEncoder(os.Stdout).Encode(s) != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

// run runs this program to do what is asked, by the command line words, in
// which SELF is its path.
func run(t *testing.T, what string, env []string, words ...string) settled {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range words {
		words[i] = strings.ReplaceAll(w, "SELF", self)
	}
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Env = append(slices.Clone(env), asked+"="+what)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	var s settled
	if err == nil {
		err = json.Unmarshal(out, &s)
	}
	if err != nil {
		t.Fatalf("%v: %v: %q", words, err, out)
	}
	return s
}

// has says whether sig is in a set of /proc/PID/status.
func (s settled) has(t *testing.T, set string, sig syscall.Signal) bool {
	t.Helper()
	mask, err := strconv.ParseUint(s.Status[set], 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	return mask&(1<<(sig-1)) != 0
}

func TestSettleGivesDefaults(t *testing.T) {
	t.Parallel()
	if err := exec.Command("env", "--block-signal=USR1", "--ignore-signal=INT", "true").Run(); err != nil {
		need.Missing(t, "an env that sets signals")
	}
	path := "PATH=" + os.Getenv("PATH")
	// Also where nothing but the signals asks for another exec.
	for _, env := range [][]string{{path}, {path, "GOMAXPROCS=1", "SV_GOMAXPROCS="}} {
		s := run(t, "settle", env,
			"env", "--block-signal=TERM,USR1", "--ignore-signal=INT,TERM,HUP,USR2", "SELF", "one", "two words", "")
		if got := strings.Trim(s.Status["SigBlk"], "0"); got != "" {
			t.Errorf("%q: signals are blocked: %s", env, s.Status["SigBlk"])
		}
		for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGUSR2} {
			if s.has(t, "SigIgn", sig) {
				t.Errorf("%q: %v is still ignored", env, sig)
			}
		}
		if !s.has(t, "SigIgn", syscall.SIGHUP) {
			t.Errorf("%q: HUP is not ignored any more: svscan asks for that", env)
		}
		if want := []string{"one", "two words", ""}; !slices.Equal(s.Args[1:], want) {
			t.Errorf("%q: got arguments %q; want %q", env, s.Args[1:], want)
		}
	}
}

func TestSettleProcessors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		env  []string
	}{
		{"unset", []string{"A=1"}},
		{"set", []string{"A=1", "GOMAXPROCS=3"}},
		{"near names", []string{"A=1", "GOMAXPROCSES=3", "XGOMAXPROCS=4"}},
		{"nothing else", nil},
		{"large", []string{"LARGE=" + strings.Repeat("x", 100000), "EMPTY=", "EQUALS==a=b"}},
		{"newline", []string{"LINES=a\nGOMAXPROCS=7\nb"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := run(t, "settle", c.env, "SELF")
			if !slices.Contains(s.Own, "GOMAXPROCS=1") {
				t.Error("runs without GOMAXPROCS=1")
			}
			want := append(slices.Clone(c.env), asked+"=settle")
			slices.Sort(want)
			slices.Sort(s.Given)
			if !slices.Equal(s.Given, want) {
				t.Errorf("got environment %.200q; want %.200q", s.Given, want)
			}
		})
	}
}

// A resident that another one starts, as svscan starts supervise, finds what
// that made for it, and still gives back what was there at first.
func TestSettleTwice(t *testing.T) {
	t.Parallel()
	for _, had := range []string{"", "5"} {
		s := run(t, "settle", []string{"GOMAXPROCS=1", "SV_GOMAXPROCS=" + had, "A=1"}, "SELF")
		want := []string{"A=1", asked + "=settle"}
		if had != "" {
			want = append(want, "GOMAXPROCS="+had)
		}
		slices.Sort(s.Given)
		if !slices.Equal(s.Given, want) {
			t.Errorf("had %q: got environment %q; want %q", had, s.Given, want)
		}
	}
}

// A TERM that comes while it executes itself again is not lost.
func TestSettleEndsOnTerm(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for range 300 {
		cmd := exec.Command(self)
		cmd.Env = []string{asked + "=stay"}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		<-time.After(rand.N(5 * time.Millisecond)) // nothing is waited for: this is the instant
		_ = cmd.Process.Signal(syscall.SIGTERM)    // it shows below
		stuck := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait() // how it ended is in the state
		stuck.Stop()
		if ended := cmd.ProcessState.Sys().(syscall.WaitStatus); ended.Signal() != syscall.SIGTERM {
			t.Fatalf("got %v; want an end by TERM", cmd.ProcessState)
		}
	}
}

// Its name is what it was called by, though it has executed /proc/self/exe.
func TestSettleName(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "s6-supervise")
	if err := os.Symlink(self, link); err != nil {
		t.Fatal(err)
	}
	if s := run(t, "settle", nil, link); s.Comm != "s6-supervise" || s.Args[0] != link {
		t.Errorf("got comm %q, argv[0] %q; want s6-supervise, %q", s.Comm, s.Args[0], link)
	}
}

// What was left open by accident goes no further.
func TestSettleDescriptors(t *testing.T) {
	t.Parallel()
	s := run(t, "settle", []string{"PATH=" + os.Getenv("PATH")}, "sh", "-c", `exec "$0" 5</dev/null 7</dev/null 0</dev/zero`, "SELF")
	if len(s.Inherits) != 0 {
		t.Errorf("children inherit %v; want none", s.Inherits)
	}
	if s.Input != "/dev/zero" {
		t.Errorf("standard input is %q; want /dev/zero", s.Input)
	}
	if s := run(t, "no-input", nil, "sh", "-c", `exec "$0" 0</dev/zero`, "SELF"); s.Input != "/dev/null" {
		t.Errorf("standard input is %q after NoInput; want /dev/null", s.Input)
	}
}

func TestEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what, said string
		code       int
	}{
		{"fatal", "supervise web: fatal: unable to acquire web/supervise/lock: temporary failure\n", 111},
		{"usage", "runsv: usage: runsv dir\n", 1},
	} {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(self)
		cmd.Env = []string{asked + "=" + c.what}
		said, _ := cmd.CombinedOutput() // its code says how it ended
		if code := cmd.ProcessState.ExitCode(); string(said) != c.said || code != c.code {
			t.Errorf("%s: got %q, exit code %d; want %q, %d", c.what, said, code, c.said, c.code)
		}
	}
}

func TestReason(t *testing.T) {
	for want, err := range map[string]error{
		"no such file or directory": &os.PathError{Op: "open", Path: "x", Err: unix.ENOENT},
		"permission denied":         fmt.Errorf("at %w", unix.EACCES),
		"something else":            fmt.Errorf("something else"),
	} {
		if got := Reason(err); got != want {
			t.Errorf("Reason(%v) is %q; want %q", err, got, want)
		}
	}
}
