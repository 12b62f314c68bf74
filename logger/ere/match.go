package ere

import (
	"encoding/binary"
	"slices"
)

// cache is what is known of sets of threads, as states of an automaton that is
// made as it is needed, and forgotten when it has become large.
type cache struct {
	states []state
	table  []int32 // of each state, by class of byte and then at the end, the row where it leads
	known  map[string]int32
	size   int // of all threads in states

	// What a step needs.
	marked []int // of each instruction, the step that was last there
	step   int
	stack  []int
	next   []int
	key    []byte
}

// state is a set of threads, which wait at the instructions of kernel for the
// next byte, and what stood before it.
type state struct {
	kernel []int
	before before
}

// before is what stands before a place.
type before uint8

const (
	other before = iota
	word
	nothing // it is the start
)

// Where a step leads beside the rows of states.
const (
	unknown int32 = -1 - iota
	matched
	failed
)

// maxThreads is how many threads all states may have, maxStates how many states
// there may be.
const (
	maxThreads = 1 << 17
	maxStates  = 1 << 10
)

// Match says whether the expression matches anywhere in line, which has no
// newline.
func (p *Pattern) Match(line []byte) bool {
	if len(p.states) == 0 {
		p.begin()
	}
	table, at := p.table, 0
	for _, c := range line {
		class := int(p.class[c])
		to := table[at+class]
		if to == unknown {
			to = p.advance(at, class)
			table = p.table
		}
		if to < 0 {
			return to == matched
		}
		at = int(to)
	}
	end := len(p.named)
	to := table[at+end]
	if to == unknown {
		to = p.advance(at, end)
	}
	return to == matched
}

// width is how many places a state may lead to.
func (p *Pattern) width() int { return len(p.named) + 1 }

// begin forgets everything but the start, which is the first state.
func (p *Pattern) begin() {
	p.states, p.table, p.known, p.size = nil, nil, map[string]int32{}, 0
	if p.marked == nil {
		p.marked = make([]int, len(p.code))
	}
	p.state([]int{0}, nothing)
}

// advance finds where a state leads at a class, or at the end.
func (p *Pattern) advance(from, class int) int32 {
	s := &p.states[from/p.width()]
	atEnd := class == len(p.named)
	var c byte
	if !atEnd {
		c = p.named[class]
	}
	to := p.threads(s, c, atEnd)
	switch {
	case to != unknown:
	case atEnd:
		to = failed
	case len(p.states) >= maxStates || p.size+len(p.next) > maxThreads:
		p.begin()
		return p.state(p.next, p.left(c)) // from is forgotten
	default:
		to = p.state(p.next, p.left(c))
	}
	p.table[from+class] = to
	return to
}

// threads finds the threads of s behind c, in next: matched if one has come to
// its end before c, failed if there are none, else unknown.
func (p *Pattern) threads(s *state, c byte, atEnd bool) int32 {
	if p.next = p.next[:0]; !p.anchored {
		p.next = append(p.next, 0) // a match may begin behind c
	}
	p.step++
	reached := p.step // by instructions before c
	p.stack = append(p.stack[:0], s.kernel...)
	for len(p.stack) > 0 {
		at := p.stack[len(p.stack)-1]
		p.stack = p.stack[:len(p.stack)-1]
		if p.marked[at] == reached {
			continue
		}
		p.marked[at] = reached
		switch i := &p.code[at]; i.do {
		case accept:
			return matched
		case jump:
			p.stack = append(p.stack, i.x)
		case fork:
			p.stack = append(p.stack, i.y, i.x)
		case check:
			if holds(i.assert, s.before, !atEnd && isWord(c), atEnd) {
				p.stack = append(p.stack, i.x)
			}
		case read:
			if !atEnd && i.set.has(c) {
				p.next = append(p.next, i.x)
			}
		}
	}
	if len(p.next) == 0 {
		return failed
	}
	slices.Sort(p.next)
	p.next = slices.Compact(p.next)
	return unknown
}

// holds says whether an assertion is true between before and what follows.
func holds(a assert, b before, followed, ended bool) bool {
	switch a {
	case atStart:
		return b == nothing
	case atEnd:
		return ended
	case wordStart:
		return b != word && followed
	case wordEnd:
		return b == word && !followed
	case wordEdge:
		return (b == word) != followed
	}
	return (b == word) == followed
}

// left is what c is for the place behind it.
func (p *Pattern) left(c byte) before {
	if p.words && isWord(c) {
		return word
	}
	return other
}

// state is where the row of a state begins, which is made if it is new.
func (p *Pattern) state(kernel []int, b before) int32 {
	p.key = append(p.key[:0], byte(b))
	for _, at := range kernel {
		p.key = binary.LittleEndian.AppendUint32(p.key, uint32(at))
	}
	if n, ok := p.known[string(p.key)]; ok {
		return n
	}
	n := int32(len(p.table))
	p.states = append(p.states, state{slices.Clone(kernel), b})
	for range p.width() {
		p.table = append(p.table, unknown)
	}
	p.known[string(p.key)] = n
	p.size += len(kernel)
	return n
}
