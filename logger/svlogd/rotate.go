package svlogd

import (
	"math"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/logger/logdir"
)

// open opens a directory as config says, and goes on where the last logger has
// ended: current was complete, or becomes an old file.
func (l *logger) open(d *directory) bool {
	if what, err := d.take(); err != nil {
		l.warn(what + ": " + d.path + ": " + reason(err))
		return false
	}
	found, said := d.configure()
	if len(said) > 0 && !found {
		l.warn(said[0])
		said = said[1:]
	}
	if found {
		l.info("read: " + d.path + "/" + configFile)
	}
	for _, text := range said {
		l.warn(text)
	}
	var st unix.Stat_t
	err := unix.Fstatat(d.fd, logdir.Current, &st, 0)
	if err != nil && err != unix.ENOENT {
		d.drop()
		l.warn("unable to stat current: " + d.path + ": " + reason(err))
		return false
	}
	how := "append: "
	if err != nil {
		how = "new: "
	} else if st.Size > 0 && st.Mode&ownerExecutes == 0 {
		how = "new: "
		to := d.stem() + unprocessed
		l.insist("unable to rename current", d, func() error { return d.rename(logdir.Current, to) })
		l.trim(d, to)
	}
	l.insist("unable to open current", d, d.openCurrent)
	l.insist("unable to set mode of current", d, func() error { return unix.Fchmod(d.file, openMode) })
	l.info(how + d.path + "/" + logdir.Current)
	l.process(d)
	return true
}

// settle brings current to the disk, and says by its mode that it is complete.
func (l *logger) settle(d *directory) {
	l.insist("unable to fsync current logfile", d, func() error { return unix.Fsync(d.file) })
	l.insist("unable to set mode of current", d, func() error { return unix.Fchmod(d.file, wholeMode) })
	_ = unix.Close(d.file) // it was synced
	d.file = -1
}

// close leaves a directory in order.
func (l *logger) close(d *directory) {
	if d.fd < 0 {
		return
	}
	l.info("close: " + d.path)
	l.settle(d)
	d.drop()
}

// rotate makes current an old file, unless it is empty, and begins a new one.
// It waits for a processor that still runs.
func (l *logger) rotate(d *directory) {
	if d.fd < 0 || d.size == 0 {
		return
	}
	for r := d.run; r != nil && d.run == r; {
		l.listen(false)
		l.mustWait(l.deadline())
	}
	to := d.stem() + done
	if d.processor != "" {
		to = to[:len(to)-len(done)] + unprocessed
	}
	size := d.size
	l.settle(d)
	l.info("rename: " + d.path + "/" + logdir.Current + " " + to + " " + strconv.FormatUint(size, 10))
	l.insist("unable to rename current", d, func() error { return d.rename(logdir.Current, to) })
	l.insist("unable to create new current", d, d.openCurrent)
	l.insist("unable to set mode of current", d, func() error { return unix.Fchmod(d.file, openMode) })
	l.trim(d, to)
	l.process(d)
}

// rotateOld rotates the directories whose current is old. One that was empty
// then is old an age later.
func (l *logger) rotateOld() {
	for _, d := range l.dirs {
		if d.fd < 0 || d.age == 0 || fifo.Now() < d.due {
			continue
		}
		l.rotate(d)
		late := fifo.Now() - d.due
		d.due += late - late%seconds(d.age) + seconds(d.age)
	}
}

// trim deletes the old files that are too many, but not fresh.
func (l *logger) trim(d *directory, fresh string) {
	names, err := d.old()
	if err != nil {
		l.warn("unable to read directory: " + d.path + ": " + reason(err))
	}
	keep := d.keep
	if keep == 0 {
		keep = math.MaxUint64
	}
	old, left := surplus(names, keep, d.busy(), fresh)
	for _, name := range left {
		if err := d.unlink(name); err != nil {
			l.warn("unable to unlink processor leftover: " + name + ": " + reason(err))
		}
	}
	for _, name := range old {
		l.info("delete: " + d.path + "/" + name)
		if err := d.unlink(name); err != nil {
			l.warn("unable to unlink oldest logfile: " + d.path + ": " + reason(err))
		}
	}
}
