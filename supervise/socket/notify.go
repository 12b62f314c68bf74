package socket

import (
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/setting"
)

// The kernel keeps what waits in a notify socket as long as somebody has it open. So
// svscan binds it, and gives it to each supervise in turn: what one that was killed
// has not read the next one reads. A name tells whose it is, however it came.

// pathless is the beginning of the name of a notify socket that has no path, held that
// of the file by which one that is held for a service is first bound.
const pathless, held = "@svdir/notify/", "notify."

// OwnerOf is how a notify socket names the service whose state is in this directory.
func OwnerOf(state int) (string, error) {
	var st unix.Stat_t
	if err := unix.Fstat(state, &st); err != nil {
		return "", err
	}
	return strconv.FormatUint(uint64(st.Dev), 16) + "/" + strconv.FormatUint(st.Ino, 16), nil
}

// BindNotify binds the notify socket in the directory state, where it has this path,
// in place of the one that was there, by one step. Where that is too long for a
// service to use, it has a name that is no path. holds says that it is to be held for
// the service.
func BindNotify(state int, path string, holds bool) (fd int, err error) {
	owner, err := OwnerOf(state)
	if err != nil {
		return -1, err
	}
	if fd, err = unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0); err != nil {
		return -1, err
	}
	name := path[strings.LastIndexByte(path, '/')+1:]
	fresh := name + ".new"
	if holds {
		fresh = held + strings.Replace(owner, "/", ".", 1)
	}
	switch err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_PASSCRED, 1); {
	case err != nil:
	case len(path) > setting.MaxSocketPath:
		err = unix.Bind(fd, &unix.SockaddrUnix{Name: pathless + owner})
	default:
		err = bindAt(fd, state, fresh, name)
	}
	if err != nil {
		_ = unix.Close(fd) // nothing was written
		return -1, err
	}
	return fd, nil
}

func bindAt(fd, state int, fresh, name string) error {
	_ = unix.Unlinkat(state, fresh, 0) // of a process that was killed
	if err := unix.Bind(fd, place(state, fresh)); err != nil {
		return err
	}
	// Whoever the service is, it may write: whom we hear is another matter.
	if err := unix.Fchmodat(state, fresh, 0o666, 0); err != nil {
		return err
	}
	return unix.Renameat(state, fresh, state, name)
}

// Address is how a service is to call a notify socket, which has this path if it has
// any; "" if it cannot use that.
func Address(fd int, path string) string {
	if name := nameOf(unix.Getsockname(fd)); strings.HasPrefix(name, "@") {
		return name
	}
	if len(path) > setting.MaxSocketPath {
		return ""
	}
	return path
}

// Owner is the service for which a notify socket is held, "" if it is for none.
func Owner(fd int) string { return ownerIn(nameOf(unix.Getsockname(fd))) }

// IsThere says that a socket which is held for the service with this state is still
// the one that is called name there.
func IsThere(fd, state int, name string) bool {
	bound := nameOf(unix.Getsockname(fd))
	if strings.HasPrefix(bound, "@") {
		return true
	}
	probe, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(probe)
	return unix.Connect(probe, place(state, name)) == nil && ownerIn(nameOf(unix.Getpeername(probe))) == ownerIn(bound)
}

func nameOf(address unix.Sockaddr, err error) string {
	if local, is := address.(*unix.SockaddrUnix); is && err == nil {
		return local.Name
	}
	return ""
}

// ownerIn is the owner that the name of a socket says.
func ownerIn(name string) string {
	if owner, is := strings.CutPrefix(name, pathless); is {
		return owner
	}
	owner, is := strings.CutPrefix(name[strings.LastIndexByte(name, '/')+1:], held)
	if !is || !strings.Contains(owner, ".") {
		return ""
	}
	return strings.Replace(owner, ".", "/", 1)
}
