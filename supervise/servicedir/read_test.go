package servicedir

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/tests/need"
)

// directory is an open directory of this test, and its path.
func directory(t *testing.T) (int, string) {
	t.Helper()
	path := t.TempDir()
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) }) // it was only read
	return fd, path
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// What may stand in the place of a setting, and what comes of it.
func TestReadValue(t *testing.T) {
	text := func(s string) func(*testing.T, string) {
		return func(t *testing.T, path string) { write(t, path, s) }
	}
	for _, c := range []struct {
		name  string
		make  func(t *testing.T, path string)
		value string
		found bool
		why   string // of the error
	}{
		{"missing", func(*testing.T, string) {}, "", false, ""},
		{"with newline", text("3000\n"), "3000", true, ""},
		{"without newline", text("3000"), "3000", true, ""},
		{"second line", text("3000\nthree seconds\n"), "3000", true, ""},
		{"negative", text("-5\n"), "-5", true, ""},
		{"as long as may be", text(strings.Repeat("x", maxValue-1) + "\n"), strings.Repeat("x", maxValue-1), true, ""},
		{"too long", text(strings.Repeat("x", maxValue+1)), "", true, "too long: one line of at most 4096 bytes"},
		{"huge", text(strings.Repeat("3000\n", 1<<18)), "", true, "too long: one line of at most 4096 bytes"},
		{"empty", text(""), "", true, "empty"},
		{"newline alone", text("\n"), "", true, "empty"},
		{"binary", text("\x7fELF\x02\x01\x00"), "", true, "not text"},
		{"directory", func(t *testing.T, path string) { must(t, os.Mkdir(path, 0o700)) }, "", true, "not a regular file"},
		{"FIFO", func(t *testing.T, path string) { must(t, unix.Mkfifo(path, 0o600)) }, "", true, "not a regular file"},
		{"device", func(t *testing.T, path string) { must(t, os.Symlink("/dev/zero", path)) }, "", true, "not a regular file"},
		{"dangling link", func(t *testing.T, path string) { must(t, os.Symlink("nowhere", path)) }, "", false, ""},
		{"link that leads to itself", func(t *testing.T, path string) { must(t, os.Symlink("setting", path)) }, "", true,
			"unable to open: too many levels of symbolic links"},
		{"link to a value", func(t *testing.T, path string) { write(t, path+".d", "7"); must(t, os.Symlink("setting.d", path)) }, "7", true, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			fd, dir := directory(t)
			c.make(t, filepath.Join(dir, "setting"))
			value, found, err := ReadValue(fd, "setting")
			if value != c.value || found != c.found {
				t.Errorf("got %q, found %v; want %q, found %v", value, found, c.value, c.found)
			}
			expectReason(t, err, c.why)
		})
	}
}

func expectReason(t *testing.T, err error, why string) {
	t.Helper()
	var bad *ValueError
	switch {
	case why == "" && err != nil:
		t.Errorf("got error %v; want none", err)
	case why != "" && (!errors.As(err, &bad) || bad.Name != "setting" || bad.Reason != why):
		t.Errorf("got error %v; want %q", err, "setting: "+why)
	}
}

// Needs root: as nobody, a setting of root's may not be readable.
func TestReadValueAsNobody(t *testing.T) {
	need.Root(t)
	fd, dir := directory(t)
	write(t, filepath.Join(dir, "setting"), "1")
	must(t, os.Chmod(dir, 0o755))
	runtime.LockOSThread() // whose files these are is known of each thread
	defer runtime.UnlockOSThread()
	const nobody = 65534
	must(t, unix.Setfsuid(nobody))
	_, found, err := ReadValue(fd, "setting")
	must(t, unix.Setfsuid(0))
	if !found {
		t.Error("got not found; want found")
	}
	expectReason(t, err, "unable to open: permission denied")
}

// A setting that cannot be used leaves what was; one that is gone does not.
func TestSettingKeepsOld(t *testing.T) {
	fd, dir := directory(t)
	const old, absent = 7 * time.Second, 5 * time.Second
	path := filepath.Join(dir, TimeoutKill)
	for _, c := range []struct {
		text string
		want time.Duration
		bad  bool
	}{
		{"250", 250 * time.Millisecond, false},
		{"0\n", 0, false},
		{"", old, true},
		{"-1", old, true},
		{"5s", old, true},
		{"99999999999999999999", old, true},
	} {
		write(t, path, c.text)
		if got, err := Millis(fd, TimeoutKill, old, absent); got != c.want || (err != nil) != c.bad {
			t.Errorf("%q: got %v, %v; want %v, an error: %v", c.text, got, err, c.want, c.bad)
		}
	}
	must(t, os.Remove(path))
	if got, err := Millis(fd, TimeoutKill, old, absent); got != absent || err != nil {
		t.Errorf("missing: got %v, %v; want %v", got, err, absent)
	}
	write(t, filepath.Join(dir, DownSignal), "int\n")
	if got, err := Signal(fd, DownSignal, syscall.SIGQUIT, syscall.SIGTERM); got != syscall.SIGINT || err != nil {
		t.Errorf("got %v, %v; want SIGINT", got, err)
	}
	write(t, filepath.Join(dir, NotificationFD), "2")
	if got, err := Number(fd, NotificationFD, 4, 0, 3, 1023); got != 4 || err == nil {
		t.Errorf("got %v, %v; want 4 and an error", got, err)
	}
}

func TestWhatIsThere(t *testing.T) {
	fd, dir := directory(t)
	must(t, os.Mkdir(filepath.Join(dir, "dir"), 0o755))
	must(t, os.Symlink("dir", filepath.Join(dir, "to-dir")))
	must(t, os.Symlink("nowhere", filepath.Join(dir, "dangling")))
	write(t, filepath.Join(dir, "file"), "")
	write(t, filepath.Join(dir, "script"), "")
	must(t, os.Chmod(filepath.Join(dir, "script"), 0o700))
	write(t, filepath.Join(dir, "others"), "")
	must(t, os.Chmod(filepath.Join(dir, "others"), 0o611))
	must(t, os.Symlink("script", filepath.Join(dir, "to-script")))
	for _, c := range []struct {
		name                string
		exists, isDir, runs bool
	}{
		{"nothing", false, false, false},
		{"dangling", false, false, false},
		{"dir", true, true, false},
		{"to-dir", true, true, false},
		{"file", true, false, false},
		{"script", true, false, true},
		{"others", true, false, false}, // runit asks for the owner's bit
		{"to-script", true, false, true},
	} {
		if e, d, x := Exists(fd, c.name), IsDir(fd, c.name), IsExecutable(fd, c.name); e != c.exists || d != c.isDir || x != c.runs {
			t.Errorf("%s: exists %v, directory %v, executable %v; want %v, %v, %v", c.name, e, d, x, c.exists, c.isDir, c.runs)
		}
	}
}

func TestOpenState(t *testing.T) {
	elsewhere := func(t *testing.T, dir string) string { return dir + "-elsewhere" }
	for _, c := range []struct {
		name string
		make func(t *testing.T, dir string) (target string)
		want error
	}{
		{"nothing there", func(t *testing.T, dir string) string { return filepath.Join(dir, State) }, nil},
		{"there already", func(t *testing.T, dir string) string {
			must(t, os.Mkdir(filepath.Join(dir, State), 0o700))
			return filepath.Join(dir, State)
		}, nil},
		{"link that leads nowhere yet", func(t *testing.T, dir string) string {
			must(t, os.Symlink(elsewhere(t, dir), filepath.Join(dir, State)))
			return elsewhere(t, dir)
		}, nil},
		{"relative link", func(t *testing.T, dir string) string {
			must(t, os.Symlink(".state", filepath.Join(dir, State)))
			return filepath.Join(dir, ".state")
		}, nil},
		{"link to a directory", func(t *testing.T, dir string) string {
			must(t, os.Mkdir(elsewhere(t, dir), 0o700))
			must(t, os.Symlink(elsewhere(t, dir), filepath.Join(dir, State)))
			return elsewhere(t, dir)
		}, nil},
		{"link whose parent is missing", func(t *testing.T, dir string) string {
			must(t, os.Symlink("a/b", filepath.Join(dir, State)))
			return ""
		}, unix.ENOENT},
		{"file", func(t *testing.T, dir string) string { write(t, filepath.Join(dir, State), ""); return "" }, unix.ENOTDIR},
		{"FIFO", func(t *testing.T, dir string) string {
			must(t, unix.Mkfifo(filepath.Join(dir, State), 0o600))
			return ""
		}, unix.ENOTDIR},
		{"link to itself", func(t *testing.T, dir string) string {
			must(t, os.Symlink(State, filepath.Join(dir, State)))
			return ""
		}, unix.ELOOP},
	} {
		t.Run(c.name, func(t *testing.T) {
			fd, dir := directory(t)
			target := c.make(t, dir)
			state, err := OpenState(fd)
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v; want %v", err, c.want)
			}
			if err != nil {
				return
			}
			defer unix.Close(state)
			expectSame(t, state, target)
		})
	}
}

// expectSame expects that fd is the directory path.
func expectSame(t *testing.T, fd int, path string) {
	t.Helper()
	var a, b unix.Stat_t
	must(t, unix.Fstat(fd, &a))
	must(t, unix.Stat(path, &b))
	if a.Dev != b.Dev || a.Ino != b.Ino {
		t.Errorf("opened another directory than %s", path)
	}
}

// Needs root: a service directory on a read-only file system.
func TestOpenStateReadOnly(t *testing.T) {
	need.Root(t)
	dir, elsewhere := t.TempDir(), t.TempDir()
	done := make(chan struct{})
	go func() { // its thread has mounts of its own, and ends with it
		defer close(done)
		runtime.LockOSThread()
		if err := unix.Unshare(unix.CLONE_NEWNS | unix.CLONE_FS); err != nil {
			t.Logf("skipped: no mounts of our own: %v", err)
			return
		}
		steps := []error{
			unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""),
			unix.Mount("none", dir, "tmpfs", 0, ""),
			os.Mkdir(filepath.Join(dir, "bare"), 0o755),
			os.Mkdir(filepath.Join(dir, "linked"), 0o755),
			os.Symlink(filepath.Join(elsewhere, "state"), filepath.Join(dir, "linked", State)),
			unix.Mount("none", dir, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""),
		}
		if err := errors.Join(steps...); err != nil {
			t.Error(err)
			return
		}
		for name, want := range map[string]error{"bare": unix.EROFS, "linked": nil} {
			fd, err := unix.Open(filepath.Join(dir, name), unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
			if err != nil {
				t.Error(err)
				continue
			}
			state, err := OpenState(fd)
			_ = unix.Close(fd) // it was only read
			if !errors.Is(err, want) {
				t.Errorf("%s: got %v; want %v", name, err, want)
			}
			if err == nil {
				_ = unix.Close(state) // likewise
			}
		}
	}()
	<-done
}

// The page has every name.
func TestPageIsWhole(t *testing.T) {
	text, err := os.ReadFile("servicedir.5")
	must(t, err)
	for _, name := range []string{
		Run, Finish, Down, Check, Control, Log, ProducerFor, ConsumerFor, ErrPipe, Producers, NotificationFD, TimeoutFinish, TimeoutKill, DownSignal, ReloadSignal,
		MaxDeathTally, LockFD, ServiceLock, KillGroupTimeout, NoSetsid, State, Event, Lock, OK, ControlIn, Status, StatusEnv, Stat, PID,
		LogPipe, DeathTally, History, SeenInputs, ExportDir, Exported,
	} {
		if !regexp.MustCompile(`(?m)(^| |/)` + regexp.QuoteMeta(name) + `($| |/|,)`).Match(text) {
			t.Errorf("no %s in servicedir.5", name)
		}
	}
}
