package lint

import (
	"path"
	"slices"
	"strings"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
	"github.com/svdir/svdir/svctl"
)

// field are the names that mean something at the top of a service directory to
// one suite or another.
var field = []string{
	servicedir.Run, servicedir.Finish, servicedir.Down, servicedir.Check, servicedir.Control, servicedir.Log,
	servicedir.NotificationFD, servicedir.TimeoutFinish, servicedir.TimeoutKill, servicedir.DownSignal,
	servicedir.ReloadSignal, servicedir.MaxDeathTally, servicedir.KillGroupTimeout, servicedir.NoSetsid,
	servicedir.State, servicedir.Event, servicedir.Set, "env", "data", "conf", "type", "up", "timeout-up", "timeout-down", servicedir.LockFD,
	"flag-newpidns", servicedir.OldDependencies, servicedir.Dependencies, servicedir.OldContents, servicedir.Contents,
	servicedir.ProducerFor, servicedir.ConsumerFor, servicedir.PipelineName, "template", "instance", "instances",
}

// notHere are names of the field that supervise does not look at.
var notHere = []string{"flag-newpidns"}

// isKnown says that the file of this name is worth reading.
func isKnown(name string) bool { return slices.Contains(field, name) }

// names looks for names at the top that are almost right. Every other name is
// the service's own affair.
func (i *inspection) names(top *entry) {
	for _, e := range top.entries {
		s, _, ours := setting.Find(e.name)
		switch {
		case slices.Contains(orderNames, e.name) && e.mode.IsDir():
			i.add(e.name, "nobody looks at it here: it belongs at "+path.Join(i.service, i.below, servicedir.Set, e.name))
		case slices.Contains(notHere, e.name):
			i.note(e.name, "a name of s6 that is not known here")
		case isKnown(e.name), strings.HasPrefix(e.name, "."):
		case ours && e.mode.IsRegular():
			i.note(e.name, "nobody looks at it here: the setting of this name belongs at "+i.shown(s))
		default:
			if right := meant(top, e); right != "" {
				i.add(e.name, "nobody looks at it: did you mean "+right+"?")
			}
		}
	}
}

// meant is the name that an entry should have had, "" if there is none or
// another has it.
func meant(top, e *entry) string {
	plain := strings.ReplaceAll(strings.ToLower(strings.TrimSuffix(e.name, ".sh")), "_", "-")
	right := plain
	if !isKnown(plain) {
		right = svctl.Near(e.name, field)
	}
	if !isKnown(right) || top.find(right) != nil {
		return ""
	}
	// Of a short name, almost everything is a near miss: it must also look like it.
	switch right {
	case servicedir.Run, servicedir.Finish, servicedir.Check:
		if !e.executable() || !e.mode.IsRegular() || hasSuffix(e.name) && plain != right {
			return ""
		}
	case servicedir.Log:
		if plain != right && !sameLetters(e.name, right) {
			return ""
		}
	case servicedir.Set, "up", "env", "data", "conf", "type":
		if plain != right {
			return ""
		}
	}
	return right
}

// hasSuffix: run.old and its kin are copies.
func hasSuffix(name string) bool { return strings.ContainsAny(name, ".~") }

// sameLetters says that a is b in another order.
func sameLetters(a, b string) bool {
	x, y := []byte(a), []byte(b)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

// nameInSet looks at a name in set/, where everything has to be known.
func (i *inspection) nameInSet(name string) {
	at := path.Join(servicedir.Set, name)
	if strings.HasPrefix(name, ".") {
		return
	}
	s, _, ok := setting.Find(name)
	switch {
	case !ok:
		i.add(at, "unknown setting"+i.suggest(name))
	case s.Log && !i.reads:
		i.add(at, "a setting of the logger: it belongs at "+i.shown(s))
	case svctl.SettingPath(s) != at:
		i.add(at, "nobody looks at it here: it belongs at "+i.shown(s))
	}
}

// suggest is what may have been meant by a name, and where that stands.
func (i *inspection) suggest(name string) string {
	s := svctl.NearSetting(name)
	switch {
	case s == nil:
		return ""
	case svctl.SettingPath(s) == path.Join(servicedir.Set, s.Name) && (!s.Log || i.reads):
		return " (did you mean " + s.Name + "?)"
	}
	return " (did you mean " + s.Name + "? it belongs at " + i.shown(s) + ")"
}

// shown is the place of a setting as a person would write it.
func (i *inspection) shown(s *setting.Setting) string {
	below := i.below
	if s.Log && !i.reads {
		below = servicedir.Log
	}
	return path.Join(i.service, below, svctl.SettingPath(s))
}
