// Package setting knows every setting of a service directory: its name, where
// its file stands, what may stand in it, and in which unit. What the field named
// stands where the field put it and in its unit; all of ours stands in set/.
//
// Nothing here touches a file: svctl writes settings by this table, svctl lint
// checks them by it, and supervise and svexec read them by the same parsers.
// See svset(5).
package setting

import "strings"

// Kind is what a setting is on disk.
type Kind uint8

const (
	Value   Kind = iota // a file with one line, or several where Lines is set
	Flag                // an empty file: there or not
	Dir                 // a directory of one file per item
	Program             // an executable
)

// Setting is one setting.
type Setting struct {
	// Name is how svctl calls it: user, timeout-kill, limits.
	Name string
	// Path is its file below the service directory: set/user, timeout-kill.
	Path string
	Kind Kind
	// Lines: a Value of one item per line.
	Lines bool
	// Bare: a Value that may be empty: then it is there, and says no more.
	Bare bool
	// Exec: svexec applies it, so a service that has it starts through svexec.
	Exec bool
	// Log: it belongs to a logger, mostly the default one: its place is log/set.
	Log bool
	// Form says in a few words what may stand there, for messages: "a number of
	// seconds, as 10s".
	Form string
	// Item checks the name of an item of a Dir; nil: any name will do.
	Item func(name string) error
	// ItemProgram is the item of a Dir that is an executable; empty: none is.
	ItemProgram string
	// CheckItem checks the text of an item of a Dir, where Check is nil and the items
	// differ.
	CheckItem func(item, text string) error
	// Pack checks a value as a person gives it (10s) and returns the text of the
	// file in the unit of the field (10000); nil: it is written as given. Of a
	// Dir it is for the items.
	Pack func(value string) (text string, err error)
	// Check checks the text of a file as it stands; nil: any text will do.
	Check func(text string) error
}

// Find finds a setting by what a person types: user, limits/nofile. item is
// what follows the name of a Dir.
func Find(name string) (s *Setting, item string, ok bool) {
	name, item, deep := strings.Cut(name, "/")
	for i := range All {
		if s := &All[i]; s.Name == name {
			return s, item, deep == (s.Kind == Dir) || !deep
		}
	}
	return nil, "", false
}

// IsProgram says that the setting, or the item of it, is an executable.
func (s *Setting) IsProgram(item string) bool {
	return s.Kind == Program || s.ItemProgram != "" && item == s.ItemProgram
}

// Verify checks the text of a file as it stands, that of an item of a Dir.
func (s *Setting) Verify(item, text string) error {
	switch {
	case s.CheckItem != nil:
		return s.CheckItem(item, text)
	case s.Check != nil:
		return s.Check(text)
	}
	return nil
}
