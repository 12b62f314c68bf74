package tests

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// listenerName is the name by which this test's own program is a service that is given
// its sockets, or its port: to who connects and sends a line it answers with its pid.
// What it was given it adds to the file given, and to the file count, if that is there,
// a character for each connection. It serves those who are there before it
// leaves: as it is told, or by itself, with 0, after as long as the file leave says.
const listenerName = "listener"

func listenerMain() {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	all := givenListeners()
	appendText("given", fmt.Sprintln(os.Getenv("LISTEN_FDS"), os.Getenv("LISTEN_PID") == strconv.Itoa(os.Getpid()), os.Getenv("LISTEN_FDNAMES")))
	_, err := os.Stat("count")
	counts := err == nil
	var serving sync.WaitGroup
	for _, l := range all {
		serving.Go(func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				if counts {
					appendText("count", "1")
				}
				serving.Go(func() { answerLines(c) })
			}
		})
	}
	leave := make(<-chan time.Time)
	text, _ := os.ReadFile("leave") // usually it is not there
	if d, err := time.ParseDuration(string(text)); err == nil {
		leave = time.After(d)
	}
	select {
	case <-leave:
	case <-asked:
	}
	for _, l := range all {
		_ = l.Close() // ours alone: others have the socket
	}
	serving.Wait()
}

// givenListeners are those for streams that we were given, or one at the port that we
// were told.
func givenListeners() (all []net.Listener) {
	n, _ := strconv.Atoi(os.Getenv("LISTEN_FDS")) // 0 where it is none
	for fd := 3; fd < 3+n; fd++ {
		if l, err := net.FileListener(os.NewFile(uintptr(fd), "socket")); err == nil {
			all = append(all, l)
		}
	}
	if len(os.Args) > 1 {
		if l, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1]); err == nil {
			all = append(all, l)
		}
	}
	return all
}

func answerLines(c net.Conn) {
	defer c.Close()
	for lines := bufio.NewScanner(c); lines.Scan(); {
		fmt.Fprintln(c, os.Getpid())
	}
}
