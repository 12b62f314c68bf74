package compat

import (
	"errors"
	"io/fs"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/status"
)

// svstat prints one line for each directory, and is content with any.
func svstat(c *client) int {
	for _, path := range c.args {
		_, _ = c.out.WriteString(path + ": " + svstatLine(path) + "\n") // shown or not, the answer is 0
	}
	return exitOK
}

func svstatLine(path string) string {
	s, err := openService(unix.AT_FDCWD, path)
	if err != nil {
		return "unable to chdir: " + reason(err)
	}
	defer s.close()
	normallyUp, err := s.normallyUp()
	if err != nil {
		return "unable to stat down: " + reason(err)
	}
	err = s.alive()
	if errors.Is(err, fifo.ErrNotRunning) {
		return fifo.ErrNotRunning.Error()
	}
	if err != nil {
		return "unable to open " + okFile + ": " + reason(err)
	}
	r, _, err := s.status()
	if err != nil {
		return "unable to " + failed(err) + " " + statusFile + ": " + reason(err)
	}
	line := "down "
	if r.PID != 0 {
		line = "up (pid " + strconv.Itoa(r.PID) + ") "
	}
	return line + seconds(r.Since) + " seconds" + remarks(&r, normallyUp)
}

// remarks are what daemontools, runit and we say of a service that is not
// simply as it normally is.
func remarks(r *status.Record, normallyUp bool) string {
	text := ""
	if r.PID != 0 {
		if !normallyUp {
			text += ", normally down"
		}
		if r.Paused {
			text += ", paused"
		}
		if r.Want == status.WantDown {
			text += ", want down"
		}
		return text
	}
	if normallyUp {
		text += ", normally up"
	}
	if r.Want == status.WantUp {
		text += ", want up"
	}
	return text
}

// seconds counts from the second of t to this second, as the labels of
// daemontools and runit are compared; a future moment is now.
func seconds(t time.Time) string {
	return strconv.FormatInt(max(time.Now().Unix()-t.Unix(), 0), 10)
}

// failed is what could not be done to a file: "open", "read" or "write".
func failed(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Op
	}
	return "open"
}
