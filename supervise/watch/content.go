package watch

import (
	"errors"
	"hash/maphash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// Bounds of what is remembered. Of a larger file size and time of its last
// change stand for its content: that a write has left it as it was is not seen. Of
// files beyond the number nothing is known, so that each event of them is a change.
const (
	maxHashed = 1 << 20 // bytes
	maxFiles  = 100_000
)

// content stands for that of a file.
type content struct {
	size int64
	time time.Time // of a file that is too large, or cannot be read
	sum  uint64
}

// contents are those of all files that count, by directory and name.
type contents struct {
	seed  maphash.Seed
	known map[string]map[string]content
	files int
}

func newContents() *contents {
	return &contents{seed: maphash.MakeSeed(), known: map[string]map[string]content{}}
}

// look remembers the content of a file, and says whether it is another than the
// one that was remembered before.
func (c *contents) look(path string) bool {
	dir, name := filepath.Split(path)
	old, was := c.known[dir][name]
	now, is := c.read(path)
	switch {
	case !is && was:
		delete(c.known[dir], name)
		c.files--
		if len(c.known[dir]) == 0 {
			delete(c.known, dir)
		}
	case is && (was || c.files < maxFiles):
		if c.known[dir] == nil {
			c.known[dir] = map[string]content{}
		}
		c.known[dir][name] = now
		if !was {
			c.files++
		}
	}
	return is != was || is && now != old
}

// each calls tell for every file that is known.
func (c *contents) each(tell func(path string)) {
	for dir, files := range c.known {
		for name := range files {
			tell(dir + name)
		}
	}
}

// read is the content of a regular file, or of a symbolic link and what that leads
// to.
func (c *contents) read(path string) (now content, is bool) {
	var h maphash.Hash
	h.SetSeed(c.seed)
	st, err := os.Lstat(path)
	if err == nil && st.Mode()&fs.ModeSymlink != 0 {
		to, _ := os.Readlink(path) // gone since: then it is told once more
		_, _ = h.WriteString(to)   // never fails
		if st, err = os.Stat(path); err != nil || st.IsDir() {
			return content{sum: h.Sum64()}, true // it leads nowhere, or there
		}
	}
	if err != nil || !st.Mode().IsRegular() {
		return content{}, false
	}
	if st.Size() == 0 {
		return content{sum: h.Sum64()}, true // also of what is in /proc, where to read may be to take
	}
	now = content{size: st.Size(), time: st.ModTime()}
	if st.Size() > maxHashed {
		return now, true
	}
	n, err := hash(&h, path)
	if errors.Is(err, fs.ErrNotExist) {
		return content{}, false
	}
	if err == nil && n <= maxHashed {
		now = content{size: n, sum: h.Sum64()}
	}
	return now, true
}

// hash hashes a file, one byte more than is looked at of a file at most.
func hash(h *maphash.Hash, path string) (int64, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return 0, err
	}
	defer f.Close() // it was only read
	return io.Copy(h, io.LimitReader(f, maxHashed+1))
}
