package chain

import (
	"math"
	"strconv"
)

// leading is the number at the front of text, and what follows. Without digits
// it is 0; one that is too large is the largest.
func leading(text string) (n uint64, rest string) {
	i := 0
	for i < len(text) && text[i] >= '0' && text[i] <= '9' {
		i++
	}
	if i == 0 {
		return 0, text
	}
	n, err := strconv.ParseUint(text[:i], 10, 64)
	if err != nil {
		n = math.MaxUint64
	}
	return n, text[i:]
}

// whole is a number of at most so many bits, and nothing else.
func whole(text string, bits int) (n uint64, ok bool) {
	if text == "" || text[0] == '+' {
		return 0, false
	}
	n, err := strconv.ParseUint(text, 10, bits)
	return n, err == nil
}
