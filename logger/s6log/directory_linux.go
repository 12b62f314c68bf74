package s6log

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/logger/logdir"
	"github.com/svdir/svdir/logger/tai64n"
)

// directory is a log directory, which is ours as long as it is open.
type directory struct {
	path   string // as the script says it
	bounds bounds
	mode   uint32 // of its files
	fd     int
	file   int   // current
	bytes  int64 // in current
	buf    []byte
	steps  []step        // that are left of a rotation
	child  child         // the processor that runs, none if its pid is 0
	retry  time.Duration // when to try again what failed
	warn   func(string)
}

const (
	newDirectory  = 0o700
	newFile       = 0o666 // less the umask
	ownerExecutes = 0o100
)

// openDirectory makes the directory, if need be, takes it for us, and goes on
// where the last logger has ended. mode is that of files. What fails is the end.
func openDirectory(name string, b bounds, mode uint32, warn func(string)) (*directory, error) {
	d := &directory{path: name, bounds: b, mode: mode, file: -1, warn: warn}
	if err := unix.Mkdir(name, newDirectory); err != nil && err != unix.EEXIST {
		return nil, unable("mkdir " + name + because(err))
	}
	var err error
	d.fd, err = fifo.Retry(func() (int, error) {
		return unix.Open(name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return nil, unable("open " + path(name, logdir.Lock) + because(err))
	}
	if err := d.lock(); err != nil {
		return nil, err
	}
	var whole [2]bool
	for i, file := range [...]string{logdir.Current, logdir.Processed} {
		if whole[i], err = d.isWhole(file); err != nil {
			return nil, unable("stat " + path(name, file) + because(err))
		}
	}
	for _, s := range takeOver(whole[0], whole[1]) {
		if err := d.perform(s); err != nil && s.do != remove {
			what := s.what(name)
			if s.do == keep {
				what = "finish " + s.name + " " + s.to + " for logdir " + name // as s6-log says it here
			}
			return nil, unable(what + because(err))
		}
	}
	return d, nil
}

// lock takes the lock for as long as we live. The file is empty then, so that
// svlog finds no record in it that is older than what we write.
func (d *directory) lock() error {
	file := path(d.path, logdir.Lock)
	fd, err := d.open(logdir.Lock, unix.O_WRONLY|unix.O_CREAT)
	if err != nil {
		return unable("open " + file + because(err))
	}
	_ = unix.Close(fd) // it was only made, with the mode of s6
	fd, err = fifo.Lock(d.fd, logdir.Lock)
	if errors.Is(err, unix.EAGAIN) {
		err = unix.EBUSY
	}
	if err == nil {
		_, err = fifo.Retry(func() (int, error) { return 0, unix.Ftruncate(fd, 0) })
	}
	if err != nil {
		return unable("lock " + file + because(err))
	}
	return nil
}

func (d *directory) isWhole(name string) (bool, error) {
	var st unix.Stat_t
	err := unix.Fstatat(d.fd, name, &st, 0)
	if err == unix.ENOENT {
		return false, nil
	}
	return err == nil && st.Mode&ownerExecutes != 0, err
}

func (d *directory) open(name string, flags int) (int, error) {
	return fifo.Retry(func() (int, error) {
		return unix.Openat(d.fd, name, flags|unix.O_NONBLOCK|unix.O_CLOEXEC, newFile)
	})
}

// perform makes one step. One that fails may be made again. process is not for
// it.
func (d *directory) perform(s step) error {
	switch s.do {
	case open:
		return d.reopen(s.name)
	case syncFile:
		return d.sync(s.name)
	case settle:
		return unix.Fchmodat(d.fd, s.name, d.mode|ownerExecutes, 0)
	case move:
		return unix.Renameat(d.fd, s.name, d.fd, s.to)
	case remove:
		return d.unlink(s.name)
	case clear:
		fd, err := d.open(s.name, unix.O_WRONLY|unix.O_CREAT|unix.O_TRUNC)
		if err == nil {
			_ = unix.Close(fd) // nothing was written
		}
		return err
	case keep:
		return d.keep(s.name, s.to, time.Now().Add(leap))
	}
	panic("s6log: unknown step")
}

// reopen has the file name be what is written to, and marks it as not whole.
func (d *directory) reopen(name string) error {
	fd, err := d.open(name, unix.O_WRONLY|unix.O_CREAT|unix.O_APPEND)
	if err != nil {
		return err
	}
	var st unix.Stat_t
	if err = unix.Fstat(fd, &st); err == nil {
		err = unix.Fchmod(fd, d.mode)
	}
	if err != nil {
		_ = unix.Close(fd) // nothing was written
		return err
	}
	if d.file >= 0 {
		_ = unix.Close(d.file) // it was synced
	}
	d.file, d.bytes = fd, st.Size
	return nil
}

// sync brings a file to the disk, and makes it if it is not there: a processor
// may have removed what it should have written.
func (d *directory) sync(name string) error {
	if name == logdir.Current {
		return unix.Fsync(d.file)
	}
	fd, err := d.open(name, unix.O_WRONLY|unix.O_CREAT|unix.O_APPEND)
	if err != nil {
		return err
	}
	err = unix.Fsync(fd)
	_ = unix.Close(fd) // fsync has said it all
	return err
}

func (d *directory) unlink(name string) error {
	if err := unix.Unlinkat(d.fd, name, 0); err != nil && err != unix.ENOENT {
		return err
	}
	return nil
}

// keep gives a file the name of an archive, and deletes the oldest. It has two
// names for a moment: one that has them already only loses the first.
func (d *directory) keep(name, end string, now time.Time) error {
	var st unix.Stat_t
	if err := unix.Fstatat(d.fd, name, &st, 0); err != nil {
		if err == unix.ENOENT {
			return nil
		}
		return err
	}
	for st.Nlink == 1 {
		var room [tai64n.TextSize + len(unfinished)]byte
		to := string(append(tai64n.Pack(now).AppendText(room[:0]), end...))
		err := unix.Linkat(d.fd, name, d.fd, to, 0)
		if err == nil {
			break
		}
		if err != unix.EEXIST {
			return err
		}
		now = now.Add(1)
	}
	if err := d.unlink(name); err != nil {
		return err
	}
	return d.trim()
}

// trim deletes archives until the bounds are kept.
func (d *directory) trim() error {
	all, err := d.archives()
	if err != nil {
		return err
	}
	for _, f := range surplus(all, &d.bounds) {
		if err := unix.Unlinkat(d.fd, f.name, 0); err != nil {
			d.warn("unable to unlink " + path(d.path, f.name) + because(err))
		}
	}
	return nil
}

// archives are the old files, in any order.
func (d *directory) archives() ([]file, error) {
	fd, err := fifo.Retry(func() (int, error) {
		return unix.Openat(d.fd, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	var all []file
	err = fifo.EachName(fd, func(name string) {
		if _, ok := logdir.Stem(name); !ok {
			return
		}
		var st unix.Stat_t
		if err := unix.Fstatat(d.fd, name, &st, 0); err != nil {
			d.warn("unable to stat " + path(d.path, name) + because(err))
			return
		}
		all = append(all, file{name, uint64(st.Size)})
	})
	return all, err
}

// write appends b to current, whole or, unless that is impossible, not at all.
func (d *directory) write(b []byte) (int, error) {
	done := 0
	for done < len(b) {
		n, err := fifo.Retry(func() (int, error) { return unix.Write(d.file, b[done:]) })
		if err == nil {
			done += n
			continue
		}
		if done > 0 && unix.Ftruncate(d.file, d.bytes) == nil {
			done = 0
		}
		d.bytes += int64(done)
		return done, err
	}
	d.bytes += int64(done)
	return done, nil
}
