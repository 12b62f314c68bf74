package svctl

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/servicedir"
)

// written are the files that a supervisor makes in supervise/. Only these are
// removed: what else is there is somebody's.
var written = []string{
	servicedir.Lock, servicedir.OK, servicedir.ControlIn, servicedir.Status, servicedir.StatusEnv, servicedir.Stat,
	servicedir.PID, servicedir.LogPipe, servicedir.ErrPipe, servicedir.Producers, servicedir.DeathTally, servicedir.History, servicedir.Needs, servicedir.Child,
	servicedir.StartAt, servicedir.Notify, servicedir.Ready, servicedir.Report, servicedir.ServiceLock, servicedir.Holder,
	servicedir.SeenInputs, servicedir.Exported,
}

// eventMode is that of an event directory which a supervisor made.
const eventMode = 0o3730

// Purge removes what supervisors wrote in the service directory, and in that of
// its logger: the definition is left as its author made it.
func Purge(t Target) error {
	err := purge(t)
	if log, ok := t.Log(); ok {
		err = errors.Join(err, purge(log))
	}
	return err
}

func purge(t Target) error {
	if ok, err := supervised(t); err != nil {
		return err
	} else if ok {
		return &Problem{"purge", t.Name, "its supervisor is still there", unix.EBUSY}
	}
	ours := exists(t.file(servicedir.StatusEnv)) || isS6(t)
	for _, name := range written {
		for _, path := range []string{t.file(name), t.file(name + ".new")} {
			if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return problem("purge", t.Name, path, err)
			}
		}
	}
	if err := empty(t.file(servicedir.ChosenPorts)); err != nil {
		return problem("purge", t.Name, t.file(servicedir.ChosenPorts), err)
	}
	_ = os.Remove(t.file(servicedir.ChosenPorts)) // it may not be there
	if err := os.RemoveAll(t.file(servicedir.ExportDir)); err != nil {
		return problem("purge", t.Name, t.file(servicedir.ExportDir), err)
	}
	state := filepath.Join(t.Dir, servicedir.State)
	if physical, err := filepath.EvalSymlinks(state); err == nil {
		state = physical // the link itself belongs to the definition
	}
	_ = os.Remove(state) // not empty: what is left is not ours
	event := filepath.Join(t.Dir, servicedir.Event)
	var st unix.Stat_t
	if err := unix.Lstat(event, &st); ours && err == nil && st.Mode&0o7777 == eventMode {
		_ = os.Remove(event) // somebody listens: it is not empty
	}
	return nil
}
