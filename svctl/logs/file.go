package logs

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/logger/logdir"
)

const (
	block   = 64 << 10 // what is read at once
	markLen = 64
)

// file is one file of a log directory, which is read forwards.
type file struct {
	*os.File // nil before it is opened
	name     string
	info     os.FileInfo
	// live says that the logger may still write to it: it was current.
	live bool

	off  int64  // what was read of it
	mark []byte // the last bytes before off, to see that they are still there
	head []byte // the first bytes before off, to tell a file that was cut from another
	buf  []byte // what was read, and is no line yet
	from int    // in buf: what was given away
	part bool   // what was given away last has no newline
}

// openFile opens a file of the directory, whatever somebody put in its place.
func openFile(dir, name string) (*file, error) {
	fd, err := fifo.Retry(func() (int, error) {
		return unix.Open(filepath.Join(dir, name), unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: name, Err: err}
	}
	f := &file{File: os.NewFile(uintptr(fd), name), name: name, live: name == logdir.Current}
	f.info, err = f.Stat()
	if err == nil && !f.info.Mode().IsRegular() {
		err = &os.PathError{Op: "open", Path: name, Err: errors.New("not a regular file")}
	}
	if err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

func (f *file) close() {
	if f != nil && f.File != nil {
		_ = f.Close() // it was only read
	}
}

// is says that the path leads to this very file.
func (f *file) is(path string) bool {
	info, err := os.Stat(path)
	return err == nil && os.SameFile(f.info, info)
}

// next is the next line, false if there is none below limit. With rest it is
// also what follows the last newline.
func (f *file) next(limit int64, rest bool) (Line, bool, error) {
	seen := f.from
	for {
		if i := bytes.IndexByte(f.buf[seen:], '\n'); i >= 0 {
			return f.give(seen+i, 1), true, nil
		}
		if len(f.buf)-f.from >= MaxLine {
			return f.give(f.from+MaxLine, 0), true, nil
		}
		held := len(f.buf) - f.from
		n, err := f.fill(limit)
		if err != nil {
			return Line{}, false, err
		}
		if n == 0 {
			break
		}
		seen = f.from + held
	}
	if rest && f.from < len(f.buf) {
		return f.give(len(f.buf), 0), true, nil
	}
	return Line{}, false, nil
}

// give gives away what is buffered up to end, and the newline after it.
func (f *file) give(end, newline int) Line {
	l := Line{Text: f.buf[f.from:end], Part: f.part, Open: newline == 0}
	f.from = end + newline
	f.part = l.Open
	if !l.Part {
		l.Stamp = logdir.ParseStamp(l.Text, zone)
	}
	return l
}

// finish ends the last line of a file that gets no more.
func (f *file) finish() {
	if f.from < len(f.buf) || f.part {
		f.buf = append(f.buf, '\n')
	}
}

// fill reads on, up to limit, and says how much it read. Where the file was
// truncated it begins again, after the end of the line that was cut off; where
// it only lost its last lines, as a logger takes them back that writes them
// again, it goes on at its end.
func (f *file) fill(limit int64) (int, error) {
	f.buf = f.buf[:copy(f.buf, f.buf[f.from:])]
	f.from = 0
	room := int(min(block, limit-f.off))
	if room <= 0 {
		return 0, nil
	}
	if held := len(f.buf); cap(f.buf)-held < room {
		f.buf = append(make([]byte, 0, max(2*cap(f.buf), held+room)), f.buf...)
	}
	was := make([]byte, len(f.mark))
	into := f.buf[len(f.buf) : len(f.buf)+room]
	n, err := fifo.Retry(func() (int, error) {
		return unix.Preadv(int(f.Fd()), [][]byte{was, into}, f.off-int64(len(was)))
	})
	if err != nil {
		return 0, &os.PathError{Op: "read", Path: f.name, Err: err}
	}
	if n < len(was) || !bytes.Equal(was, f.mark) {
		f.off, f.mark = f.kept(), nil
		f.head = f.head[:min(int64(len(f.head)), f.off)]
		held := len(f.buf)
		f.finish()
		return max(1, len(f.buf)-held), nil
	}
	n -= len(was)
	f.remember(was, into[:n])
	f.head = append(f.head, into[:min(n, markLen-len(f.head))]...)
	f.buf, f.off = f.buf[:len(f.buf)+n], f.off+int64(n)
	return n, nil
}

// beginning is how the file begins now, at most size bytes.
func (f *file) beginning(size int64) []byte {
	head := make([]byte, min(markLen, size))
	n, _ := f.ReadAt(head, 0) // whatever is wrong, fill says
	return head[:n]
}

// kept is how much is left of what was read: nothing, unless the file became
// shorter and begins as it did.
func (f *file) kept() int64 {
	info, err := f.Stat()
	if err != nil || info.Size() >= f.off {
		return 0
	}
	if !bytes.HasPrefix(f.head, f.beginning(info.Size())) {
		return 0
	}
	return info.Size()
}

// remember marks the last bytes that were read.
func (f *file) remember(before, read []byte) {
	if len(read) < markLen {
		read = append(before, read...)
	}
	f.mark = append(f.mark[:0], read[max(0, len(read)-markLen):]...)
}
