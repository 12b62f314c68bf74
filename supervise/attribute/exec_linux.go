package attribute

import (
	"errors"
	"path"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
)

// readCommand finds out what is executed.
func (s *start) readCommand() error {
	if s.argv = s.options.Argv; len(s.argv) > 0 {
		return nil
	}
	text, err := s.text("command")
	if err == nil && !text.given {
		err = unix.ENOENT
	}
	if err != nil {
		return unusable("set/command", err)
	}
	s.argv, err = setting.ParseCommand(text.value)
	for i := range s.argv {
		if err == nil {
			s.argv[i], err = s.expand(s.argv[i])
		}
	}
	if err != nil {
		return unusable("set/command", err)
	}
	return nil
}

// become executes the program, and returns why it could not.
func (s *start) become() error {
	shown := strings.TrimPrefix(s.argv[0], "./")
	file, err := s.locate(s.argv[0])
	if err != nil {
		return &trouble{"start", shown, err}
	}
	// Most of what may be wrong is seen before limits hold, see execute.
	if err = unix.Faccessat(unix.AT_FDCWD, file, unix.X_OK, unix.AT_EACCESS); err == nil {
		err = s.execute(file)
	}
	why, absent := servicedir.WhyNot(unix.AT_FDCWD, file, s.full(file), err)
	if absent {
		why = "no such file"
	}
	return &trouble{"start", shown, errors.New(why)}
}

// execute does what is left to do, and executes file.
func (s *start) execute(file string) error {
	image, err := newImage(file, s.argv, s.env)
	if err != nil {
		return err
	}
	image.limits = s.values()
	// The runtime gives the soft limit of descriptors back in its own exec, and
	// does so though this one comes to nothing.
	_ = syscall.Exec("", nil, nil)
	if s.options.Report >= 0 {
		_, _ = unix.Write(s.options.Report, []byte("\n")) // who does not read it does not want to know
	}
	var empty unix.Sigset_t
	_ = unix.PthreadSigmask(unix.SIG_SETMASK, &empty, nil) // fails on bad arguments only
	return image.execute()
}

// Limit is a soft and hard limit of one resource.
type Limit struct {
	Resource int
	unix.Rlimit
}

// Execute sets limits and executes file, for those who have looked for it by
// themselves. It returns why it could not, with soft limits as they were.
func Execute(file string, argv, env []string, limits []Limit) error {
	image, err := newImage(file, argv, env)
	if err != nil {
		return err
	}
	for _, l := range limits {
		image.limits = append(image.limits, resourceLimit{uintptr(l.Resource), l.Rlimit})
	}
	_ = syscall.Exec("", nil, nil) // as above
	return image.execute()
}

// image is what execve takes.
type image struct {
	file      *byte
	argv, env []*byte
	limits    []resourceLimit
}

func newImage(file string, argv, env []string) (i image, err error) {
	if i.file, err = unix.BytePtrFromString(file); err == nil {
		i.argv, err = syscall.SlicePtrFromStrings(argv)
	}
	if err == nil {
		i.env, err = syscall.SlicePtrFromStrings(env)
	}
	return i, err
}

// execute sets the limits and executes the program. A limit of memory may be
// far below what the runtime has by now, and it dies when it asks for more: so
// nothing is allocated here, and syscall.Exec, which copies all arguments, is of
// no use. A failure is told in peace: soft limits are put back for that.
func (i *image) execute() error {
	for n := range i.limits {
		l := &i.limits[n]
		var was unix.Rlimit
		if _, _, errno := unix.RawSyscall6(unix.SYS_PRLIMIT64, 0, l.resource, uintptr(unsafe.Pointer(&l.value)), uintptr(unsafe.Pointer(&was)), 0, 0); errno != 0 {
			return errno
		}
		l.value.Cur = min(was.Cur, l.value.Max)
	}
	_, _, errno := unix.RawSyscall(unix.SYS_EXECVE, uintptr(unsafe.Pointer(i.file)), uintptr(unsafe.Pointer(&i.argv[0])), uintptr(unsafe.Pointer(&i.env[0])))
	for n := len(i.limits) - 1; n >= 0; n-- { // the same may have been set twice
		l := &i.limits[n]
		_, _, _ = unix.RawSyscall6(unix.SYS_PRLIMIT64, 0, l.resource, uintptr(unsafe.Pointer(&l.value)), 0, 0, 0) // best effort: see above
	}
	return errno
}

// locate is the path of a program. One with a slash is relative to the service
// directory, wherever cwd has led us; but with a new root all paths are below
// that.
func (s *start) locate(prog string) (string, error) {
	if strings.Contains(prog, "/") {
		if s.cwd.given && !s.chroot.given {
			return s.full(prog), nil
		}
		return prog, nil
	}
	refused := ""
	for _, dir := range strings.Split(s.env.get("PATH"), ":") {
		if dir == "" {
			continue // it would be wherever we are
		}
		file := path.Join(dir, prog)
		var st unix.Stat_t
		if unix.Stat(file, &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
			continue
		}
		if unix.Faccessat(unix.AT_FDCWD, file, unix.X_OK, unix.AT_EACCESS) == nil {
			return file, nil
		}
		refused = file
	}
	if refused != "" {
		return refused, nil // exec says why
	}
	return "", errors.New("not found in PATH")
}

// full is a path of a program for people, and for those who have left the
// service directory.
func (s *start) full(prog string) string {
	if path.IsAbs(prog) {
		return prog
	}
	return path.Join(s.home, prog)
}
