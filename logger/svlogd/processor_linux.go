package svlogd

import (
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/logger/logdir"
)

// run is a processor on one old file. It outlives the closing of its directory.
type run struct {
	directory
	pid   int           // 0 between two tries
	again time.Duration // of fifo.Now, when it is tried again
	stem  string        // of the file
}

// again is how long a processor that failed is left alone: it may fail at once.
const again = time.Second

// process starts the processor of d on the oldest file that waits for it, unless
// one runs.
func (l *logger) process(d *directory) {
	if d.run != nil || d.fd < 0 || d.processor == "" {
		return
	}
	names, err := d.old()
	stem := waiting(names)
	if err != nil || stem == "" {
		return // the next rotation looks again
	}
	r := &run{directory: directory{sink: d.sink, path: d.path, file: -1}, stem: stem}
	if r.fd, err = unix.FcntlInt(uintptr(d.fd), unix.F_DUPFD_CLOEXEC, 0); err != nil {
		l.warn("unable to fork for processor: " + d.path + ": " + reason(err))
		return
	}
	d.run = r
	l.start(r)
}

// start starts r. It reads the file and state, and writes what is to be the file
// and newstate, on the descriptors that multilog and svlogd use.
func (l *logger) start(r *run) {
	l.info("processing: " + r.path + "/" + r.stem + unprocessed)
	var err error
	if r.pid, err = r.spawn(l.env); err != nil {
		l.warn("unable to fork for processor: " + r.path + ": " + reason(err))
		r.pid, r.again = 0, fifo.Now()+retry
	}
}

func (r *run) spawn(env []string) (pid int, err error) {
	const none = ^uintptr(0)
	files := []uintptr{0, 0, 2, none, 0, 0}
	for _, f := range [...]struct {
		at, flags int
		name      string
	}{
		{0, unix.O_RDONLY, r.stem + unprocessed},
		{1, unix.O_WRONLY | unix.O_CREAT | unix.O_TRUNC, r.stem + processing},
		{4, unix.O_RDONLY | unix.O_CREAT, state},
		{5, unix.O_WRONLY | unix.O_CREAT | unix.O_TRUNC, newState},
	} {
		fd, err := r.open(f.name, f.flags)
		if err != nil {
			return 0, err
		}
		defer unix.Close(fd)
		files[f.at] = uintptr(fd)
	}
	attr := &syscall.ProcAttr{Dir: r.here(), Env: env, Files: files}
	return fifo.Retry(func() (int, error) {
		return syscall.ForkExec("/bin/sh", []string{"sh", "-c", r.processor}, attr)
	})
}

// here is a path of the directory, wherever it was moved.
func (r *run) here() string {
	path := "/proc/self/fd/" + strconv.Itoa(r.fd)
	if unix.Access(path, unix.F_OK) != nil {
		return r.path // there is no /proc
	}
	return path
}

// reap looks after the processors: those that have ended, and those to be tried
// again.
func (l *logger) reap() {
	for _, d := range l.dirs {
		r := d.run
		if r == nil {
			continue
		}
		if r.pid == 0 {
			l.retry(d)
			continue
		}
		var ws unix.WaitStatus
		pid, err := fifo.Retry(func() (int, error) { return unix.Wait4(r.pid, &ws, unix.WNOHANG, nil) })
		if err == nil && pid == 0 {
			continue
		}
		r.pid = 0
		if err == nil && ws.Exited() && ws.ExitStatus() == 0 {
			l.complete(r)
			l.next(d)
			continue
		}
		l.warn("processor failed, restart: " + r.path)
		_ = r.unlink(r.stem + processing) // the next try truncates it
		r.again = fifo.Now() + again
		l.retry(d)
	}
}

// retry tries a processor again, at its time. After TERM, or when config has
// none any more, the file is left for later.
func (l *logger) retry(d *directory) {
	switch r := d.run; {
	case l.leaving || d.processor == "":
		_ = unix.Close(r.fd) // nothing was written
		d.run = nil
	case fifo.Now() >= r.again:
		r.processor = d.processor
		l.start(r)
	}
}

// next goes on with the next file.
func (l *logger) next(d *directory) {
	_ = unix.Close(d.run.fd) // nothing was written
	d.run = nil
	l.process(d)
}

// complete gives what the processor has made the place of the file. It is on
// the disk before the file goes.
func (l *logger) complete(r *run) {
	d, from, to := &r.directory, r.stem+processing, logdir.Safe(r.stem)
	l.insist("unable to set mode of processed", d, func() error { return r.secure(from) })
	l.insist("unable to rename processed", d, func() error { return d.rename(from, to) })
	if err := d.unlink(r.stem + unprocessed); err != nil {
		l.warn("unable to unlink: " + d.path + "/" + r.stem + unprocessed)
	}
	l.insist("unable to rename state", d, func() error { return d.rename(newState, state) })
	l.info("processed: " + d.path + "/" + to)
}

// secure brings name to the disk, and says that it is complete. A processor may
// have removed it.
func (r *run) secure(name string) error {
	fd, err := r.open(name, unix.O_WRONLY|unix.O_CREAT)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if err := unix.Fchmod(fd, wholeMode); err != nil {
		return err
	}
	return unix.Fsync(fd)
}
