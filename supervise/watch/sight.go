package watch

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// sight is what a file was: a hash of its content, and its size and the time of its last
// change, which while they stay say that the hash does too. That time nobody can set, as
// cp -p and git do with the time of the last writing.
type sight struct {
	sum  string
	size int64
	time int64 // 0 where it may be changed again within the same tick
}

// tick is longer than any that a file system has.
const tick = 2 * time.Second

// sights are those of files by their paths.
type sights map[string]sight

var (
	errMany   = errors.New("too many files: 100000 are the most")
	errNoFile = errors.New("not a regular file")
)

// add adds what a file is now. It is read unless old knows what it must be.
func (s sights) add(path string, old sights, now time.Time) error {
	if _, has := s[path]; has {
		return nil
	}
	if len(s) == maxFiles {
		return errMany
	}
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		return errNoFile
	}
	one := sight{size: st.Size, time: st.Ctim.Nano()}
	if last := old[path]; last.time == one.time && last.size == one.size {
		s[path] = last
		return nil
	}
	if now.Sub(time.Unix(0, one.time)) < tick {
		one.time = 0
	}
	var err error
	one.sum, err = sum(path)
	s[path] = one
	return err
}

func sum(path string) (string, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return "", err
	}
	defer f.Close() // it was only read
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), err
}

// same says that these are the same files, with the same contents. Who knows none knows
// nothing.
func (s sights) same(old sights) bool {
	return maps.EqualFunc(s, old, func(a, b sight) bool { return a.sum == b.sum })
}

// text is a line for each file, in the order of their paths: hash, size, time, and the
// path as Go quotes it.
func (s sights) text() string {
	var b strings.Builder
	for _, path := range slices.Sorted(maps.Keys(s)) {
		one := s[path]
		b.WriteString(one.sum + " " + strconv.FormatInt(one.size, 10) + " " + strconv.FormatInt(one.time, 10) + " " + strconv.Quote(path) + "\n")
	}
	return b.String()
}

// parseSights reads it: all of it, or nothing.
func parseSights(text []byte) sights {
	all := sights{}
	for line := range bytes.Lines(text) {
		words := strings.SplitN(strings.TrimSuffix(string(line), "\n"), " ", 4)
		if len(words) < 4 || len(words[0]) != hex.EncodedLen(sha256.Size) {
			return nil
		}
		size, err := strconv.ParseInt(words[1], 10, 64)
		at, err2 := strconv.ParseInt(words[2], 10, 64)
		path, err3 := strconv.Unquote(words[3])
		if errors.Join(err, err2, err3) != nil {
			return nil
		}
		all[path] = sight{sum: words[0], size: size, time: at}
	}
	return all
}

// readSights is what a file says, nothing where it cannot be read.
func readSights(name string) sights {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil
	}
	return parseSights(text)
}

// write writes a file that is ours.
func write(name, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|unix.O_NOFOLLOW, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}
