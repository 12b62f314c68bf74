package ere

// program is what a thread does, one instruction after the other.
type program struct {
	code  []instruction
	class [256]uint8 // bytes that no instruction tells apart
	named []byte     // one byte of each class
	words bool       // it asks for words

	anchored bool // a match begins where the line does
}

// instruction is one step of a thread.
type instruction struct {
	do     operation
	set    *set
	assert assert
	x, y   int // where to go on; y only of a fork
}

// operation is what an instruction does.
type operation uint8

const (
	accept operation = iota // the line matches
	read                    // take a byte of the set, then x
	check                   // where the assertion holds, x
	fork                    // x and y
	jump                    // x
)

// maxCode bounds the program: what is repeated is copied. maxWork bounds the
// copying of what is empty.
const (
	maxCode = 1 << 17
	maxWork = 1 << 22
)

// compile makes the program of a tree.
func compile(tree *node) (program, error) {
	var c compiler
	c.emit(tree)
	if c.failed {
		return program{}, ErrSize
	}
	c.add(instruction{do: accept})
	c.classify()
	c.anchored = !c.free(0, map[int]bool{})
	return c.program, nil
}

// compiler makes a program.
type compiler struct {
	program
	work   int
	failed bool
}

// add appends an instruction, and says where.
func (c *compiler) add(i instruction) int {
	if len(c.code) >= maxCode {
		c.failed = true
		return 0
	}
	c.code = append(c.code, i)
	return len(c.code) - 1
}

func (c *compiler) here() int { return len(c.code) }

// emit appends the instructions of n, which go on behind them.
func (c *compiler) emit(n *node) {
	if c.work++; c.work > maxWork {
		c.failed = true
	}
	if c.failed {
		return
	}
	switch n.kind {
	case sequence:
		for _, part := range n.parts {
			c.emit(part)
		}
	case choice:
		c.choose(n.parts)
	case repetition:
		c.repeat(n.parts[0], n.min, n.max)
	case character:
		c.add(instruction{do: read, set: n.set, x: c.here() + 1})
	case place:
		c.words = c.words || n.assert >= wordStart
		c.add(instruction{do: check, assert: n.assert, x: c.here() + 1})
	}
}

func (c *compiler) choose(parts []*node) {
	var ends []int
	for _, part := range parts[:len(parts)-1] {
		at := c.add(instruction{do: fork, x: c.here() + 1})
		c.emit(part)
		ends = append(ends, c.add(instruction{do: jump}))
		c.code[at].y = c.here()
	}
	c.emit(parts[len(parts)-1])
	for _, end := range ends {
		c.code[end].x = c.here()
	}
}

func (c *compiler) repeat(part *node, min, max int) {
	for range min {
		c.emit(part)
	}
	if max < 0 {
		at := c.add(instruction{do: fork, x: c.here() + 1})
		c.emit(part)
		c.add(instruction{do: jump, x: at})
		c.code[at].y = c.here()
		return
	}
	var forks []int
	for i := min; i < max && !c.failed; i++ {
		forks = append(forks, c.add(instruction{do: fork, x: c.here() + 1}))
		c.emit(part)
	}
	for _, at := range forks {
		c.code[at].y = c.here()
	}
}

// classify finds which bytes are never told apart.
func (c *compiler) classify() {
	var sets []*set
	seen := map[set]bool{}
	note := func(s *set) {
		if !seen[*s] {
			seen[*s] = true
			sets = append(sets, s)
		}
	}
	if c.words {
		words := &set{}
		words.addAll(isWord)
		note(words)
	}
	for i := range c.code {
		if c.code[i].do == read {
			note(c.code[i].set)
		}
	}
	for _, s := range sets {
		c.split(s)
	}
	c.name()
}

// split makes classes of those in s apart from those that are not.
func (c *compiler) split(s *set) {
	var next [256][2]int // the new number of each class, one more, out of s and in
	n := 0
	for b := range 256 {
		in := 0
		if s.has(byte(b)) {
			in = 1
		}
		was := &next[c.class[b]][in]
		if *was == 0 {
			n++
			*was = n
		}
		c.class[b] = uint8(*was - 1)
	}
}

// name takes the first byte of each class for all of it.
func (c *compiler) name() {
	for b := range 256 {
		if int(c.class[b]) == len(c.named) {
			c.named = append(c.named, byte(b))
		}
	}
}

// free says that code at an instruction may go on without being at the start.
func (c *compiler) free(at int, seen map[int]bool) bool {
	for !seen[at] {
		seen[at] = true
		switch i := &c.code[at]; {
		case i.do == accept || i.do == read:
			return true
		case i.do == check && i.assert == atStart:
			return false
		case i.do == fork && c.free(i.y, seen):
			return true
		}
		at = c.code[at].x
	}
	return false
}
