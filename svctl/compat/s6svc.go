package compat

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/servicedir"
)

const s6svcUsage = "s6-svc [ -wu | -wU | -wd | -wD | -wr | -wR ] [ -T timeout ] [ -abqhkti12pcyroduDUxOQ ] servicedir"

// s6svcLetters are those of s6 2.15.
const s6svcLetters = "abqhkti12pcyroduDUxOQlPCK"

// s6svcMost is how many letters s6-svc takes at once.
const s6svcMost = 62

// s6svcCall is what the command line of s6-svc asks for.
type s6svcCall struct {
	*client
	letters string
	await   byte // one of uUdDrR, 0 not to wait
	timeout time.Duration
	path    string
}

// s6svc sends letters to one service and, with -w, waits for what they cause.
func s6svc(c *client) int {
	call := s6svcCall{client: c}
	if code := call.parse(); code != exitOK {
		return code
	}
	if call.await == 'U' || call.await == 'R' {
		if code := call.noReadiness(); code != exitOK {
			return code
		}
	}
	if call.await == 0 {
		return call.send(call.path)
	}
	return call.sendAndWait()
}

func (c *s6svcCall) parse() (code int) {
	o := options{args: c.args}
	for {
		letter, arg := o.next(s6svcLetters + "T:w:")
		switch letter {
		case 0:
			return c.operand(o.args)
		case '?':
			return c.usage(s6svcUsage)
		case 'T':
			n, err := parseUint(arg)
			if err != nil {
				return c.usage(s6svcUsage)
			}
			c.timeout = millis(n)
		case 'w':
			if arg == "" || !strings.Contains("dDuUrR", arg[:1]) {
				return c.usage(s6svcUsage)
			}
			c.await = arg[0]
		default:
			if len(c.letters) == s6svcMost {
				return c.fatal(exitUsage, "too many commands")
			}
			c.letters += string(letter)
		}
	}
}

func (c *s6svcCall) operand(paths []string) (code int) {
	if len(paths) == 0 {
		return c.usage(s6svcUsage)
	}
	if len(paths) > 1 {
		c.warn("ignoring extra arguments")
	}
	c.path = paths[0]
	if c.path == "" {
		return c.fatal(exitUsage, "invalid service path")
	}
	return exitOK
}

// noReadiness makes do with up where the service cannot say that it is ready.
func (c *s6svcCall) noReadiness() (code int) {
	name := c.path + "/" + servicedir.NotificationFD
	err := unix.Access(name, unix.F_OK)
	if err == nil {
		return exitOK
	}
	if err != unix.ENOENT {
		return c.fatal(exitSystem, "unable to access "+name+": "+systemReason(err))
	}
	c.await += 'a' - 'A'
	c.warn(name + " not present - ignoring request for readiness notification")
	return exitOK
}

// send writes the letters; without any it only asks who is there.
func (c *s6svcCall) send(path string) (code int) {
	s, err := openService(unix.AT_FDCWD, path)
	if err == nil {
		defer s.close()
		err = fifo.Send(s.dir, controlFile, []byte(c.letters), patience)
	}
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, fifo.ErrNotRunning):
		return c.notListening(path)
	case s == nil || !errors.Is(err, unix.ENOENT) && !errors.Is(err, unix.ENOTDIR) && !errors.Is(err, unix.EISDIR):
		return c.fatal(exitSystem, "unable to control "+path+": "+systemReason(err))
	}
	var st unix.Stat_t
	if unix.Fstatat(s.dir, servicedir.State, &st, 0) == unix.ENOENT {
		return c.notListening(path)
	}
	return c.fatal(exitUsage, "something is wrong with the "+path+"/"+servicedir.State+" directory: "+systemReason(err))
}

func (c *s6svcCall) notListening(path string) (code int) {
	return c.fatal(exitUsage, ": unable to control "+path+": supervisor not listening")
}

// parseUint reads a number as s6's options do: digits and nothing else.
func parseUint(text string) (uint64, error) {
	return strconv.ParseUint(text, 10, 32)
}

// millis is n milliseconds, 0 for no limit.
func millis(n uint64) time.Duration {
	return time.Duration(min(n, math.MaxInt32)) * time.Millisecond
}
