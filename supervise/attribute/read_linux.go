package attribute

import (
	"errors"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/setting"
)

// Bounds on what is read, so that a setting that is no setting does not fill
// the memory. A text may be as long as the arguments of a program.
const (
	maxText  = 1 << 20
	maxItems = 4096
)

var errLong = errors.New("too long")

// errMissing is why a file cannot be opened that is not there at all. A link that
// leads nowhere is there: its setting was meant to be something.
var errMissing = errors.New("not there")

// openFile opens a regular file, and says how long it is now.
func openFile(dir int, name string) (fd int, size int64, err error) {
	fd, err = fifo.Retry(func() (int, error) {
		return unix.Openat(dir, name, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return -1, 0, absent(dir, name, err)
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
		_ = unix.Close(fd) // nothing was read
		return -1, 0, errors.New("not a regular file")
	}
	return fd, st.Size, nil
}

func openDir(dir int, name string) (int, error) {
	fd, err := fifo.Retry(func() (int, error) {
		return unix.Openat(dir, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return -1, absent(dir, name, err)
	}
	return fd, nil
}

// absent is err, or what it means.
func absent(dir int, name string, err error) error {
	var st unix.Stat_t
	switch {
	case err != unix.ENOENT:
		return err
	case unix.Fstatat(dir, name, &st, unix.AT_SYMLINK_NOFOLLOW) == nil:
		return errors.New("the symbolic link leads nowhere")
	}
	return errMissing
}

// readFile reads a whole file of at most most bytes.
func readFile(dir int, name string, most int) (string, error) {
	fd, size, err := openFile(dir, name)
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	if size > int64(most) {
		return "", errLong
	}
	const more = 512 // to see the end, and what is appended meanwhile
	buf := make([]byte, 0, size+more)
	for {
		buf = slices.Grow(buf, more/2)
		n, err := fifo.Retry(func() (int, error) { return unix.Read(fd, buf[len(buf):cap(buf)]) })
		if err != nil {
			return "", err
		}
		if n == 0 {
			return string(buf), nil
		}
		if buf = buf[:len(buf)+n]; len(buf) > most {
			return "", errLong
		}
	}
}

// text is the whole text of a setting; given when there is one.
func (s *start) text(name string) (option[string], error) {
	if s.set < 0 {
		return option[string]{}, nil
	}
	text, err := readFile(s.set, name, maxText)
	if err == errMissing {
		return option[string]{}, nil
	}
	return option[string]{text, err == nil}, err
}

// line is the line of a setting.
func (s *start) line(name string) (option[string], error) {
	text, err := s.text(name)
	if err == nil && text.given {
		text.value, err = setting.Line(text.value)
	}
	return text, err
}

// take reads a setting of one line into v.
func take[T any](s *start, name string, parse func(string) (T, error), v *option[T]) error {
	line, err := s.line(name)
	if err == nil && line.given {
		v.given = true
		v.value, err = parse(line.value)
	}
	return err
}

// flag says that a setting is there, whatever it is.
func (s *start) flag(name string) (bool, error) {
	var st unix.Stat_t
	switch err := unix.Fstatat(s.set, name, &st, unix.AT_SYMLINK_NOFOLLOW); err {
	case nil:
		return true, nil
	case unix.ENOENT:
		return false, nil
	default:
		return false, err
	}
}

// item is a file of a setting that is a directory.
type item struct{ name, text string }

// items are those of the directory name in dir, in the order of their names; the
// files whose names begin with a dot are not looked at. shown is its name for
// people.
func items(dir int, name, shown string) ([]item, error) {
	fd, err := openDir(dir, name)
	if err == errMissing {
		return nil, nil
	}
	if err != nil {
		return nil, &trouble{"use", shown, err}
	}
	defer unix.Close(fd)
	var all []item
	err = fifo.EachName(fd, func(name string) {
		if name[0] != '.' {
			all = append(all, item{name: name})
		}
	})
	if err == nil && len(all) > maxItems {
		err = errors.New("too many files")
	}
	if err != nil {
		return nil, &trouble{"use", shown, err}
	}
	slices.SortFunc(all, func(a, b item) int { return strings.Compare(a.name, b.name) })
	return readItems(fd, shown, all)
}

// readItems reads those that are still there.
func readItems(fd int, shown string, all []item) ([]item, error) {
	kept := all[:0]
	for _, i := range all {
		text, err := readFile(fd, i.name, setting.MaxVariable)
		if err == errMissing {
			continue
		}
		if err != nil {
			return nil, &trouble{"use", shown + "/" + i.name, err}
		}
		kept = append(kept, item{i.name, text})
	}
	return kept, nil
}

// eachItem hands the items of a setting to use.
func (s *start) eachItem(name string, use func(item) error) error {
	all, err := items(s.set, name, "set/"+name)
	if err != nil {
		return err
	}
	for _, i := range all {
		if err := use(i); err != nil {
			return unusable("set/"+name+"/"+i.name, err)
		}
	}
	return nil
}
