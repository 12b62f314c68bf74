package chain

import (
	"errors"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// trouble is what cannot be done to what, for loaders that say it differently.
type trouble struct {
	doing, object string
	err           error
}

func (t *trouble) Error() string { return t.doing + " " + t.object + ": " + t.err.Error() }

func (t *trouble) Unwrap() error { return t.err }

// variables reads the directory dir: each file whose name does not begin with a
// dot is a variable, one that goes meanwhile none. take gets its whole text.
func variables(dir string, take func(name, text string), failed func(name string, err error) error) error {
	fd, err := fifo.Retry(func() (int, error) { return unix.Open(dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0) })
	if err == nil {
		err = unix.Faccessat(fd, ".", unix.X_OK, unix.AT_EACCESS)
	}
	if err != nil {
		return &trouble{"switch to", dir, err}
	}
	defer unix.Close(fd)
	list, err := fifo.Retry(func() (int, error) { return unix.Openat(fd, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0) })
	if err != nil {
		return &trouble{"open", dir, err}
	}
	defer unix.Close(list)
	var names []string
	if err := fifo.EachName(list, func(name string) { names = append(names, name) }); err != nil {
		return &trouble{"read", dir, err}
	}
	for _, name := range names {
		if name[0] == '.' {
			continue
		}
		text, err := readAt(fd, name)
		if err == nil {
			take(name, text)
			continue
		}
		if err = failed(name, err); err != nil {
			return err
		}
	}
	return nil
}

func readAt(dir int, name string) (string, error) {
	fd, err := fifo.Retry(func() (int, error) {
		return unix.Openat(dir, name, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	var text []byte
	for {
		var piece [4096]byte
		n, err := fifo.Retry(func() (int, error) { return unix.Read(fd, piece[:]) })
		if n <= 0 || err != nil {
			return string(text), err
		}
		text = append(text, piece[:n]...)
	}
}

// setFrom takes what the file of a variable holds, as daemontools and runit do:
// the first line without the blanks at its end, NUL for a newline; nothing at
// all takes the variable out.
func (e *environment) setFrom(name, text string) {
	if text == "" {
		e.unset(name)
		return
	}
	line, _, _ := strings.Cut(text, "\n")
	e.set(name, strings.ReplaceAll(strings.TrimRight(line, " \t"), "\x00", "\n"))
}

func envdir(c *call) int {
	if len(c.args) < 2 {
		return c.usage(exitSystem, "dir child")
	}
	dir := c.args[0]
	err := variables(dir, c.env.setFrom, func(name string, err error) error {
		if err == unix.ENOENT {
			return nil
		}
		return &trouble{"read", dir + "/" + name, err}
	})
	if err != nil {
		return c.failed("unable to "+directoryWords(err, dir), err)
	}
	return c.run(c.args[1:])
}

// directoryWords is what could not be done, as envdir says it.
func directoryWords(err error, dir string) string {
	var t *trouble
	if !errors.As(err, &t) {
		return "read directory " + dir
	}
	switch {
	case t.doing == "switch to":
		return "switch to directory " + dir
	case t.doing == "open", t.object == dir:
		return "read directory " + dir
	}
	return t.doing + " " + t.object
}
