package socket

import (
	"os"
	"os/exec"
	"slices"
	"strconv"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestMain is the holder too.
func TestMain(m *testing.M) {
	if os.Args[0] == Holder {
		Hold(os.Args[1:])
		return
	}
	os.Exit(m.Run())
}

// TestBind: each kind can be bound once, and who has it is found.
func TestBind(t *testing.T) {
	home := t.TempDir()
	free := mustParse(t, "tcp 127.0.0.1:1")
	free.Port = freePort(t)
	port := strconv.Itoa(free.Port)
	for _, text := range []string{"tcp 127.0.0.1:" + port, "udp 127.0.0.1:" + port, "unix a mode=0600", "unix-dgram b owner=" + strconv.Itoa(os.Getuid()),
		"seqpacket c backlog=3", "unix @svdir-test-" + port, "unix " + home + "/d"} {
		one := mustParse(t, text)
		fd, err := Bind(one, home)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if _, err := Bind(one, home); err != unix.EADDRINUSE {
			t.Errorf("%s a second time: %v; want EADDRINUSE", text, err)
		}
		if user, found := FindUser(one, home); !found || user.PID != os.Getpid() {
			t.Errorf("%s: it is said to be of %v, %v", text, user, found)
		}
		if !IsUsed(one, home) != one.Kind.Connects() {
			t.Errorf("%s: is used before anybody connects", text)
		}
		_ = unix.Close(fd)
		if again, err := Bind(one, home); err != nil {
			t.Errorf("%s once more: %v", text, err)
		} else {
			_ = unix.Close(again)
		}
		file := FindFile(one, home)
		Remove(one, home, File{1, 1})
		if FindFile(one, home) != file || one.IsFile() != (file != File{}) {
			t.Errorf("%s is gone, or never was there", text)
		}
		Remove(one, home, file)
		if one.IsFile() {
			if _, err := os.Lstat(Path(one, home)); !os.IsNotExist(err) {
				t.Errorf("%s is left: %v", text, err)
			}
		}
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err == nil {
		err = unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	}
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	address, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	return address.(*unix.SockaddrInet4).Port
}

// TestBad: what stands in the way is left alone.
func TestBad(t *testing.T) {
	home := t.TempDir()
	if err := os.WriteFile(home+"/a", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{"unix a": errNoSocket.Error(), "unix none/a": unix.ENOENT.Error(), "unix b owner=no-such-user": "unknown user no-such-user"} {
		if fd, err := Bind(mustParse(t, text), home); err == nil || err.Error() != want {
			t.Errorf("%s: %d, %v; want %s", text, fd, err, want)
		}
	}
	if _, err := os.Stat(home + "/a"); err != nil {
		t.Error(err)
	}
}

// TestUsed: a connection is seen as long as it lasts.
func TestUsed(t *testing.T) {
	home := t.TempDir()
	for _, text := range []string{"tcp 127.0.0.1:" + strconv.Itoa(freePort(t)), "unix a"} {
		one := mustParse(t, text)
		fd, err := Bind(one, home)
		if err != nil {
			t.Fatal(err)
		}
		domain, kind := family(one.Kind)
		client, err := unix.Socket(domain, kind, 0)
		if err != nil {
			t.Fatal(err)
		}
		address, err := unix.Getsockname(fd)
		if err == nil {
			err = unix.Connect(client, address)
		}
		if err != nil {
			t.Fatal(err)
		}
		if !IsReady(fd) {
			t.Errorf("%s: nothing waits", text)
		}
		served, _, err := unix.Accept(fd)
		if err != nil || !IsUsed(one, home) {
			t.Errorf("%s: not used, %v", text, err)
		}
		_ = unix.Close(client)
		_ = unix.Close(served)
		if IsUsed(one, home) {
			t.Errorf("%s: still used", text)
		}
		_ = unix.Close(fd)
	}
}

// TestHold: what a holder has outlives who bound it, and is handed to one after the
// other, as long as it lives.
func TestHold(t *testing.T) {
	home := t.TempDir()
	dir, err := unix.Open(home, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(dir)
	if _, _, _, err := Ask(dir, "sockets"); err != unix.ENOENT {
		t.Errorf("without a holder: %v", err)
	}
	offered, err := Offer(dir, "sockets")
	if err != nil {
		t.Fatal(err)
	}
	one := mustParse(t, "unix a")
	fd, err := Bind(one, home)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Args = []string{Holder, "a unix a"}
	cmd.ExtraFiles = []*os.File{os.NewFile(uintptr(offered), "offered"), os.NewFile(uintptr(fd), "a")}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for _, f := range cmd.ExtraFiles {
		f.Close()
	}
	for range 3 {
		held, pid, pidfd, err := Ask(dir, "sockets")
		if err != nil || pid != cmd.Process.Pid || len(held) != 1 || held[0].Text != "a unix a" {
			t.Fatalf("got %v from %d, %v", held, pid, err)
		}
		if _, err := Bind(one, home); err != unix.EADDRINUSE {
			t.Errorf("bound a second time: %v", err)
		}
		_ = unix.Close(held[0].FD)
		_ = unix.Close(pidfd)
	}
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	if _, _, _, err := Ask(dir, "sockets"); err != unix.ECONNREFUSED {
		t.Errorf("of a holder that is gone: %v", err)
	}
	if again, err := Bind(one, home); err != nil {
		t.Error(err)
	} else {
		_ = unix.Close(again)
	}
}

// TestPort: a port is free until somebody listens there, and reserved by one at a time.
func TestPort(t *testing.T) {
	port := freePort(t)
	if !IsFree(port) {
		t.Skip("somebody has taken it")
	}
	fd, err := Reserve(port)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Reserve(port); err != unix.EADDRINUSE {
		t.Errorf("reserved a second time: %v", err)
	}
	if user, found := FindPortUser(port); !found || user.PID != os.Getpid() || !IsFree(port) {
		t.Errorf("reserved: it is said to be of %v, %v", user, found)
	}
	_ = unix.Close(fd)
	if user, found := FindPortUser(port); found {
		t.Errorf("it is said to be of %v, who has given it back", user)
	}
	for _, text := range []string{"tcp 127.0.0.1:", "tcp *:", "tcp6 [::1]:"} {
		fd, err := Bind(mustParse(t, text+strconv.Itoa(port)), "")
		if err == unix.EADDRNOTAVAIL || err == unix.EAFNOSUPPORT {
			continue // no IPv6 here
		}
		if user, found := FindPortUser(port); err != nil || IsFree(port) || !found || user.PID != os.Getpid() {
			t.Errorf("%s: free %v, of %v, %v", text, IsFree(port), user, err)
		}
		_ = unix.Close(fd)
	}
}

func TestUnpack(t *testing.T) {
	for _, c := range []struct {
		message string
		fds     []int
		want    []Held
		pid     int
	}{
		{"7\na tcp :80\nb udp :80", []int{3, 4}, []Held{{"a tcp :80", 3}, {"b udp :80", 4}}, 7},
		{"7\na tcp :80", []int{3, 4}, []Held{{"a tcp :80", 3}, {"", 4}}, 0},
		{"7\na\nb", []int{3}, []Held{{"a", 3}}, 0},
		{"", []int{3}, []Held{{"", 3}}, 0},
		{"7", nil, nil, 7},
	} {
		if held, pid := unpack(c.message, c.fds); !slices.Equal(held, c.want) || pid != c.pid {
			t.Errorf("%q: %v, %d; want %v, %d", c.message, held, pid, c.want, c.pid)
		}
	}
}
