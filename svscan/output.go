package svscan

import (
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/svscan/scandir"
)

// What becomes of the output of a service without log/. By itself it goes where
// ours goes, untouched; .svscan/set/output may ask for a logger. That is a
// service directory like any other, .svscan/loggers/NAME, which we make.

// logger is the path of a service's logger below the directory of all, "" where
// there is none.
func (s *scanner) logger(k *keeping) (string, error) {
	switch {
	case !s.config.style.logArg:
		return "", nil // supervise looks for itself
	case servicedir.IsDir(k.dir, servicedir.Log):
		return k.name + "/" + servicedir.Log, nil
	}
	value, found, err := servicedir.ReadValue(s.dir, scandir.Output)
	if err != nil {
		s.once(&s.saidOutput, "unable to use "+err.Error()+", going on without")
		return "", nil
	}
	if !found {
		return "", nil
	}
	how, dir, _ := strings.Cut(value, " ")
	dir = strings.TrimSpace(dir)
	path := scandir.Dir + "/" + scandir.Logs + "/" + k.name
	switch {
	case how == "prefix" && dir == "":
		err = s.makeLogger(path, "p"+scandir.Shown(k.name)+": \n1\n")
	case how == "json" && dir == "":
		err = s.makeLogger(path, "j\n1\n")
	case how == "log-dir" && strings.HasPrefix(dir, "/"):
		if err = s.makeLogger(path, ""); err == nil {
			err = s.linkLogs(path, dir, k.name)
		}
	default:
		s.once(&s.saidOutput, "unable to use "+scandir.Output+": "+scandir.Shown(value)+
			": not prefix, json or log-dir and an absolute path, going on without")
		return "", nil
	}
	return path, err
}

// makeLogger makes the directory of a logger with this script, or none.
func (s *scanner) makeLogger(path, script string) error {
	for _, dir := range []string{scandir.Dir, scandir.Dir + "/" + scandir.Logs, path, path + "/" + servicedir.Set} {
		if err := unix.Mkdirat(s.home(), dir, 0o755); err != nil && err != unix.EEXIST {
			return err
		}
	}
	name := path + "/" + servicedir.Set + "/script"
	_ = unix.Unlinkat(s.home(), path+"/main", 0) // where it was a log-dir before
	if script == "" {
		if err := unix.Unlinkat(s.home(), name, 0); err != unix.ENOENT {
			return err
		}
		return nil
	}
	fd, err := fifo.Retry(func() (int, error) {
		return unix.Openat(s.home(), name, unix.O_WRONLY|unix.O_CREAT|unix.O_TRUNC|unix.O_CLOEXEC, 0o644)
	})
	if err != nil {
		return err
	}
	_, err = fifo.Retry(func() (int, error) { return unix.Write(fd, []byte(script)) })
	_ = unix.Close(fd) // whether it was written is known
	return err
}

// linkLogs has the logger at path write to dir/name.
func (s *scanner) linkLogs(path, dir, name string) error {
	for _, d := range []string{dir, dir + "/" + name} {
		if err := unix.Mkdir(d, 0o755); err != nil && err != unix.EEXIST {
			return err
		}
	}
	return unix.Symlinkat(dir+"/"+name, s.home(), path+"/main")
}
