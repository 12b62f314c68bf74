package svctl

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/supervise/tally"
)

// Service is what the files of one service say.
type Service struct {
	Target
	status.Record
	// Layout tells whose supervisor wrote the status.
	Layout status.Layout
	// Supervised says that a supervisor is there. Where it is not, the rest is
	// what was last known.
	Supervised bool
	// Enabled says that no file down keeps it from starting at first.
	Enabled bool
	// CanNotify says that the service tells when it is ready.
	CanNotify bool
	// Counted says that Deaths is known.
	Counted bool
	// Changed are the files that have changed since it was started and count at the
	// next start only, nil where nobody looked.
	Changed []string
	// Exported are the variables that it exports, nil where it has none or nobody may
	// know.
	Exported []string
	// Command is argv[0] of its process.
	Command string
	// Logger is its log service, nil if it has none.
	Logger *Service
	// Below are the services of the tree that it keeps itself, if asked for.
	Below []Service
	// Err is why nothing is known.
	Err error
}

// Read reads what the files of a service say at this moment.
func Read(t Target) Service {
	s := Service{Target: t}
	s.Supervised, s.Err = supervised(t)
	if err := s.readStatus(); err != nil && s.Err == nil && s.Supervised {
		s.Err = problem("read status of", t.Name, s.file(servicedir.Status), err)
	}
	if !s.Supervised && s.Err == nil {
		s.Record = status.Record{Since: s.Since, Wait: s.Wait, Ended: s.Ended, Unknown: s.Unknown, Starts: s.Starts, Deaths: s.Deaths, LogDir: s.LogDir}
	}
	return s
}

// Inspect is Read and all that is found beside the status: for people.
func Inspect(t Target) Service {
	s := Read(t)
	s.Enabled = !exists(filepath.Join(t.Dir, servicedir.Down)) || isOneshot(t.Dir) // of which it is a program
	s.CanNotify = exists(filepath.Join(t.Dir, servicedir.NotificationFD)) || isAsked(&s)
	if arg := cmdline(s.PID); s.PID != 0 && len(arg) > 0 {
		s.Command = arg[0]
	}
	if s.Exports {
		s.Exported = exported(t)
	}
	s.Counted = s.Layout == status.Hybrid
	if s.Layout == status.S6 {
		deaths, err := readFile(s.file(servicedir.DeathTally), make([]byte, tally.Max*tally.RecordSize))
		s.Deaths, s.Counted = len(tally.Unpack(deaths)), err == nil
	}
	if log, ok := t.Log(); ok {
		l := Inspect(log)
		s.Logger = &l
	}
	return s
}

// exported are the names in supervise/export.env.
func exported(t Target) []string {
	text, err := os.ReadFile(t.file(servicedir.Exported))
	if err != nil {
		return nil // it is for the user of supervise alone
	}
	var names []string
	for _, e := range setting.ParseExports(string(text)) {
		names = append(names, e.Name)
	}
	return names
}

// InspectBelow adds to each service, which was read, the services of the tree that it
// keeps.
func InspectBelow(all []Service) {
	for i := range all {
		dir, ok := nested(all[i].PID)
		if !ok || dir == all[i].Scan {
			continue
		}
		targets, err := list(dir)
		if err != nil {
			continue // its own line says that it runs; what is below is another user's
		}
		for _, t := range targets {
			t.Name = all[i].Name + "/" + t.Name
			all[i].Below = append(all[i].Below, Inspect(t))
		}
		InspectBelow(all[i].Below)
	}
}

// Running says that the process of run exists.
func (s *Service) Running() bool { return s.PID != 0 && s.State != status.Finishing }

// readStatus reads supervise/status, and supervise/status.env if the former is
// ours: one that another supervisor left here long ago says nothing.
func (s *Service) readStatus() error {
	var buf [8 << 10]byte
	text, err := readFile(s.file(servicedir.Status), buf[:])
	if err != nil {
		return err
	}
	s.Record, s.Layout, err = status.Unpack(text)
	if err != nil || s.Layout != status.Hybrid {
		return err
	}
	if text, err = readFile(s.file(servicedir.StatusEnv), buf[:]); err == nil {
		if r, err := status.ParseEnv(text); err == nil {
			s.Record = r
		}
	}
	return nil
}

// file is the path of a file that supervise writes.
func (t Target) file(name string) string { return filepath.Join(t.Dir, servicedir.State, name) }

// supervised says whether a supervisor is there: it reads supervise/ok, or, as
// s6-supervise has no such FIFO, holds a record lock.
func supervised(t Target) (bool, error) {
	err := fifo.Alive(unix.AT_FDCWD, t.file(servicedir.OK))
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, fifo.ErrNotRunning), errors.Is(err, fs.ErrNotExist):
		// The others lock before they are ready for anybody.
		return isS6(t) && locked(t.file(servicedir.Lock)), nil
	}
	return false, problem("look at", t.Name, t.file(servicedir.OK), err)
}

// isS6 says that s6-supervise wrote here last. The FIFO ok is then a leftover.
func isS6(t Target) bool {
	var buf [4 << 10]byte
	text, err := readFile(t.file(servicedir.Status), buf[:])
	if err != nil {
		return false
	}
	_, layout, err := status.Unpack(text)
	return err == nil && layout == status.S6
}

// locked says that somebody holds a record lock on the file.
func locked(path string) bool {
	fd, err := open(path, unix.O_RDONLY|unix.O_NONBLOCK)
	if err != nil {
		return false
	}
	defer quiet.Close(fd)
	held, err := fifo.IsLocked(fd)
	return err == nil && held
}

// History is what happened to a service, oldest first: supervise/history, or
// the deaths that s6-supervise remembers.
func History(t Target) ([]tally.Line, error) {
	text, err := readFile(t.file(servicedir.History), make([]byte, 4*tally.HistorySize))
	if err == nil {
		var all []tally.Line
		for line := range strings.Lines(string(text)) {
			if l, ok := tally.ParseLine(line); ok {
				all = append(all, l)
			}
		}
		return all, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, problem("read history of", t.Name, t.file(servicedir.History), err)
	}
	deaths, err := readFile(t.file(servicedir.DeathTally), make([]byte, tally.Max*tally.RecordSize))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &Problem{"read history of", t.Name, "its supervisor keeps none", ErrNo}
	}
	if err != nil {
		return nil, problem("read history of", t.Name, t.file(servicedir.DeathTally), err)
	}
	var all []tally.Line
	for _, d := range tally.Unpack(deaths) {
		l := tally.Line{At: d.At, Kind: "end", Code: d.Code, Signal: d.Signal}
		if d.Signal != 0 {
			l.Code = -1
		}
		all = append(all, l)
	}
	return all, nil
}
