package socket

import (
	"errors"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/setting"
)

// owner finds a user and a group in /etc/passwd and /etc/group, without a group that
// of the user. No other source is asked, as for set/user.
func owner(user, group string) (uid, gid int, err error) {
	const login = "/etc/passwd"
	var fields []string
	if id, ok := setting.ID(user); ok {
		uid, gid = id, -1 // as it is
	} else if fields = find(login, user); fields == nil {
		return 0, 0, errors.New("unknown user " + user)
	} else {
		var okGroup bool
		uid, ok = setting.ID(fields[2])
		if gid, okGroup = setting.ID(fields[3]); !ok || !okGroup {
			return 0, 0, errors.New("bad line of user " + user + " in " + login)
		}
	}
	if group == "" {
		return uid, gid, nil
	}
	id, ok := setting.ID(group)
	if !ok {
		if fields = find("/etc/group", group); fields != nil {
			id, ok = setting.ID(fields[2])
		}
	}
	if !ok {
		return 0, 0, errors.New("unknown group " + group)
	}
	return uid, id, nil
}

// find is the line of a name in such a file, nil if there is none.
func find(file, name string) (fields []string) {
	_ = eachLine(file, func(line string) bool { // one that cannot be read has no names
		if !strings.HasPrefix(line, name+":") {
			return true
		}
		fields = strings.Split(line, ":")
		if len(fields) < 4 {
			fields = nil
		}
		return fields == nil
	})
	return fields
}

// eachLine calls f for each line of a file, until it says that this is enough.
func eachLine(path string, f func(line string) bool) error {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	const piece = 32 << 10
	rest, buf := "", make([]byte, piece)
	for {
		n, err := unix.Read(fd, buf)
		if err == unix.EINTR {
			continue
		}
		if n <= 0 || err != nil || len(rest) > piece {
			return err
		}
		rest += string(buf[:n])
		for {
			line, after, whole := strings.Cut(rest, "\n")
			if !whole {
				break
			}
			if rest = after; !f(line) {
				return nil
			}
		}
	}
}
