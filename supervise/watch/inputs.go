package watch

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/bmatcuk/doublestar/v4"
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
)

// Where it stands what the inputs of a oneshot were when it succeeded last, and what
// they are that it is about to see: when it has succeeded, supervise renames the one to
// the other.
const (
	seen  = servicedir.State + "/" + servicedir.SeenInputs
	fresh = seen + ".new"
)

// Inputs says whether the files that set/inputs of the working directory names are not
// those of the last success, or may not be. Then that is forgotten, so that a failure
// is followed by another run, and what they are now is noted. say warns.
func Inputs(say func(text string)) (changed bool, err error) {
	old := readSights(seen)
	now, err := lookAt(old, time.Now())
	if err != nil {
		say(err.Error() + ", so it runs")
		return true, errors.Join(remove(fresh), remove(seen))
	}
	text := now.text()
	if now.same(old) {
		if text != old.text() && write(fresh, text) == nil { // touched: the next look is a quick one again
			_ = os.Rename(fresh, seen) // best effort: what is noted is right
		}
		return false, nil
	}
	if err := write(fresh, text); err != nil {
		say("unable to write " + fresh + ": " + servicedir.Reason(err) + ", so the next start runs it too")
		return true, errors.Join(remove(fresh), remove(seen))
	}
	return true, remove(seen)
}

// lookAt looks at the files, or says why it cannot. Up is always one of them.
func lookAt(old sights, now time.Time) (sights, error) {
	text, err := readText(servicedir.Inputs)
	var lines []string
	if err == nil {
		lines, err = setting.ParseInputs(text)
	}
	if err != nil {
		return nil, errors.New("unable to use " + servicedir.Inputs + ": " + shown(servicedir.Reason(err)))
	}
	all := sights{}
	for _, line := range append(lines, servicedir.Up) {
		found := false
		err := match(filepath.Clean(line), func(path string) error {
			found = true
			return all.add(path, old, now)
		})
		if err == nil && !found {
			err = errors.New("no file is there")
		}
		if err != nil {
			return nil, errors.New("unable to look at " + shown(line) + " (" + servicedir.Inputs + "): " + servicedir.Reason(err))
		}
	}
	return all, nil
}

// match calls add for each file that a line means: those that a pattern matches, or the
// one that it names, or, where that is a directory, all below it.
func match(line string, add func(path string) error) error {
	base, pattern := line, "**"
	if setting.IsPattern(line) {
		base, pattern = doublestar.SplitPattern(line)
	} else if st, err := os.Stat(line); err != nil {
		return err
	} else if !st.IsDir() {
		return add(line)
	}
	files, ok := os.DirFS(base).(dirFS)
	if !ok {
		panic("watch: os.DirFS is not what it says")
	}
	return doublestar.GlobWalk(visible{files, base}, pattern, func(path string, _ fs.DirEntry) error {
		path = filepath.Join(base, path)
		if st, err := os.Stat(path); err != nil || !st.Mode().IsRegular() {
			return nil // gone since, or nothing that has a content
		}
		return add(path)
	}, doublestar.WithNoFollow(), doublestar.WithFailOnIOErrors())
}

type dirFS interface {
	fs.ReadDirFS
	fs.StatFS
	fs.ReadLinkFS
}

// visible is a directory without what no pattern means: what belongs to supervision,
// and what version control and editors make.
type visible struct {
	dirFS
	base string
}

func (v visible) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := v.dirFS.ReadDir(name)
	dir := filepath.Join(v.base, name)
	return slices.DeleteFunc(all, func(d fs.DirEntry) bool {
		path := filepath.Join(dir, d.Name())
		return usual.ignores(d.Name()) || dir == "." && slices.Contains(ours, d.Name()) ||
			d.IsDir() && servicedir.Exists(unix.AT_FDCWD, filepath.Join(path, servicedir.StatusEnv))
	}), err
}

func remove(name string) error {
	if err := os.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
