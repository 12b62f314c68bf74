package socket

import (
	"errors"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/setting"
)

// Bind makes the socket that one asks for; home is where relative paths begin. That
// an address is in use is EADDRINUSE, whatever has it. The caller polls it alone, so
// it blocks, as a service expects of what it is given.
func Bind(one *setting.Socket, home string) (fd int, err error) {
	domain, kind := family(one.Kind)
	if fd, err = unix.Socket(domain, kind|unix.SOCK_CLOEXEC, 0); err != nil {
		return -1, err
	}
	if one.Kind.IsUnix() {
		err = bindPath(fd, kind, one, Path(one, home))
	} else {
		err = bindAddress(fd, one)
	}
	if err == nil && one.Kind.Connects() {
		backlog := one.Backlog
		if backlog == 0 {
			backlog = unix.SOMAXCONN // or what the system allows
		}
		err = unix.Listen(fd, backlog)
	}
	if err != nil {
		_ = unix.Close(fd) // nothing was written
		return -1, err
	}
	return fd, nil
}

func family(k setting.SocketKind) (domain, kind int) {
	switch k {
	case setting.TCP:
		return unix.AF_INET, unix.SOCK_STREAM
	case setting.TCP6:
		return unix.AF_INET6, unix.SOCK_STREAM
	case setting.UDP:
		return unix.AF_INET, unix.SOCK_DGRAM
	case setting.UDP6:
		return unix.AF_INET6, unix.SOCK_DGRAM
	case setting.UnixDatagram:
		return unix.AF_UNIX, unix.SOCK_DGRAM
	case setting.UnixPacket:
		return unix.AF_UNIX, unix.SOCK_SEQPACKET
	}
	return unix.AF_UNIX, unix.SOCK_STREAM
}

func bindAddress(fd int, one *setting.Socket) error {
	options := []struct {
		level, name int
		set         bool
	}{
		{unix.SOL_SOCKET, unix.SO_REUSEADDR, one.Kind.Connects()}, // connections that have ended are in nobody's way
		{unix.SOL_SOCKET, unix.SO_REUSEPORT, one.ReusePort},
		{unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, one.Kind == setting.TCP6 || one.Kind == setting.UDP6}, // tcp and tcp6 may have one port
	}
	for _, o := range options {
		if !o.set {
			continue
		}
		if err := unix.SetsockoptInt(fd, o.level, o.name, 1); err != nil {
			return err
		}
	}
	if one.Kind == setting.TCP6 || one.Kind == setting.UDP6 {
		return unix.Bind(fd, &unix.SockaddrInet6{Port: one.Port, ZoneId: one.Zone, Addr: one.Addr})
	}
	return unix.Bind(fd, &unix.SockaddrInet4{Port: one.Port, Addr: [4]byte(one.Addr[:4])})
}

// Path is where the socket is seen in the file system, or its name after an @.
func Path(one *setting.Socket, home string) string {
	if one.Path[0] == '/' || one.Path[0] == '@' {
		return one.Path
	}
	return home + "/" + one.Path
}

var errLongPath = errors.New("its path is longer than 107 bytes")

// bindPath binds, and has the file as it is asked for before anybody can connect.
func bindPath(fd, kind int, one *setting.Socket, path string) error {
	if len(path) > setting.MaxSocketPath {
		return errLongPath
	}
	if one.IsFile() {
		if err := clear(path, kind); err != nil {
			return err
		}
	}
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: path}); err != nil || !one.IsFile() {
		return err
	}
	if one.Mode >= 0 {
		if err := unix.Chmod(path, uint32(one.Mode)); err != nil {
			return err
		}
	}
	if one.User == "" {
		return nil
	}
	uid, gid, err := owner(one.User, one.Group)
	if err == nil {
		err = unix.Lchown(path, uid, gid)
	}
	return err
}

var errNoSocket = errors.New("what is there already is no socket")

// clear removes the file of a socket that nobody has open any more.
func clear(path string, kind int) error {
	var st unix.Stat_t
	switch err := unix.Lstat(path, &st); {
	case err == unix.ENOENT:
		return nil
	case err != nil:
		return err
	case st.Mode&unix.S_IFMT != unix.S_IFSOCK:
		return errNoSocket
	}
	fd, err := unix.Socket(unix.AF_UNIX, kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if err := unix.Connect(fd, &unix.SockaddrUnix{Name: path}); err != unix.ECONNREFUSED {
		return unix.EADDRINUSE // or it may be
	}
	if err := unix.Unlink(path); err != unix.ENOENT {
		return err
	}
	return nil
}

// Silence has nobody listen at a socket any more, whoever has it open too: what is left
// of a service that is down neither answers nor keeps the address.
func Silence(one *setting.Socket, fd int) {
	if one.Kind.Connects() {
		_ = unix.Shutdown(fd, unix.SHUT_RDWR) // who connects sees it
	}
}

// File is which file a socket is seen as, the zero File if none.
type File struct{ dev, ino uint64 }

// FindFile is that of one.
func FindFile(one *setting.Socket, home string) File {
	var st unix.Stat_t
	if !one.IsFile() || unix.Lstat(Path(one, home), &st) != nil {
		return File{}
	}
	return File{uint64(st.Dev), st.Ino}
}

// Remove removes the file of a socket that was closed, unless another has its place.
func Remove(one *setting.Socket, home string, file File) {
	if file != (File{}) && FindFile(one, home) == file {
		_ = unix.Unlink(Path(one, home)) // best effort: who binds it next does the same
	}
}

// IsReady says that somebody is about to be served: a connection waits to be
// accepted, or a datagram to be read.
func IsReady(fd int) bool {
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	n, err := fifo.Retry(func() (int, error) { return unix.Poll(fds, 0) })
	return err == nil && n == 1
}
