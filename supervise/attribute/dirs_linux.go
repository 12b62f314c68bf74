package attribute

import (
	"errors"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/setting"
)

// directory is one file of set/dirs.
type directory struct {
	name     string // of the file
	path     string
	mode     int // -1: 0755 for a new one
	uid, gid int // -1: as it is
}

func (s *start) readDirs() error {
	return s.eachItem("dirs", func(i item) error {
		line, err := setting.Line(i.text)
		if err != nil {
			return err
		}
		m, err := setting.ParseMake(line)
		if err != nil {
			return err
		}
		d := directory{name: i.name, mode: m.Mode, uid: -1, gid: -1}
		if d.path, err = s.expand(m.Path); err != nil {
			return err
		}
		if m.User != "" && !s.unbound {
			u := setting.User{Name: m.User}
			if m.Group != "" {
				u.Groups = []string{m.Group}
			}
			who, err := lookUp(u)
			if err != nil {
				return err
			}
			d.uid, d.gid = who.uid, who.gid
		}
		s.dirs = append(s.dirs, d)
		return nil
	})
}

func (s *start) makeDirs() error {
	for _, d := range s.dirs {
		if err := d.make(); err != nil {
			return unusable("set/dirs/"+d.name, about(d.path, err))
		}
	}
	return nil
}

const newMode = 0o755

// make makes the directory, and those above it, and gives it its owner and mode,
// whatever the umask is.
func (d *directory) make() error {
	above, last := path.Split(path.Clean(d.path))
	parent, err := walk(above)
	if err != nil {
		return err
	}
	defer unix.Close(parent)
	fd, made, err := makeAt(parent, last)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return d.dress(fd, made)
}

// dress gives the directory fd what it lacks. A path that we hold open cannot
// be led elsewhere meanwhile.
func (d *directory) dress(fd int, made bool) error {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	if d.uid >= 0 && (int(st.Uid) != d.uid || int(st.Gid) != d.gid) {
		if err := unix.Fchownat(fd, "", d.uid, d.gid, unix.AT_EMPTY_PATH); err != nil {
			return err
		}
	}
	mode := d.mode
	if mode < 0 && made {
		mode = newMode
	}
	if mode >= 0 && int(st.Mode&0o7777) != mode {
		return unix.Chmod("/proc/self/fd/"+strconv.Itoa(fd), uint32(mode))
	}
	return nil
}

// walk opens the directory dir, and makes what is missing on the way. We are
// root, and part of the way may belong to the service: a symbolic link counts
// only where nobody else could have put it.
func walk(dir string) (int, error) {
	root := "."
	if path.IsAbs(dir) {
		root = "/"
	}
	fd, err := unix.Open(root, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	for _, name := range strings.Split(dir, "/") {
		if err != nil {
			return -1, err
		}
		if name == "" {
			continue
		}
		next, made := -1, false
		next, made, err = makeAt(fd, name)
		if err == errLink && onlyOurs(fd) {
			next, err = unix.Openat(fd, name, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		}
		if made {
			err = (&directory{mode: -1, uid: -1}).dress(next, made)
		}
		_ = unix.Close(fd) // it was only a place
		fd = next
	}
	return fd, err
}

var errLink = errors.New("a symbolic link that somebody else could have put there")

// makeAt opens name in the directory fd, and makes it if need be.
func makeAt(fd int, name string) (opened int, made bool, err error) {
	const private = 0o700 // until it has its owner
	switch err := unix.Mkdirat(fd, name, private); err {
	case nil:
		made = true
	case unix.EEXIST:
	default:
		var st unix.Stat_t
		if unix.Fstatat(fd, name, &st, unix.AT_SYMLINK_NOFOLLOW) != nil {
			return -1, false, err
		}
		// It is there, and on a file system that is read-only.
	}
	opened, err = unix.Openat(fd, name, unix.O_PATH|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err == unix.ENOTDIR || err == unix.ELOOP {
		var st unix.Stat_t
		if unix.Fstatat(fd, name, &st, unix.AT_SYMLINK_NOFOLLOW) == nil && st.Mode&unix.S_IFMT == unix.S_IFLNK {
			err = errLink
		}
	}
	return opened, made, err
}

// onlyOurs says that nobody but root and us may put anything into the directory.
func onlyOurs(fd int) bool {
	var st unix.Stat_t
	return unix.Fstat(fd, &st) == nil && st.Mode&0o022 == 0 && (st.Uid == 0 || int(st.Uid) == unix.Geteuid())
}
