package chaos

import (
	"path/filepath"
	"slices"
	"strings"
)

// progress is how far the log of one service was judged while the storm goes on, so
// that what is wrong is told near the blow that it comes from. The end is judged
// when all has ended: lines are under way.
type progress struct {
	archived series // of all archives up to
	through  string // this one
	fault    string // that was seen at the last look
}

// look reads on, and returns what was found so far. A rotation under way shows lines
// at no place, or at two.
func (p *progress) look(dir string) (series, error) {
	names, err := archives(dir)
	if err != nil {
		return series{}, err
	}
	text, err := readFiles(dir, []string{"previous", "current"})
	if err != nil {
		return series{}, err
	}
	for _, name := range names {
		if name <= p.through {
			continue
		}
		whole, err := readFiles(dir, []string{name})
		if err != nil {
			return series{}, err
		}
		p.archived.read(whole)
		p.through = name
	}
	found := p.archived
	found.faults = slices.Clip(found.faults)
	found.read(text[:strings.LastIndexByte(text, '\n')+1])
	return found, nil
}

// isBroken looks, and says whether the first fault is the one of the last look too.
func (p *progress) isBroken(dir string) (series, bool) {
	found, err := p.look(dir)
	before := p.fault
	if p.fault = ""; err == nil && len(found.faults) > 0 {
		p.fault = found.faults[0]
	}
	return found, p.fault != "" && p.fault == before
}

// lines looks at each log.
func (w *watch) lines() {
	for _, v := range w.s.all {
		if !v.logged || w.broken[v.name] {
			continue
		}
		p := w.logs[v.name]
		if p == nil {
			p = &progress{archived: series{name: v.name}}
			w.logs[v.name] = p
		}
		if found, broken := p.isBroken(filepath.Join(w.s.scan, v.name, "log/main")); broken {
			w.broken[v.name] = true
			w.s.brokenLines(&found)
		}
	}
}
