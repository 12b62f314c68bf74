package svlogd

import (
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// socket is what lines are sent by; 0 until the first.
type socket int

// send sends one line, and says what the log says of one that was not sent.
func (s *socket) send(to address, datagram []byte) (trouble string) {
	if *s == 0 {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return "warning: no udp socket available: "
		}
		*s = socket(fd)
	}
	_, err := fifo.Retry(func() (int, error) {
		return 0, unix.Sendto(int(*s), datagram, 0, &unix.SockaddrInet4{Addr: to.ip, Port: int(to.port)})
	})
	if err != nil {
		return "warning: failure sending through udp: "
	}
	return ""
}
