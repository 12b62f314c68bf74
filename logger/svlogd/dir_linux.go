package svlogd

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/logger/logdir"
	"github.com/svdir/svdir/logger/tai64n"
)

// directory is a log directory. It is ours while it is open.
type directory struct {
	sink
	path string // as the command line says it
	fd   int    // -1 when it is not open
	lock int
	file int           // current
	size uint64        // of current
	due  time.Duration // of fifo.Now, when current is old
	run  *run          // the processor, nil when there is none
}

const (
	configFile = "config"
	state      = "state"
	newState   = "newstate"

	wholeMode     = 0o744 // what is complete
	openMode      = 0o644 // what is written to
	ownerExecutes = 0o100
)

// The endings of old files.
const (
	done        = ".s"
	unprocessed = ".u" // to be processed, or not complete
	processing  = ".t" // what the processor writes
)

var errNotRegular = errors.New("not a regular file")

// take opens the directory and locks it. what could not be done is said with
// err.
func (d *directory) take() (what string, err error) {
	d.fd, err = fifo.Retry(func() (int, error) {
		return unix.Open(d.path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		d.fd = -1
		return "unable to open log directory", err
	}
	var st unix.Stat_t
	if err = unix.Fstatat(d.fd, ".", &st, 0); err != nil {
		d.drop()
		return "unable to change directory", err
	}
	if d.lock, err = fifo.Lock(d.fd, logdir.Lock); err != nil {
		d.lock = -1
		d.drop()
		return "unable to lock directory", err
	}
	return "", nil
}

// drop closes what take has opened.
func (d *directory) drop() {
	if d.lock >= 0 {
		_ = unix.Close(d.lock) // nothing was written
	}
	_ = unix.Close(d.fd) // likewise
	d.fd, d.lock = -1, -1
}

// configure reads config. said are its warnings, whole.
func (d *directory) configure() (found bool, said []string) {
	text, err := d.read(configFile)
	if err != nil && err != unix.ENOENT {
		said = append(said, "unable to read config: "+d.path+": "+reason(err))
	}
	c, warnings := parseConfig(text)
	d.sink = sink{config: c, selected: d.selected, buf: d.buf[:0]}
	if c.age > 0 {
		d.due = fifo.Now() + seconds(c.age)
	}
	return err == nil, append(said, warnings...)
}

// seconds is so long, or as long as can be told.
func seconds(n uint64) time.Duration {
	const most = uint64(1) << 62 / uint64(time.Second)
	return time.Duration(min(n, most)) * time.Second
}

// read reads a small file.
func (d *directory) read(name string) ([]byte, error) {
	fd, err := d.open(name, unix.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	var text []byte
	for room := make([]byte, 1024); ; {
		n, err := fifo.Retry(func() (int, error) { return unix.Read(fd, room) })
		if err != nil || n == 0 {
			return text, err
		}
		text = append(text, room[:n]...)
	}
}

func (d *directory) open(name string, flags int) (int, error) {
	return fifo.Retry(func() (int, error) {
		return unix.Openat(d.fd, name, flags|unix.O_NONBLOCK|unix.O_CLOEXEC, openMode)
	})
}

// openCurrent has current be what is written to.
func (d *directory) openCurrent() error {
	fd, err := d.open(logdir.Current, unix.O_WRONLY|unix.O_CREAT|unix.O_APPEND)
	if err != nil {
		return err
	}
	var st unix.Stat_t
	if err = unix.Fstat(fd, &st); err == nil && st.Mode&unix.S_IFMT != unix.S_IFREG {
		err = errNotRegular
	}
	if err != nil {
		_ = unix.Close(fd) // nothing was written
		return err
	}
	d.file, d.size = fd, uint64(st.Size)
	return nil
}

// append appends b to current, whole or, unless that is impossible, not at all,
// and returns how much it was.
func (d *directory) append(b []byte) (int, error) {
	n := 0
	for n < len(b) {
		m, err := fifo.Retry(func() (int, error) { return unix.Write(d.file, b[n:]) })
		if err != nil {
			if n > 0 && unix.Ftruncate(d.file, int64(d.size)) == nil {
				n = 0
			}
			d.size += uint64(n)
			return n, err
		}
		n += m
	}
	d.size += uint64(n)
	return n, nil
}

// old are the names of the old files, and of what processors have left.
func (d *directory) old() (names []string, err error) {
	fd, err := d.open(".", unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	err = fifo.EachName(fd, func(name string) {
		if len(name) == tai64n.TextSize+len(done) && name[0] == '@' {
			names = append(names, name)
		}
	})
	return names, err
}

// stem is the name of the next old file, without its ending: this moment, or
// the next that no file has.
func (d *directory) stem() string {
	for now := time.Now(); ; now = now.Add(1) {
		stem := string(tai64n.Pack(now).AppendText(nil))
		if !d.exists(stem+done) && !d.exists(stem+unprocessed) {
			return stem
		}
	}
}

// busy is the stem of the file that a processor reads, empty for none.
func (d *directory) busy() string {
	if d.run == nil {
		return ""
	}
	return d.run.stem
}

func (d *directory) exists(name string) bool {
	var st unix.Stat_t
	return unix.Fstatat(d.fd, name, &st, unix.AT_SYMLINK_NOFOLLOW) == nil
}

func (d *directory) unlink(name string) error { return unix.Unlinkat(d.fd, name, 0) }

func (d *directory) rename(from, to string) error {
	return unix.Renameat(d.fd, from, d.fd, to)
}
