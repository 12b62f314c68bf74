package tests

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// announcerName is the name by which this test's own program is a service with the
// protocol of systemd: what is written to the FIFO say it sends to its notify
// socket, a line each, \n standing for a newline. Some lines are commands.
const announcerName = "announcer"

func announcerMain() {
	if len(os.Args) > 1 {
		announce(os.Args[1])
		announceBarrier()
		return
	}
	appendText("env", fmt.Sprintf("%d %s %s %s\n", os.Getpid(), os.Getenv("WATCHDOG_PID"), os.Getenv("WATCHDOG_USEC"), os.Getenv("NOTIFY_SOCKET")))
	say, err := os.OpenFile("say", os.O_RDWR, 0) // so that it has no end
	if err != nil {
		os.Exit(99)
	}
	pings := make(chan time.Duration)
	go ping(pings)
	for lines := bufio.NewScanner(say); lines.Scan(); {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		switch word {
		case "barrier":
			announceBarrier()
			appendText("done", rest+"\n")
		case "note": // that all before was sent
			appendText("sent", rest+"\n")
		case "child": // in a session of its own
			cmd := exec.Command("/proc/self/exe", rest)
			cmd.Args[0], cmd.SysProcAttr = announcerName, &syscall.SysProcAttr{Setsid: true}
			if cmd.Run() != nil {
				os.Exit(99)
			}
		case "ping":
			every, _ := time.ParseDuration(rest) // none: no more
			pings <- every
		case "stubborn":
			signal.Ignore(syscall.SIGTERM)
		case "garbage":
			b := make([]byte, 4096)
			for i := range b {
				b[i] = byte(i * 7)
			}
			announce(string(b))
			announce("\x00" + strings.Repeat("READY=1\n", 600))
		default:
			announce(strings.ReplaceAll(lines.Text(), `\n`, "\n"))
		}
	}
}

// ping says that it is well, each time that the last duration has passed.
func ping(pings chan time.Duration) {
	tick := time.NewTicker(time.Hour)
	for {
		select {
		case every := <-pings:
			if every == 0 {
				every = time.Hour
			}
			tick.Reset(every)
		case <-tick.C:
			announce("WATCHDOG=1")
			appendText("pings", ".")
		}
	}
}

func announce(text string) {
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: os.Getenv("NOTIFY_SOCKET"), Net: "unixgram"})
	if err == nil {
		_, err = conn.Write([]byte(text))
		_ = conn.Close() // what counts is the write
	}
	if err != nil {
		appendText("refused", err.Error()+"\n")
	}
}

// announceBarrier waits until all that was said is done: then whoever reads it
// closes the descriptor that came along.
func announceBarrier() {
	r, w, err := os.Pipe()
	if err != nil {
		os.Exit(99)
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err == nil {
		err = unix.Sendmsg(fd, []byte("BARRIER=1"), unix.UnixRights(int(w.Fd())), &unix.SockaddrUnix{Name: os.Getenv("NOTIFY_SOCKET")}, 0)
		_ = unix.Close(fd) // what counts is the write
	}
	if err != nil {
		os.Exit(99)
	}
	_ = w.Close() // ours
	_, _ = r.Read(make([]byte, 1))
}

// announcer makes a service of that kind.
func (w *tree) announcer(service string) {
	w.t.Helper()
	w.put(service+"/run", "#!/bin/sh\nexec ./"+announcerName+"\n")
	self, err := os.Executable()
	w.must(err)
	w.must(os.Symlink(self, w.scan+"/"+service+"/"+announcerName))
	w.must(unix.Mkfifo(w.scan+"/"+service+"/say", 0o600))
}

// say has the service say something, and waits until it was heard.
func (w *tree) say(service string, lines ...string) {
	w.t.Helper()
	f, err := os.OpenFile(w.scan+"/"+service+"/say", os.O_RDWR, 0)
	w.must(err)
	defer f.Close()
	id := strconv.FormatInt(time.Now().UnixNano(), 10)
	_, err = f.WriteString(strings.Join(lines, "\n") + "\nbarrier " + id + "\n")
	w.must(err)
	eventually(w.t, w.scan+"/"+service, "it was heard", func() bool {
		done, _ := os.ReadFile(w.scan + "/" + service + "/done")
		return strings.Contains(string(done), id)
	})
}

// announcedAs sends text to a socket as the user uid.
func announcedAs(t *testing.T, uid int, path, text string) {
	t.Helper()
	done := make(chan error)
	go func() {
		// The thread has the user, and ends with us: it is not given back.
		runtime.LockOSThread()
		if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, uintptr(uid), uintptr(uid), uintptr(uid)); errno != 0 {
			done <- errno
			return
		}
		fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
		if err == nil {
			err = unix.Sendto(fd, []byte(text), 0, &unix.SockaddrUnix{Name: path})
			_ = unix.Close(fd) // what counts is the write
		}
		done <- err
	}()
	if err := <-done; err != nil {
		t.Fatalf("as user %d: %v", uid, err)
	}
}
