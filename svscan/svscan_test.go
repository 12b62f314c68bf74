package svscan

import (
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

	"github.com/svdir/svdir/supervise/proc"
)

func TestPickup(t *testing.T) {
	tr := grow(t)
	tr.link("linked")
	tr.expect("supervise linked")

	tr.sv("whole")
	tr.must(os.Rename(tr.top+"/sv/whole", tr.scan+"/whole"))
	tr.expect("supervise whole")

	tr.link("logged", "log/run")
	tr.expect("supervise logged logged/log")
	if st, err := os.Stat(tr.scan + "/logged/supervise/log"); err != nil || st.Mode() != os.ModeNamedPipe|0o600 {
		t.Errorf("the FIFO of the logger: %v, %v", st, err)
	}

	tr.must(os.Mkdir(tr.scan+"/.hidden", 0o755))
	tr.write(tr.scan + "/file")
	tr.must(os.Symlink("/nowhere", tr.scan+"/dangling"))
	tr.must(os.Symlink(".", tr.scan+"/loop"))
	tr.quiet(150 * time.Millisecond)
	tr.must(os.Rename(tr.scan+"/.hidden", tr.scan+"/shown"))
	tr.expect("supervise shown")

	name := strings.Repeat("n", 250) + "é \n"
	tr.must(os.Symlink(tr.sv("odd"), tr.scan+"/"+name[:249]+"é x"))
	tr.expect("supervise " + name[:249] + "é x")
	tr.signal(syscall.SIGTERM)
	tr.exits(0)
	tr.silent()
}

func TestCopyInPlace(t *testing.T) {
	scene(t, func(tr *tree) {
		tr.link("first")
		tr.expect("supervise first") // from now on it is no longer the start
		last := time.Now()
		tr.must(os.Mkdir(tr.scan+"/slow", 0o755))
		for _, file := range []string{"run", "log/run", "log/down", "down"} {
			last = soon(last, quietAfter, func() { tr.write(tr.scan + "/slow/" + file) })
			lieStill(60 * time.Millisecond)
		}
		tr.expect("supervise slow slow/log down")
	})
}

func TestCopy(t *testing.T) {
	scene(t, func(tr *tree) {
		tr.link("first")
		tr.expect("supervise first")
		from := tr.sv("copied", "down", "log/run")
		soon(time.Now(), quietAfter, func() { tr.run("cp", "-R", from, tr.scan) })
		tr.expect("supervise copied copied/log down")
	})
}

func TestPresentAtStart(t *testing.T) {
	t.Parallel()
	tr := plant(t)
	tr.link("a")
	tr.run("cp", "-R", tr.sv("b"), tr.scan)
	tr.must(os.Symlink(tr.top+"/sv/a", tr.scan+"/c"))
	tr.must(os.MkdirAll(tr.scan+"/.svscan/removed", 0o755))
	tr.must(os.Symlink(tr.top+"/sv/b", tr.scan+"/.svscan/removed/old"))
	tr.boot("svscan", "service/.")
	tr.expectAny("supervise a", "supervise b")
	tr.warned("svscan: warning: c is the directory of a: one service, known as a\n")
	if _, err := os.Lstat(tr.scan + "/.svscan/removed/old"); err == nil {
		t.Error("the link to what has ended long ago is still there")
	}
	environ, err := os.ReadFile("/proc/" + strconv.Itoa(tr.pids["a"]) + "/environ")
	tr.must(err)
	if want := "\x00SVDIR=" + tr.scan + "\x00"; !strings.Contains("\x00"+string(environ), want) {
		t.Errorf("the environment of supervise lacks %q", want)
	}
	if dir, err := os.Readlink("/proc/" + strconv.Itoa(tr.pids["a"]) + "/cwd"); err != nil || dir != tr.scan {
		t.Errorf("supervise runs in %s, %v", dir, err)
	}
}

func TestSwap(t *testing.T) {
	scene(t, func(tr *tree) {
		tr.link("a")
		tr.expect("supervise a")
		other := tr.sv("other")
		tr.swap(other, "a")
		tr.expect("stop a", "supervise a")

		// busybox unlinks first.
		tr.unlink("a")
		lieStill(20 * time.Millisecond)
		tr.must(os.Symlink(tr.top+"/sv/a", tr.scan+"/a"))
		tr.expect("stop a", "supervise a")

		// The same directory: nothing.
		last := time.Now()
		tr.unlink("a")
		lieStill(20 * time.Millisecond)
		soon(last, removedAfter, func() { tr.must(os.Symlink(tr.top+"/sv/a", tr.scan+"/a")) })
		tr.swap(tr.top+"/sv/a", "a")
		tr.must(os.Rename(tr.scan+"/a", tr.scan+"/b"))
		tr.quiet(300 * time.Millisecond)
		tr.kill("a")
		tr.expect("supervise b")
	})
}

// swap is ln -sfn: it makes a link under another name, and renames it. On a
// busy machine either may lie still in between for longer than svscan waits,
// and then it has started what it found.
func (tr *tree) swap(target, name string) {
	tr.t.Helper()
	soon(time.Now(), draftAfter, func() {
		tr.must(os.Symlink(target, tr.scan+"/CuXXXXXX"))
		tr.must(os.Rename(tr.scan+"/CuXXXXXX", tr.scan+"/"+name))
	})
}

func TestRemoval(t *testing.T) {
	tr := grow(t)
	tr.link("first")
	tr.expect("supervise first")
	tr.quiet(50 * time.Millisecond)
	before := tr.descriptors()
	tr.link("a", "log/run", "stubborn")
	tr.expect("supervise a a/log")
	tr.unlink("a")
	tr.expect("told a")
	shown := tr.scan + "/.svscan/removed/a"
	if link, err := os.Readlink(shown); err != nil || link != tr.top+"/sv/a" {
		t.Errorf("removed/a leads to %q, %v, want %q", link, err, tr.top+"/sv/a")
	}
	// What takes its name waits.
	tr.must(os.Symlink(tr.sv("other"), tr.scan+"/a"))
	tr.quiet(50 * time.Millisecond)
	tr.kill("a")
	tr.expect("supervise a")
	if _, err := os.Lstat(shown); err == nil {
		t.Errorf("%s is still there after the end", shown)
	}
	for _, next := range []string{"last", "end"} {
		tr.unlink("a")
		tr.expect("stop a")
		tr.must(os.Symlink(tr.sv(next), tr.scan+"/a"))
		tr.expect("supervise a")
	}
	const more = 3                                                         // two for end, and the timer of the first deadline
	if !tr.await(func() bool { return tr.descriptors() <= before+more }) { // it may look at a file just now
		t.Errorf("%d descriptors, want at most %d as before and %d", tr.descriptors(), before, more)
	}
	if _, err := os.Stat(tr.top + "/sv/a/supervise/control"); err != nil {
		t.Errorf("the files of a removed service: %v", err)
	}
}

func TestLook(t *testing.T) {
	scene(t, func(tr *tree) {
		tr.link("a")
		tr.expect("supervise a")
		tr.write(tr.scan + "/a/data")
		tr.quiet(150 * time.Millisecond)
		soon(time.Now(), quietAfter, func() { tr.write(tr.scan + "/a/log/run") })
		tr.expect("letters a L")
		if _, err := os.Stat(tr.scan + "/a/supervise/log"); err != nil {
			tr.t.Error(err)
		}
		tr.must(os.Chmod(tr.scan+"/a/log/run", 0o755))
		tr.expect("letters a L")
		tr.must(os.Chmod(tr.scan+"/a/run", 0o755))
		tr.expect("letters a L")
		tr.kill("a")
		tr.expectPast("letters a L", "supervise a a/log")
		tr.signal(syscall.SIGHUP)
		tr.expect("letters a L")
	})
}

func TestNoSupervise(t *testing.T) {
	t.Parallel()
	tr := plant(t)
	tr.must(os.Rename(tr.top+"/bin/supervise", tr.top+"/bin/away"))
	tr.link("web")
	tr.boot("svscan", tr.scan)
	tr.warned("svscan: warning: unable to start supervise for web: no such file or directory, trying again in 1 second\n")
	tr.must(os.Rename(tr.top+"/bin/away", tr.top+"/bin/supervise"))
	tr.expect("supervise web")
}

func TestOrphans(t *testing.T) {
	tr := grow(t)
	tr.link("a", "orphan")
	tr.expect("supervise a")
	tr.link("b")
	tr.expect("supervise b")
	tr.unlink("b")
	tr.expect("stop b")
	tr.link("c") // svscan has heard of every earlier death when c runs
	tr.expect("supervise c")
	for _, pid := range tr.orphans("a") {
		tr.reaped(pid)
	}
	zombie := ""
	if !tr.await(func() bool { zombie = tr.zombie(); return zombie == "" }) { // one may die just now
		t.Errorf("a zombie: %s", zombie)
	}
}

// zombie is what the kernel says of a child of svscan that nobody has reaped, ""
// if there is none.
func (tr *tree) zombie() string {
	tr.t.Helper()
	threads, err := filepath.Glob("/proc/" + strconv.Itoa(tr.cmd.Process.Pid) + "/task/*/children")
	tr.must(err)
	for _, thread := range threads {
		children, _ := os.ReadFile(thread) // the thread may be gone
		for _, child := range strings.Fields(string(children)) {
			pid, err := strconv.Atoi(child)
			tr.must(err)
			var b proc.Buffer
			if stat := b.Stat(pid); string(stat.Field(3)) == "Z" { // gone is as good
				return string(stat)
			}
		}
	}
	return ""
}

func TestSecond(t *testing.T) {
	tr := grow(t)
	tr.link("a")
	tr.expect("supervise a")
	second := exec.Command(tr.top+"/bin/svscan", tr.scan)
	out, _ := second.CombinedOutput() // the exit code says it
	want := "svscan: fatal: unable to lock " + tr.scan + "/.svscan/lock: another svscan runs here\n"
	if code := second.ProcessState.ExitCode(); code != 111 || string(out) != want {
		t.Errorf("got %d, %q, want 111, %q", code, out, want)
	}
}

func TestMissing(t *testing.T) {
	c := exec.Command(os.Args[0], "/nowhere/service")
	c.Args[0] = "svscan"
	out, _ := c.CombinedOutput() // the exit code says it
	want := "svscan: fatal: unable to open /nowhere/service: no such file or directory\n"
	if code := c.ProcessState.ExitCode(); code != 111 || string(out) != want {
		t.Errorf("got %d, %q, want 111, %q", code, out, want)
	}
}

// TestReadOnly needs root, for a mount.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	tr := plant(t)
	tr.link("a")
	if err := unix.Mount(tr.scan, tr.scan, "", unix.MS_BIND, ""); err != nil {
		t.Skip("unable to mount: ", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(tr.scan, unix.MNT_DETACH) })
	tr.must(unix.Mount("", tr.scan, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""))
	tr.boot("svscan", tr.scan)
	tr.expect("supervise a")
	tr.warned("svscan: warning: unable to make " + tr.scan + "/.svscan: read-only file system, going on without\n")
	tr.signal(syscall.SIGALRM)
	tr.expect("letters a L")
	tr.signal(syscall.SIGTERM)
	tr.expect("stop a")
	tr.exits(0)
	tr.silent()
}

func TestVanish(t *testing.T) {
	scene(t, func(tr *tree) {
		tr.link("a")
		tr.link("b")
		tr.expectAny("supervise a", "supervise b")
		soon(time.Now(), removedAfter, func() { tr.remove(tr.scan) })
		tr.warned("svscan: warning: unable to read " + tr.scan + ": no such file or directory, services go on until it is back\n")
		tr.quiet(300 * time.Millisecond)
		tr.must(os.MkdirAll(tr.top+"/new", 0o755))
		tr.must(os.Symlink(tr.top+"/sv/a", tr.top+"/new/a"))
		tr.linkIn("c", tr.top+"/new")
		tr.must(os.Rename(tr.top+"/new", tr.scan))
		tr.expectAny("supervise c", "stop b")
		tr.link("d")
		tr.expect("supervise d")
		tr.must(os.Rename(tr.scan, tr.top+"/old"))
		tr.warned("services go on until it is back\n")
		tr.must(os.Rename(tr.top+"/old", tr.scan))
		tr.link("e")
		tr.expect("supervise e")
		if _, err := os.Stat(tr.scan + "/.svscan/lock"); err != nil {
			tr.t.Errorf("the lock of the new scan directory: %v", err)
		}
	})
}

// remove is rm -rf, again while svscan puts files into what is being emptied.
func (tr *tree) remove(dir string) {
	tr.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		err := os.RemoveAll(dir)
		if err == nil {
			return
		}
		if !errors.Is(err, unix.ENOTEMPTY) || time.Now().After(deadline) {
			tr.t.Fatal(err)
		}
	}
}

func (tr *tree) linkIn(name, dir string) {
	tr.t.Helper()
	tr.must(os.Symlink(tr.sv(name), dir+"/"+name))
}

// TestPathSwap is what runsvchdir does.
func TestPathSwap(t *testing.T) {
	t.Parallel()
	tr := plant(t)
	tr.must(os.Mkdir(tr.top+"/default", 0o755))
	tr.must(os.Mkdir(tr.top+"/single", 0o755))
	tr.must(os.Symlink("default", tr.top+"/current"))
	tr.scan = tr.top + "/current/."
	tr.link("both")
	tr.link("a")
	tr.must(os.Symlink(tr.top+"/sv/both", tr.top+"/single/both"))
	tr.linkIn("b", tr.top+"/single")
	tr.must(os.Remove(tr.top + "/service"))
	tr.must(os.Symlink(tr.top+"/current", tr.top+"/service"))
	tr.boot("svscan", tr.top+"/service")
	tr.expectAny("supervise a", "supervise both")
	for _, step := range [][]string{{"single", "supervise b", "stop a"}, {"default", "supervise a", "stop b"}} {
		tr.must(os.Symlink(step[0], tr.top+"/current.new"))
		tr.must(os.Rename(tr.top+"/current.new", tr.top+"/current"))
		tr.expectAny(step[1], step[2])
	}
}
