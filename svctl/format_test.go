package svctl

import (
	"bytes"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/supervise/tally"
	"github.com/svdir/svdir/tests/golden"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 250e6, time.UTC)

// examples are services in the states that people meet.
func examples() []Service {
	target := func(name string) Target { return Target{Name: name, Dir: "/service/" + name, Scan: "/service"} }
	up := status.Record{State: status.Up, Want: status.WantUp, PID: 4711, Starts: 1, Since: noon.Add(-3 * time.Hour)}
	ready := up
	ready.Ready, ready.ReadyAt, ready.PID = true, noon.Add(-2*time.Hour), 4712
	crash := status.Record{State: status.Backoff, Want: status.WantUp, Since: noon.Add(-time.Second), Ended: true,
		Wait: uint16(syscall.SIGSEGV), Starts: 9, Deaths: 9, NextStart: noon.Add(3 * time.Second), Reason: "it ends at once"}
	inner := Service{Target: target("web/inner"), Supervised: true, Layout: status.Runit, Record: up, Enabled: true, Command: "sleep"}
	return []Service{
		{Target: target("crash"), Record: crash, Layout: status.Hybrid, Counted: true, Supervised: true, Enabled: true},
		{Target: target("db"), Record: ready, Layout: status.Hybrid, Counted: true, Supervised: true, Enabled: true, CanNotify: true, Command: "/usr/lib/postgresql/15/bin/postgres"},
		{Target: target("gone\x1b[2J")},
		{Target: target("off"), Supervised: true, Layout: status.Runit, Record: status.Record{Since: noon.Add(-20 * time.Second)}},
		{Target: target("secret"), Err: &Problem{"look at", "secret", "permission denied (you are nobody; its owner is root)", os.ErrPermission}},
		{Target: target("web"), Record: up, Layout: status.Hybrid, Counted: true, Supervised: true, Enabled: true, Command: "nginx:",
			Logger: &Service{Target: target("web/log"), Record: up, Supervised: true, Enabled: true, Command: "svlogd"}, Below: []Service{inner}},
	}
}

func TestTable(t *testing.T) {
	for name, style := range map[string]Style{
		"pipe.txt":     {},
		"loggers.txt":  {Loggers: true},
		"wide.txt":     {Terminal: true, Width: 160},
		"terminal.txt": {Terminal: true, Width: 80, Loggers: true},
		"narrow.txt":   {Terminal: true, Width: 50},
		"color.txt":    {Terminal: true, Color: true, Width: 160},
	} {
		style.Now = noon
		golden.Equal(t, "testdata/"+name, Table(examples(), style))
	}
}

// No line is wider than the terminal, at any width that has room for the
// columns that always stay.
func TestTableWidth(t *testing.T) {
	for width := 44; width < 200; width++ {
		table := Table(examples(), Style{Terminal: true, Width: width, Now: noon, Loggers: true})
		for line := range strings.Lines(table) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > width {
				t.Fatalf("width %d: got %d characters: %s", width, n, line)
			}
		}
	}
}

func TestJSON(t *testing.T) {
	var views []View
	all := examples()
	for i := range all {
		views = append(views, NewView(&all[i], noon))
	}
	var b bytes.Buffer
	if err := WriteJSON(&b, views); err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, "testdata/status.json", b.String())
}

func TestHistoryJSON(t *testing.T) {
	var events []Event
	for _, l := range []tally.Line{
		{At: noon, Kind: "start", PID: 12},
		{At: noon, Kind: "ready", PID: 12},
		{At: noon, Kind: "end", PID: 12, Code: -1, Signal: 9, Cause: "kill", Lived: 1500 * time.Millisecond, Ready: true},
		{At: noon, Kind: "finish", PID: 13, Lived: time.Millisecond},
	} {
		events = append(events, NewEvent("web", l))
	}
	var b bytes.Buffer
	if err := WriteJSON(&b, events); err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, "testdata/history.json", b.String())
}

func TestField(t *testing.T) {
	all := examples()
	v := NewView(&all[0], noon)
	for name, want := range map[string]string{
		"name": "crash", "pid": "", "exit_signal": "SIGSEGV", "deaths": "9", "enabled": "true", "next_start": "2026-03-01T12:00:03.25Z",
	} {
		if got, ok := v.Field(name); got != want || !ok {
			t.Errorf("Field(%s) = %q, %v, want %q", name, got, ok, want)
		}
	}
	if _, ok := v.Field("log"); ok {
		t.Error("Field(log) is known, want unknown: it is no single word")
	}
}
