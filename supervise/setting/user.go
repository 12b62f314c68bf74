package setting

import (
	"errors"
	"strconv"
	"strings"
)

// User says who a service is, not yet looked up.
type User struct {
	// Name is a name, or a uid where no such name exists.
	Name string
	// Groups are names or gids, the first that of the process, all its
	// supplementary groups. None: those that the user has by login.
	Groups []string
	// Numeric: Name and Groups are numbers, and are not looked up.
	Numeric bool
}

// maxGroups bounds how many are named, as the field does.
const maxGroups = 60

var errUser = errors.New("not user[:group[:group...]] or :uid:gid[:gid...]")

// ParseUser reads set/user: user[:group[:group...]], or :uid:gid[:gid...] for
// numbers that no file need know.
func ParseUser(value string) (User, error) {
	var u User
	if strings.HasPrefix(value, ":") {
		u.Numeric = true
		value = value[1:]
	}
	words := strings.Split(value, ":")
	if len(words) > 1+maxGroups || u.Numeric && len(words) < 2 {
		return User{}, errUser
	}
	for _, word := range words {
		if word == "" || strings.ContainsAny(word, " \t\n\r\x00/") {
			return User{}, errUser
		}
		if _, ok := ID(word); u.Numeric && !ok {
			return User{}, errUser
		}
	}
	u.Name, u.Groups = words[0], words[1:]
	return u, nil
}

// ID is a uid or gid in decimal. The last number of 32 bits is none: the kernel
// takes it for "as it is".
func ID(word string) (id int, ok bool) {
	n, err := strconv.ParseUint(word, 10, 32)
	return int(n), err == nil && n != 1<<32-1
}
