package svctl

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/setting"
)

// Value is one setting of a service as it stands.
type Value struct {
	Name string // as a person calls it
	// Text is in the unit of a person, the path for a program, "" for a flag.
	Text string
	// Lines are the items of a setting that has one per line, nil for others.
	Lines []string
	// Bare: there is no value beside the name: a flag, or a variable that is
	// taken out of the environment.
	Bare bool
}

// String is the value as svctl set takes it, in one line.
func (v *Value) String() string {
	switch {
	case v.Bare:
		return v.Name
	case v.Lines != nil:
		quoted := make([]string, len(v.Lines))
		for i, line := range v.Lines {
			quoted[i] = shellQuote(line)
		}
		return v.Name + "=" + strings.Join(quoted, " ")
	}
	return v.Name + "=" + v.Text
}

// Get is the setting of this name, or all items of a directory of them; none
// if it is not set.
func Get(t Target, name string) ([]Value, []error) {
	s, item, err := findSetting("get", name)
	if err != nil {
		return nil, []error{err}
	}
	path, err := place("get", t, s, "")
	if err != nil {
		return nil, []error{err}
	}
	return values(t, s, path, item)
}

// Settings are all that a service has, by name. Those that cannot be used are
// errors, beside the others.
func Settings(t Target) (all []Value, errs []error) {
	logger := t.TakesLogSettings()
	for i := range setting.All {
		s := &setting.All[i]
		if s.Log && !logger {
			continue
		}
		found, bad := values(t, s, filepath.Join(t.Defined, SettingPath(s)), "")
		all, errs = append(all, found...), append(errs, bad...)
	}
	slices.SortFunc(all, func(a, b Value) int { return strings.Compare(a.Name, b.Name) })
	return all, errs
}

// values are the setting at path, or its items, or one of them.
func values(t Target, s *setting.Setting, path, item string) (all []Value, errs []error) {
	if s.Kind != setting.Dir || item != "" {
		v, found, err := readValue(t, s, filepath.Join(path, item), item)
		switch {
		case err != nil:
			return nil, []error{err}
		case !found:
			return nil, nil
		}
		return []Value{v}, nil
	}
	entries, err := os.ReadDir(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, []error{problem("get", s.Name+" of "+t.Name, path, err)}
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		found, bad := values(t, s, path, e.Name())
		all, errs = append(all, found...), append(errs, bad...)
	}
	return all, errs
}

// readValue reads one setting, by the rules of those who use it.
func readValue(t Target, s *setting.Setting, path, item string) (v Value, found bool, err error) {
	v.Name = fullName(s, item)
	kind := s.Kind
	if s.IsProgram(item) {
		kind = setting.Program
	}
	text, err := readSetting(path, kind)
	if errors.Is(err, fs.ErrNotExist) {
		return v, false, nil
	}
	if err == nil && kind != setting.Flag && kind != setting.Program {
		err = s.Verify(item, text)
	}
	switch {
	case err != nil:
		return v, true, problem("get", v.Name+" of "+t.Name, path, err)
	case s.Kind == setting.Flag:
		v.Bare = true
	case kind == setting.Program:
		v.Text = path
	case s.Lines:
		v.Lines = strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	case isVariable(s):
		v.Text, v.Bare = setting.ParseVariable(text)
	default:
		line, _ := setting.Line(text) // Check found one
		v.Text = forPeople(s, line)
	}
	return v, true, nil
}

// readSetting is the text of a file; that of a flag or a program does not
// matter.
func readSetting(path string, kind setting.Kind) (string, error) {
	const most = 1 << 20
	st, err := os.Stat(path)
	if err != nil || kind == setting.Flag || kind == setting.Program {
		return "", err
	}
	if !st.Mode().IsRegular() {
		return "", errors.New("not a regular file")
	}
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && len(text) > most {
		err = errors.New("too long")
	}
	return string(text), errors.Join(err, f.Close())
}

// forPeople is a value of a file in the unit in which a person would give it:
// the one that the setting packs into the same. 10000 of timeout-kill is 10s.
func forPeople(s *setting.Setting, text string) string {
	millis, err := strconv.Atoi(text)
	if s.Pack == nil || err != nil || millis == 0 {
		return text
	}
	for _, u := range []struct {
		name string
		long int
	}{{"h", int(time.Hour / time.Millisecond)}, {"m", 60000}, {"s", 1000}, {"ms", 1}} {
		if millis%u.long == 0 {
			value := strconv.Itoa(millis/u.long) + u.name
			if packed, err := s.Pack(value); err == nil && packed == text {
				return value
			}
		}
	}
	return text
}
