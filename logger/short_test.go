package logger

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestShort: lines that are taken at once go to the same files as those that are
// taken one by one. The other script has one more place, to which nothing goes.
func TestShort(t *testing.T) {
	t.Parallel()
	oneOf := func(words ...string) []string { return strings.Fields(words[rand.IntN(len(words))]) }
	for range 500 {
		args := slices.Concat(oneOf("", "t", "T"), oneOf("", "", "-*a*", "-* +*b*", "-*c -a* +*ab", "+x"),
			oneOf("s4096 ./a", "s6000 ./a", "./a", "1"))
		fast, slow := open(t, args...), open(t, append(args, "-*", "e")...)
		if fast.only() == nil || slow.only() != nil {
			t.Fatalf("%q is not taken at once, or with another place it is", args)
		}
		for rest := randomLines(400); rest != ""; {
			n := 1 + rand.IntN(min(len(rest), 9000))
			fast.push(t, rest[:n])
			slow.push(t, rest[:n])
			rest = rest[n:]
		}
		for i := range fast.files {
			if !slices.Equal(fast.files[i], slow.files[i]) {
				t.Fatalf("%q, action %d: got files %.300q; want %.300q", args, i, fast.files[i], slow.files[i])
			}
		}
	}
}

// randomLines are lines of few letters, some about as long as a head.
func randomLines(most int) string {
	var b strings.Builder
	for range rand.IntN(most) {
		n := rand.IntN(60)
		if rand.IntN(40) == 0 {
			n = maxHead - 60 + rand.IntN(120)
		}
		for range n {
			b.WriteByte("abc "[rand.IntN(4)])
		}
		b.WriteByte('\n')
	}
	return b.String()
}
