package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// tree is one scan directory and the suite that supervises it.
type tree struct {
	ctx     context.Context
	end     context.CancelFunc
	bench   *bench
	scene   *scene
	suite   suite
	home    string // holds all of it, also what is not in the scan directory
	scan    string // the scan directory
	names   []string
	said    *os.File // what the suite's programs wrote to standard error
	starts  *starts
	lives   map[string]start // the last start of each service and logger
	scanner int              // the pid of svscan, or of what stands for it
	booted  time.Duration    // what it took until all ran
	stopped bool
}

// plant makes a scan directory for the scene and waits until all of it runs.
// Call fell, also after an error.
func (b *bench) plant(ctx context.Context, sc *scene, s suite) (*tree, error) {
	t := &tree{bench: b, scene: sc, suite: s, lives: map[string]start{}}
	t.ctx, t.end = context.WithCancel(ctx)
	var err error
	if t.home, err = os.MkdirTemp(b.dir, s.name()+"-"); err != nil {
		return t, err
	}
	t.scan = filepath.Join(t.home, "scan")
	if t.said, err = os.OpenFile(filepath.Join(t.home, "said"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
		return t, err
	}
	n := sc.size(b.n)
	for i := range n {
		name := fmt.Sprintf("s%04d", i)
		t.names = append(t.names, name)
		if err := t.prepare(filepath.Join(t.scan, name)); err != nil {
			return t, err
		}
	}
	// runsvdir waits out the second in which its directory was changed: in a
	// boot that second is long past.
	if err := os.Chtimes(t.scan, time.Time{}, time.Now().Add(-time.Hour)); err != nil {
		return t, err
	}
	if t.starts, err = listen(t.ctx, t.home); err != nil {
		return t, err
	}
	return t, t.boot(s.scan(t.scan, n))
}

// prepare makes a service directory, with a logger where the scene has them.
func (t *tree) prepare(dir string) error {
	dirs := []string{dir}
	if t.scene.logged {
		dirs = append(dirs, filepath.Join(dir, "log"))
	}
	for _, d := range dirs {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return err
		}
		if err := os.Link(t.bench.service, filepath.Join(d, "run")); err != nil {
			return err
		}
	}
	return nil
}

// boot starts the suite and measures until the last service and logger started.
func (t *tree) boot(command []string) error {
	scanner := exec.Command(command[0], command[1:]...)
	scanner.Env = append(os.Environ(), "STARTS="+t.starts.path)
	scanner.Stderr = t.said
	scanner.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // ^C is for us alone
	began := monotonic()
	if err := scanner.Start(); err != nil {
		return err
	}
	t.scanner = scanner.Process.Pid
	_ = scanner.Process.Release() // reap waits for it
	want := len(t.names)
	if t.scene.logged {
		want *= 2
	}
	if err := t.await(patience, func() bool { return len(t.lives) == want }); err != nil {
		return fmt.Errorf("%d of %d started: %w", len(t.lives), want, err)
	}
	for _, life := range t.lives {
		t.booted = max(t.booted, life.at-began)
	}
	return nil
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
	return errors.Join(err, os.RemoveAll(t.home))
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
