package s6log

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// did is what a program did.
type did struct {
	code           int
	out, err, tree string
}

// golden are argument lists, one a line, words parted by blanks; a word that is
// ~ is empty, and _ in a word is a blank. The input is that of sample.
const golden = `
1
~
-- 1
- 1
-q 1
-v 1
-vq 1
-qqq 1
-b 1
-p 1
-bp 1
-pbq -v 1
-x 1
-t 1
-e 1
-l
-l 100 1
-l100 1
-l 0 1
-l0 1
-l 1 1
-l 48 1
-l 47 1
-l 49 1
-l 1x 1
-l ~ 1
-l +5 1
-l -5 1
-l 4294967295 1
-l 4294967296 1
-bl60 1
-d
-d 0 1
-d 2 1
-d x 1
-d 9 1
-d 99999 1
-q ./log n
--
--x 1
zz
n5
n5 s5000
+a
1 +a
1 +a -b
1 n5
1 f
-q 1 +a
1x
2x
fx
tx
Tx
=
=x
. 
./
1 zz
nx 1
n 1
n-1 1
n99999999999 1
sx 1
s 1
Sx 1
S99999999999999999999 1
S18446744073709551615 1
lx 1
l5000 1
s4096 l2048 1
s4096 l2049 1
s9000 l4500 1
l60000 1
s200000 l60000 1
rx 1
r 1
r100 1
Ex 2
^x =x
t 1
T 1
t T 1
T t 1
t t 1
t 1 1
T 1 t 1
pfoo 1
pfoo 1 1
pfoo 1 p 1
pfoo_bar 1
t pfoo 1
T pfoo 1
t T p> 1
t 2
T p! 2
2
E5 2
E0 2
E1 2
E10 t 2
E1000000 pfoo 2
=status
^10 =status
^0 =status
^1 =status
^100 t =status
^30 T pfoo =status
=status =other
=/nonexistent/status
-q =/nonexistent/status
+^x =status
f 1
+a 1
- 1
-- - 1
-- - +a 1
-- -a 1
-- -^error 1
-- - +^error 2 f 1
-- - +^error 2 - +^STAT =status f 1
-- - +a 1 +b 1 f 1
-- - +a 1 f 2 f ./rest
+*a 1
-- -( 1
+a{2 1
+[[:nosuch:]] 1
-- - +^[[:digit:]]+$ 1
-- - +a|b 1
-- - +(foo|bar)_(foo|bar) 1
-- - +^.{3}$ 1
-- - +NUL 1
-- - +behind 1
-- - +\xff 1
./log
t ./log
T ./log
t T p> ./log
s4096 ./log
s1 ./log
s99999999 ./log
n0 ./log
n3 s4096 t ./log
S10000 ./log
./log ./other
./log t ./other 1
n5 ./log n0 ./other
-- - +^error ./errors f ./rest
/nonexistent/log
./file
./no/log
?cat ./log
? ./log
!cat ./log
! ./log
1 2 =status ./log
./log n
./log -a
-b n20 s1000000 t ./log
-- n30 E500 - +error: 2 - +^STAT =status f s10000000 S15000000 T ./log
`

// sample is something for every pattern above.
var sample = "a\nb\n\nab\naa\nfoo bar\nerror: no room\nSTAT ok\n17\nNUL \x00 behind\n\xff\xfe\n \tblank\r\nabc\n*a\n" +
	strings.Repeat("long ", 8) + "\n" + strings.Repeat("x", 48) + "\n" + strings.Repeat("y", 49) + "\n" + strings.Repeat("z", 96) + "\n" +
	strings.Repeat("0123456789", 30) + "\n" + strings.Repeat("w", 203) + "\n" + strings.Repeat("w", 204) + "\n" + strings.Repeat("v", 1000) + "\n" +
	strings.Repeat("u", 8191) + "\n" + strings.Repeat("t", 8192) + "\n" + strings.Repeat("s", 8193) + "\n" + strings.Repeat("r", 20000) + "\nSTAT end\n"

// runs has a program take input at once, and says what it did. What it does not
// itself copy of the bugs of s6-log is in the man page.
func runs(t *testing.T, program, input string, words ...string) did {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "file"), "a file\n", 0o644)
	must(t, os.Mkdir(filepath.Join(dir, "empty"), 0o755))
	r := start(t, dir, append([]string{program}, words...)...)
	go func() {
		_, _ = r.in.WriteString(input) // it may have ended before
		_ = r.in.Close()
	}()
	code := r.ends(t)
	return did{code, same(read(t, r.out)), same(read(t, r.err)), tree(t, dir)}
}

// words reads a line of golden.
func words(line string) []string {
	all := strings.Fields(line)
	for i, word := range all {
		if word == "~" {
			word = ""
		}
		all[i] = strings.NewReplacer("_", " ", `\xff`, "\xff").Replace(word)
	}
	return all
}

func TestGolden(t *testing.T) {
	t.Parallel()
	n := 0
	for line := range strings.Lines(strings.Trim(golden, "\n")) {
		args := words(line)
		// What is read at once is cut into files elsewhere by s6-log: for
		// rotations see TestRotation and TestExecline.
		var got [2]did
		input := sample
		switch {
		case strings.Contains(line, "./"):
			input = "a\nb\nerror: no\nSTAT x\nfoo\n"
		case strings.Contains(line, "=/nonexistent"):
			input = "once\n" // they say it for each line
		}
		for i, program := range both(t) {
			got[i] = runs(t, program, input, args...)
		}
		n++
		if got[0].code == wrongCall && got[1].code == wrongCall {
			got[1].tree = "drwxr-xr-x /empty\n-rw-r--r-- /file\na file\n" // we look at the script before directories
		}
		compare(t, strings.TrimSpace(line), got)
	}
	if n < 100 {
		t.Errorf("%d argument lists; want 100", n)
	}
}

// compare says in what two programs differ, ours first.
func compare(t *testing.T, what string, got [2]did) {
	t.Helper()
	if got[0].code != got[1].code {
		t.Errorf("%s: got exit code %d; want %d", what, got[0].code, got[1].code)
	}
	for name, text := range map[string][2]string{
		"standard output": {got[0].out, got[1].out}, "standard error": {got[0].err, got[1].err}, "files": {got[0].tree, got[1].tree}} {
		if ours, theirs := text[0], text[1]; ours != theirs {
			at := 0
			for at < min(len(ours), len(theirs)) && ours[at] == theirs[at] {
				at++
			}
			at = max(at-100, 0)
			t.Errorf("%s: %s differ: got ...%.300q; want ...%.300q", what, name, ours[at:], theirs[at:])
		}
	}
}
