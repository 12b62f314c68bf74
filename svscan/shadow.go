package svscan

import (
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/svscan/scandir"
)

// With -run DIR the service directories of the scan directory may be read-only:
// each has a shadow in DIR, made of symbolic links to what the definition has,
// in which supervise/ and event/ are real. Supervise serves the shadow, and so
// do all clients: for them DIR is the scan directory.

// openRun opens the run directory, and makes it if need be.
func (s *scanner) openRun() error {
	if s.config.run == "" || s.run >= 0 {
		return nil
	}
	var err error
	if s.runPath, err = absolute(s.config.run); err != nil {
		return err
	}
	if err := unix.Mkdir(s.runPath, 0o755); err != nil && err != unix.EEXIST {
		return err
	}
	s.run, err = openAt(unix.AT_FDCWD, s.runPath)
	return err
}

// home is the directory below which svscan writes: the run directory, or the
// scan directory.
func (s *scanner) home() int {
	if s.run >= 0 {
		return s.run
	}
	return s.dir
}

// shadow makes, or brings up to date, the shadow of a service, and returns it.
func (s *scanner) shadow(k *keeping) (int, error) {
	definition, err := openAt(k.definition, ".") // that is O_PATH, which cannot be listed
	if err != nil {
		return -1, err
	}
	defer unix.Close(definition)
	place, err := makeDir(s.run, k.name)
	if err != nil {
		return -1, err
	}
	if err = mirror(definition, place); err == nil && servicedir.IsDir(definition, servicedir.Log) {
		err = shadowLog(definition, place)
	}
	if err != nil {
		_ = unix.Close(place) // nothing was written to it
		return -1, err
	}
	return place, nil
}

func shadowLog(definition, place int) error {
	from, err := openAt(definition, servicedir.Log)
	if err != nil {
		return err
	}
	defer unix.Close(from)
	to, err := makeDir(place, servicedir.Log)
	if err != nil {
		return err
	}
	defer unix.Close(to)
	return mirror(from, to)
}

// reshadow is for a definition that has changed.
func (s *scanner) reshadow(id identity) {
	k := s.kept[id]
	if s.run < 0 || k == nil || k.definition < 0 {
		return
	}
	place, err := s.shadow(k)
	if err != nil {
		s.once(&k.said, "unable to bring "+s.runPath+"/"+scandir.Shown(k.name)+" up to date: "+reason(err))
		return
	}
	_ = unix.Close(place) // we have it open
}

// mirror links what is in the directory from into the directory to, and removes
// links whose end has gone.
func mirror(from, to int) error {
	path, err := physical(from)
	if err != nil {
		return err
	}
	var old []string
	err = eachName(to, func(name string) { old = append(old, name) })
	for _, name := range old {
		var target [unix.PathMax]byte
		n, rerr := unix.Readlinkat(to, name, target[:])
		if rerr == nil && (string(target[:n]) != path+"/"+name || !servicedir.Exists(from, name)) {
			_ = unix.Unlinkat(to, name, 0) // it shows below
		}
	}
	if err != nil {
		return err
	}
	return eachName(from, func(name string) {
		switch name {
		case servicedir.State, servicedir.Event, servicedir.Log:
			return // real ones
		}
		if lerr := unix.Symlinkat(path+"/"+name, to, name); lerr != nil && lerr != unix.EEXIST && err == nil {
			err = lerr
		}
	})
}

func eachName(dir int, f func(name string)) error {
	if _, err := unix.Seek(dir, 0, 0); err != nil {
		return err
	}
	return fifo.EachName(dir, f)
}

func openAt(dir int, name string) (int, error) {
	return fifo.Retry(func() (int, error) {
		return unix.Openat(dir, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
}

func makeDir(dir int, name string) (int, error) {
	if err := unix.Mkdirat(dir, name, 0o755); err != nil && err != unix.EEXIST {
		return -1, err
	}
	return openAt(dir, name)
}

// linkRun tells clients that look in the scan directory where its services are
// served. Best effort: the scan directory may be read-only.
func (s *scanner) linkRun() {
	const name = scandir.Dir + "/" + scandir.Run
	_ = unix.Unlinkat(s.dir, name, 0)
	if s.run >= 0 {
		_ = unix.Mkdirat(s.dir, scandir.Dir, 0o755)
		_ = unix.Symlinkat(s.runPath, s.dir, name)
	}
}
