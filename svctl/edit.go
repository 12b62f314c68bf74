package svctl

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/natefinch/atomic"
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/svscan/scandir"
)

// Enable removes the file down, Disable makes it: whether the service starts
// when its supervisor does. Both outlive a power cut, and neither touches what
// runs now.
func Enable(t Target) error {
	down := filepath.Join(t.Defined, servicedir.Down)
	err := os.Remove(down)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return problem("enable", t.Name, t.Defined, err)
	}
	return keep("enable", t.Name, t.Defined)
}

// Disable is the opposite of Enable. The file is empty, so it needs no rename
// to be whole: it is there or it is not.
func Disable(t Target) error {
	f, err := os.OpenFile(filepath.Join(t.Defined, servicedir.Down), os.O_CREATE|os.O_WRONLY|unix.O_NONBLOCK, 0o644)
	if err != nil {
		return problem("disable", t.Name, t.Defined, err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return problem("disable", t.Name, t.Defined, err)
	}
	return keep("disable", t.Name, t.Defined)
}

// Link links the service directory dir into the scan directory under name.
// The link arrives whole, by rename; one that leads there already is no error.
func Link(scan, dir, name string) (Target, error) {
	t := Linked(scan, name)
	if err := checkNew("link", name); err != nil {
		return t, err
	}
	whole, err := filepath.Abs(dir)
	if err != nil {
		return t, problem("link", dir, dir, err)
	}
	if st, err := os.Stat(whole); err != nil {
		return t, problem("link", dir, dir, err)
	} else if !st.IsDir() {
		return t, &Problem{"link", dir, "not a directory", ErrUsage}
	}
	if old, err := os.Stat(t.Defined); err == nil {
		if st, err := os.Stat(whole); err == nil && os.SameFile(old, st) {
			return t, nil
		}
	}
	draft := hidden(t.Defined)
	_ = os.Remove(draft) // left by one of us that was killed; Symlink tells if not
	if err := os.Symlink(whole, draft); err != nil {
		return t, problem("link", name, scan, err)
	}
	return t, arrive("link", t, draft)
}

// checkNew refuses a name under which a scan directory cannot have a service.
func checkNew(verb, name string) error {
	if !scandir.IsService(name) || strings.Contains(name, "/") {
		return &Problem{verb, name, "a service has no slash and no leading dot in its name", ErrUsage}
	}
	return nil
}

// hidden is a name beside path that is no service.
func hidden(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".new")
}

// arrive gives a draft its name, unless somebody has it.
func arrive(verb string, t Target, draft string) error {
	err := unix.Renameat2(unix.AT_FDCWD, draft, unix.AT_FDCWD, t.Defined, unix.RENAME_NOREPLACE)
	if err == unix.EINVAL || err == unix.ENOSYS {
		// A file system that cannot: between the look and the rename another
		// may take the name, which only a link or an empty directory loses.
		if err = unix.EEXIST; !exists(t.Defined) {
			err = os.Rename(draft, t.Defined)
		}
	}
	if err == nil {
		return keep(verb, t.Name, t.Scan)
	}
	_ = os.RemoveAll(draft) // best effort: a dot name starts nothing
	if errors.Is(err, fs.ErrExist) {
		return &Problem{verb, t.Name, t.Defined + " exists", ErrUsage}
	}
	return problem(verb, t.Name, t.Scan, err)
}

// Unlink takes a service out of its scan directory. What it returns is the
// service under its physical path, to be waited for. Our svscan stops it; the
// scanners of other suites leave that to us.
func Unlink(t Target) (Target, error) {
	physical := t
	if t.Removed || t.Scan == "" || strings.Contains(t.Name, "/") {
		return t, &Problem{"unlink", t.Name, "not a name in a scan directory", ErrUsage}
	}
	if _, err := os.Readlink(t.Defined); err != nil {
		return t, &Problem{"unlink", t.Name, t.Defined + " is the directory itself, not a link: to stop it for good, move it away (mv " +
			t.Defined + " " + filepath.Join(t.Scan, "."+t.Name) + ")", ErrUsage}
	}
	dir, err := filepath.EvalSymlinks(t.Defined)
	if err != nil {
		return t, problem("unlink", t.Name, t.Defined, err)
	}
	if t.Dir == t.Defined {
		physical.Dir = dir
	}
	if err := os.Remove(t.Defined); err != nil {
		return t, problem("unlink", t.Name, t.Scan, err)
	}
	return physical, keep("unlink", t.Name, t.Scan)
}

// Dismiss tells the supervisors of a service, and of its logger, to stop it
// and to leave. Under our svscan nobody needs to.
func Dismiss(t Target) error {
	if isDir(filepath.Join(t.Scan, scandir.Dir)) && !scanStopped(t.Scan) {
		return nil
	}
	err := Send(t, []command.Letter{command.Down, command.Exit})
	if log, ok := t.Log(); ok {
		err = errors.Join(err, dismissLogger(log))
	}
	if errors.Is(err, ErrNotSupervised) {
		return nil // gone already
	}
	return err
}

// dismissLogger: djb's svscan keeps the pipe open, so a logger under it sees no
// end and has to be stopped; runsv ends its own; s6-supervise lets its read on
// to the end.
func dismissLogger(log Target) error {
	s := Read(log)
	switch s.Layout {
	case status.Daemontools:
		return Send(log, []command.Letter{command.Down, command.Exit})
	case status.S6:
		return Send(log, []command.Letter{command.Exit, command.Once})
	}
	return nil
}

// keep makes a change in a directory outlive a power cut.
func keep(verb, name, dir string) error {
	d, err := os.Open(dir)
	if err == nil {
		err = errors.Join(d.Sync(), d.Close())
	}
	// The change is made; some file systems cannot sync a directory.
	if err != nil && !errors.Is(err, unix.EINVAL) {
		return problem(verb, name, dir, err)
	}
	return nil
}

// Definition is a service directory to be made.
type Definition struct {
	Argv    []string // what it runs
	Logged  bool     // it has a directory log, which the default logger serves
	Changes []Change // its settings
}

// Create makes the service directory t.Defined, with a run script that becomes the
// command: every suite starts that, and a person can go on from it. The
// directory is built under a hidden name and arrives whole.
func Create(t Target, d Definition) error {
	if err := checkNew("make", t.Name); err != nil {
		return err
	}
	if err := CheckChanges(t, d.Changes); err != nil {
		return err
	}
	if exists(t.Defined) {
		return &Problem{"make", t.Name, t.Defined + " exists", ErrUsage}
	}
	draft := hidden(t.Defined)
	if err := os.Mkdir(draft, 0o755); err != nil {
		return problem("make", t.Name, filepath.Dir(t.Defined), err)
	}
	if err := d.build(Target{Name: t.Name, Dir: draft, Defined: draft}); err != nil {
		_ = os.RemoveAll(draft) // best effort: a dot name starts nothing
		return err
	}
	at := t
	at.Scan = filepath.Dir(t.Defined)
	return arrive("make", at, draft)
}

func (d *Definition) build(draft Target) error {
	err := writeRun(filepath.Join(draft.Dir, servicedir.Run), d.Argv)
	if err == nil && d.Logged {
		err = os.Mkdir(filepath.Join(draft.Dir, servicedir.Log), 0o755)
	}
	if err != nil {
		return problem("make", draft.Name, draft.Dir, err)
	}
	return Set(draft, d.Changes)
}

// writeRun writes a run script that execs argv.
func writeRun(path string, argv []string) error {
	quoted := make([]string, len(argv))
	for i, a := range argv {
		quoted[i] = shellQuote(a)
	}
	script := "#!/bin/sh\nexec " + strings.Join(quoted, " ") + "\n"
	if err := atomic.WriteFile(path, strings.NewReader(script)); err != nil {
		return err
	}
	return os.Chmod(path, 0o755)
}

// shellQuote makes one word of s for sh.
func shellQuote(s string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+:,./_-"
	if s != "" && strings.Trim(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
