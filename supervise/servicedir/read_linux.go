package servicedir

import (
	"errors"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo/quiet"
)

// maxValue bounds what is read of a setting: no value of the field is longer.
const maxValue = 4096

// ReadValue reads the setting name below the directory dir: its first line,
// without surrounding blanks. found is false when the file does not exist. A
// file that is empty, too long, binary, or no regular file is a *ValueError:
// the caller keeps what it had.
func ReadValue(dir int, name string) (value string, found bool, err error) {
	fd, err := openat(dir, name, unix.O_RDONLY|unix.O_NONBLOCK)
	if err == unix.ENOENT || err == unix.ENOTDIR {
		return "", false, nil
	}
	if err != nil {
		return "", true, &ValueError{name, "unable to open: " + err.Error()}
	}
	value, err = readOpen(fd, name)
	_ = quiet.Close(fd) // it was only read
	return value, true, err
}

// readOpen is apart, and stays so, because its buffer would make the stack of
// those grow who look for settings that nobody made.
//
//go:noinline
func readOpen(fd int, name string) (string, error) {
	var st unix.Stat_t
	if err := quiet.Fstat(fd, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
		return "", &ValueError{name, "not a regular file"}
	}
	var buf [maxValue + 1]byte
	n, err := quiet.Read(fd, buf[:])
	if err != nil {
		return "", &ValueError{name, "unable to read: " + err.Error()}
	}
	if n > maxValue {
		return "", &ValueError{name, "too long: one line of at most 4096 bytes"}
	}
	return FirstLine(name, buf[:n])
}

// whyEmpty is what is wrong with a file that has nothing in it.
const whyEmpty = "empty"

// FirstLine is the value in the text of a setting.
func FirstLine(name string, text []byte) (string, error) {
	line, _, _ := strings.Cut(string(text), "\n")
	line = strings.Trim(line, " \t\r")
	if line == "" {
		return "", &ValueError{name, whyEmpty}
	}
	for i := 0; i < len(line); i++ {
		if line[i] < ' ' && line[i] != '\t' || line[i] == 0x7f {
			return "", &ValueError{name, "not text"}
		}
	}
	return line, nil
}

// Exists says that name is there, whatever it is.
func Exists(dir int, name string) bool {
	return quiet.Faccessat(dir, name, unix.F_OK) == nil
}

// IsExecutable says that name is a regular file that may be executed: runit
// looks at control/X so.
func IsExecutable(dir int, name string) bool {
	var st unix.Stat_t
	err := quiet.Fstatat(dir, name, &st, 0)
	return err == nil && st.Mode&unix.S_IFMT == unix.S_IFREG && st.Mode&0o100 != 0
}

// IsDir says that name is a directory, or a symbolic link to one.
func IsDir(dir int, name string) bool {
	var st unix.Stat_t
	err := quiet.Fstatat(dir, name, &st, 0)
	return err == nil && st.Mode&unix.S_IFMT == unix.S_IFDIR
}

// Millis reads a duration in milliseconds, or says old if there is none.
func Millis(dir int, name string, old, absent time.Duration) (time.Duration, error) {
	return setting(dir, name, old, absent, ParseMillis)
}

// Number reads a number between lo and hi.
func Number(dir int, name string, old, absent, lo, hi int) (int, error) {
	return setting(dir, name, old, absent, func(name, text string) (int, error) {
		return ParseNumber(name, text, lo, hi)
	})
}

// Signal reads a signal.
func Signal(dir int, name string, old, absent syscall.Signal) (syscall.Signal, error) {
	return setting(dir, name, old, absent, ParseSignal)
}

// Value reads a setting by a parser of its text.
func Value[T any](dir int, name string, old, absent T, parse func(text string) (T, error)) (T, error) {
	return setting(dir, name, old, absent, func(name, text string) (T, error) {
		v, err := parse(text)
		if err != nil {
			err = &ValueError{name, err.Error()}
		}
		return v, err
	})
}

// Text is Value for a setting of several lines, all of which are for parse.
func Text[T any](dir int, name string, old, absent T, parse func(text string) (T, error)) (T, error) {
	fd, err := openat(dir, name, unix.O_RDONLY|unix.O_NONBLOCK)
	if err == unix.ENOENT || err == unix.ENOTDIR {
		return absent, nil
	}
	if err != nil {
		return old, &ValueError{name, "unable to open: " + err.Error()}
	}
	defer quiet.Close(fd)
	text := make([]byte, maxValue+1)
	n, err := quiet.Read(fd, text)
	switch {
	case err != nil:
		return old, &ValueError{name, "unable to read: " + err.Error()}
	case n > maxValue:
		return old, &ValueError{name, "too long: at most 4096 bytes"}
	}
	v, err := parse(string(text[:n]))
	if err != nil {
		return old, &ValueError{name, err.Error()}
	}
	return v, nil
}

// Bare is Value for a setting that may be empty: then its text is.
func Bare[T any](dir int, name string, old, absent T, parse func(text string) (T, error)) (T, error) {
	v, err := Value(dir, name, old, absent, parse)
	var bad *ValueError
	if errors.As(err, &bad) && bad.Reason == whyEmpty {
		return parse("")
	}
	return v, err
}

// setting reads one value: absent where there is no file, and old with an
// error where there is one that cannot be used. Settings are edited while the
// service runs, and an editor's half-written file must not change a thing.
func setting[T any](dir int, name string, old, absent T, parse func(name, text string) (T, error)) (T, error) {
	text, found, err := ReadValue(dir, name)
	if err != nil {
		return old, err
	}
	if !found {
		return absent, nil
	}
	v, err := parse(name, text)
	if err != nil {
		return old, err
	}
	return v, nil
}

// OpenState opens the directory supervise below dir, and makes it if need be:
// also the target of a symbolic link that leads nowhere yet, as runsv does.
func OpenState(dir int) (int, error) {
	const mode = 0o755
	err := unix.Mkdirat(dir, State, mode)
	if err == unix.EEXIST {
		makeTarget(dir, mode)
	}
	fd, oerr := openat(dir, State, unix.O_RDONLY|unix.O_DIRECTORY)
	if oerr == unix.ENOENT && err != nil && err != unix.EEXIST {
		return -1, err
	}
	return fd, oerr
}

// makeTarget makes the directory that the link leads to. What goes wrong shows
// when it is opened.
//
//go:noinline
func makeTarget(dir int, mode uint32) {
	var target [unix.PathMax]byte
	if n, err := unix.Readlinkat(dir, State, target[:]); err == nil && n < len(target) {
		_ = unix.Mkdirat(dir, string(target[:n]), mode)
	}
}

// openat opens close-on-exec and retries when a signal comes between.
func openat(dir int, name string, flags int) (int, error) {
	for {
		fd, err := quiet.Openat(dir, name, flags|unix.O_CLOEXEC, 0)
		if !errors.Is(err, unix.EINTR) {
			return fd, err
		}
	}
}
