package logger

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/svdir/svdir/logger/logdir"
)

// disk is a log directory in memory: the content and mode of files. Files of
// two names share them.
type disk map[string]*content

type content struct {
	text    string
	settled bool
	names   int
}

func (d disk) find(name string) found {
	switch f := d[name]; {
	case f == nil:
		return absent
	case f.settled:
		return settled
	}
	return unsettled
}

// half makes only the first part of a step that has two, and says whether there
// is a second.
func (d disk) perform(t *testing.T, s step, half bool) bool {
	t.Helper()
	f := d[s.name]
	switch s.do {
	case appendTo:
		f.settled = false
	case create:
		d[s.name] = &content{names: 1}
	case clear:
		d[s.name] = &content{names: 1}
	case settle:
		f.settled = true
	case move:
		d[s.to] = f
		delete(d, s.name)
	case remove:
		d.remove(s.name)
	case process:
		d[logdir.Processed] = &content{text: strings.ToUpper(f.text), names: 1}
		d[newState] = &content{names: 1}
		d[logdir.Current].text = "next\n" // lines go on meanwhile
	case keep:
		if f == nil {
			return false
		}
		if f.names == 1 {
			f.names++
			d[fmt.Sprintf("@%024d%s", len(d)+len(f.text), s.to)] = f
			if half {
				return true
			}
		}
		d.remove(s.name)
	case syncFile:
		if f == nil {
			d[s.name] = &content{names: 1}
		}
	}
	return false
}

func (d disk) remove(name string) {
	if f := d[name]; f != nil {
		f.names--
		delete(d, name)
	}
}

func (d disk) clone() disk {
	c := disk{}
	copies := map[*content]*content{}
	for name, f := range d {
		if copies[f] == nil {
			copies[f] = &content{f.text, f.settled, f.names}
		}
		c[name] = copies[f]
	}
	return c
}

// lines are those of all archives and current.
func (d disk) lines() string {
	var all []string
	for name, f := range d {
		if (isArchive(name) || name == logdir.Current) && f.text != "" {
			all = append(all, strings.ToLower(f.text))
		}
	}
	slices.Sort(all)
	return strings.Join(all, "")
}

// TestKilledAnywhere: whatever step is the last of a rotation, and whatever
// step is the last of each takeover after it, in the end each line is there
// once: also one that came while the processor ran.
func TestKilledAnywhere(t *testing.T) {
	t.Parallel()
	for _, processor := range []bool{false, true} {
		start := disk{logdir.Current: {text: "line\n", names: 1}, state: {names: 1}}
		killed(t, start, rotation(processor), 2, fmt.Sprintf("processor %v:", processor))
	}
}

// killed goes through the steps and is killed before, in the middle of, and
// after each; deep is how often.
func killed(t *testing.T, d disk, steps []step, deep int, story string) {
	t.Helper()
	for i := range steps {
		for _, half := range []bool{false, true} {
			after := d.clone()
			for _, s := range steps[:i] {
				after.perform(t, s, false)
			}
			if half && !after.perform(t, steps[i], true) {
				continue
			}
			told := fmt.Sprintf("%s killed at %d", story, i)
			want := "line\n"
			for _, f := range after {
				if f.text == "next\n" {
					want = "line\nnext\n"
				}
			}
			over := takeOver(after.find(logdir.Current), after.find(logdir.Processed))
			if deep > 0 {
				killed(t, after, over, deep-1, told)
			}
			for _, s := range over {
				after.perform(t, s, false)
			}
			if got := after.lines(); got != want {
				t.Errorf("%s: got %q; want %q", told, got, want)
			}
			for _, name := range []string{logdir.Previous, logdir.Processed, newState} {
				if after[name] != nil {
					t.Errorf("%s: left %s", told, name)
				}
			}
		}
	}
}

func TestSurplus(t *testing.T) {
	t.Parallel()
	all := func(sizes ...int64) []file {
		var fs []file
		for i, size := range sizes {
			fs = append(fs, file{fmt.Sprintf("@%024d.s", i), size})
		}
		slices.Reverse(fs)
		return fs
	}
	for _, c := range []struct {
		files []file
		b     bounds
		want  int
	}{
		{nil, bounds{size: 4096, count: 2}, 0},
		{all(1), bounds{size: 4096, count: 2}, 0},
		{all(1, 1), bounds{size: 4096, count: 2}, 1},
		{all(1, 1, 1, 1, 1), bounds{size: 4096, count: 3}, 3},
		{all(4000, 4000, 4000), bounds{size: 4096, count: 10, total: 12096}, 1},
		{all(4000, 4000, 4000), bounds{size: 4096, count: 10, total: 16096}, 0},
		{all(4000, 4000, 4000), bounds{size: 4096, count: 10, total: 100}, 3},
		{all(100, 4000, 100), bounds{size: 4096, count: 3, total: 8000}, 2},
	} {
		got := surplus(c.files, c.b)
		if len(got) != c.want || len(got) > 0 && got[0].name != fmt.Sprintf("@%024d.s", 0) {
			t.Errorf("%v: got %v; want the oldest %d", c.b, got, c.want)
		}
	}
}
