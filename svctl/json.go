package svctl

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/supervise/tally"
)

// View is a service as JSON shows it. The fields have a table in svctl(8);
// what is not known is null, and none is ever left out.
type View struct {
	Name       string   `json:"name"`
	Dir        string   `json:"dir"`
	Supervised bool     `json:"supervised"`
	State      string   `json:"state"`
	Want       *string  `json:"want"`
	Ready      bool     `json:"ready"`
	Lost       bool     `json:"lost"`
	Enabled    bool     `json:"enabled"`
	Removed    bool     `json:"removed"`
	PID        *int     `json:"pid"`
	Command    *string  `json:"command"`
	Paused     bool     `json:"paused"`
	GotTerm    bool     `json:"got_term"`
	Leaving    bool     `json:"leaving"`
	Since      *string  `json:"since"`
	ReadySince *string  `json:"ready_since"`
	NextStart  *string  `json:"next_start"`
	ExitCode   *int     `json:"exit_code"`
	ExitSignal *string  `json:"exit_signal"`
	Unknown    bool     `json:"exit_unknown"`
	Starts     *int     `json:"starts"`
	Deaths     *int     `json:"deaths"`
	Leftovers  int      `json:"leftovers"`
	Says       *string  `json:"says"`
	Changed    []string `json:"changed"`
	Exports    []string `json:"exports"`
	Why        *string  `json:"why"`
	Error      *string  `json:"error"`
	Supervisor string   `json:"supervisor"`
	SupervPID  *int     `json:"supervise_pid"`
	Log        *View    `json:"log"`
	Services   []View   `json:"services"`
}

// layoutNames are the suites whose supervisors are told apart.
var layoutNames = map[status.Layout]string{
	status.Daemontools: "daemontools", status.Runit: "runit", status.S6: "s6", status.Hybrid: "svdir",
}

// NewView shows a service.
func NewView(s *Service, now time.Time) View {
	v := View{
		Name: s.Name, Dir: s.Dir, Supervised: s.Supervised, State: s.StateWord(), Ready: s.Ready, Lost: s.Lost,
		Enabled: s.Enabled, Removed: s.Removed, Paused: s.Paused, GotTerm: s.GotTerm, Leaving: s.Leaving,
		Leftovers: s.Leftovers, Supervisor: layoutNames[s.Layout], Services: []View{},
		Changed: s.Changed, Exports: s.Exported,
		PID: some(s.PID, s.PID != 0), SupervPID: some(s.Supervisor, s.Supervisor != 0),
		Command: some(s.Command, s.Command != ""),
		Says:    some(s.Text, s.Text != ""),
		Want:    some(s.Want.String(), s.Supervised && s.Err == nil),
		Since:   moment(s.Since), ReadySince: moment(s.ReadyAt), NextStart: moment(s.NextStart),
		ExitCode: some(s.ExitCode(), s.ExitCode() >= 0), ExitSignal: some(SignalName(s.ExitSignal()), s.ExitSignal() != 0), Unknown: s.Unknown,
		Starts: some(s.Starts, s.Layout == status.Hybrid), Deaths: some(s.Deaths, s.Counted),
	}
	why := s.why(now)
	v.Why = some(why, why != "")
	if s.Err != nil {
		v.Error = some(s.Err.Error(), true)
	}
	if s.Logger != nil {
		log := NewView(s.Logger, now)
		v.Log = &log
	}
	for i := range s.Below {
		v.Services = append(v.Services, NewView(&s.Below[i], now))
	}
	return v
}

// WriteJSON writes v as it is shown everywhere: one value, indented, and safe
// for a terminal, since control characters are escaped in it.
func WriteJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// Fields are the names that Field knows, in their order in JSON.
func Fields() []string {
	var names []string
	for _, f := range fieldsOf(&View{}) {
		names = append(names, f.name)
	}
	return names
}

// Field is one field of the view as a word: empty where it is null.
func (v *View) Field(name string) (string, bool) {
	for _, f := range fieldsOf(v) {
		if f.name == name {
			return Show(f.text), true
		}
	}
	return "", false
}

// Event is a line of the history as JSON shows it.
type Event struct {
	Name   string   `json:"name"`
	At     string   `json:"at"`
	Kind   string   `json:"kind"`
	PID    *int     `json:"pid"`
	Code   *int     `json:"exit_code"`
	Signal *string  `json:"exit_signal"`
	Unseen bool     `json:"exit_unknown"`
	Cause  *string  `json:"cause"`
	Lived  *float64 `json:"lived"`
	Ready  *bool    `json:"ready"`
}

// NewEvent shows a line of the history of the service name.
func NewEvent(name string, l tally.Line) Event {
	ended := l.Kind == "end" || l.Kind == "finish"
	return Event{
		Name: name, At: *moment(l.At), Kind: l.Kind, PID: some(l.PID, l.PID != 0),
		Code: some(l.Code, ended && l.Signal == 0 && !l.Unknown), Unseen: l.Unknown, Signal: some(SignalName(l.Signal), l.Signal != 0),
		Cause: some(l.Cause, l.Cause != ""), Lived: some(l.Lived.Seconds(), ended && l.Lived > 0),
		Ready: some(l.Ready, ended),
	}
}

// EventLine is a line of the history as text.
func EventLine(l tally.Line) string {
	e := NewEvent("", l)
	text := []string{e.At, l.Kind}
	if e.PID != nil {
		text = append(text, "pid "+strconv.Itoa(*e.PID))
	}
	if e.Code != nil {
		text = append(text, "exit code "+strconv.Itoa(*e.Code))
	}
	if e.Signal != nil {
		text = append(text, *e.Signal)
	}
	if e.Unseen {
		text = append(text, "end unseen")
	}
	if e.Cause != nil {
		text = append(text, *e.Cause)
	}
	if e.Lived != nil {
		text = append(text, "after "+l.Lived.Round(time.Millisecond).String())
	}
	return Show(strings.Join(text, "  "))
}

// some is a pointer to v, nil where it is not known.
func some[T any](v T, known bool) *T {
	if !known {
		return nil
	}
	return &v
}

func moment(t time.Time) *string {
	return some(t.UTC().Format(time.RFC3339Nano), !t.IsZero())
}

// field is one field of a View as text.
type field struct {
	name, text string
}

// fieldsOf walks the fields of a view that are one word each: the JSON names
// are the names of svctl status -o, so that there is one list.
func fieldsOf(v *View) []field {
	var all []field
	value := reflect.ValueOf(v).Elem()
	for i := range value.NumField() {
		f := value.Field(i)
		name := value.Type().Field(i).Tag.Get("json")
		if name == "log" || name == "services" {
			continue // views themselves
		}
		text := ""
		if words, ok := f.Interface().([]string); ok {
			text = strings.Join(words, ",")
		} else if f.Kind() != reflect.Pointer {
			text = fmt.Sprint(f.Interface())
		} else if !f.IsNil() {
			text = fmt.Sprint(f.Elem().Interface())
		}
		all = append(all, field{name, text})
	}
	return all
}
