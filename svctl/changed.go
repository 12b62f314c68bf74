package svctl

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
)

// InspectChanges finds out, for each service that runs, which files of those that
// only a start reads have changed since it was started. That asks for some thirty
// names a service, so the table of all does without.
func InspectChanges(all []Service) {
	for i := range all {
		all[i].InspectChanges()
	}
}

// InspectChanges fills in Changed of one service, its logger and those below.
func (s *Service) InspectChanges() {
	if s.Supervised && s.Running() && !s.Since.IsZero() {
		s.Changed = definition{s.Defined, s.Since, []string{}}.find(s.TakesLogSettings())
	}
	if s.Logger != nil {
		s.Logger.InspectChanges()
	}
	InspectChanges(s.Below)
}

// definition is a service directory, with its files that are newer than a start. The time
// that counts is that of the last change of the inode: who installs a file keeps the
// time of its contents, and nobody can set this one.
type definition struct {
	dir   string
	since time.Time
	found []string
}

func (c definition) find(logger bool) []string {
	c.file(servicedir.Run)
	for i := range setting.All {
		s := &setting.All[i]
		switch path := SettingPath(s); {
		case !(&Change{setting: s}).NextStart(), s.Log && !logger:
		case s.Kind == setting.Dir:
			c.items(path)
		case c.file(path) || s.Path != envFile:
		default:
			c.named(path)
		}
	}
	return c.found
}

// envFile names a file of variables, which a start reads too.
const envFile = servicedir.Set + "/env-file"

// file looks at one file, or at the link in its place and where that leads.
func (c *definition) file(path string) bool {
	if !c.isNewer(filepath.Join(c.dir, path)) {
		return false
	}
	c.found = append(c.found, path)
	return true
}

// items looks at a directory of items. One that was taken out of it has changed the
// directory alone.
func (c *definition) items(path string) {
	before := len(c.found)
	entries, _ := os.ReadDir(filepath.Join(c.dir, path)) // mostly it is not there
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			c.file(path + "/" + e.Name())
		}
	}
	if len(c.found) == before {
		c.file(path)
	}
}

// named looks at the file that a setting names, where its name is plain.
func (c *definition) named(path string) {
	line, err := setting.Line(string(Head(filepath.Join(c.dir, path), unix.PathMax)))
	if err != nil || line == "" || strings.Contains(line, "%") {
		return
	}
	at := line
	if !filepath.IsAbs(at) {
		at = filepath.Join(c.dir, at)
	}
	if c.isNewer(at) {
		c.found = append(c.found, line)
	}
}

func (c *definition) isNewer(path string) bool {
	for _, flags := range []int{unix.AT_SYMLINK_NOFOLLOW, 0} {
		st, err := stat(path, flags)
		if err != nil {
			return false
		}
		if time.Unix(st.Ctim.Unix()).After(c.since) {
			return true
		}
		if st.Mode&unix.S_IFMT != unix.S_IFLNK {
			return false
		}
	}
	return false
}
