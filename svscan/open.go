package svscan

import (
	"errors"
	"io"
	"sort"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/svscan/scandir"

	"golang.org/x/sys/unix"
)

// reopen opens the scan directory by its path, which may lead elsewhere by
// now, and makes it the working directory: supervise gets a bare name.
func (s *scanner) reopen() error {
	if id, err := identify(unix.AT_FDCWD, s.path); err == nil && s.dir >= 0 && id == s.here {
		_, err = unix.Seek(s.dir, 0, io.SeekStart) // that needs no descriptor
		return err
	}
	fd, err := fifo.Retry(func() (int, error) {
		return unix.Open(s.path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return err
	}
	id, err := identify(fd, "")
	if err == nil {
		err = unix.Fchdir(fd)
	}
	if err != nil {
		_ = unix.Close(fd) // nothing was written
		return err
	}
	if s.dir >= 0 {
		_ = unix.Close(s.dir) // likewise
	}
	s.dir, s.here = fd, id
	return nil
}

// errTaken says that the scan directory has its svscan.
var errTaken = errors.New("another svscan runs here")

// taken is errTaken of one lock.
type taken struct{ lock string }

func (t taken) Error() string { return "unable to lock " + t.lock + ": " + errTaken.Error() }

func (taken) Unwrap() error { return errTaken }

// lockUp takes the lock of the scan directory, unless it is held already. What
// cannot be locked, since it is read-only, is said once and does not matter.
func (s *scanner) lockUp() error {
	const name = scandir.Dir + "/" + scandir.Lock
	if s.lock >= 0 {
		held, err1 := identify(s.lock, "")
		there, err2 := identify(s.home(), name)
		if err1 == nil && err2 == nil && held == there {
			return nil
		}
		_ = unix.Close(s.lock) // it was the lock of a directory that is gone
		s.lock = -1
	}
	err := unix.Mkdirat(s.home(), scandir.Dir, 0o755)
	if err != nil && err != unix.EEXIST {
		s.once(&s.saidLock, "unable to make "+s.path+"/"+scandir.Dir+": "+reason(err)+", going on without")
		return nil
	}
	s.lock, err = fifo.LockWithin(s.home(), name, s.lockWait())
	if errors.Is(err, unix.EAGAIN) {
		return taken{s.path + "/" + name}
	}
	if err != nil {
		s.once(&s.saidLock, "unable to lock "+s.path+"/"+name+": "+reason(err)+", going on without")
	}
	if s.settled {
		s.writeEnv() // it is another directory
	}
	return nil
}

// identify says which file name below dir is, or dir itself without a name.
func identify(dir int, name string) (identity, error) {
	var st unix.Stat_t
	var err error
	if name == "" {
		err = unix.Fstat(dir, &st)
	} else {
		err = unix.Fstatat(dir, name, &st, 0)
	}
	return identity{uint64(st.Dev), st.Ino}, err
}

// list lists the service directories below s.dir, sorted by name.
func (s *scanner) list() ([]entry, error) {
	var listing []entry
	s.bundles = nil
	clear(s.typed)
	err := fifo.EachName(s.dir, func(name string) {
		e, ok := s.see(name)
		switch {
		case !ok:
		case s.isBundle(name):
			s.bundles = append(s.bundles, name)
		default:
			listing = append(listing, e)
		}
	})
	if e, ok := s.seeCatchAll(); ok {
		listing = append(listing, e)
	}
	sort.Slice(listing, func(i, j int) bool { return listing[i].name < listing[j].name })
	return listing, err
}

// see looks at one name: symbolic links are followed, what is no directory is
// none of ours, nor is the scan directory itself.
func (s *scanner) see(name string) (entry, bool) {
	var st unix.Stat_t
	if !scandir.IsService(name) || unix.Fstatat(s.dir, name, &st, 0) != nil || st.Mode&unix.S_IFMT != unix.S_IFDIR {
		return entry{}, false
	}
	e := entry{name: name, id: identity{uint64(st.Dev), st.Ino}}
	var link unix.Stat_t
	err := unix.Fstatat(s.dir, name, &link, unix.AT_SYMLINK_NOFOLLOW)
	e.whole = err == nil && link.Mode&unix.S_IFMT == unix.S_IFLNK
	return e, e.id != s.here
}
