package attribute

import "slices"

// step takes on one attribute, or a few that belong together. read finds out
// what set/ asks for, and apply does it; each is nil where there is nothing to
// do.
type step struct {
	name        string // as svexec(8) has it: the setting, but for env
	read, apply func(*start) error
}

// order is the order in which attributes are applied: svexec(8) has the same.
var order = []step{
	// First, because all that follows is told apart by it: prepare runs with it,
	// and PATH finds the program.
	{"env", (*start).readEnvironment, nil},
	// Where it says no, nothing else is done.
	{"condition", (*start).readCondition, (*start).askCondition},
	// Both are looked at, since the files are noted that the work is about to see.
	{"status", (*start).readStatus, (*start).askStatus},
	{"inputs", (*start).readInputs, (*start).lookAtInputs},
	// Those that only root may raise come while we are root, and before prepare,
	// so that it runs as the service will.
	{"oom-score", (*start).readOOMScore, (*start).setOOMScore},
	{"nice", (*start).readNice, (*start).setNice},
	{"ionice", (*start).readIONice, (*start).setIONice},
	{"pipe", (*start).readPipe, (*start).setPipe},
	{"umask", (*start).readUmask, (*start).setUmask},
	// prepare finds its directories, and may fill them.
	{"dirs", (*start).readDirs, (*start).makeDirs},
	{"prepare", (*start).readPrepare, (*start).runPrepare},
	// Its root before its directory, which is below it.
	{"chroot", (*start).readChroot, (*start).changeRoot},
	{"cwd", (*start).readDirectory, (*start).changeDirectory},
	// Only root may raise hard limits. They hold from exec on: prepare, and what
	// is still to be done here, may need more than the service shall have.
	{"limits", (*start).readLimits, (*start).raiseLimits},
	// Root goes only when nothing needs it any more.
	{"user", (*start).readUser, (*start).changeUser},
	// Taking the user on clears capabilities, so they come behind it.
	{"capabilities", (*start).readCapabilities, (*start).setCapabilities},
	{"no-new-privs", (*start).readNoNewPrivs, (*start).setNoNewPrivs},
	// They are for the program alone, not for prepare, and no setting says otherwise.
	{"sockets", nil, (*start).nameSockets},
}

// beside is the order for what runs beside the service, which has its directories
// and its pipe, and was prepared.
func beside(all []step) []step {
	return slices.DeleteFunc(slices.Clone(all), func(s step) bool {
		return s.name == "pipe" || s.name == "dirs" || s.name == "prepare"
	})
}
