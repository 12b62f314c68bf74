package chain

import (
	"errors"
	"strings"

	"github.com/svdir/svdir/supervise/attribute"
	"github.com/svdir/svdir/supervise/setting"
)

// maxGroups is how many groups chpst takes.
const maxGroups = 60

var errUnknown = errors.New("unknown")

// who finds the user and groups that chpst names, or is the exit code for none:
// user, user:group[:group...] or :uid:gid[:gid...].
func (c *call) who(text string) (uid int, groups []int, code int) {
	if numbers, numeric := strings.CutPrefix(text, ":"); numeric {
		uid, groups, ok := numericIDs(numbers)
		if !ok {
			return 0, nil, c.fatal(exitSystem, "invalid uid/gids: "+numbers)
		}
		return uid, groups, 0
	}
	uid, groups, err := namedIDs(text)
	switch {
	case err == errUnknown:
		return 0, nil, c.fatal(exitSystem, "unknown user/group: "+text)
	case err != nil:
		return 0, nil, c.fatal(exitSystem, "unable to get password/group file entry: "+err.Error())
	}
	return uid, groups, 0
}

func numericIDs(text string) (uid int, groups []int, ok bool) {
	words := strings.Split(text, ":")
	if len(words) < 2 || len(words) > 1+maxGroups {
		return 0, nil, false
	}
	for i, word := range words {
		id, ok := setting.ID(word)
		if !ok {
			return 0, nil, false
		}
		if i == 0 {
			uid = id
			continue
		}
		groups = append(groups, id)
	}
	return uid, groups, true
}

func namedIDs(text string) (uid int, groups []int, err error) {
	user, rest, named := strings.Cut(text, ":")
	a, found, err := attribute.FindAccount(user)
	switch {
	case err != nil:
		return 0, nil, err
	case !found:
		return 0, nil, errUnknown
	case !named:
		return a.UID, []int{a.GID}, nil
	}
	for i, word := range strings.Split(rest, ":") {
		if i == maxGroups {
			break
		}
		gid, found, err := attribute.FindGroup(word)
		if err != nil {
			return 0, nil, err
		}
		if !found {
			return 0, nil, errUnknown
		}
		groups = append(groups, gid)
	}
	return a.UID, groups, nil
}
