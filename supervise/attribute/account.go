package attribute

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/setting"
)

// identity is who the service is, looked up.
type identity struct {
	known       bool
	change      bool // it is asked for, not what we are anyway
	user, group string
	uid, gid    int
	groups      []int
	exact       bool // groups are those asked for, not those by login
}

// maxAccounts bounds /etc/passwd and /etc/group.
const maxAccounts = 16 << 20

// lookUp finds a user in /etc/passwd and /etc/group. No other source is asked:
// that needs a C library, and more than a service should wait for.
func lookUp(u setting.User) (identity, error) {
	if u.Numeric {
		return numeric(u), nil
	}
	passwd, err := readFile(unix.AT_FDCWD, "/etc/passwd", maxAccounts)
	if err != nil {
		return identity{}, about("/etc/passwd", err)
	}
	group, err := readFile(unix.AT_FDCWD, "/etc/group", maxAccounts)
	if err != nil {
		return identity{}, about("/etc/group", err)
	}
	return resolve(u, passwd, group)
}

// numeric is for :uid:gid, which ParseUser has checked.
func numeric(u setting.User) identity {
	who := identity{known: true, change: true, exact: true, user: u.Name, group: u.Groups[0]}
	who.uid, _ = setting.ID(u.Name)
	for _, word := range u.Groups {
		gid, _ := setting.ID(word)
		who.groups = append(who.groups, gid)
	}
	who.gid = who.groups[0]
	return who
}

// resolve finds u in the texts of /etc/passwd and /etc/group. What is no name
// there may be a number.
func resolve(u setting.User, passwd, group string) (identity, error) {
	who := identity{known: true, change: true, user: u.Name}
	account, found := find(passwd, 0, u.Name)
	uid, isID := setting.ID(u.Name)
	if !found && isID {
		account, found = find(passwd, 2, strconv.Itoa(uid))
	}
	switch {
	case found:
		var ok, okGroup bool
		who.user = account[0]
		who.uid, ok = setting.ID(account[2])
		if who.gid, okGroup = setting.ID(account[3]); !ok || !okGroup {
			return identity{}, errors.New("bad line of user " + who.user + " in /etc/passwd")
		}
	case !isID:
		return identity{}, errors.New("unknown user " + u.Name)
	case len(u.Groups) == 0:
		return identity{}, errors.New("unknown user " + u.Name + ": a number without a name needs its group, as " + u.Name + ":" + u.Name)
	default:
		who.uid = uid
	}
	if len(u.Groups) > 0 {
		err := who.join(u.Groups, group)
		return who, err
	}
	who.groups = loginGroups(group, who.user, who.gid)
	who.group = groupName(group, who.gid)
	return who, nil
}

// join makes the groups of who those that are named.
func (who *identity) join(words []string, group string) error {
	who.exact = true
	for _, word := range words {
		gid, ok := setting.ID(word)
		if fields, found := find(group, 0, word); found {
			gid, ok = setting.ID(fields[2])
		}
		if !ok {
			return errors.New("unknown group " + word)
		}
		if !slices.Contains(who.groups, gid) {
			who.groups = append(who.groups, gid)
		}
	}
	who.gid, who.group = who.groups[0], groupName(group, who.groups[0])
	return nil
}

// find is the first line of /etc/passwd or /etc/group whose field at is word.
func find(text string, at int, word string) (fields []string, found bool) {
	for line := range strings.Lines(text) {
		if !strings.Contains(line, word) {
			continue
		}
		if fields := entry(line); len(fields) > at && fields[at] == word {
			return fields, true
		}
	}
	return nil, false
}

// entry takes a line apart, if it is one: + and - are of NIS, which is not
// asked.
func entry(line string) []string {
	fields := strings.Split(strings.TrimRight(line, "\r\n"), ":")
	if len(fields) < 4 || fields[0] == "" || strings.IndexByte("+-#", fields[0][0]) >= 0 {
		return nil
	}
	return fields
}

// loginGroups are those that user has by login: gid, and where its name stands.
func loginGroups(text, user string, gid int) []int {
	groups := []int{gid}
	for line := range strings.Lines(text) {
		fields := entry(line)
		if fields == nil || !slices.Contains(strings.Split(fields[3], ","), user) {
			continue
		}
		if id, ok := setting.ID(fields[2]); ok && !slices.Contains(groups, id) {
			groups = append(groups, id)
		}
	}
	return groups
}

// groupName is the name of gid, or its number.
func groupName(text string, gid int) string {
	number := strconv.Itoa(gid)
	if fields, found := find(text, 2, number); found {
		return fields[0]
	}
	return number
}
