package compat

import (
	"errors"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

const svcOptions = "svc options: u up, d down, o once, x exit, p pause, c continue, " +
	"h hup, a alarm, i interrupt, t term, k kill"

// patience is how long letters wait for room in a FIFO that is full. The
// originals wait for ever.
const patience = time.Minute

// svc sends letters, each once, in the order in which they came. It is content
// whatever comes of them.
func svc(c *client) int {
	o := options{args: c.args, doubleDash: true}
	var letters []byte
	for {
		letter, _ := o.next("udopchaitkx")
		if letter == 0 {
			break
		}
		if letter == '?' {
			c.say(c.name + ": " + o.problem)
			c.say(svcOptions)
			return exitUsage
		}
		if !strings.Contains(string(letters), string(letter)) {
			letters = append(letters, letter)
		}
	}
	for _, path := range o.args {
		if problem := svcSend(path, letters); problem != "" {
			c.warn(problem)
		}
	}
	return exitOK
}

func svcSend(path string, letters []byte) (problem string) {
	s, err := openService(unix.AT_FDCWD, path)
	if err != nil {
		return "unable to chdir to " + path + ": " + reason(err)
	}
	defer s.close()
	err = fifo.Send(s.dir, controlFile, letters, patience)
	switch {
	case err == nil:
		return ""
	case errors.Is(err, fifo.ErrNotRunning):
		return "unable to control " + path + ": supervise not running"
	case failed(err) == "write":
		return "error writing commands to " + path + ": " + reason(err)
	}
	return "unable to control " + path + ": " + reason(err)
}
