package socket

import (
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/supervise/setting"
)

// each calls f for each socket in a table, until it says that this is enough.
func each(table string, f func(l line) bool) error {
	parse := parseInet
	if table == "unix" {
		parse = parseUnix
	}
	return eachLine("/proc/net/"+table, func(text string) bool {
		l, ok := parse(text)
		return !ok || f(l)
	})
}

// IsUsed says that somebody has a connection to one, or that nobody can tell.
func IsUsed(one *setting.Socket, home string) (used bool) {
	if !one.Kind.Connects() {
		return true
	}
	table, path := "tcp", ""
	switch {
	case one.Kind.IsUnix():
		table, path = "unix", Path(one, home)
	case one.Kind == setting.TCP6:
		table = "tcp6"
	}
	err := each(table, func(l line) bool {
		used = serves(l, one, path)
		return !used
	})
	return used || err != nil
}

// User is a process that has a socket open.
type User struct {
	PID  int
	Name string
}

// String names it for people.
func (u User) String() string { return u.Name + " (pid " + strconv.Itoa(u.PID) + ")" }

// FindUser finds a process that has what is in the way of one, as far as we may look
// at it. It reads much of /proc, so it is for when something has failed.
func FindUser(one *setting.Socket, home string) (User, bool) {
	inodes := inTheWay(one, home)
	var user User
	if len(inodes) > 0 {
		eachProcess(func(pid int) bool {
			if !hasOpen(pid, inodes) {
				return true
			}
			var buf [64]byte
			user = User{pid, strings.TrimSpace(string(proc.Read("/proc/"+strconv.Itoa(pid)+"/comm", buf[:])))}
			return false
		})
	}
	return user, user.PID != 0
}

// IsHeld says that something is in the way of one, whoever has it: a socket that
// listens, not a connection that is about to end.
func IsHeld(one *setting.Socket, home string) bool { return len(inTheWay(one, home)) > 0 }

// inTheWay are the sockets that are, as links to them read.
func inTheWay(one *setting.Socket, home string) map[string]bool {
	path := ""
	if one.Kind.IsUnix() {
		path = Path(one, home)
	}
	inodes := map[string]bool{}
	for _, table := range tables(one.Kind) {
		_ = each(table, func(l line) bool { // one that is not there says nothing
			if hinders(l, one, path) {
				inodes["socket:["+strconv.FormatUint(l.inode, 10)+"]"] = true
			}
			return true
		})
	}
	return inodes
}

// eachProcess calls f for each process, until it says that this is enough.
func eachProcess(f func(pid int) bool) {
	dir, err := unix.Open("/proc", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return
	}
	defer unix.Close(dir)
	more := true
	_ = fifo.EachName(dir, func(name string) { // best effort: whom we do not see we do not name
		if pid, err := strconv.Atoi(name); err == nil && more {
			more = f(pid)
		}
	})
}

// hasOpen says that a process has one of these files open.
func hasOpen(pid int, files map[string]bool) (has bool) {
	dir, err := unix.Open("/proc/"+strconv.Itoa(pid)+"/fd", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false // another's, or it has ended
	}
	defer unix.Close(dir)
	var link [64]byte
	_ = fifo.EachName(dir, func(name string) { // likewise
		if has {
			return
		}
		n, err := unix.Readlinkat(dir, name, link[:])
		has = err == nil && files[string(link[:n])]
	})
	return has
}
