package logger

import (
	"errors"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/svscan/scandir"
)

// quota is what all logs of our tree may have together, as it was last read, and
// what one directory of ours has of it.
type quota struct {
	bytes  int64
	share  int64
	looked time.Duration // 0 is never
	said   string
}

// ration finds the share of our directories. Who floods rotates often: it does
// not count the loggers each time.
func (l *logger) ration() {
	q := &l.quota
	tree := l.variable("SVDIR")
	if tree == "" || l.script.prog != "" || q.looked > 0 && fifo.Now()-q.looked < time.Second {
		return
	}
	q.looked = fifo.Now()
	said := l.readQuota(tree)
	q.share = 0
	if q.bytes > 0 {
		var little bool
		n := l.directories()
		if q.share, little = share(q.bytes, countLoggers(tree), n); little && said == "" {
			said = "unable to keep to " + tree + "/" + scandir.LogQuota + ": less than two files of " + strconv.Itoa(minSize) +
				" bytes for each log directory, taking these"
		}
	}
	if said != "" && said != q.said {
		l.warn(said)
	}
	q.said = said
}

// readQuota reads the quota, and says why it could not: then what was holds.
func (l *logger) readQuota(tree string) (said string) {
	q := &l.quota
	path := tree + "/" + scandir.LogQuota
	text, found, err := servicedir.ReadValue(unix.AT_FDCWD, path)
	var n int64
	if err == nil && found {
		n, err = parseQuota(text)
	}
	if err == nil {
		q.bytes = n
		return ""
	}
	why := err.Error()
	var unusable *servicedir.ValueError
	if errors.As(err, &unusable) {
		why = unusable.Reason
	}
	taking := "doing without"
	if q.bytes > 0 {
		taking = "taking " + strconv.FormatInt(q.bytes, 10)
	}
	return "unable to use " + path + ": " + why + ", " + taking
}

// directories is how many we write to.
func (l *logger) directories() int {
	n := 0
	for i := range l.stream.sinks {
		if l.stream.sinks[i].kind == archive {
			n++
		}
	}
	return n
}

// countLoggers is how many loggers a tree has: each service with one of its own,
// or that svscan gave it, and each that is the logger of others.
func countLoggers(tree string) int {
	fd, err := fifo.Retry(func() (int, error) {
		return unix.Open(tree, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return 1 // we are one
	}
	defer unix.Close(fd)
	const logs = scandir.Dir + "/" + scandir.Logs
	n := 0
	if servicedir.IsDir(fd, scandir.CatchAll) {
		n++
	}
	_ = eachName(fd, func(name string) { // what cannot be read is not counted
		if !scandir.IsService(name) {
			return
		}
		if servicedir.IsDir(fd, name+"/"+servicedir.Log) || servicedir.IsDir(fd, logs+"/"+name) {
			n++
		}
		if servicedir.Exists(fd, name+"/"+servicedir.ConsumerFor) {
			n++
		}
	})
	return n
}
