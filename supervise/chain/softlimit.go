package chain

import (
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/attribute"
)

// resources are the limits by letter, as softlimit and s6-softlimit have them.
var resources = map[byte][]int{
	'a': {unix.RLIMIT_AS},
	'c': {unix.RLIMIT_CORE},
	'd': {unix.RLIMIT_DATA},
	'f': {unix.RLIMIT_FSIZE},
	'l': {unix.RLIMIT_MEMLOCK},
	'm': {unix.RLIMIT_DATA, unix.RLIMIT_STACK, unix.RLIMIT_MEMLOCK, unix.RLIMIT_AS},
	'o': {unix.RLIMIT_NOFILE},
	'p': {unix.RLIMIT_NPROC},
	'r': {unix.RLIMIT_RSS},
	's': {unix.RLIMIT_STACK},
	't': {unix.RLIMIT_CPU},
}

const limitLetters = "a:c:d:f:l:m:o:p:r:s:t:"

const limitUsage = "[-a allbytes] [-c corebytes] [-d databytes] [-f filebytes] [-l lockbytes] [-m membytes] [-o openfiles] " +
	"[-p processes] [-r residentbytes] [-s stackbytes] [-t cpusecs] child"

// limit has exec set soft limits: at most the hard one, which stays.
func (c *call) limit(letter byte, soft uint64) error {
	for _, resource := range resources[letter] {
		var now syscall.Rlimit
		if err := syscall.Getrlimit(resource, &now); err != nil {
			return err
		}
		c.limits = append(c.limits, attribute.Limit{Resource: resource, Rlimit: unix.Rlimit{Cur: min(soft, now.Max), Max: now.Max}})
	}
	return nil
}

func softlimit(c *call) int {
	var failure error
	argv, ok := options(c.args, limitLetters, func(letter byte, value string) bool {
		c.badOption(letter, value)
		if resources[letter] == nil {
			return false
		}
		n, tail := leading(value)
		if value == "=" {
			n, tail = unix.RLIM_INFINITY, ""
		}
		if tail == "" {
			failure = c.limit(letter, n)
		}
		return tail == "" && failure == nil
	})
	switch {
	case failure != nil:
		return c.failed("unable to getrlimit", failure)
	case !ok || len(argv) == 0:
		return c.usage(exitUsage, limitUsage)
	}
	return c.run(argv)
}

// s6softlimit passes over options that it does not know, as s6 does.
func s6softlimit(c *call) int {
	var failure error
	argv, ok := options(c.args, limitLetters, func(letter byte, value string) bool {
		if resources[letter] == nil {
			return true
		}
		n, ok := whole(value, 64)
		if value == "=" {
			n, ok = unix.RLIM_INFINITY, true
		}
		if ok {
			failure = c.limit(letter, n)
		}
		return ok && failure == nil
	})
	switch {
	case failure != nil:
		return c.fatal(exitSystem, "unable to getrlimit: "+systemReason(failure))
	case !ok || len(argv) == 0:
		return c.usage(exitUsage, "[ -a allbytes ] [ -c corebytes ] [ -d databytes ] [ -f filebytes ] [ -l lockbytes ] [ -m membytes ] "+
			"[ -o openfiles ] [ -p processes ] [ -r residentbytes ] [ -s stackbytes ] [ -t cpusecs ] prog...")
	}
	return c.execS6(argv)
}
