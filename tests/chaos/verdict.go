package chaos

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// kinds of violations, in the order of the table.
var kinds = []string{"copies", "lines", "wish", "start", "finish", "zombie", "process", "file", "stop"}

// enough violations end a storm that should have none.
const enough = 20

// violation is one, of a service or of the tree.
type violation struct {
	at               time.Duration
	kind, name, text string
}

// deed is an event of the schedule that was performed, and what came of it.
type deed struct {
	at      time.Duration
	event   event
	outcome string
}

// verdict is what came of a storm.
type verdict struct {
	mu     sync.Mutex
	began  time.Time
	found  []violation
	counts map[string]int
	enough chan struct{} // is closed when there are
	tell   func(string)  // each at once, nil where they are expected
	done   []deed
	hits   [roles]map[action]int
	missed int // blows whose victim did not live
	said   map[action]int
	// refused are letters that nobody read: they count as not sent.
	refused   int
	adoptions int
	settled   time.Duration // the longest time to the wanted state
	raged     time.Duration // how long the storm was
	ended     time.Duration // and the orderly end
	lines     uint64        // that were logged
}

func newVerdict() *verdict {
	v := &verdict{began: time.Now(), counts: map[string]int{}, said: map[action]int{}, enough: make(chan struct{})}
	for r := range v.hits {
		v.hits[r] = map[action]int{}
	}
	return v
}

// violation notes one, of a service where it has a name.
func (v *verdict) violation(kind, name, text string) { v.violationAt(time.Now(), kind, name, text) }

// violationAt notes one that was then, and is seen only now.
func (v *verdict) violationAt(at time.Time, kind, name, text string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.counts[kind]++
	v.found = append(v.found, violation{at.Sub(v.began).Round(time.Microsecond), kind, name, text})
	if len(v.found) == enough {
		close(v.enough)
	}
	if v.tell != nil {
		first, _, _ := strings.Cut(text, "\n") // the report has all
		v.tell(fmt.Sprintf("%v: %s: %s %s", v.since(), kind, name, first))
	}
}

func (v *verdict) since() time.Duration { return time.Since(v.began).Round(time.Microsecond) }

// performed notes an event and what came of it.
func (v *verdict) performed(e event, outcome string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.done = append(v.done, deed{v.since(), e, outcome})
}

func (d deed) String() string {
	e := d.event
	what := e.do.String()
	switch {
	case e.do > reexec:
		what += " " + string(e.letter)
	case e.do == halt:
		what += " for " + e.hold.String()
	}
	who := e.name
	if e.do <= reexec {
		who = strings.TrimSpace(e.to.String() + " " + e.name)
	}
	return fmt.Sprintf("%v (due %v) %s to %s: %s", d.at, e.at.Round(time.Microsecond), what, who, d.outcome)
}

func (r role) String() string { return [...]string{"svscan", "supervise", "logger", "svexec"}[r] }

func (v *verdict) hit(e event) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.hits[e.to][e.do]++
}

// add counts something.
func (v *verdict) add(counter *int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	*counter++
}

// kills that hit.
func (v *verdict) kills() int { return v.blows(kill) }

func (v *verdict) blows(do action) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	n := 0
	for _, hits := range v.hits {
		n += hits[do]
	}
	return n
}

// summary is a storm in a few lines.
func (v *verdict) summary(name string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d kills", name, v.kills())
	for r := range roles {
		fmt.Fprintf(&b, ", %s %d", r, v.hits[r][kill])
	}
	fmt.Fprintf(&b, "; %d stops, %d reexecs, %d blows missed\n", v.blows(halt), v.blows(reexec), v.missed)
	fmt.Fprintf(&b, "  %d letters and %d words, %d refused; %d lines logged; %d adoptions seen; as wanted %v after a storm of %v, ended in %v\n",
		v.said[say], v.said[word], v.refused, v.lines, v.adoptions,
		v.settled.Round(time.Millisecond), v.raged.Round(time.Millisecond), v.ended.Round(time.Millisecond))
	return b.String()
}

// table compares the violations of storms.
func table(names []string, verdicts []*verdict) string {
	var b strings.Builder
	row := func(head string, cell func(v *verdict) any) {
		fmt.Fprintf(&b, "%-12s", head)
		for _, v := range verdicts {
			fmt.Fprintf(&b, "%14v", cell(v))
		}
		b.WriteByte('\n')
	}
	row("", func(v *verdict) any { return names[slices.Index(verdicts, v)] })
	row("kills", func(v *verdict) any { return v.kills() })
	for _, kind := range kinds {
		row(kind, func(v *verdict) any { return v.counts[kind] })
	}
	row("violations", func(v *verdict) any { return len(v.found) })
	return b.String()
}
