package main

import (
	"strings"
	"testing"
	"time"
)

// TestPrint: what is written is a table in markdown, with a line for each figure
// and a cell for each suite.
func TestPrint(t *testing.T) {
	defer func() { queried.samples = nil }()
	chosen, _ := choose(rows, "status")
	some, _ := choose(suites(""), "bare,s6,svdir")
	b := &bench{n: 20, rounds: 3, rows: chosen, suites: some, dir: "/nowhere/bench", language: "C"}
	queried.samples = map[string][]float64{ours: {3, 1, 2}, "s6": {104}}
	var out strings.Builder
	b.print(&out, 90*time.Second)
	want := `| median (middle half) | bare | s6 | svdir | svdir / best | dense / best |
| --- | --- | --- | --- | --- | --- |
| status of all services, N=20, ms | - | 104 | 2 (1.5-2.5) | 0.0192 x s6 | - |
`
	if !strings.HasSuffix(out.String(), want) {
		t.Errorf("got\n%s\nwant at its end\n%s", &out, want)
	}
	if !strings.HasPrefix(out.String(), "## ") || !strings.Contains(out.String(), "rounds: 3 in 90 s") {
		t.Errorf("no heading or no machine in\n%s", &out)
	}
}

func TestDisk(t *testing.T) {
	if got := diskFor("/there"); got != "/there" {
		t.Errorf("got %q though /there was asked for", got)
	}
	if got := fileSystem("/dev/shm/none"); got != "unknown" {
		t.Errorf("got %q for what is not there", got)
	}
	if got := diskFor(""); got != "" && inMemory(got) {
		t.Errorf("got %q, which is in memory", got)
	}
}
