package logs

import (
	"bytes"
	"errors"
	"io"
)

// seek moves to off, or to the beginning of a file that is shorter by now.
func (f *file) seek(off int64) error {
	mark := make([]byte, min(markLen, off))
	_, err := f.ReadAt(mark, off-int64(len(mark)))
	if errors.Is(err, io.EOF) {
		off, mark, err = 0, nil, nil
	}
	f.off, f.mark, f.head = off, mark, f.beginning(off)
	return err
}

// last moves to where the last n lines below size begin, and says how many of
// them the file has not. An unfinished line is one only if open is set.
func (f *file) last(n int, size int64, open bool) (missing int, err error) {
	if n == All || size == 0 {
		return n, f.seek(0)
	}
	left := n + 1 // newlines to go back over
	buf := make([]byte, min(block, size))
	for pos := size; pos > 0; {
		part := buf[:min(pos, block)]
		pos -= int64(len(part))
		if _, err := f.ReadAt(part, pos); errors.Is(err, io.EOF) {
			break // truncated now
		} else if err != nil {
			return 0, err
		}
		if pos+int64(len(part)) == size && open && part[len(part)-1] != '\n' {
			left--
		}
		if left == 0 {
			return 0, f.seek(size)
		}
		for end := bytes.LastIndexByte(part, '\n'); end >= 0; end = bytes.LastIndexByte(part[:end], '\n') {
			if left--; left == 0 {
				return 0, f.seek(pos + int64(end) + 1)
			}
		}
	}
	return left - 1, f.seek(0)
}

// packers are what archives of their programs begin with.
var packers = []struct{ magic, name string }{
	{"\x1f\x8b", "gzip"}, {"\xfd7zXZ\x00", "xz"}, {"\x28\xb5\x2f\xfd", "zstd"}, {"BZh", "bzip2"}, {"\x04\x22\x4d\x18", "lz4"},
}

// packed is the program that made the file, "" if it is text: the name of a
// processed archive does not say.
func (f *file) packed() string {
	var head [6]byte
	n, _ := f.ReadAt(head[:], 0) // what cannot be read is told of when it is read
	for _, p := range packers {
		if bytes.HasPrefix(head[:n], []byte(p.magic)) {
			return p.name
		}
	}
	return ""
}
