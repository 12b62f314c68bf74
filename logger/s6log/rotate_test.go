package s6log

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestRotation: line by line, both make the same files.
func TestRotation(t *testing.T) {
	t.Parallel()
	for _, script := range []string{
		"s4096 ./log",
		"s6000 n3 ./log",
		"s6000 n0 ./log",
		"s6000 n1 t ./log",
		"s4096 n100 l2048 T ./log",
		"s4096 n100 l1000 ./log",
		"s9000 S9000 ./log",
		"s9000 S1 ./log",
		"s9000 S20000 n1 ./log",
		"s4096 n100 pprefix ./log s8000 ./other",
		"-b -- s4096 n100 - +3 ./log f ./other",
		"-b s4096 n100 ?cat ./log",
		"-b s4096 n100 ?tr_a-z_A-Z ./log",
		"-b s4096 n100 ./other ?cat;cat_<&4_>&5;echo_x>&5 ./log",
		"-b s4096 n2 S3000 ?head_-c_1000 ./log",
		"-b s4096 n100 ?: ./log",
		"-b s4096 n100 r50 ?test_-e_twice||{_>twice;exit_1;};cat ./log",
		"-b s4096 n100 r50 ?test_-e_twice||{_>twice;kill_-9_$$;};cat ./log",
		"-qb -- s4096 n100 r50 ?test_-e_twice||{_>twice;exit_1;};cat ./log",
		"-b s4096 n100 ?env|grep_^TZ;pwd>/dev/null ./log",
	} {
		rotates(t, script)
	}
}

// rotates has both, started by what comes before them, write 400 lines, one by one,
// and compares their files.
func rotates(t *testing.T, script string, before ...string) {
	t.Helper()
	var got [2]did
	for i, program := range both(t) {
		dir := t.TempDir()
		r := start(t, dir, slices.Concat(before, []string{program}, words(script))...)
		for j := range 400 {
			r.say(t, numbered(j, 1))
		}
		must(t, r.in.Close())
		got[i] = did{r.ends(t), read(t, r.out), same(read(t, r.err)), tree(t, dir)}
	}
	compare(t, script, got)
}

// TestPortion: for any lines, no file is larger than its size, unless it has one
// line, nothing is lost, and files end between lines.
func TestPortion(t *testing.T) {
	t.Parallel()
	for range 2000 {
		b := bounds{size: 4096 + rand.Int64N(1000), tolerance: rand.Int64N(2048)}
		var input, output []byte
		var now, buf []byte
		for range 1 + rand.IntN(30) {
			buf = append(append(buf, strings.Repeat("x", rand.IntN(rand.IntN(6000)+1))...), '\n')
			if rand.IntN(3) > 0 {
				continue
			}
			input = append(input, buf...)
			for len(buf) > 0 {
				n, full := portion(buf, int64(len(now)), &b)
				now, buf = append(now, buf[:n]...), buf[n:]
				if int64(len(now)) > b.size && strings.Count(string(now), "\n") > 1 {
					t.Fatalf("a file has %d bytes, in several lines; want at most %d", len(now), b.size)
				}
				if full != (int64(len(now))+b.tolerance >= b.size) && (!full || len(buf) == 0) {
					t.Fatalf("%+v: a file of %d bytes is full: got %v", b, len(now), full)
				}
				if full {
					output, now = append(output, now...), nil
				}
			}
		}
		if string(output)+string(now) != string(input) {
			t.Fatalf("got %d bytes; want %d", len(output)+len(now), len(input))
		}
	}
}

func TestSurplus(t *testing.T) {
	t.Parallel()
	all := []file{{"@3", 10}, {"@1", 30}, {"@2", 20}}
	for _, c := range []struct {
		count int
		total uint64
		want  []string
	}{
		{3, 0, nil}, {10, 60, nil}, {2, 0, []string{"@1"}}, {0, 0, []string{"@1", "@2", "@3"}},
		{10, 59, []string{"@1"}}, {10, 29, []string{"@1", "@2"}}, {10, 9, []string{"@1", "@2", "@3"}}, {1, 30, []string{"@1", "@2"}},
	} {
		var got []string
		for _, f := range surplus(slices.Clone(all), &bounds{count: c.count, total: c.total}) {
			got = append(got, f.name)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%d archives, %d bytes: got %v; want %v", c.count, c.total, got, c.want)
		}
	}
}
