package socket

import (
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/setting"
)

// Between the choice of a port and the moment when the service listens there, nobody
// else may choose it: not another tree, nor another service of this one. So whoever
// has chosen it holds a socket whose name says so, which the kernel gives to one at a
// time, in this network namespace, and takes back when its holder has gone.

func reservation(port int) string { return "@svdir-port-" + strconv.Itoa(port) }

// Reserve reserves a port until fd is closed. EADDRINUSE says that another has.
func Reserve(port int) (fd int, err error) {
	if fd, err = unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0); err != nil {
		return -1, err
	}
	if err = unix.Bind(fd, &unix.SockaddrUnix{Name: reservation(port)}); err != nil {
		_ = unix.Close(fd) // nothing was written
		return -1, err
	}
	return fd, nil
}

// IsFree says that a service may listen at a port of TCP, of whatever address. What we
// may not bind, but perhaps the service may, counts as free.
func IsFree(port int) bool {
	for _, kind := range []setting.SocketKind{setting.TCP, setting.TCP6} {
		one := setting.Socket{Kind: kind, Port: port}
		domain, stream := family(kind)
		fd, err := unix.Socket(domain, stream|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			continue // there is no IPv6
		}
		err = bindAddress(fd, &one)
		_ = unix.Close(fd) // nothing was written
		if err == unix.EADDRINUSE {
			return false
		}
	}
	return true
}

// FindPortUser finds a process that listens at a port, or has reserved it.
func FindPortUser(port int) (User, bool) {
	if user, found := FindUser(&setting.Socket{Kind: setting.TCP, Port: port}, ""); found {
		return user, true
	}
	return FindUser(&setting.Socket{Kind: setting.UnixDatagram, Path: reservation(port)}, "")
}
