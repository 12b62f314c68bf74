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
// its sockets: to who connects and sends a line it answers with its pid. What it was
// given it adds to the file given. It serves those who are there before it leaves: as
// it is told, or by itself, with 0, when nobody has come for as long as the file leave
// says.
const listenerName = "listener"

func listenerMain() {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	appendText("given", fmt.Sprintln(os.Getenv("LISTEN_FDS"), os.Getenv("LISTEN_PID") == strconv.Itoa(os.Getpid()), os.Getenv("LISTEN_FDNAMES")))
	n, _ := strconv.Atoi(os.Getenv("LISTEN_FDS")) // 0 where it is none: then nobody is served
	var all []net.Listener
	var serving sync.WaitGroup
	came := make(chan struct{}, 1)
	for fd := 3; fd < 3+n; fd++ {
		l, err := net.FileListener(os.NewFile(uintptr(fd), "socket"))
		if err != nil {
			continue // it is one for datagrams
		}
		all = append(all, l)
		serving.Go(func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				select {
				case came <- struct{}{}:
				default:
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
	for {
		select {
		case <-came:
			continue
		case <-leave:
		case <-asked:
		}
		break
	}
	for _, l := range all {
		_ = l.Close() // ours alone: others have the socket
	}
	serving.Wait()
}

func answerLines(c net.Conn) {
	defer c.Close()
	for lines := bufio.NewScanner(c); lines.Scan(); {
		fmt.Fprintln(c, os.Getpid())
	}
}
