// Package ere says whether a line matches an extended regular expression of
// POSIX, as regcomp(3) and regexec(3) of the GNU C library do in the C locale:
// bytes are characters. Where a match lies is not asked, so it is found in time
// that is linear in the line.
//
// An expression is parsed into a tree (parse.go, bracket.go), the tree becomes
// a program (program.go), and matching runs all threads of the program at
// once. What came of a set of threads at a byte is remembered (match.go), so
// that most bytes cost one look into a table.
//
// Beside POSIX, the words of GNU are known: \w \W \s \S \b \B \< \> \` \'.
// References back, as \1, are none of POSIX's for these expressions, and cannot
// be found in linear time: they are refused.
package ere

import "errors"

// What is wrong with an expression.
var (
	ErrSyntax    = errors.New("not an extended regular expression")
	ErrReference = errors.New("references back are not supported")
	ErrSize      = errors.New("regular expression too large")
)

// Pattern is an expression that is ready to match. It remembers what it saw, so
// it is for one goroutine at a time.
type Pattern struct {
	program
	cache
}

// Compile reads an expression. The error is one of ErrSyntax, ErrReference and
// ErrSize.
func Compile(expression string) (*Pattern, error) {
	p := parser{text: expression}
	tree, err := p.alternatives()
	if err != nil {
		return nil, err
	}
	prog, err := compile(tree)
	if err != nil {
		return nil, err
	}
	return &Pattern{program: prog}, nil
}
