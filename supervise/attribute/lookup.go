package attribute

import (
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/setting"
)

// Account is a line of /etc/passwd.
type Account struct {
	UID, GID int
	Groups   []int // by login: GID, and where its name stands in /etc/group
}

// FindAccount is the account of this name, which is no number. Of no such
// account, and of one whose line is none, it knows nothing.
func FindAccount(name string) (a Account, found bool, err error) {
	passwd, err := readFile(unix.AT_FDCWD, "/etc/passwd", maxAccounts)
	if err != nil {
		return a, false, about("/etc/passwd", err)
	}
	line, found := find(passwd, 0, name)
	if !found {
		return a, false, nil
	}
	uid, ok := setting.ID(line[2])
	gid, okGroup := setting.ID(line[3])
	if !ok || !okGroup {
		return a, false, nil
	}
	group, err := readFile(unix.AT_FDCWD, "/etc/group", maxAccounts)
	if err == errMissing {
		err = nil
	}
	if err != nil {
		return a, false, about("/etc/group", err)
	}
	return Account{uid, gid, loginGroups(group, name, gid)}, true, nil
}

// FindGroup is the number of the group of this name, which is none itself.
func FindGroup(name string) (gid int, found bool, err error) {
	group, err := readFile(unix.AT_FDCWD, "/etc/group", maxAccounts)
	if err != nil {
		return 0, false, about("/etc/group", err)
	}
	line, found := find(group, 0, name)
	if found {
		gid, found = setting.ID(line[2])
	}
	return gid, found, nil
}

// TakeGroups and the others change this thread alone, which is the one that
// executes.
func TakeGroups(gids []int) error { return unix.Setgroups(gids) }

// TakeGroup takes on the group gid.
func TakeGroup(gid int) error { return setThree(unix.SYS_SETRESGID, gid) }

// TakeUser takes on the user uid.
func TakeUser(uid int) error { return setThree(unix.SYS_SETRESUID, uid) }
