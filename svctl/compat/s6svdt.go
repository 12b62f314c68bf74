package compat

import (
	"errors"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/tally"
)

const s6svdtUsage = "s6-svdt [ -S | -s ] [ -n maxentries ] servicedir"

// s6svdt shows the last deaths of one service.
func s6svdt(c *client) int {
	most, numeric := tally.Max, false
	o := options{args: c.args}
	for {
		letter, arg := o.next("Ssn:")
		if letter == 0 {
			break
		}
		switch letter {
		case '?':
			return c.usage(s6svdtUsage)
		case 'n':
			n, err := parseUint(arg)
			if err != nil {
				return c.usage(s6svdtUsage)
			}
			most = int(min(n, tally.Max))
		default:
			numeric = letter == 's'
		}
	}
	if len(o.args) == 0 {
		return c.usage(s6svdtUsage)
	}
	if most == 0 {
		return exitOK
	}
	deaths, err := readTally(o.args[0])
	if err != nil {
		return c.fatal(exitSystem, "unable to read death tally for service "+o.args[0]+": "+systemReason(err))
	}
	for _, d := range deaths[max(len(deaths)-most, 0):] {
		_, _ = c.out.WriteString(deathLine(d, numeric) + "\n") // Flush tells
	}
	if err := c.out.Flush(); err != nil {
		return c.fatal(exitSystem, "unable to write to stdout: "+systemReason(err))
	}
	return exitOK
}

// readTally is the deaths of the service at path, oldest first; none if it has
// not died yet.
func readTally(path string) ([]tally.Death, error) {
	s, err := openService(unix.AT_FDCWD, path)
	if err != nil {
		return nil, err
	}
	defer s.close()
	// A supervisor may keep fewer, nobody keeps more.
	text, err := s.read(tallyFile, make([]byte, tally.Max*tally.RecordSize))
	if errors.Is(err, unix.ENOENT) && servicedir.IsDir(s.dir, servicedir.State) {
		return nil, nil
	}
	return tally.Unpack(text), err
}

func deathLine(d tally.Death, numeric bool) string {
	line := s6Label(d.At)
	switch {
	case d.Signal == 0:
		return line + " exitcode " + strconv.Itoa(d.Code)
	case numeric:
		return line + " signal " + strconv.Itoa(d.Signal)
	}
	return line + " signal " + s6SignalName(d.Signal)
}
