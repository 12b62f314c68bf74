package attribute

import (
	"os"
	"path"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/setting"
)

// start is a service that is about to be started: what its settings ask for.
type start struct {
	options  Options
	set      int    // set/, -1 where it is not looked at
	home     string // the service directory, without links
	service  string // as it is called
	name     string // of the service
	instance string
	ports    environment // that were chosen for it
	unbound  bool        // SV_NO_USER_CHANGE: all that only root can do is left out
	argv     []string
	env      environment
	identity identity

	oomScore, nice, pipe, umask option[int]

	ionice       option[setting.IONice]
	dirs         []directory
	prepare      bool
	condition    bool
	status       bool // set/status is there, and
	done         bool // it says that the work is done
	inputs       bool
	limits       []limit
	chroot, cwd  option[string]
	capabilities option[uint64]
	noNewPrivs   bool
}

// option is the value of a setting, where it is given.
type option[T any] struct {
	value T
	given bool
}

// Exec takes on the attributes and becomes the program. It returns only if that
// is not possible, with the reason; the process is of no use then.
// Where options have a Report, it is closed by exec, and a newline before says
// that nothing is left but that.
func Exec(o Options) error {
	runtime.LockOSThread() // see the package
	DefaultSignals(true)
	if o.Report >= 0 {
		if _, err := unix.FcntlInt(uintptr(o.Report), unix.F_SETFD, unix.FD_CLOEXEC); err != nil {
			return &trouble{"use", "descriptor of -e", err}
		}
	}
	if o.Lock >= 0 {
		if err := fifo.TakeLock(o.Lock); err != nil {
			return &trouble{"lock", "descriptor of -l", err}
		}
	}
	if o.Cgroup >= 0 {
		// Before all that may fork. Who asks for it knows what to do without.
		_, _ = unix.Write(o.Cgroup, []byte("0"))
		_ = unix.Close(o.Cgroup) // nothing to flush
	}
	s := start{options: o, set: -1, env: os.Environ()}
	s.unbound = s.env.get("SV_NO_USER_CHANGE") != ""
	if o.Dir == "" {
		s.home = workingDirectory()
		return s.bare()
	}
	if err := s.enter(); err != nil {
		return err
	}
	if o.Beside {
		return s.run(beside(order))
	}
	return s.run(order)
}

// bare is for a hand that asks for a user and nothing else, and where there is
// nothing to be taken on.
func (s *start) bare() error {
	var steps []step
	if s.options.User != "" {
		steps = []step{{"-u", (*start).readUser, (*start).changeUser}}
	}
	steps = append(steps, step{"sockets", nil, (*start).nameSockets})
	return s.run(steps)
}

// run reads all settings, applies them, and becomes the program.
func (s *start) run(steps []step) error {
	for _, step := range steps {
		if step.read == nil {
			continue
		}
		if err := step.read(s); err != nil {
			return unusable("set/"+step.name, err)
		}
	}
	if err := s.readCommand(); err != nil {
		return err
	}
	for _, step := range steps {
		if step.apply == nil {
			continue
		}
		if err := step.apply(s); err != nil {
			return unusable("set/"+step.name, err)
		}
	}
	return s.become()
}

// enter goes to the service directory and finds out who the service is.
func (s *start) enter() error {
	if err := unix.Chdir(s.options.Dir); err != nil {
		return &trouble{"chdir to", s.options.Dir, err}
	}
	var err error
	if s.set, err = openDir(unix.AT_FDCWD, "set"); err == errMissing {
		err = unix.ENOENT
	}
	if err != nil {
		return &trouble{"open", "set", err}
	}
	s.home = workingDirectory()
	s.service, s.name = s.home, path.Base(s.home)
	s.ports = strings.Fields(s.env.get("SV_PORTS"))
	// A run script may call us for another directory than its own.
	if service := s.env.get("SV_SERVICE"); service != "" && sameDirectory(service, ".") {
		s.service, s.instance = service, s.env.get("SV_INSTANCE")
		if name := s.env.get("SV_NAME"); name != "" {
			s.name = name
		}
	}
	return nil
}

func sameDirectory(a, b string) bool {
	var x, y unix.Stat_t
	return unix.Stat(a, &x) == nil && unix.Stat(b, &y) == nil && x.Dev == y.Dev && x.Ino == y.Ino
}

// workingDirectory is where we are; "." where that has no name any more.
func workingDirectory() string {
	var buf [unix.PathMax]byte
	n, err := unix.Getcwd(buf[:])
	if err != nil || n < 2 || !strings.HasPrefix(string(buf[:n]), "/") {
		return "."
	}
	return string(buf[:n-1])
}
