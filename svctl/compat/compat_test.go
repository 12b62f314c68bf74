package compat

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/logger/tai64n"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/tests/need"
)

// oursDir has this test program under every name: called so it is that client,
// a process of its own that may be anybody.
var oursDir string

func TestMain(m *testing.M) {
	if name := filepath.Base(os.Args[0]); !strings.HasSuffix(name, ".test") {
		code, known := Main(name, os.Args[1:])
		if !known {
			code = LSB(name, os.Args[1:])
		}
		os.Exit(code)
	}
	// runit's sv sleeps between its looks: many of them can do so at once.
	flag.Parse()
	if flag.Lookup("test.fuzz").Value.String() == "" {
		if err := flag.Set("test.parallel", "64"); err != nil {
			panic(err)
		}
	}
	os.Exit(withNames(m))
}

func withNames(m *testing.M) int {
	var err error
	if oursDir, err = os.MkdirTemp("", "compat"); err != nil {
		panic(err)
	}
	defer os.RemoveAll(oursDir)
	self, err := os.ReadFile("/proc/self/exe")
	if err == nil {
		err = errors.Join(os.Chmod(oursDir, 0o755), os.WriteFile(oursDir+"/self", self, 0o755))
	}
	if err != nil {
		panic(err)
	}
	return m.Run()
}

// result is what came of one call.
type result struct {
	out, err string
	code     int
	sent     string // the letters that the supervisor of the scene got
	live     bool   // real supervisors run in the scene
	after    string // what a live scene is like afterwards
}

// call is how a client is called.
type call struct {
	name   string
	args   []string
	env    []string
	nobody bool
}

// in runs the program at path as the call says, in the directory dir.
func (c call) in(path, dir string) (result, error) {
	var out, errs bytes.Buffer
	cmd := exec.Cmd{Path: path, Args: append([]string{c.name}, c.args...), Dir: dir, Stdout: &out, Stderr: &errs,
		Env: append([]string{"PATH=/usr/bin:/bin"}, c.env...)}
	if c.nobody {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	if err := cmd.Start(); err != nil {
		return result{}, err
	}
	stuck := time.AfterFunc(ample, func() { _ = cmd.Process.Kill() }) // the result tells
	defer stuck.Stop()
	_ = cmd.Wait() // ProcessState has it
	return result{out: out.String(), err: errs.String(), code: cmd.ProcessState.ExitCode()}, nil
}

// scene is a directory of services, some with this test as their supervisor.
type scene struct {
	t    testing.TB
	root string
	hear []listened // in the order in which they were made
	live bool
	// after says what matters of the scene when the client has ended.
	after func() string
}

// listened is a service whose control FIFO is read.
type listened struct {
	name string
	fd   int
}

func newScene(t testing.TB) *scene {
	t.Helper()
	root := t.TempDir()
	for _, dir := range []string{root, filepath.Dir(root)} {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return &scene{t: t, root: root}
}

func (s *scene) dir(name string) string {
	s.t.Helper()
	path := filepath.Join(s.root, name)
	if err := os.MkdirAll(path, 0o755); err != nil {
		s.t.Fatal(err)
	}
	return path
}

func (s *scene) file(name, text string, mode os.FileMode) {
	s.t.Helper()
	path := filepath.Join(s.root, name)
	s.dir(filepath.Dir(name))
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		s.t.Fatal(err)
	}
}

// script makes an executable. No child may be forked while it is open for
// writing: the child would hold it open, and nobody could execute it yet.
func (s *scene) script(name, text string) {
	s.t.Helper()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	s.file(name, "#!/bin/sh\n"+text+"\n", 0o755)
}

func (s *scene) mkfifo(name string) {
	s.t.Helper()
	if err := unix.Mkfifo(filepath.Join(s.root, name), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// reader holds the reading end of a FIFO.
func (s *scene) reader(name string) int {
	s.t.Helper()
	fd, err := unix.Open(filepath.Join(s.root, name), unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = unix.Close(fd) })
	return fd
}

// supervised makes a service that this test supervises, with this status.
func (s *scene) supervised(name string, text []byte) {
	s.t.Helper()
	s.dir(name + "/supervise")
	s.mkfifo(name + "/supervise/ok")
	s.mkfifo(name + "/supervise/control")
	s.reader(name + "/supervise/ok")
	s.hear = append(s.hear, listened{name, s.reader(name + "/supervise/control")})
	s.file(name+"/supervise/status", string(text), 0o644)
}

// lock locks supervise/lock as s6-supervise and we do.
func (s *scene) lock(name string) {
	s.t.Helper()
	dir, err := unix.Open(s.dir(name+"/supervise"), unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	defer unix.Close(dir)
	fd, err := fifo.Lock(dir, "lock")
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = unix.Close(fd) })
}

// heard is the letters that came, and where.
func (s *scene) heard() string {
	var all []string
	for _, l := range s.hear {
		buf := make([]byte, 4096)
		if n, _ := unix.Read(l.fd, buf); n > 0 { // EAGAIN: none
			all = append(all, l.name+":"+string(buf[:n]))
		}
	}
	return strings.Join(all, " ")
}

// moment is when the services of a scene started.
var moment = time.Now().Add(-1000 * time.Second)

// djb and runit make the status files of their suites.
func djb(pid int, paused, want byte) []byte {
	label := tai64n.Pack(moment)
	return append(binary.LittleEndian.AppendUint32(label[:], uint32(pid)), paused, want)
}

func runit(pid int, paused, want, term, state byte) []byte {
	return append(djb(pid, paused, want), term, state)
}

// s6Status makes the status file of s6-supervise.
func s6Status(pid, wait int, flags byte) []byte {
	label := tai64n.Pack(moment.Add(27 * time.Second))
	ready := tai64n.Pack(moment.Add(37 * time.Second))
	b := append(label[:], ready[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(pid))
	return append(binary.BigEndian.AppendUint16(b, uint16(wait)), flags)
}

// hybrid makes the status file of our supervise.
func hybrid(r status.Record) []byte {
	r.Since = moment
	b := status.Pack(&r)
	return b[:]
}

// The ages in the scenes are a bit more or less than 1000 seconds.
var agePattern = regexp.MustCompile(`\b[0-9]+( seconds|s\b)|\b(?:9[0-9]|10[0-9])[0-9]\b`)

var pidPattern = regexp.MustCompile(`pid [1-9][0-9]*`)

// sameAges compares the numbers of seconds in two texts, if exact, and says
// the texts without them.
func sameAges(t *testing.T, exact bool, a, b string) (string, string) {
	t.Helper()
	x, y := agePattern.FindAllString(a, -1), agePattern.FindAllString(b, -1)
	for i := range min(len(x), len(y)) {
		m, _ := strconv.Atoi(strings.TrimRight(x[i], " second"))
		n, _ := strconv.Atoi(strings.TrimRight(y[i], " second"))
		if d := m - n; exact && (d < -3 || d > 3) {
			t.Errorf("got %q, want %q", y[i], x[i])
		}
	}
	return agePattern.ReplaceAllString(a, "N$1"), agePattern.ReplaceAllString(b, "N$1")
}

// compare calls theirs and ours, each in a scene of its own, and wants to see
// no difference.
func compare(t *testing.T, c call, build func(s *scene)) {
	t.Helper()
	program := c.name
	if _, known := clients[program]; !known {
		program = "sv"
	}
	theirs := need.Peer(t, program)
	if c.nobody {
		need.Root(t)
	}
	var scenes [2]*scene
	var got [2]result
	var errs [2]error
	var ended sync.WaitGroup
	for i := range scenes {
		scenes[i] = newScene(t)
		build(scenes[i])
	}
	// Both at once: some take their time.
	for i, program := range []string{theirs, oursDir + "/self"} {
		s := scenes[i]
		link := filepath.Join(s.dir(".bin"), c.name)
		if err := os.Symlink(program, link); err != nil {
			t.Fatal(err)
		}
		ended.Go(func() { got[i], errs[i] = c.in(link, s.root) })
	}
	ended.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	for i, s := range scenes {
		got[i].sent, got[i].live = s.heard(), s.live
		if s.after != nil {
			got[i].after = s.after()
		}
	}
	want, have := got[0], got[1]
	want.out, have.out = sameAges(t, !want.live, want.out, have.out)
	if want.live {
		want.out, have.out = pidPattern.ReplaceAllString(want.out, "pid N"), pidPattern.ReplaceAllString(have.out, "pid N")
	}
	if c.name == "s6-svc" {
		// It speaks for itself where theirs becomes another program.
		want.err = strings.NewReplacer("s6-svwait: ", "s6-svc: ", "s6-svlisten1: ", "s6-svc: ").Replace(want.err)
	}
	if want != have {
		t.Errorf("%s %q:\ngot  %+v\nwant %+v", c.name, c.args, have, want)
	}
}

// capture runs a client in this process, for what has no peer.
func capture(t testing.TB, name string, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(clients[name], name, args, &out, &errs)
	return result{out: out.String(), err: errs.String(), code: code}
}
