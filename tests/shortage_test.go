package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/tests/need"
)

// These need root: the kernel is short of something that supervise needs. It
// says so, tries again, and goes on as before when there is enough.

// mount mounts at a directory below the scan directory, until the test is over.
func (w *tree) mount(name, source, kind string, flags uintptr, data string) string {
	w.t.Helper()
	dir := filepath.Join(w.scan, name)
	w.must(os.MkdirAll(dir, 0o755))
	w.must(unix.Mount(source, dir, kind, flags, data))
	w.t.Cleanup(func() {
		sweep(w.dir)
		_ = unix.Unmount(dir, unix.MNT_DETACH) // best effort: nothing lives there
	})
	return dir
}

// fill takes all the room of a file system, and returns how to give it back.
func (w *tree) fill(dir string) func() {
	w.t.Helper()
	ballast, err := os.Create(filepath.Join(dir, "ballast"))
	w.must(err)
	defer ballast.Close()
	for page := make([]byte, 4096); ; {
		if _, err := ballast.Write(page); err != nil {
			return func() { w.must(os.Remove(ballast.Name())) }
		}
	}
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	need.Root(t)
	w := plant(t)
	dir := w.mount("web", "none", "tmpfs", 0, "size=128k")
	w.put("web/run", sleeper)
	w.put("other/run", sleeper)
	w.serve()
	other := w.reaches("other", status.Up).PID
	old := w.reaches("web", status.Up)
	free := w.fill(dir)
	w.must(syscall.Kill(old.PID, syscall.SIGKILL))
	w.says("supervise web: warning: unable to write supervise/status: no space left on device, trying again\n")
	w.run(ask("test $(ps -o comm= --ppid "+strconv.Itoa(old.Supervisor)+" | grep -c sleep) -eq 1; echo $?", `^0$`))
	free()
	now := w.reaches("web", status.Up)
	eventually(t, dir, "the status is true again", func() bool {
		now = w.record("web")
		return now.PID != old.PID && syscall.Kill(now.PID, 0) == nil
	})
	if now.Supervisor != old.Supervisor {
		t.Errorf("got supervise %d; want %d as before", now.Supervisor, old.Supervisor)
	}
	w.unaffected("other", other)
	w.ends()
}

// TestFullDiskAtStart: what cannot be begun is begun as soon as there is room.
func TestFullDiskAtStart(t *testing.T) {
	t.Parallel()
	need.Root(t)
	w := plant(t)
	dir := w.mount("web", "none", "tmpfs", 0, "size=128k,nr_inodes=4")
	w.put("web/run", sleeper)
	free := w.fill(dir)
	w.must(os.WriteFile(filepath.Join(dir, "last-inode"), nil, 0o644))
	w.put("other/run", sleeper)
	w.serve()
	other := w.reaches("other", status.Up).PID
	w.refused("web", "unable to open directory web/supervise: no space left on device")
	w.must(unix.Mount("none", dir, "tmpfs", unix.MS_REMOUNT, "size=256k,nr_inodes=100"))
	free()
	w.reaches("web", status.Up)
	w.unaffected("other", other)
	w.ends()
}

// TestNoDescriptors: supervise may open no more files.
func TestNoDescriptors(t *testing.T) {
	t.Parallel()
	need.Root(t)
	w := plant(t)
	w.put("web/run", sleeper)
	w.put("web/log/run", "#!/bin/sh\nexec cat >>lines\n")
	w.serve()
	old := w.reaches("web", status.Up)
	log := w.reaches("web/log", status.Up)
	give := w.limit(old.Supervisor, "--nofile", 0, noMore)
	w.must(syscall.Kill(old.PID, syscall.SIGKILL))
	w.says("supervise web: warning: unable to write supervise/status: too many open files, trying again\n")
	w.says("supervise web: warning: unable to start run: too many open files")
	give()
	w.restarted("web", old)
	w.unaffected("web/log", log.PID)
	w.ends()
}

// noMore descriptors than those that every process has: what is open stays.
const noMore = 3

// TestNoProcesses: the user of supervise may have no more processes.
func TestNoProcesses(t *testing.T) {
	t.Parallel()
	need.Root(t)
	w := plant(t)
	w.put("web/run", sleeper)
	w.must(filepath.WalkDir(w.dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, nobodyElse, nobodyElse)
	}))
	w.serve("/usr/bin/setpriv", "--reuid", strconv.Itoa(nobodyElse), "--regid", strconv.Itoa(nobodyElse), "--clear-groups")
	old := w.reaches("web", status.Up)
	give := w.limit(old.Supervisor, "--nproc", nobodyElse, 1)
	w.must(syscall.Kill(old.PID, syscall.SIGKILL))
	w.says("supervise web: warning: unable to start run: temporary failure, trying again in 1 second\n")
	give()
	w.restarted("web", old)
	w.ends()
}

// nobodyElse is a user of which nothing else runs.
const nobodyElse = 54321

// limit lowers a limit of a process, as its user, and returns how to give it
// back.
func (w *tree) limit(pid int, option string, user uint32, most int) func() {
	w.t.Helper()
	set := func(value string) {
		w.t.Helper()
		cmd := exec.Command("/usr/bin/prlimit", "--pid", strconv.Itoa(pid), option+"="+value+":")
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: user}}
		if out, err := cmd.CombinedOutput(); err != nil {
			w.t.Fatalf("prlimit %s=%s: %v\n%s", option, value, err, out)
		}
	}
	set(strconv.Itoa(most))
	return func() { set("1000") }
}

// restarted waits for another process of the service under the same supervise.
func (w *tree) restarted(service string, old status.Record) status.Record {
	w.t.Helper()
	var now status.Record
	eventually(w.t, filepath.Join(w.scan, service), service+" runs again", func() bool {
		now = w.record(service)
		return now.State == status.Up && now.PID != old.PID
	})
	if now.Supervisor != old.Supervisor {
		w.t.Errorf("%s: got supervise %d; want %d as before", service, now.Supervisor, old.Supervisor)
	}
	return now
}

// TestReadOnly: definitions that nobody can write to are served if supervise/
// is elsewhere, and refused in a line if it is not.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	need.Root(t)
	w := plant(t)
	w.put("../definition/run", sleeper)
	w.put("../hopeless/run", sleeper)
	w.put("other/run", sleeper)
	w.must(os.Symlink(filepath.Join(w.dir, "state"), filepath.Join(w.dir, "definition/supervise")))
	for name, source := range map[string]string{"web": "definition", "hopeless": "hopeless"} {
		source = filepath.Join(w.dir, source)
		dir := w.mount(name, source, "", unix.MS_BIND, "")
		w.must(unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""))
	}
	w.serve()
	other := w.reaches("other", status.Up).PID
	old := w.reaches("web", status.Up)
	w.must(syscall.Kill(old.PID, syscall.SIGKILL))
	w.restarted("web", old)
	w.run(answers("svctl down web", ``), answers("svctl once web", ``))
	w.refused("hopeless", "unable to open directory hopeless/supervise: read-only file system")
	if said := w.svscan.output(); strings.Contains(said, "supervise web: ") {
		t.Errorf("a read-only directory with supervise/ elsewhere is nothing to say anything about: %s", said)
	}
	w.unaffected("other", other)
	w.ends()
}
