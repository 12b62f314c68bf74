package svctl

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/servicedir"
)

// StartAt has the supervisor of a service start it at that time. What it waits for
// is written down first: the letter says only that it is there.
func StartAt(t Target, at time.Time) error {
	path := t.file(servicedir.StartAt)
	if err := replace(path, strings.NewReader(servicedir.PackStartAt(at)), false); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return notSupervised("control", t)
		}
		return problem("control", t.Name, path, err)
	}
	return Send(t, []command.Letter{command.At})
}

// CancelStart takes that time back, if there is one.
func CancelStart(t Target) error {
	path := t.file(servicedir.StartAt)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return problem("control", t.Name, path, err)
	}
	return Send(t, []command.Letter{command.At})
}
