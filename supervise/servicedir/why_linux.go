package servicedir

import (
	"bytes"
	"errors"
	"syscall"

	"golang.org/x/sys/unix"
)

// WhyNot says in words why a program of the service directory could not be
// executed, and how to mend it; missing when it is not there at all.
func WhyNot(dir int, name, path string, err error) (why string, missing bool) {
	var st unix.Stat_t
	serr := unix.Fstatat(dir, name, &st, 0)
	switch {
	case serr == unix.ENOENT && unix.Fstatat(dir, name, &st, unix.AT_SYMLINK_NOFOLLOW) == nil:
		return "the symbolic link leads nowhere (ls -l " + path + ")", false
	case serr == unix.ENOENT:
		return Reason(serr), true
	case serr != nil:
		return Reason(serr), false
	case st.Mode&unix.S_IFMT == unix.S_IFDIR:
		return "is a directory", false
	case st.Mode&unix.S_IFMT != unix.S_IFREG:
		return "not a regular file", false
	}
	switch err {
	case unix.EACCES:
		if st.Mode&0o111 == 0 {
			return "not executable (chmod +x " + path + ")", false
		}
		return "permission denied: its file system is mounted noexec, or its interpreter may not be executed", false
	case unix.ENOEXEC:
		return "not a program: its first line must name an interpreter, as #!/bin/sh", false
	case unix.ENOENT:
		return badInterpreter(dir, name, path), false
	}
	return Reason(err), false
}

// badInterpreter is for a script that is there while what its first line names
// is not.
func badInterpreter(dir int, name, path string) string {
	var buf [256]byte
	fd, err := unix.Openat(dir, name, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return "its interpreter does not exist"
	}
	defer unix.Close(fd)
	n, err := unix.Read(fd, buf[:])
	if err != nil {
		return "its interpreter does not exist"
	}
	line, _, _ := bytes.Cut(buf[:n], []byte{'\n'})
	if bytes.HasSuffix(line, []byte{'\r'}) {
		return "its lines end in CR LF (sed -i 's/\\r$//' " + path + ")"
	}
	if !bytes.HasPrefix(line, []byte("#!")) {
		return "its dynamic loader does not exist"
	}
	return "its interpreter does not exist: " + string(bytes.TrimSpace(line[2:]))
}

// Reason is why err happened, in the words of the system, without the names
// that the sentence around it says already.
func Reason(err error) string {
	var errno syscall.Errno
	switch {
	case !errors.As(err, &errno):
		return err.Error()
	case errno == unix.EAGAIN:
		return "temporary failure" // as daemontools says
	}
	return errno.Error()
}
