package chaos

import (
	"fmt"
	"os"
	"strings"
	"time"
)

const (
	watchEvery = 200 * time.Millisecond
	linesEvery = time.Second
	// zombieFor is how long a zombie may be there: its parent may be stopped,
	// or be about to be killed and started again, on a busy machine.
	zombieFor = 10 * time.Second
)

// watch looks at what must hold at every instant.
type watch struct {
	s       *storm
	heard   int // bytes of the complaints
	zombies map[identity]time.Time
	served  map[string]incarnation
	logs    map[string]*progress
	broken  map[string]bool // services whose log was told of
}

// identity names a process for certain.
type identity struct {
	pid   int
	ticks uint64
}

// incarnation is a supervise and the run that it has.
type incarnation struct{ supervisor, run identity }

// start watches until the function that it returns is called, which looks once
// more, and returns whose lines were told of.
func (s *storm) watch() (end func() (broken map[string]bool)) {
	w := &watch{s: s, zombies: map[identity]time.Time{}, served: map[string]incarnation{}, logs: map[string]*progress{}, broken: map[string]bool{}}
	over, done := make(chan bool), make(chan bool)
	go func() {
		defer close(done)
		lines := time.NewTicker(linesEvery)
		defer lines.Stop()
		for tick := time.NewTicker(watchEvery); ; {
			select {
			case <-over:
				tick.Stop()
				w.complaints()
				return
			case <-tick.C:
				w.complaints()
				w.dead()
				w.adopted()
			case <-lines.C:
				w.lines()
			}
		}
	}()
	return func() map[string]bool {
		close(over)
		<-done
		return w.broken
	}
}

// complaints are written by the services themselves.
func (w *watch) complaints() {
	text, _ := os.ReadFile(w.s.complaints) // it is not there until there are some
	whole := strings.LastIndexByte(string(text), '\n') + 1
	for line := range strings.Lines(string(text[w.heard:max(whole, w.heard)])) {
		kind, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		name, text, _ := strings.Cut(text, ": ")
		w.s.verdict.violation(kind, name, text+w.s.shown(name))
	}
	w.heard = max(whole, w.heard)
}

// dead are zombies that nobody reaps. Those of another tree that is tested at
// the same time are not ours: their parents are not.
func (w *watch) dead() {
	seen := map[identity]time.Time{}
	for _, p := range w.s.zombies() {
		id := identity{p.pid, p.ticks}
		since, known := w.zombies[id]
		if !known {
			since = time.Now()
		}
		if !since.IsZero() && time.Since(since) > zombieFor {
			w.s.verdict.violation("zombie", "", fmt.Sprintf("%d, of parent %d", p.pid, p.parent))
			since = time.Time{} // said
		}
		seen[id] = since
	}
	w.zombies = seen
}

// adopted counts supervises that have the run of an earlier one. It sees some of
// them only.
func (w *watch) adopted() {
	if !w.s.suite.ours {
		return
	}
	for _, v := range w.s.all {
		r, err := w.s.record(v.name)
		if err != nil || r.PID == 0 {
			continue
		}
		now := incarnation{identity{r.Supervisor, r.SupervisorTicks}, identity{r.PID, r.StartTicks}}
		if old, known := w.served[v.name]; known && old.run == now.run && old.supervisor != now.supervisor {
			w.s.verdict.add(&w.s.verdict.adoptions)
		}
		w.served[v.name] = now
	}
}

// zombies below svscan and the processes of this tree.
func (s *storm) zombies() []process {
	var found []process
	parents := map[int]bool{}
	all := descendants(os.Getpid())
	for _, p := range all {
		parents[p.pid] = s.within(p)
	}
	for _, p := range all {
		if p.state == 'Z' && parents[p.parent] {
			found = append(found, p)
		}
	}
	return found
}
