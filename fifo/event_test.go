package fifo

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// subscription is a name of a subscriber's length.
func subscription(n int) string {
	return fmt.Sprintf("%s%031d", subscriberPrefix, n)
}

func TestMakeEventDir(t *testing.T) {
	dir, path := directory(t)
	old := unix.Umask(0o077)
	err := MakeEventDir(dir, "event")
	unix.Umask(old)
	must(t, err)
	want := fs.ModeDir | fs.ModeSetgid | fs.ModeSticky | 0o730
	expectMode(t, filepath.Join(path, "event"), want)
	must(t, os.Chmod(filepath.Join(path, "event"), 0o700))
	must(t, MakeEventDir(dir, "event"))
	expectMode(t, filepath.Join(path, "event"), fs.ModeDir|0o700)
	expect(t, "no parent", MakeEventDir(dir, "missing/event"), unix.ENOENT)
}

func TestNotify(t *testing.T) {
	parent, path := directory(t)
	Notify(parent, "event", []byte("s")) // nobody made it: nothing happens
	event := filepath.Join(path, "event")
	must(t, os.Mkdir(event, 0o700))
	dir, err := unix.Open(event, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	must(t, err)
	closeLater(t, dir)

	alive := reader(t, dir, subscription(1))
	second := reader(t, dir, subscription(2))
	must(t, Make(dir, subscription(3), 0o622)) // its reader has gone
	slow := reader(t, dir, subscription(4))
	w, err := Open(dir, subscription(4), unix.O_WRONLY)
	must(t, err)
	closeLater(t, w)
	full := fill(t, w)
	// Whoever may write to the directory may not make us write elsewhere.
	outside := reader(t, parent, "outside")
	must(t, os.Symlink("../outside", filepath.Join(event, subscription(5))))
	short := reader(t, dir, "ftrig1:@short")
	hidden := reader(t, dir, "."+subscription(6)[1:])

	Notify(parent, "event", []byte("dD"))
	for name, fd := range map[string]int{"a subscriber": alive, "another": second} {
		if got := drain(t, fd); got != "dD" {
			t.Errorf("%s got %q; want dD", name, got)
		}
	}
	for name, fd := range map[string]int{"behind a link": outside, "a short name": short, "a hidden one": hidden} {
		if got := drain(t, fd); got != "" {
			t.Errorf("%s got %q; want nothing", name, got)
		}
	}
	if got := drain(t, slow); len(got) != full || strings.Contains(got, "d") {
		t.Errorf("a slow one got %d bytes; want its %d and no event", len(got), full)
	}
	for n, stays := range map[int]bool{1: true, 2: true, 3: false, 4: true, 5: false} {
		_, err := os.Lstat(filepath.Join(event, subscription(n)))
		if (err == nil) != stays {
			t.Errorf("subscriber %d is there: %v; want %v", n, err == nil, stays)
		}
	}
	Notify(parent, "event", []byte("u"))
	if got := drain(t, slow); got != "u" {
		t.Errorf("one that was slow got %q; want u", got)
	}
}

func TestNotifyWritesToNoFile(t *testing.T) {
	parent, path := directory(t)
	must(t, os.Mkdir(filepath.Join(path, "event"), 0o700))
	victim := filepath.Join(path, "victim")
	must(t, os.WriteFile(victim, []byte("precious"), 0o600))
	must(t, os.Link(victim, filepath.Join(path, "event", subscription(1))))
	Notify(parent, "event", []byte("u"))
	if got, err := os.ReadFile(victim); err != nil || string(got) != "precious" {
		t.Errorf("the file has %q, %v; want it as it was", got, err)
	}
}

func TestEachName(t *testing.T) {
	dir, path := directory(t)
	var want []string
	for i := range 500 {
		want = append(want, fmt.Sprint("name ", i))
	}
	for i := range 40 { // the longest that there are, of which few fit into a reading
		want = append(want, fmt.Sprintf("%03d%s", i, strings.Repeat("x", 252)))
	}
	want = append(want, ".hidden", "...", "new\nline", "größer", "\xff")
	for _, name := range want {
		touch(t, path, name)
	}
	var got []string
	must(t, EachName(dir, func(name string) { got = append(got, name) }))
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("got %d names; want these %d", len(got), len(want))
	}

	file, err := unix.Open(filepath.Join(path, "name 1"), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	must(t, err)
	closeLater(t, file)
	expect(t, "a file", EachName(file, func(string) { t.Error("a file has names") }), unix.ENOTDIR)
}
