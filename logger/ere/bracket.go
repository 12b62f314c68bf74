package ere

import "strings"

// set is a set of bytes.
type set [256 / 64]uint64

func (s *set) add(c byte)      { s[c/64] |= 1 << (c % 64) }
func (s *set) has(c byte) bool { return s[c/64]>>(c%64)&1 != 0 }

func (s *set) invert() {
	for i := range s {
		s[i] = ^s[i]
	}
}

func (s *set) addAll(is func(byte) bool) {
	for c := range 256 {
		if is(byte(c)) {
			s.add(byte(c))
		}
	}
}

func isWord(c byte) bool { return isAlnum(c) || c == '_' }

func isAlnum(c byte) bool { return isAlpha(c) || isDigit(c) }
func isAlpha(c byte) bool { return isUpper(c) || isLower(c) }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isLower(c byte) bool { return c >= 'a' && c <= 'z' }
func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
func isGraph(c byte) bool { return c > ' ' && c < 0x7f }

// class is a character class of the C locale, nil if there is none of that name.
// It is no map, which every program with this package would make at its start.
func class(name string) func(byte) bool {
	switch name {
	case "alnum":
		return isAlnum
	case "alpha":
		return isAlpha
	case "blank":
		return func(c byte) bool { return c == ' ' || c == '\t' }
	case "cntrl":
		return func(c byte) bool { return c < ' ' || c == 0x7f }
	case "digit":
		return isDigit
	case "graph":
		return isGraph
	case "lower":
		return isLower
	case "print":
		return func(c byte) bool { return c == ' ' || isGraph(c) }
	case "punct":
		return func(c byte) bool { return isGraph(c) && !isAlnum(c) }
	case "space":
		return func(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
	case "upper":
		return isUpper
	case "xdigit":
		return func(c byte) bool { return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }
	}
	return nil
}

// element is what stands in a bracket expression: a byte, or several that
// cannot begin or end a range.
type element struct {
	c    byte
	many bool
}

// bracket reads a bracket expression behind its '['. A ']' at its start is none
// that closes, and a '-' at its start or end is none of a range.
func (p *parser) bracket() (*node, error) {
	s := &set{}
	not := p.next() == '^'
	if not {
		p.at++
	}
	for first := true; first || p.next() != ']'; first = false {
		if !p.more() {
			return nil, ErrSyntax
		}
		if err := p.member(s, first); err != nil {
			return nil, err
		}
	}
	p.at++
	if not {
		s.add('\n')
		s.invert()
	}
	return &node{kind: character, set: s}, nil
}

// member adds one element or range to s.
func (p *parser) member(s *set, first bool) error {
	if p.next() == '-' && !first && !strings.HasPrefix(p.text[p.at:], "-]") {
		return ErrSyntax
	}
	from, err := p.element(s)
	if err != nil {
		return err
	}
	if p.next() != '-' || strings.HasPrefix(p.text[p.at:], "-]") {
		if !from.many {
			s.add(from.c)
		}
		return nil
	}
	p.at++
	if !p.more() {
		return ErrSyntax
	}
	to, err := p.element(s)
	if err != nil || from.many || to.many || from.c > to.c {
		return ErrSyntax
	}
	for c := int(from.c); c <= int(to.c); c++ {
		s.add(byte(c))
	}
	return nil
}

// element reads one element; a class is added to s at once.
func (p *parser) element(s *set) (element, error) {
	c := p.next()
	p.at++
	if c != '[' || !p.more() || strings.IndexByte(".=:", p.next()) < 0 {
		return element{c: c}, nil
	}
	kind := p.next()
	p.at++
	if p.at+1 >= len(p.text) {
		return element{}, ErrSyntax
	}
	// The first character of the name may be the one that ends it.
	name, _, ok := strings.Cut(p.text[p.at:], string(kind)+"]")
	if !ok {
		return element{}, ErrSyntax
	}
	p.at += len(name) + 2
	if kind != ':' {
		if len(name) != 1 {
			return element{}, ErrSyntax // the C locale has no others
		}
		if kind == '=' {
			s.add(name[0])
		}
		return element{name[0], kind == '='}, nil
	}
	is := class(name)
	if is == nil {
		return element{}, ErrSyntax
	}
	s.addAll(is)
	return element{many: true}, nil
}
