package supervise

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/servicedir"
)

// Most services have nothing but run, and perhaps log. To look for each of the
// others at each start and each death is a tenth of what these cost: so a service
// directory is listed once, and until it changes one look tells that they are
// still not there.

// plain is what is known of a service directory.
type plain struct {
	is     bool          // it had none of what servicedir.IsExtra names
	ctime  unix.Timespec // when it had changed last then, zero if that is not known
	looked bool          // it was looked at since something happened
}

// fresh is the age up to which a time of change does not tell one change from the
// next: there are file systems that count seconds.
const fresh = 3 * time.Second

// isPlain says that nothing that servicedir.IsExtra names is in the service
// directory. Where it is not sure it says no.
func (s *Service) isPlain() bool {
	p := &s.plain
	if p.looked {
		return p.is
	}
	p.looked = true
	var st unix.Stat_t
	if quiet.Fstat(s.dir, &st) != nil {
		p.is, p.ctime = false, unix.Timespec{}
		return false
	}
	if st.Ctim != p.ctime {
		p.is, p.ctime = false, unix.Timespec{}
		if age := time.Since(time.Unix(st.Ctim.Unix())); age > fresh && s.tellsChanges() {
			p.is, p.ctime = s.listsPlain(), st.Ctim
		}
	}
	return p.is
}

// has says that name, an extra, is in the service directory.
func (s *Service) has(name string) bool { return !s.isPlain() && servicedir.Exists(s.dir, name) }

// tellsChanges says that each change of the service directory shows at once in its
// time of change: on a network that may come late.
func (s *Service) tellsChanges() bool {
	var fs unix.Statfs_t
	if quiet.Fstatfs(s.dir, &fs) != nil {
		return false
	}
	switch fs.Type {
	case unix.TMPFS_MAGIC, unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.OVERLAYFS_SUPER_MAGIC:
		return true
	}
	return false
}

// listsPlain lists the service directory. One with many files is not worth it.
func (s *Service) listsPlain() bool {
	var buf [4096]byte
	fd, err := fifo.Retry(func() (int, error) {
		return quiet.Openat(s.dir, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return false
	}
	defer quiet.Close(fd) // it was only read
	is := true
	note := func(name string) { is = is && !servicedir.IsExtra(name) }
	for range 2 {
		if more, err := fifo.SomeNames(fd, buf[:], note); !more {
			return is && err == nil
		}
	}
	return false
}
