package background

import (
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/servicedir"
)

// pidFile is the file in which the daemon says who it is.
type pidFile struct {
	path  string
	stale stamp // of the file that was there before; zero: none
	notes int   // inotify
}

// stamp tells whether a file was written again.
type stamp struct {
	dev, ino     uint64
	size         int64
	mtime, ctime unix.Timespec
}

func stampOf(st *unix.Stat_t) stamp {
	return stamp{uint64(st.Dev), st.Ino, st.Size, st.Mtim, st.Ctim}
}

func openPIDFile(name string) (*pidFile, error) {
	notes, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, err
	}
	f := &pidFile{path: name, notes: notes}
	var st unix.Stat_t
	if unix.Stat(name, &st) == nil {
		f.stale = stampOf(&st)
	}
	return f, nil
}

// watch hears of changes in the directory of the file; while that is not there,
// in the nearest above it that is.
func (f *pidFile) watch() error {
	const changes = unix.IN_CREATE | unix.IN_MOVED_TO | unix.IN_MODIFY | unix.IN_CLOSE_WRITE | unix.IN_DELETE_SELF | unix.IN_MOVE_SELF | unix.IN_ONLYDIR
	for {
		at, missing := path.Dir(f.path), ""
		_, err := unix.InotifyAddWatch(f.notes, at, changes)
		for err == unix.ENOENT && at != path.Dir(at) {
			at, missing = path.Dir(at), at
			_, err = unix.InotifyAddWatch(f.notes, at, changes)
		}
		if err != nil || missing == "" || unix.Access(missing, unix.F_OK) != nil {
			return err
		}
		// It came before we heard of such: once more.
	}
}

// drain forgets what was heard: the file itself is what counts.
func (f *pidFile) drain() {
	var buf [4096]byte
	for {
		if n, err := fifo.Retry(func() (int, error) { return unix.Read(f.notes, buf[:]) }); n <= 0 || err != nil {
			return
		}
	}
}

// read is the pid in the file, or why there is none.
func (f *pidFile) read() (pid int, why string) {
	fd, err := unix.Open(f.path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err == unix.ENOENT {
		return 0, f.path + " does not exist"
	}
	if err != nil {
		return 0, f.path + ": " + servicedir.Reason(err)
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
		return 0, f.path + " is not a regular file"
	}
	if stampOf(&st) == f.stale {
		return 0, f.path + " is from before the start"
	}
	var buf [64]byte
	n, err := fifo.Retry(func() (int, error) { return unix.Read(fd, buf[:]) })
	if err != nil {
		return 0, f.path + ": " + servicedir.Reason(err)
	}
	if pid = parsePID(string(buf[:n])); pid == 0 {
		return 0, f.path + " has no pid"
	}
	return pid, ""
}

// complaint is why the file does not name the daemon.
func (f *pidFile) complaint() string {
	pid, why := f.read()
	if why == "" {
		why = f.path + " names " + strconv.Itoa(pid) + ", which is no process that the program left"
	}
	return why
}

// parsePID is the number in the first line of text, 0 if it is no pid.
func parsePID(text string) int {
	line, _, _ := strings.Cut(text, "\n")
	pid, err := strconv.ParseUint(strings.Trim(line, " \t\r"), 10, 31)
	if err != nil {
		return 0
	}
	return int(pid)
}
