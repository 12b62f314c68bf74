package verb

import (
	"fmt"
	"strings"

	"github.com/svdir/svdir/svctl"
)

// set writes settings. All of them are checked before any is written, for all
// services.
func set(c *call) int {
	if len(c.args) < 2 {
		return c.badUsage(usageError("set needs a name, then settings"))
	}
	changes, err := c.changes(c.args[1:])
	if err != nil {
		return c.fatal(err)
	}
	c.args = c.args[:1]
	all, err := c.tasks()
	if err != nil {
		return c.fatal(err)
	}
	for _, t := range all {
		if t.err == nil {
			t.err = svctl.CheckChanges(t.Target, changes)
		}
		if t.err != nil {
			return c.fatal(t.err)
		}
	}
	for _, t := range all {
		t.err = svctl.Set(t.Target, changes)
	}
	later := false
	for i := range changes {
		later = later || changes[i].NextStart()
	}
	if later {
		c.hintAtStart(all)
	}
	return c.report(all)
}

// changes are what the words of set ask for. The last may be completed by
// --file, or by the arguments after --.
func (c *call) changes(words []string) ([]svctl.Change, error) {
	last := words[len(words)-1]
	var change svctl.Change
	var err error
	switch {
	case c.opt.file != "" && c.command != nil:
		return nil, usageError("--file and -- exclude each other")
	case c.opt.file != "":
		change, err = svctl.FileChange(last, c.opt.file)
	case c.command != nil:
		change, err = svctl.LinesChange(last, c.command)
	default:
		return parseChanges(words)
	}
	if err != nil {
		return nil, err
	}
	changes, err := parseChanges(words[:len(words)-1])
	return append(changes, change), err
}

func parseChanges(words []string) ([]svctl.Change, error) {
	var changes []svctl.Change
	for _, word := range words {
		change, err := svctl.ParseChange(word)
		if err != nil {
			return nil, err
		}
		changes = append(changes, change)
	}
	return changes, nil
}

// hintAtStart tells a person that what runs keeps an old value. Scripts know.
func (c *call) hintAtStart(all []*task) {
	if _, person := terminal(c.err); !person {
		return
	}
	for _, t := range all {
		if s := svctl.Read(t.Target); t.err == nil && s.PID != 0 {
			name := svctl.Show(t.Name)
			fmt.Fprintln(c.err, "svctl: hint: "+name+" runs as before until it is started again (svctl restart "+name+")")
		}
	}
}

// unset removes settings.
func unset(c *call) int {
	if len(c.args) < 2 {
		return c.badUsage(usageError("unset needs a name, then settings"))
	}
	names := c.args[1:]
	c.args = c.args[:1]
	all, err := c.tasks()
	if err != nil {
		return c.fatal(err)
	}
	for _, t := range all {
		if t.err == nil {
			t.err = svctl.Unset(t.Target, names)
		}
	}
	return c.report(all)
}

// get shows the settings of one service: all that it has, or those named.
func get(c *call) int {
	if len(c.args) == 0 {
		return c.badUsage(usageError("get needs a name, and perhaps settings"))
	}
	names := c.args[1:]
	c.args = c.args[:1]
	all, err := c.tasks()
	switch {
	case err != nil:
		return c.fatal(err)
	case all[0].err != nil:
		return c.fatal(all[0].err)
	case len(all) > 1:
		return c.badUsage(usageError("get is for one service, and " + svctl.Show(c.args[0]) + " names several"))
	}
	if len(names) == 0 {
		values, errs := svctl.Settings(all[0].Target)
		return max(c.complainAll(errs), c.showValues(values, false))
	}
	var values []svctl.Value
	code := done
	for _, name := range names {
		found, errs := svctl.Get(all[0].Target, name)
		values = append(values, found...)
		code = max(code, c.complainAll(errs))
		if len(found)+len(errs) == 0 {
			code = max(code, no)
		}
	}
	alone := len(names) == 1 && len(values) == 1 && values[0].Name == names[0]
	return max(code, c.showValues(values, alone))
}

func (c *call) complainAll(errs []error) int {
	code := done
	for _, err := range errs {
		c.complain(err, len(errs) > 1)
		code = max(code, codeOf(err))
	}
	return code
}

// showValues writes settings as set takes them, one a line; one alone without
// its name, the items of its lines each on its own.
func (c *call) showValues(values []svctl.Value, alone bool) int {
	if c.opt.json {
		return c.writeJSON(jsonValues(values))
	}
	for i := range values {
		v := &values[i]
		switch {
		case !alone:
			fmt.Fprintln(c.out, svctl.Show(v.String()))
		case v.Bare: // the exit code says it
		case v.Lines != nil:
			fmt.Fprintln(c.out, strings.Join(v.Lines, "\n"))
		default:
			fmt.Fprintln(c.out, v.Text)
		}
	}
	return done
}

// jsonValues is an object of all settings: text, an array for one of lines,
// true for a flag.
func jsonValues(values []svctl.Value) map[string]any {
	object := map[string]any{}
	for i := range values {
		switch v := &values[i]; {
		case v.Bare:
			object[v.Name] = true
		case v.Lines != nil:
			object[v.Name] = v.Lines
		default:
			object[v.Name] = v.Text
		}
	}
	return object
}
