package svctl

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
)

// findSetting is the setting that a person names, and the item of a directory.
func findSetting(verb, name string) (*setting.Setting, string, error) {
	s, item, ok := setting.Find(name)
	if !ok || strings.HasSuffix(name, "/") || strings.Contains(item, "/") {
		return nil, "", &Problem{verb, name, "there is no such setting" + meant(name), ErrUsage}
	}
	if strings.HasPrefix(item, ".") || strings.ContainsFunc(item, isControl) {
		return nil, "", &Problem{verb, name, "no item has a leading dot or a control character in its name", ErrUsage}
	}
	if item != "" && s.Part(item) == nil {
		return nil, "", &Problem{verb, name, "there is no such item (" + s.PartNames() + ")", ErrUsage}
	}
	if item != "" && s.Item != nil {
		if err := s.Item(item); err != nil {
			return nil, "", &Problem{verb, name, err.Error(), ErrUsage}
		}
	}
	return s, item, nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// meant is a hint for the end of a sentence about an unknown setting.
func meant(name string) string {
	if inner, ok := strings.CutPrefix(name, servicedir.Log+"/"); ok {
		return ": the logger of NAME is NAME/log, and its setting " + Show(inner)
	}
	head, item, _ := strings.Cut(name, "/")
	if s := NearSetting(head); s != nil {
		return " (did you mean " + Show(fullName(s, item)) + "?)"
	}
	return ""
}

// NearSetting is the setting that was most likely meant by name, nil if none
// is close.
func NearSetting(name string) *setting.Setting {
	var known []string
	for i := range setting.All {
		known = append(known, setting.All[i].Name)
	}
	s, _, _ := setting.Find(Near(strings.ReplaceAll(strings.ToLower(name), "_", "-"), known))
	return s
}

func fullName(s *setting.Setting, item string) string {
	if item == "" {
		return s.Name
	}
	return s.Name + "/" + item
}

// SettingPath is the file of a setting below the service directory; for a
// setting of the logger, below that of the logger.
func SettingPath(s *setting.Setting) string {
	return strings.TrimPrefix(s.Path, servicedir.Log+"/")
}

// TakesLogSettings says that the service reads what others write: as the logger
// of one, or by consumer-for.
func (t Target) TakesLogSettings() bool {
	_, err := os.Stat(filepath.Join(t.Defined, servicedir.ConsumerFor))
	return err == nil || t.IsLogger()
}

// IsLogger says that the service is the logger of another.
func (t Target) IsLogger() bool {
	dir, err := filepath.Abs(t.Defined)
	return err == nil && filepath.Base(dir) == servicedir.Log && (t.Scan == "" || filepath.Dir(t.Defined) != filepath.Clean(t.Scan))
}

// place is the file of a setting of a service. A setting of the logger has no
// place in the service itself.
func place(verb string, t Target, s *setting.Setting, item string) (string, error) {
	if s.Log && !t.TakesLogSettings() {
		return "", ofLogger(verb, t, s.Name, s.Name)
	}
	return filepath.Join(t.Defined, SettingPath(s), item), nil
}

// ofLogger refuses a setting of the logger, and says how it is right; word is
// what stood for it.
func ofLogger(verb string, t Target, name, word string) error {
	right := "svctl " + verb + " " + strings.TrimSuffix(t.Name, "/") + "/" + servicedir.Log + " " + word
	return &Problem{verb, name + " of " + t.Name, "a setting of its logger: " + Show(right), ErrUsage}
}

// Unset removes settings; what is not there need not be removed. A directory
// of items, named without one, goes as a whole.
func Unset(t Target, names []string) error {
	paths := make([]string, len(names))
	for i, name := range names {
		s, item, err := findSetting("unset", name)
		if err != nil {
			return err
		}
		if paths[i], err = place("unset", t, s, item); err != nil {
			return err
		}
	}
	for i, path := range paths {
		if err := remove(names[i]+" of "+t.Name, path); err != nil {
			return err
		}
	}
	return nil
}

func remove(object, path string) error {
	if err := empty(path); err != nil {
		return problem("unset", object, path, err)
	}
	err := os.Remove(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return problem("unset", object, filepath.Dir(path), err)
	}
	return keep("unset", object, filepath.Dir(path))
}

// empty removes the items of a directory of them. A directory in it is none,
// and stays.
func empty(dir string) error {
	if st, err := os.Lstat(dir); err != nil || !st.IsDir() {
		return nil
	}
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if err == nil {
			err = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
	return err
}
