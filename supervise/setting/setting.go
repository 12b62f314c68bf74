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
	// Parts are the items of a Dir that are settings of their own; others it does
	// not have. Nil: all its items are alike.
	Parts []Setting
	// Item checks the name of an item of a Dir; nil: any name will do.
	Item func(name string) error
	// Pack checks a value as a person gives it (10s) and returns the text of the
	// file in the unit of the field (10000); nil: it is written as given. Of a
	// Dir it is for the items.
	Pack func(value string) (text string, err error)
	// Check checks the text of a file as it stands; nil: any text will do.
	Check func(text string) error
}

// Part is the setting that an item of a Dir is: the Dir itself, unless it has Parts.
// Nil where there is no such part.
func (s *Setting) Part(item string) *Setting {
	if s.Parts == nil {
		return s
	}
	for i := range s.Parts {
		if s.Parts[i].Name == s.Name+"/"+item {
			return &s.Parts[i]
		}
	}
	return nil
}

// PartNames are the items that a Dir with Parts may have.
func (s *Setting) PartNames() string {
	var names []string
	for i := range s.Parts {
		names = append(names, strings.TrimPrefix(s.Parts[i].Name, s.Name+"/"))
	}
	return strings.Join(names, ", ")
}

// Find finds a setting by what a person types: user, limits/nofile. item is
// what follows the name of a Dir.
func Find(name string) (s *Setting, item string, ok bool) {
	name, item, deep := strings.Cut(name, "/")
	for i := range All {
		if s := &All[i]; s.Name == name {
			if part := s.Part(item); deep && s.Parts != nil && part != nil {
				return part, "", true
			}
			return s, item, deep == (s.Kind == Dir) || !deep
		}
	}
	return nil, "", false
}
