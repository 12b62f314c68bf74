package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

var (
	bootPlain    = &figure{title: "boot without loggers", unit: "ms", in: plain}
	bootLogged   = &figure{title: "boot with own loggers", unit: "ms", in: logged}
	bootMultilog = &figure{title: "boot with multilog", unit: "ms", in: multilogged}
	bootDisk     = &figure{title: "boot on disk", unit: "ms", in: onDisk}
	bootRun      = &figure{title: "boot on disk, -run in memory", unit: "ms", in: onDiskRun, base: bootDisk}
)

// boot is from the start of the scanner to the last start of a service, or to
// the first line in the last log.
func boot(f *figure) func(t *tree) error {
	return func(t *tree) error {
		t.note(f, milliseconds(t.booted))
		return nil
	}
}

// boot starts the suite and measures until all of it runs.
func (t *tree) boot(command []string) error {
	scanner := exec.Command(command[0], command[1:]...)
	scanner.Env = t.environment()
	scanner.Stderr = t.said
	scanner.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // ^C is for us alone
	t.slab = slab()
	started := time.Now()
	t.began = monotonic()
	if err := scanner.Start(); err != nil {
		return err
	}
	t.scanner = scanner.Process.Pid
	_ = scanner.Process.Release() // reap waits for it
	if err := t.await(patience, func() bool { return len(t.lives) == len(t.names) }); err != nil {
		return fmt.Errorf("%d of %d started: %w", len(t.lives), len(t.names), err)
	}
	for _, life := range t.lives {
		t.booted = max(t.booted, life.at-t.began)
	}
	if t.scene.loggers == none {
		return nil
	}
	last, err := t.lastLogged()
	t.booted = max(t.booted, last.Sub(started))
	return err
}

// environment is what the programs of the tree find.
func (t *tree) environment() []string {
	env := append(os.Environ(), "STARTS="+t.starts.path)
	if t.scene.dies {
		env = append(env, "DIES=1")
	}
	logger := daemontools{}.logger("./main", stamped)
	if t.scene.loggers == own {
		logger = t.suite.logger("./main", stamped)
	}
	return append(env, "LOGGER="+strings.Join(logger, " "))
}

// lastLogged waits until each log has the line that its service wrote, and tells
// when the last came. The file knows that to a tick of the kernel.
func (t *tree) lastLogged() (time.Time, error) {
	var last time.Time
	for _, service := range t.services() {
		at, err := untilWritten(filepath.Join(service, logMain))
		if err != nil {
			return last, err
		}
		if at.After(last) {
			last = at
		}
	}
	return last, nil
}
