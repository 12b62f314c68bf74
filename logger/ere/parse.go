package ere

// node is a part of an expression.
type node struct {
	kind     kind
	set      *set    // of a byte
	assert   assert  // of a place
	parts    []*node // of a sequence or a choice; one of a repetition
	min, max int     // of a repetition; max is unlimited if negative
}

// kind is what a node matches.
type kind uint8

const (
	sequence   kind = iota // all parts in turn; none: the empty text
	choice                 // any of the parts
	repetition             // the part, min to max times
	character              // one byte of the set
	place                  // no byte, where the assertion holds
)

// assert is what must be true of a place between bytes.
type assert uint8

const (
	atStart   assert = iota // ^ and \`
	atEnd                   // $ and \'
	wordStart               // \<
	wordEnd                 // \>
	wordEdge                // \b
	noEdge                  // \B
)

// maxRepeat is RE_DUP_MAX of the GNU C library.
const maxRepeat = 0x7fff

// maxDepth is how deep brackets may be nested: each level is a call.
const maxDepth = 1000

// parser reads an expression from left to right.
type parser struct {
	text  string
	at    int
	depth int
}

func (p *parser) more() bool { return p.at < len(p.text) }

// next says what is read next, 0 at the end.
func (p *parser) next() byte {
	if p.more() {
		return p.text[p.at]
	}
	return 0
}

// alternatives reads up to the bracket that closes what is open, or the end.
func (p *parser) alternatives() (*node, error) {
	first, err := p.branch()
	if err != nil || p.next() != '|' {
		return first, err
	}
	all := &node{kind: choice, parts: []*node{first}}
	for p.next() == '|' {
		p.at++
		n, err := p.branch()
		if err != nil {
			return nil, err
		}
		all.parts = append(all.parts, n)
	}
	return all, nil
}

// branch reads what follows each other.
func (p *parser) branch() (*node, error) {
	all := &node{kind: sequence}
	for p.more() && p.next() != '|' && (p.depth == 0 || p.next() != ')') {
		n, err := p.piece()
		if err != nil {
			return nil, err
		}
		all.parts = append(all.parts, n)
	}
	return all, nil
}

// piece reads one thing and how often it is repeated. What is said of a place
// cannot be repeated.
func (p *parser) piece() (*node, error) {
	n, err := p.atom()
	if err != nil || n.kind == place {
		return n, err
	}
	for p.more() {
		min, max := 0, -1
		switch p.next() {
		case '*':
		case '+':
			min = 1
		case '?':
			max = 1
		case '{':
			if min, max, err = p.interval(); err != nil {
				return nil, err
			}
			n = &node{kind: repetition, parts: []*node{n}, min: min, max: max}
			continue
		default:
			return n, nil
		}
		p.at++
		n = &node{kind: repetition, parts: []*node{n}, min: min, max: max}
	}
	return n, nil
}

// interval reads {3}, {3,}, {,3} or {3,5}.
func (p *parser) interval() (min, max int, err error) {
	p.at++
	min, max = p.number(), -1
	comma := p.next() == ','
	if comma {
		p.at++
		max = p.number()
	}
	switch {
	case p.next() != '}', min < 0 && !comma, max >= 0 && max < min, min > maxRepeat, max > maxRepeat:
		return 0, 0, ErrSyntax
	case !comma:
		max = min
	}
	p.at++
	if min < 0 {
		min = 0
	}
	return min, max, nil
}

// number reads a number, -1 if there is none.
func (p *parser) number() int {
	n := -1
	for c := p.next(); c >= '0' && c <= '9'; c = p.next() {
		n = min(max(n, 0)*10+int(c-'0'), maxRepeat+1)
		p.at++
	}
	return n
}

// atom reads what one repetition is about.
func (p *parser) atom() (*node, error) {
	c := p.next()
	p.at++
	switch c {
	case '*', '+', '?', '{':
		return nil, ErrSyntax // nothing to repeat
	case '^':
		return &node{kind: place, assert: atStart}, nil
	case '$':
		return &node{kind: place, assert: atEnd}, nil
	case '(':
		return p.group()
	case '[':
		return p.bracket()
	case '\\':
		return p.escaped()
	case '.':
		s := &set{}
		s.add('\n')
		s.invert()
		return &node{kind: character, set: s}, nil
	}
	return one(c), nil
}

// one is the node of a single byte.
func one(c byte) *node {
	s := &set{}
	s.add(c)
	return &node{kind: character, set: s}
}

// group reads up to the bracket that closes it.
func (p *parser) group() (*node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, ErrSize
	}
	n, err := p.alternatives()
	if err != nil {
		return nil, err
	}
	if !p.more() {
		return nil, ErrSyntax
	}
	p.depth--
	p.at++
	return &node{kind: sequence, parts: []*node{n}}, nil // a place in brackets can be repeated
}

// escaped reads what follows a backslash.
func (p *parser) escaped() (*node, error) {
	if !p.more() {
		return nil, ErrSyntax
	}
	c := p.next()
	p.at++
	switch c {
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return nil, ErrReference
	case 'w', 'W', 's', 'S':
		s := &set{}
		if c == 'w' || c == 'W' {
			s.addAll(isWord)
		} else {
			s.addAll(class("space"))
		}
		if c == 'W' || c == 'S' {
			s.add('\n')
			s.invert()
		}
		return &node{kind: character, set: s}, nil
	case '`':
		return &node{kind: place, assert: atStart}, nil
	case '\'':
		return &node{kind: place, assert: atEnd}, nil
	case '<':
		return &node{kind: place, assert: wordStart}, nil
	case '>':
		return &node{kind: place, assert: wordEnd}, nil
	case 'b':
		return &node{kind: place, assert: wordEdge}, nil
	case 'B':
		return &node{kind: place, assert: noEdge}, nil
	}
	return one(c), nil
}
