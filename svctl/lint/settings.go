package lint

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
	"github.com/svdir/svdir/svctl"
)

// settings looks at every setting that is there, and at the names in set/.
func (i *inspection) settings(top *entry) {
	for n := range setting.All {
		s := &setting.All[n]
		if e := top.find(svctl.SettingPath(s)); e != nil && (!s.Log || i.reads) {
			i.setting(s, e)
		}
	}
	i.descriptors(top)
	set := top.find(servicedir.Set)
	switch {
	case set == nil:
		return
	case set.err != nil || !set.mode.IsDir():
		i.add(servicedir.Set, "not a directory, so no setting in it counts")
		return
	case set.textErr != nil:
		i.add(servicedir.Set, "unable to read: "+servicedir.Reason(set.textErr))
	}
	for _, e := range set.entries {
		i.nameInSet(e.name)
	}
	i.logSettings(top, set)
	i.unused(top)
}

// unused finds settings that another one goes before, or without which they mean
// nothing.
func (i *inspection) unused(top *entry) {
	if top.find(servicedir.StopSignals) != nil {
		for _, name := range []string{servicedir.DownSignal, servicedir.TimeoutKill} {
			if top.find(name) != nil {
				i.add(name, "not used: "+servicedir.StopSignals+" goes before it")
			}
		}
	}
	if top.find(servicedir.Schedule) != nil && top.find(servicedir.Every) != nil {
		i.add(servicedir.Every, "not used: "+servicedir.Schedule+" goes before it")
	}
	timed := servicedir.Schedule
	if top.find(timed) == nil {
		timed = servicedir.Every
	}
	for _, name := range []string{servicedir.Restart, servicedir.RestartLimit, servicedir.RestartDelay} {
		if top.find(timed) != nil && top.find(name) != nil {
			i.add(name, "not used: "+timed+" says when it starts")
		}
	}
	for _, name := range []string{servicedir.Overlap, servicedir.Missed} {
		if top.find(timed) == nil && top.find(name) != nil {
			i.add(name, "not used: there is no "+servicedir.Schedule+" and no "+servicedir.Every)
		}
	}
	for _, name := range []string{servicedir.IsDone, servicedir.Inputs} {
		if i.kind != servicedir.TypeOneshot && top.find(name) != nil {
			i.add(name, "not used: it is no oneshot, as type would say")
		}
	}
	if top.find(servicedir.DrainTime) != nil && top.find(servicedir.Drain) == nil {
		i.add(servicedir.DrainTime, "not used: there is no "+servicedir.Drain)
	}
}

// descriptors finds one number that is asked for twice.
func (i *inspection) descriptors(top *entry) {
	lock, notify := top.find(servicedir.LockFD), top.find(servicedir.NotificationFD)
	if lock == nil || notify == nil {
		return
	}
	at, err := setting.Line(string(lock.text))
	other, err2 := setting.Line(string(notify.text))
	if err == nil && err2 == nil && at == other {
		i.add(servicedir.LockFD, "the same descriptor as "+servicedir.NotificationFD+", so it is not started")
	}
}

// logSettings finds settings of the default logger where another one runs.
func (i *inspection) logSettings(top, set *entry) {
	run := top.find(servicedir.Run)
	if !i.reads || run == nil || strings.Contains(string(run.text), "svlog") {
		return
	}
	for _, e := range set.entries {
		if s, _, ok := setting.Find(e.name); ok && s.Log && !s.Exec {
			i.add(path.Join(servicedir.Set, e.name), "not used: run is there, and is not svlog, whose setting this is")
		}
	}
}

// setting looks at one setting.
func (i *inspection) setting(s *setting.Setting, e *entry) {
	name := svctl.SettingPath(s)
	switch {
	case errors.Is(e.err, fs.ErrNotExist):
		i.add(name, leadsNowhere(e)+", so it does not count")
	case e.err != nil:
		i.add(name, "unable to look: "+servicedir.Reason(e.err))
	case s.Kind == setting.Flag:
		i.flag(s, name, e)
	case s.Kind == setting.Program:
		i.program(name, e)
	case s.Kind == setting.Value:
		i.value(s, name, e)
	case !e.mode.IsDir():
		i.add(name, "not a directory: it has one file for each item")
	default:
		i.items(s, name, e)
	}
}

// items looks at the files of a directory of them.
func (i *inspection) items(s *setting.Setting, name string, dir *entry) {
	if dir.textErr != nil {
		i.add(name, "unable to read: "+servicedir.Reason(dir.textErr))
	}
	for _, e := range dir.entries {
		at := path.Join(name, e.name)
		if strings.HasPrefix(e.name, ".") {
			continue
		}
		part := s.Part(e.name)
		if part == nil {
			i.add(at, "nobody looks at it: here are "+s.PartNames())
			continue
		}
		if s.Item != nil {
			if err := s.Item(e.name); err != nil {
				i.add(at, err.Error())
				continue
			}
		}
		if e.err != nil {
			i.add(at, leadsNowhere(e)+", so it does not count")
			continue
		}
		if part.Kind == setting.Program {
			i.program(at, e)
			continue
		}
		i.value(part, at, e)
	}
}

// value looks at a file with a value.
func (i *inspection) value(s *setting.Setting, name string, e *entry) {
	switch {
	case e.mode.IsDir():
		i.add(name, "is a directory, not a file with a value")
	case !e.mode.IsRegular():
		i.add(name, "not a regular file")
	case e.textErr != nil:
		i.add(name, "unable to read: "+servicedir.Reason(e.textErr))
	default:
		if s.Check != nil {
			if err := s.Check(string(e.text)); err != nil {
				i.add(name, err.Error())
				return
			}
		}
		i.accounts(s, name, string(e.text))
	}
}

// flag looks at a file of which only the presence counts.
func (i *inspection) flag(s *setting.Setting, name string, e *entry) {
	text := strings.ToLower(strings.TrimSpace(string(e.text)))
	switch {
	case e.mode.IsDir():
		i.add(name, "is a directory: a flag is an empty file")
	case slices.Contains([]string{"no", "off", "false", "0"}, text):
		i.add(name, "says "+text+", but it counts because it is there: remove it (svctl unset "+i.service+" "+s.Name+")")
	case name == servicedir.Down && e.executable() && i.kind != servicedir.TypeOneshot:
		i.add(name, "is executable, but here it is no script: it keeps the service down by being there")
	}
}

// accounts looks whether the users and groups that a value names are there.
func (i *inspection) accounts(s *setting.Setting, name, text string) {
	line, _ := setting.Line(text) // it was checked
	switch s.Name {
	case "user":
		u, _ := setting.ParseUser(line)
		if u.Numeric {
			return // numbers need no entry in a database
		}
		i.account(name, "user", u.Name, i.world.User)
		for _, group := range u.Groups {
			i.account(name, "group", group, i.world.Group)
		}
	case "dirs":
		m, _ := setting.ParseMake(line)
		i.account(name, "user", m.User, i.world.User)
		i.account(name, "group", m.Group, i.world.Group)
	}
}

func (i *inspection) account(name, what, account string, known func(string) bool) {
	if account != "" && !known(account) {
		i.add(name, "unknown "+what+": "+account)
	}
}
