package logger

import (
	"bytes"
	"errors"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/logger/logdir"
	"github.com/svdir/svdir/logger/tai64n"
)

// directory is a log directory, which is ours as long as it is open.
type directory struct {
	path   string // as the script says it
	bounds bounds
	fd     int
	lock   int
	file   int // current
	id     fileID
	bytes  int64 // in current
	full   bool  // it is to be rotated before more is written
	ragged bool  // current does not end with a newline

	self    fileID       // of the directory
	newest  tai64n.Label // of its archives
	turning              // of current
	stuck   bool         // there is no current, and no room for one: lines are dropped
	cramped bool         // what failed did so for want of room, and lines may be dropped
	account account
	window  window
	next    time.Duration // when what is owed for want of room is told
	dry     bool          // the disk was full, which was said
	roomy   bool          // what is about to be an archive needs no other to go
}

// The modes of files: loggers tell by them what is whole.
const (
	unsettledMode = 0o644
	settledMode   = 0o744
	ownerExecutes = 0o100
)

// openDirectory makes the directory, if need be, and takes it for us. What it
// holds is left as it is.
func openDirectory(home int, path string, b bounds, mode uint32) (*directory, error) {
	d := &directory{path: path, bounds: b, file: -1}
	_ = unix.Mkdirat(home, path, mode) // it may be there: otherwise it cannot be opened
	var err error
	d.fd, err = fifo.Retry(func() (int, error) {
		return unix.Openat(home, path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return nil, &Trouble{Verb: OpenDirectory, Dir: path, Err: err}
	}
	var st unix.Stat_t
	_ = unix.Fstat(d.fd, &st) // it is open
	d.self = idOf(&st)
	d.lock, err = fifo.Lock(d.fd, logdir.Lock)
	if err != nil {
		_ = unix.Close(d.fd) // nothing was written
		return nil, &Trouble{Verb: LockDirectory, Dir: path, Err: err}
	}
	return d, nil
}

// find is what there is of a file.
func (d *directory) find(name string) (found, error) {
	var st unix.Stat_t
	err := unix.Fstatat(d.fd, name, &st, 0)
	switch {
	case err == unix.ENOENT:
		return absent, nil
	case err != nil:
		return absent, err
	case st.Mode&ownerExecutes != 0:
		return settled, nil
	}
	return unsettled, nil
}

// endLine has current, which a logger has left that was killed, end with a
// newline. It is best effort: a line that is longer than its head may have any
// end then.
func (d *directory) endLine() {
	fd, err := d.open(logdir.Current, unix.O_RDWR|unix.O_APPEND)
	if err != nil {
		return
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	var last [1]byte
	if unix.Fstat(fd, &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFREG || st.Size == 0 {
		return
	}
	if n, _ := unix.Pread(fd, last[:], st.Size-1); n == 1 && last[0] != '\n' {
		_, _ = fifo.Retry(func() (int, error) { return unix.Write(fd, []byte{'\n'}) })
	}
}

// perform makes one step. One that fails may be made again. process is not for
// it.
func (d *directory) perform(s step) error {
	switch s.do {
	case appendTo, create:
		return d.reopen(s.name)
	case syncFile:
		return d.sync(s.name)
	case settle:
		return unix.Fchmodat(d.fd, s.name, settledMode, 0)
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
		return d.keep(s.name, s.to, time.Now())
	case makeRoom:
		fits, err := d.trim(file{logdir.Current, d.bytes})
		d.roomy = fits && d.bounds.processor == "" // which may write more than it read
		return err
	case trim:
		if d.roomy {
			d.roomy = false
			return nil
		}
		_, err := d.trim()
		return err
	}
	panic("logger: unknown step")
}

func (d *directory) open(name string, flags int) (int, error) {
	return fifo.Retry(func() (int, error) {
		return unix.Openat(d.fd, name, flags|unix.O_NONBLOCK|unix.O_CLOEXEC, unsettledMode)
	})
}

// reopen has the file name be what is written to, and marks it as not whole.
func (d *directory) reopen(name string) error {
	fd, err := d.open(name, unix.O_WRONLY|unix.O_CREAT|unix.O_APPEND)
	if err != nil {
		return err
	}
	var st unix.Stat_t
	if err = unix.Fstat(fd, &st); err == nil {
		err = unix.Fchmod(fd, unsettledMode)
	}
	if err == nil && st.Mode&unix.S_IFMT != unix.S_IFREG {
		err = errors.New("not a regular file")
	}
	if err != nil {
		_ = unix.Close(fd) // nothing was written
		return err
	}
	if d.file >= 0 {
		_ = unix.Close(d.file) // it was synced
	}
	d.file, d.id, d.bytes, d.full, d.ragged = fd, idOf(&st), st.Size, false, false
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

// keep gives a file the name of an archive. It has two names for a moment: one
// that has them already only loses the first. The name comes after those of all
// archives, also where the clock was set back.
func (d *directory) keep(name, end string, now time.Time) error {
	var st unix.Stat_t
	if err := unix.Fstatat(d.fd, name, &st, 0); err != nil {
		if err == unix.ENOENT {
			return nil
		}
		return err
	}
	label := tai64n.Pack(now)
	if bytes.Compare(label[:], d.newest[:]) <= 0 {
		label = d.newest.Next()
	}
	for ; st.Nlink == 1; label = label.Next() {
		var room [tai64n.TextSize + len(unfinished)]byte
		to := string(append(label.AppendText(room[:0]), end...))
		err := unix.Linkat(d.fd, name, d.fd, to, 0)
		if err == nil {
			d.newest = label
			break
		}
		if err != unix.EEXIST {
			return err
		}
	}
	return d.unlink(name)
}

// survey finds the newest archive.
func (d *directory) survey() error {
	all, err := d.archives()
	for _, f := range all {
		if label, err := tai64n.Parse([]byte(f.name)); err == nil && bytes.Compare(label[:], d.newest[:]) > 0 {
			d.newest = label
		}
	}
	return err
}

// trim deletes archives until the bounds are kept, also when coming is one: unless
// that does not fit by itself.
func (d *directory) trim(coming ...file) (fits bool, err error) {
	all, err := d.archives()
	if err != nil {
		return false, err
	}
	b := d.bounds
	if len(coming) == 0 {
		b.size = max(b.size, d.bytes) // it may have been smaller once
	}
	for _, f := range surplus(append(all, coming...), b) {
		if !isArchive(f.name) {
			return false, nil
		}
		if err := d.unlink(f.name); err != nil {
			return false, err
		}
	}
	return true, nil
}

// archives are the old files, in any order. Their sizes are asked only where
// they are bounded.
func (d *directory) archives() ([]file, error) {
	fd, err := fifo.Retry(func() (int, error) {
		return unix.Openat(d.fd, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	var all []file
	err = eachName(fd, func(name string) {
		if !isArchive(name) {
			return
		}
		var st unix.Stat_t
		if d.bounds.total > 0 && unix.Fstatat(d.fd, name, &st, unix.AT_SYMLINK_NOFOLLOW) != nil {
			return // somebody deleted it
		}
		all = append(all, file{name, st.Size})
	})
	return all, err
}

// eachName calls f for each name in an open directory.
func eachName(fd int, f func(name string)) error {
	for {
		// On the stack, which must not grow for it: that costs a resident 16 kB,
		// and the room of fifo.EachName 20 kB. The largest entry has 280 bytes.
		var buf [512]byte
		n, err := fifo.Retry(func() (int, error) { return unix.ReadDirent(fd, buf[:]) })
		if err != nil || n == 0 {
			return err
		}
		_, _, names := unix.ParseDirent(buf[:n], -1, nil)
		for _, name := range names {
			f(name)
		}
	}
}

// grow says that b was written.
func (d *directory) grow(b []byte) {
	d.bytes += int64(len(b))
	if len(b) > 0 {
		d.ragged = b[len(b)-1] != '\n'
	}
}

// write appends b to current, whole or, unless that is impossible, not at all:
// then it is written once, also if we are killed before the disk has room.
func (d *directory) write(b []byte) (int, error) {
	done := 0
	for done < len(b) {
		n, err := fifo.Retry(func() (int, error) { return quiet.Write(d.file, b[done:]) })
		if err == nil {
			done += n
			continue
		}
		var st unix.Stat_t
		if unix.Fstat(d.file, &st) == nil && st.Size >= int64(done) && unix.Ftruncate(d.file, st.Size-int64(done)) == nil {
			done = 0
		}
		d.grow(b[:done])
		return done, err
	}
	d.grow(b)
	return done, nil
}
