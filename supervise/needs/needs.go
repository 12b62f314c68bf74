// Package needs knows what a service waits for before it starts: the text of a
// file in dependencies.d/ and its kin, and of supervise/needs, in which svscan
// writes down, resolved, what the whole tree asks of one service; and, purely,
// whether a need is met by what the status of the other service says. See
// svneeds(5).
package needs

import (
	"errors"
	"slices"
	"strings"
)

// Kind is what must be so of the other service.
type Kind uint8

const (
	Usual     Kind = iota // nobody has said: Succeeded of a oneshot, else Ready
	Started               // its process runs
	Ready                 // it is up
	Succeeded             // it has ended well
	Completed             // it has ended, however
	Kinds
)

var kindWords = [Kinds]string{"", "started", "ready", "succeeded", "completed"}

// String is the word for the kind, empty for the usual one.
func (k Kind) String() string { return kindWords[k] }

// Strength is what the need means where it cannot be met.
type Strength uint8

const (
	Hard  Strength = iota // dependencies.d: then this service does not start
	Soft                  // set/wants: then it starts without
	Order                 // set/after: and it waits only for what is wanted up
	Strengths
)

var strengthWords = [Strengths]string{"needs", "wants", "after"}

// String is the word for the strength.
func (s Strength) String() string { return strengthWords[s] }

// Follow is what this service does when the other is restarted or ends.
type Follow uint8

const (
	Stay    Follow = iota // nothing
	Restart               // it is restarted, when the other is up again
	Reload                // it is told to read its configuration again
	Stop                  // it is stopped while the other is away
	Follows
)

var followWords = [Follows]string{"", "restart", "reload", "stop"}

// String is the word for it, empty for nothing.
func (f Follow) String() string { return followWords[f] }

// Edge is what one file in dependencies.d/, set/wants or set/after says.
type Edge struct {
	Kind   Kind
	Follow Follow
}

var errEdge = errors.New("not started, ready, succeeded or completed, perhaps with what follows: ready,restart or ready,reload or ready,stop")

// ParseEdge reads the text of such a file: empty, a kind, what follows, or both
// with a comma between.
func ParseEdge(text string) (Edge, error) {
	line, _, _ := strings.Cut(text, "\n")
	var e Edge
	kind, follow, both := strings.Cut(strings.Trim(line, " \t\r"), ",")
	if k := slices.Index(kindWords[:], kind); k >= 0 {
		e.Kind = Kind(k)
	} else if f := slices.Index(followWords[:], kind); f >= 0 && !both {
		e.Follow = Follow(f)
		return e, nil
	} else {
		return Edge{}, errEdge
	}
	f := slices.Index(followWords[:], follow)
	if f < 0 || both && f == 0 {
		return Edge{}, errEdge
	}
	e.Follow = Follow(f)
	return e, nil
}

// Need is one line of supervise/needs.
type Need struct {
	Name     string // as people know it
	Dir      string // of the service, absolute
	Strength Strength
	Edge
	// Trouble is why nobody can meet it, as svscan has found: a circle, or no such
	// service. Empty if there is none.
	Trouble string
}

// Append appends the line of the need: strength, kind, follow, name, directory
// and trouble, with tabs between.
func (n *Need) Append(b []byte) []byte {
	for i, field := range [...]string{n.Strength.String(), n.Kind.String(), n.Follow.String(), n.Name, n.Dir, n.Trouble} {
		if i > 0 {
			b = append(b, '\t')
		}
		b = appendField(b, field)
	}
	return append(b, '\n')
}

// appendField writes what would end a field or a line as a blank: no such name
// is a service.
func appendField(b []byte, field string) []byte {
	for _, c := range []byte(field) {
		if c == '\t' || c == '\n' {
			c = ' '
		}
		b = append(b, c)
	}
	return b
}

// Max bounds how many needs one service has.
const Max = 1000

// Parse reads the text of supervise/needs. A line that cannot be read is passed
// over: another version may have written it.
func Parse(text []byte) []Need {
	var all []Need
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) < 6 || len(all) == Max {
			continue
		}
		strength, kind, follow := slices.Index(strengthWords[:], fields[0]), slices.Index(kindWords[:], fields[1]), slices.Index(followWords[:], fields[2])
		if strength < 0 || kind < 0 || follow < 0 || fields[3] == "" {
			continue
		}
		all = append(all, Need{Name: fields[3], Dir: fields[4], Strength: Strength(strength),
			Edge: Edge{Kind(kind), Follow(follow)}, Trouble: fields[5]})
	}
	return all
}
