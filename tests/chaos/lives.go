package chaos

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// grace is how long a service may still be started that is no longer wanted
// up: its supervise is killed, svscan is, and both are back, on a busy machine.
const grace = 15 * time.Second

// life is a line of the file lives: run or finish began.
type life struct {
	finish bool
	pid    int // of run, 0 where the suite does not tell finish
	at     time.Duration
}

func readLives(path string) []life {
	text, _ := os.ReadFile(path) // a service that was never started has none
	var all []life
	for line := range strings.Lines(string(text)) {
		var what string
		var l life
		if n, _ := fmt.Sscan(line, &what, &l.pid, &l.at); n == 3 {
			l.finish = what == "finish"
			all = append(all, l)
		}
	}
	return all
}

// histories checks what each service has gone through.
func (s *storm) histories() {
	for _, v := range s.all {
		lives := readLives(filepath.Join(s.scan, v.name, "lives"))
		if v.finish && s.suite.finishes {
			for _, text := range unfinished(lives) {
				s.verdict.violation("finish", v.name, text+s.shown(v.name)+tail(filepath.Join(s.scan, v.name, "lives")))
			}
		}
		for _, text := range unwanted(lives, s.wishes[v.name].asked) {
			s.verdict.violation("start", v.name, text)
		}
	}
}

// unfinished are violations of: each run that has ended is followed by one
// finish, and that before the next run. A run may end before it could write its
// line: then its finish is the only trace of it.
func unfinished(lives []life) []string {
	var found []string
	open := 0
	finished := 0 // the last one
	for _, l := range lives {
		switch {
		case !l.finish && open != 0:
			found = append(found, fmt.Sprintf("run %d was started without a finish after run %d", l.pid, open))
			open = l.pid
		case !l.finish:
			open = l.pid
		case l.pid != 0 && l.pid == finished:
			found = append(found, fmt.Sprintf("finish after run %d twice", l.pid))
		case l.pid != 0 && open != 0 && l.pid != open:
			found = append(found, fmt.Sprintf("finish after run %d, though run %d was the last", l.pid, open))
			open, finished = 0, l.pid
		default:
			open, finished = 0, l.pid
		}
	}
	if open != 0 {
		found = append(found, fmt.Sprintf("no finish after run %d", open))
	}
	return found
}

// unwanted are starts of what was not wanted up. Wanted once, it may be about to
// start when that is asked, and be started once more.
func unwanted(lives []life, wishes []asked) []string {
	const startsOnce = 2
	var found []string
	i, starts := 0, 0
	for _, l := range lives {
		if l.finish {
			continue
		}
		for i+1 < len(wishes) && wishes[i+1].at <= l.at {
			i++
			starts = 0
		}
		starts++
		since := l.at - wishes[i].at
		switch {
		case wishes[i].letter == 'd' && since > grace:
			found = append(found, fmt.Sprintf("run %d was started %v after down was asked for", l.pid, since))
		case wishes[i].letter == 'o' && starts > startsOnce:
			found = append(found, fmt.Sprintf("run %d is start %d after once was asked for", l.pid, starts))
		}
	}
	return found
}
