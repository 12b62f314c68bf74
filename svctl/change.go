package svctl

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
)

// Change is one setting as it is to be: checked, and in the unit of its file.
type Change struct {
	setting *setting.Setting
	item    string // of a directory
	text    string // of the file
	source  string // the file that a program is copied from
}

// NextStart says that what runs keeps the old value.
func (c *Change) NextStart() bool {
	switch c.setting.Path {
	case servicedir.NotificationFD, servicedir.LockFD, servicedir.NoSetsid, servicedir.Daemonizes, servicedir.NotifySocket, servicedir.Checks, servicedir.Alive:
		return true
	}
	return c.setting.Exec
}

// ParseChange reads a word of svctl set: SETTING=VALUE, or SETTING alone for a
// flag and for a variable that is to be taken out of the environment. What is
// wrong with it is an ErrUsage.
func ParseChange(word string) (Change, error) {
	name, value, given := strings.Cut(word, "=")
	s, item, err := findSetting("set", name)
	if err != nil {
		return Change{}, err
	}
	refuse := func(reason string) (Change, error) {
		return Change{}, &Problem{"set", name, reason, ErrUsage}
	}
	switch {
	case s.Kind == setting.Dir && item == "":
		return refuse("name one of its items: " + name + "/ITEM=VALUE (" + s.Form + ")")
	case s.Kind == setting.Program:
		return refuse("a program: give it as " + name + " --file=PATH")
	case s.Kind == setting.Flag && given:
		return refuse("a flag is there or not: write " + name + " without a value, or unset it")
	case s.Kind == setting.Flag, !given && (isVariable(s) || s.Bare):
		return Change{setting: s, item: item}, nil
	case !given && isArgv(s):
		return refuse("it needs arguments: " + name + " -- ARGUMENT...")
	case !given:
		return refuse("it needs a value: " + name + "=VALUE (" + s.Form + ")")
	case isArgv(s) && strings.ContainsAny(value, " \t"):
		return refuse("one argument has a blank in it: for several, write " + name + " -- " + Show(value))
	}
	return newChange(s, item, value)
}

// isArgv says that the lines of a setting are arguments.
func isArgv(s *setting.Setting) bool { return s.Path == servicedir.Command || s.Name == "script" }

// isVariable says that the items of a setting are those of an environment
// directory: NUL stands for a newline, and an empty file takes a variable away.
func isVariable(s *setting.Setting) bool { return s.Name == "env" }

// LinesChange is a setting of one item per line.
func LinesChange(name string, lines []string) (Change, error) {
	s, item, err := findSetting("set", name)
	if err != nil {
		return Change{}, err
	}
	if !s.Lines {
		return Change{}, &Problem{"set", name, "it is no list of arguments (" + s.Form + ")", ErrUsage}
	}
	for _, line := range lines {
		if strings.Contains(line, "\n") {
			return Change{}, &Problem{"set", name, "an argument with a newline in it is no line: write a run script", ErrUsage}
		}
	}
	return newChange(s, item, strings.Join(lines, "\n"))
}

// FileChange is a program, copied from a file.
func FileChange(name, file string) (Change, error) {
	s, item, err := findSetting("set", name)
	if err != nil {
		return Change{}, err
	}
	if s.Kind != setting.Program {
		return Change{}, &Problem{"set", name, "it is no program (" + s.Form + ")", ErrUsage}
	}
	st, err := os.Stat(file)
	switch {
	case err != nil:
		return Change{}, problem("read", file, file, err)
	case !st.Mode().IsRegular() || st.Size() == 0:
		return Change{}, &Problem{"set", name, Show(file) + " is empty, or no regular file", ErrUsage}
	}
	return Change{setting: s, item: item, source: file}, nil
}

// newChange checks a value, and puts it into the unit of its file.
func newChange(s *setting.Setting, item, value string) (Change, error) {
	c := Change{setting: s, item: item, text: value}
	refuse := func(reason string) (Change, error) {
		return Change{}, &Problem{"set", fullName(s, item), reason, ErrUsage}
	}
	allowed := "\t"
	if s.Lines || isVariable(s) {
		allowed = "\t\n"
	}
	if strings.ContainsFunc(value, func(r rune) bool { return isControl(r) && !strings.ContainsRune(allowed, r) }) {
		return refuse("control characters in the value")
	}
	var err error
	if s.Pack != nil {
		c.text, err = s.Pack(value)
	}
	if isVariable(s) {
		c.text = strings.ReplaceAll(value, "\n", "\x00")
	}
	c.text += "\n"
	if err == nil && s.Check != nil {
		err = s.Check(c.text)
	}
	if err != nil {
		return refuse(err.Error())
	}
	if back, _ := setting.ParseVariable(c.text); isVariable(s) && back != value {
		return refuse("a variable has no blanks at its end")
	}
	return c, nil
}

// CheckChanges says whether a service can have these settings.
func CheckChanges(t Target, changes []Change) error {
	for i := range changes {
		c := &changes[i]
		if !c.setting.Log || t.TakesLogSettings() {
			continue
		}
		word := c.setting.Name
		if !c.setting.Lines {
			word += "=" + shellQuote(strings.TrimSuffix(c.text, "\n"))
		}
		return ofLogger("set", t, c.setting.Name, word)
	}
	return nil
}

// Set writes settings. Each is written whole, and outlives a power cut.
func Set(t Target, changes []Change) error {
	if err := CheckChanges(t, changes); err != nil {
		return err
	}
	for i := range changes {
		if err := changes[i].write(t); err != nil {
			return err
		}
	}
	return nil
}

func (c *Change) write(t Target) error {
	path, err := place("set", t, c.setting, c.item)
	if err != nil {
		return err
	}
	object, dir := fullName(c.setting, c.item)+" of "+t.Name, filepath.Dir(path)
	if bad, err := makeDirs(t.Defined, dir); err != nil {
		return problem("set", object, bad, err)
	}
	var text io.Reader = strings.NewReader(c.text)
	if c.source != "" {
		f, err := os.Open(c.source)
		if err != nil {
			return problem("read", c.source, c.source, err)
		}
		defer f.Close()
		text = f
	}
	if err := replace(path, text, c.setting.Kind == setting.Program); err != nil {
		return problem("set", object, dir, err)
	}
	return keep("set", object, dir)
}
