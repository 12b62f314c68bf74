package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// tree is one scan directory and the suite that supervises it.
type tree struct {
	ctx     context.Context
	end     context.CancelFunc
	bench   *bench
	scene   *scene
	suite   suite
	round   int
	home    string // holds what is not in the scan directory, in memory
	base    string // holds the program of the service, where the scan directory is
	scan    string // the scan directory
	names   []string
	said    *os.File // what the suite's programs wrote to standard error
	starts  *starts
	lives   map[string]start // the last start of each service
	scanner int              // the pid of svscan, or of what stands for it
	slab    int              // what the kernel held of small objects before
	began   time.Duration    // when the scanner was started
	booted  time.Duration    // what it took until all ran
	stopped bool
}

// logMain is the log directory in a service directory.
const logMain = "log/main"

// plant makes a scan directory for the scene and waits until all of it runs.
// Call fell, also after an error.
func (b *bench) plant(ctx context.Context, sc *scene, s suite, round int) (*tree, error) {
	t := &tree{bench: b, scene: sc, suite: s, round: round, lives: map[string]start{}}
	t.ctx, t.end = context.WithCancel(ctx)
	var err error
	if t.home, err = os.MkdirTemp(b.dir, s.name()+"-"); err != nil {
		return t, err
	}
	t.base, t.scan = b.dir, filepath.Join(t.home, "scan")
	if sc.disk {
		t.base, t.scan = b.disk, filepath.Join(b.disk, "scan")
	}
	if t.said, err = os.OpenFile(filepath.Join(t.home, "said"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
		return t, err
	}
	for i := range sc.size(b.n) {
		name := fmt.Sprintf("s%04d", i)
		t.names = append(t.names, name)
		if err := t.prepare(filepath.Join(t.scan, name)); err != nil {
			return t, err
		}
	}
	if t.starts, err = listen(t.ctx, t.home); err != nil {
		return t, err
	}
	if err := t.rest(); err != nil {
		return t, err
	}
	return t, t.boot(s.scan(t))
}

// prepare makes a service directory, with a logger where the scene has them.
// The default logger of ours needs no run.
func (t *tree) prepare(dir string) error {
	dirs, runs := dir, []string{"run"}
	switch {
	case t.scene.loggers == none:
	case t.scene.loggers == own && isOurs(t.suite.name()):
		dirs = filepath.Join(dir, logMain)
	default:
		dirs, runs = filepath.Join(dir, logMain), append(runs, "log/run")
	}
	if err := os.MkdirAll(dirs, 0o755); err != nil {
		return err
	}
	for _, run := range runs {
		if err := os.Link(filepath.Join(t.base, "service"), filepath.Join(dir, run)); err != nil {
			return err
		}
	}
	return nil
}

// rest makes the scan directory one that was left alone for long: what was made
// of it is on the disk, and its last change is past, since runsvdir waits out
// the second of one.
func (t *tree) rest() error {
	if err := os.Chtimes(t.scan, time.Time{}, time.Now().Add(-time.Hour)); err != nil {
		return err
	}
	dir, err := os.Open(t.scan)
	if err != nil {
		return err
	}
	defer dir.Close()
	return os.NewSyscallError("syncfs", unix.Syncfs(int(dir.Fd())))
}

// stop ends the tree in order, and measures until its last process is gone.
func (t *tree) stop() (time.Duration, error) {
	began := monotonic()
	err := t.suite.stop(t)
	t.stopped = true
	err = errors.Join(err, reap(t.ctx, patience))
	return monotonic() - began, err
}

// fell ends the tree, in order if it can be, and removes it.
func (t *tree) fell() error {
	var err error
	switch {
	case t.stopped:
	case t.scanner != 0 && t.ctx.Err() == nil:
		_, err = t.stop()
	default:
		_ = reap(t.ctx, 0) // that it had to kill is no news here
	}
	t.end()
	_ = t.said.Close() // it is removed now
	return errors.Join(err, os.RemoveAll(t.scan), os.RemoveAll(t.home))
}

// services are the paths of all services, loggers those of their loggers.
func (t *tree) services() []string { return under(t.scan, t.names) }

func (t *tree) loggers() []string {
	loggers := make([]string, len(t.names))
	for i, name := range t.names {
		loggers[i] = filepath.Join(t.scan, name, "log")
	}
	return loggers
}
