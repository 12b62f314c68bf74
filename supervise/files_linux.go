package supervise

import (
	"bytes"
	"encoding/binary"
	"math"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
)

// written is what was written last, so that only what changed is written, and
// what is to be told when the status is true.
type written struct {
	status, stat, pid, env []byte // of what is long, a sum
	text                   []byte // of the file that is being made; it has the room of all services
	death                  []byte // for death_tally
	history                []byte
	events                 []byte
	historySize, tallySize int64         // of the files, with what status.env knows of
	finishing              time.Time     // when finish was started
	hold                   time.Duration // until when a stop or a start is not shown, 0 if none is held
	shown                  bool          // all was written at least once
	failed, stale          bool          // now, last time, something could not be written: all is tried again
}

// textRoom has room for all of it but text in one piece: each size of memory that is
// ever used costs two pages for good. Among thousands a Service has what it needs.
type textRoom [longText + 8*shortText]byte

const wholeText, longText, shortText = 1024, 512, 64

// makeRoom shares the room out, and returns what is left of it.
func (w *written) makeRoom(room *textRoom) []byte {
	b := room[:]
	w.history, b = b[:0:longText], b[longText:]
	for _, short := range []*[]byte{&w.status, &w.stat, &w.pid, &w.env, &w.death, &w.events} {
		*short, b = b[:0:shortText], b[shortText:]
	}
	return b[:0]
}

// replace replaces the file name below supervise/ with text, if it is not what
// was written last, so that a reader sees the one or the other whole.
func (s *Service) replace(name string, last *[]byte) {
	text := s.files.text
	var room [8]byte
	kept := keepable(text, &room)
	if s.files.shown && !s.files.stale && bytes.Equal(*last, kept) {
		return
	}
	if err := s.write(name, text); err != nil {
		s.files.failed = true
		s.tell("unable to write supervise/" + name + ": " + reason(err) + ", trying again")
		return
	}
	*last = append((*last)[:0], kept...)
}

// keepable is what tells text from others: itself if it is short, else a sum in
// room.
func keepable(text []byte, room *[8]byte) []byte {
	if len(text) <= shortText {
		return text
	}
	const offset, prime = 14695981039346656037, 1099511628211 // FNV-1a
	sum := uint64(offset)
	for _, c := range text {
		sum = (sum ^ uint64(c)) * prime
	}
	binary.LittleEndian.PutUint64(room[:], sum)
	return room[:]
}

// write replaces a file. Nothing is synced: after a reboot it means nothing.
func (s *Service) write(name string, text []byte) error {
	fresh := name + ".new"
	fd, err := s.create(fresh, unix.O_TRUNC)
	if err != nil {
		return err
	}
	return s.install(name, fresh, fd, text)
}

// install writes all of the file fresh, which is open, and gives it its name.
func (s *Service) install(name, fresh string, fd int, text []byte) error {
	err := writeAll(fd, text)
	_ = quiet.Close(fd) // nothing is synced, so it tells nothing
	if err != nil {
		return err
	}
	return quiet.Renameat(s.state, fresh, name)
}

// create opens a file below supervise/ for writing, for everybody to read
// whatever the umask is.
func (s *Service) create(name string, flag int) (int, error) {
	const mode = 0o644
	fd, err := fifo.Retry(func() (int, error) {
		return quiet.Openat(s.state, name, unix.O_WRONLY|unix.O_CREAT|unix.O_NONBLOCK|unix.O_NOFOLLOW|unix.O_CLOEXEC|flag, mode)
	})
	if err == nil && s.engine.umask&mode != 0 {
		_ = unix.Fchmod(fd, mode) // it is ours
	}
	return fd, err
}

func writeAll(fd int, b []byte) error {
	for len(b) > 0 {
		n, err := fifo.Retry(func() (int, error) { return quiet.Write(fd, b) })
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// append adds b to a file of this size.
func (s *Service) append(name string, b []byte, size *int64) {
	fd, err := s.create(name, unix.O_APPEND)
	if err == nil {
		err = writeAll(fd, b)
		_ = quiet.Close(fd) // nothing is synced, so it tells nothing
	}
	if *size += int64(len(b)); err != nil {
		s.tell("unable to write supervise/" + name + ": " + reason(err))
		*size = s.size(name)
	}
}

// know has a size that nobody has remembered be that of the file.
func (s *Service) know(name string, size *int64) {
	if *size == math.MaxInt64 {
		*size = s.size(name)
	}
}

// size of a file below supervise/, 0 if it is not there.
func (s *Service) size(name string) int64 {
	var st unix.Stat_t
	if quiet.Fstatat(s.state, name, &st, unix.AT_SYMLINK_NOFOLLOW) != nil {
		return 0
	}
	return st.Size
}

// cut takes off a file below supervise/ what was added after it had this size:
// it was not in status.env, so it is about to happen again.
func (s *Service) cut(name string, size int64) {
	if s.size(name) <= size {
		return
	}
	fd, err := s.create(name, 0)
	if err == nil {
		err = unix.Ftruncate(fd, size)
		_ = quiet.Close(fd) // nothing is synced, so it tells nothing
	}
	if err != nil {
		s.tell("unable to write supervise/" + name + ": " + reason(err))
	}
}

// read reads at most limit bytes of a file below supervise/, its end if it is
// longer.
func (s *Service) read(name string, limit int) []byte {
	fd, err := quiet.Openat(s.state, name, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	defer quiet.Close(fd)
	if over := s.size(name) - int64(limit); over > 0 {
		_, _ = unix.Seek(fd, over, unix.SEEK_SET) // a regular file
	}
	b := make([]byte, limit)
	n, err := fifo.Retry(func() (int, error) { return quiet.Read(fd, b) })
	if err != nil {
		return nil
	}
	return b[:n]
}
