package supervise

import (
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/needs"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
)

// A oneshot may put variables into the directory that SV_EXPORT_DIR names, for those
// that need it. What is in there when it has succeeded is written down in one piece, and
// stays what it is until another run has succeeded, or down undoes this one. What its
// inputs were is kept at the same time, see package watch. All of it may be done again,
// by the supervise that comes after one that was killed.

const (
	exportVariable   = "SV_EXPORT_DIR="
	exportedVariable = "SV_EXPORTED=" // the names of those that are imported, to svexec too
)

// Bounds of what one oneshot exports.
const (
	maxExports    = 1000
	maxExportSize = 1 << 20
)

// makeExportDir makes the directory for a oneshot that is about to be started, or
// empties it: of a run that has exported nothing there is none.
func (s *Service) makeExportDir() {
	err := unix.Mkdirat(s.state, servicedir.ExportDir, 0o700)
	if err == unix.EEXIST {
		err = s.emptyExportDir()
	}
	if err != nil {
		s.tell("unable to make supervise/" + servicedir.ExportDir + ": " + reason(err) + ", so it can export nothing")
	}
}

func (s *Service) emptyExportDir() error {
	dir, err := s.openExportDir()
	if err != nil {
		return err
	}
	defer quiet.Close(dir) // it was only read
	return fifo.EachName(dir, func(name string) {
		err := quiet.Unlinkat(dir, name, 0)
		if err == unix.EISDIR || err == unix.EPERM {
			err = unix.Unlinkat(dir, name, unix.AT_REMOVEDIR)
		}
		if err != nil {
			s.tell("unable to remove supervise/" + servicedir.ExportDir + "/" + oneLine(name) + ": " + reason(err))
		}
	})
}

func (s *Service) openExportDir() (int, error) {
	return fifo.Retry(func() (int, error) {
		return quiet.Openat(s.state, servicedir.ExportDir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	})
}

// keep is for a oneshot that has succeeded.
func (s *Service) keep() {
	if servicedir.Exists(s.dir, servicedir.Inputs) {
		const fresh = servicedir.SeenInputs + ".new"
		if err := quiet.Renameat(s.state, fresh, servicedir.SeenInputs); err != nil && err != unix.ENOENT {
			s.tell("unable to keep supervise/" + servicedir.SeenInputs + ": " + reason(err) + ", so the next start runs it too")
		}
	}
	err := unix.Unlinkat(s.state, servicedir.ExportDir, unix.AT_REMOVEDIR)
	if err == nil || err == unix.ENOENT { // nothing was exported
		s.dropExports()
		return
	}
	text, err := s.readExports()
	if err == nil && len(text) == 0 {
		s.dropExports()
		return
	}
	if err == nil {
		err = s.writeSecret(servicedir.Exported, text)
	}
	if err != nil {
		s.tell("unable to export what is in supervise/" + servicedir.ExportDir + ": " + reason(err) + ", keeping what was there before")
	}
	s.record.Exports = servicedir.Exists(s.state, servicedir.Exported)
}

// unkeep is for one that is about to be undone.
func (s *Service) unkeep() {
	_ = quiet.Unlinkat(s.state, servicedir.SeenInputs, 0) // best effort: it may not be there
	s.dropExports()
}

func (s *Service) dropExports() {
	_ = quiet.Unlinkat(s.state, servicedir.Exported, 0) // best effort: likewise
	s.record.Exports = false
}

// readExports is what is in the directory and good; what is not is told of. Who wrote it
// may be another user than we are, so no link counts that may lead to what he cannot
// read. A name that begins with a dot is none.
func (s *Service) readExports() ([]byte, error) {
	dir, err := s.openExportDir()
	if err != nil {
		return nil, err
	}
	defer quiet.Close(dir) // it was only read
	var names []string
	err = fifo.EachName(dir, func(name string) {
		if name[0] != '.' && len(names) <= maxExports {
			names = append(names, name)
		}
	})
	if err != nil {
		return nil, err
	}
	if len(names) > maxExports {
		return nil, errManyExports
	}
	slices.Sort(names)
	var text []byte
	for _, name := range names {
		var one string
		err := setting.CheckExport(name)
		if err == nil {
			one, err = readExport(dir, name)
		}
		if err == nil && len(text)+len(name)+len(one) > maxExportSize {
			err = errLongExports
		}
		if err != nil {
			s.warn("unable to export " + oneLine(name) + ": " + reason(err) + ", going on without")
			continue
		}
		text = setting.AppendExport(text, name, one)
	}
	return text, nil
}

const (
	errManyExports = contradiction("these are too many variables: 1000 are the most")
	errLongExports = contradiction("all of them are too long: 1048576 bytes are the most")
	errLongExport  = contradiction("too long: at most 131072 bytes")
	errNoExport    = contradiction("not a regular file with one name")
)

// oneLine is a name that somebody else has given, for a message.
func oneLine(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, name)
}

func readExport(dir int, name string) (string, error) {
	fd, err := fifo.Retry(func() (int, error) {
		return quiet.Openat(dir, name, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	})
	if err == unix.ELOOP {
		return "", errNoExport
	}
	if err != nil {
		return "", err
	}
	defer quiet.Close(fd) // it was only read
	var st unix.Stat_t
	if err := quiet.Fstat(fd, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG || st.Nlink > 1 {
		return "", errNoExport
	}
	if st.Size > setting.MaxVariable {
		return "", errLongExport
	}
	text := make([]byte, st.Size)
	n, err := fifo.Retry(func() (int, error) { return quiet.Read(fd, text) })
	return string(text[:max(n, 0)]), err
}

// writeSecret is write for what not everybody may read.
func (s *Service) writeSecret(name string, text []byte) error {
	fresh := name + ".new"
	if err := quiet.Unlinkat(s.state, fresh, 0); err != nil && err != unix.ENOENT {
		return err
	}
	fd, err := fifo.Retry(func() (int, error) {
		return quiet.Openat(s.state, fresh, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC, 0o600)
	})
	if err != nil {
		return err
	}
	return s.install(name, fresh, fd, text)
}

// imported is env with what the oneshots have exported that the service needs; of two
// the later need wins. env is not changed.
func (s *Service) imported(env []string) []string {
	env = slices.Clone(env)
	var names []string
	for i := range s.needs() {
		n := &s.needing.all[i]
		if n.Strength != needs.Hard || n.Trouble != "" {
			continue
		}
		for _, e := range setting.ParseExports(readText(n.Dir + "/" + servicedir.State + "/" + servicedir.Exported)) {
			prefix := e.Name + "="
			env = slices.DeleteFunc(env, func(pair string) bool { return strings.HasPrefix(pair, prefix) })
			if !e.Unset {
				env = append(env, prefix+e.Value)
			}
			if !slices.Contains(names, e.Name) {
				names = append(names, e.Name)
			}
		}
	}
	if names == nil {
		return env
	}
	return append(env, exportedVariable+strings.Join(names, " "))
}
