package chain

import (
	"errors"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/attribute"
)

const (
	chpstUsage = " [-vVP012] [-u user[:group]] [-U user[:group]] [-b argv0] [-e dir] [-/ root] [-n nice] [-l|-L lock] " +
		"[-m n] [-d n] [-o n] [-p n] [-f n] [-c n] [-t n] prog\n\n"
	chpstVersion = "$Id: f279d44141c981dd7535a12260efcf1ef7beed26 $\n"
)

// chpstOptions are what chpst is called with; empty where it is not.
type chpstOptions struct {
	given  map[byte]string // u U b e / l L
	nice   int
	limits []softLimit   // a later one wins
	flags  map[byte]bool // v P 0 1 2
}

type softLimit struct {
	letter byte
	n      uint64
}

var errChpst = errors.New("usage")

func parseChpst(c *call) (o chpstOptions, argv []string, err error) {
	o = chpstOptions{given: map[byte]string{}, flags: map[byte]bool{}}
	argv, ok := options(c.args, "u:U:b:e:m:d:o:p:f:c:r:t:/:n:l:L:vP012V", func(letter byte, value string) bool {
		c.badOption(letter, value)
		switch letter {
		case 'm', 'd', 'o', 'p', 'f', 'c', 'r', 't':
			n, tail := leading(value)
			o.limits = append(o.limits, softLimit{letter, n})
			return tail == ""
		case 'n':
			return o.setNice(value)
		case 'l', 'L':
			if len(o.given['l'])+len(o.given['L']) > 0 {
				return false
			}
			o.given[letter] = value
		case 'u', 'U', 'b', 'e', '/':
			o.given[letter] = value
		case 'v', 'P', '0', '1', '2':
			o.flags[letter] = true
		case 'V':
			say(chpstVersion)
			return false
		default:
			return false
		}
		return true
	})
	if !ok || len(argv) == 0 {
		err = errChpst
	}
	return o, argv, err
}

// setNice reads the number after -n, which may have a sign.
func (o *chpstOptions) setNice(value string) bool {
	const most = 40 // from one end to the other
	digits := strings.TrimPrefix(value, "+")
	sign := 1
	if strings.HasPrefix(value, "-") {
		digits, sign = value[1:], -1
	}
	n, tail := leading(digits)
	o.nice = sign * int(min(n, most))
	return tail == ""
}

// chpst applies its options in the order of the original.
func chpst(c *call) int {
	o, argv, err := parseChpst(c)
	if err != nil {
		say("usage: " + path.Base(os.Args[0]) + chpstUsage)
		return exitUsage
	}
	for _, step := range []func(*call, chpstOptions) int{
		chpstSession, chpstEnvironment, chpstRoot, chpstNice, chpstUser, chpstLock, chpstLimits, chpstClose,
	} {
		if code := step(c, o); code != 0 {
			return code
		}
	}
	prog := argv[0]
	if name, given := o.given['b']; given {
		argv[0] = name
	}
	return c.failed("unable to run: "+argv[0], c.become(daemontools, prog, argv))
}

func chpstSession(_ *call, o chpstOptions) int {
	if o.flags['P'] {
		_, _ = unix.Setsid() // EPERM: we lead a group already
	}
	return 0
}

func chpstEnvironment(c *call, o chpstOptions) int {
	dir, given := o.given['e']
	if !given {
		return 0
	}
	err := variables(dir, c.env.setFrom, func(name string, err error) error {
		switch {
		case err == unix.ENOENT:
			return nil
		case err != unix.EISDIR:
			return &trouble{"read", dir + "/" + name, err}
		case o.flags['v']:
			say(c.name + ": warning: unable to read " + dir + "/" + name + ": " + reason(err) + "\n")
		}
		return nil
	})
	if err == nil {
		return 0
	}
	var t *trouble
	switch {
	case errors.As(err, &t) && t.doing == "switch to":
		return c.failed("unable to switch to directory: "+dir, err)
	case t.doing == "open":
		return c.failed("unable to open directory: "+dir, err)
	case t.object == dir:
		return c.failed("unable to read directory: "+dir, err)
	}
	return c.failed("unable to read "+t.object, err)
}

func chpstRoot(c *call, o chpstOptions) int {
	root, given := o.given['/']
	if !given {
		return 0
	}
	if err := unix.Chdir(root); err != nil {
		return c.failed("unable to change directory: "+root, err)
	}
	if err := unix.Chroot("."); err != nil {
		return c.failed("unable to change root directory", err)
	}
	return 0
}

func chpstNice(c *call, o chpstOptions) int {
	if o.nice == 0 {
		return 0
	}
	const zero = 20 // the system call is never negative
	now, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	if err == nil {
		err = unix.Setpriority(unix.PRIO_PROCESS, 0, zero-now+o.nice)
	}
	if err == unix.EACCES {
		err = unix.EPERM // as nice(3) has it
	}
	if err != nil {
		return c.failed("unable to set nice level", err)
	}
	return 0
}

func chpstLock(c *call, o chpstOptions) int {
	file, wait := o.given['l']
	if !wait {
		var given bool
		if file, given = o.given['L']; !given {
			return 0
		}
	}
	opened, err := lockFile(file, wait)
	switch {
	case err != nil && !opened:
		return c.failed("unable to open lock: "+file, err)
	case err != nil:
		return c.failed("unable to lock: "+file, err)
	}
	return 0
}

func chpstLimits(c *call, o chpstOptions) int {
	for _, l := range o.limits {
		if err := c.limit(l.letter, l.n); err != nil {
			return c.failed("unable to getrlimit()", err)
		}
	}
	return 0
}

func chpstClose(_ *call, o chpstOptions) int {
	for fd, letter := range []byte("012") {
		if o.flags[letter] {
			_ = unix.Close(fd) // all three are open: the runtime sees to that
		}
	}
	return 0
}

// chpstUser sets UID and GID, and takes a user on.
func chpstUser(c *call, o chpstOptions) int {
	if text, given := o.given['U']; given {
		uid, groups, code := c.who(text)
		if code != 0 {
			return code
		}
		c.env.setIDs(uid, groups[0])
	}
	text, given := o.given['u']
	if !given {
		return 0
	}
	uid, groups, code := c.who(text)
	if code != 0 {
		return code
	}
	if err := attribute.TakeGroups(groups); err != nil {
		return c.failed("unable to setgroups", err)
	}
	if err := attribute.TakeGroup(groups[0]); err != nil {
		return c.failed("unable to setgid", err)
	}
	if err := attribute.TakeUser(uid); err != nil {
		return c.failed("unable to setuid", err)
	}
	return 0
}
