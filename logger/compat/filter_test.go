package compat

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// filtered is what a filter writes, and how it ends.
func filtered(t *testing.T, env []string, input io.Reader, words ...string) string {
	t.Helper()
	var out, said strings.Builder
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Env = input, &out, &said, append(os.Environ(), env...)
	must(t, cmd.Start())
	stuck := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	_ = cmd.Wait() // how it ended is in the state
	stuck.Stop()
	return fmt.Sprintf("exit code %d, said %q, wrote %q", cmd.ProcessState.ExitCode(), said.String(), out.String())
}

var texts = []string{
	"", "\n", "\n\n\n", "a", "a\n", "a\nb", "a\n\nb\n", "\x00\n\xff\r\n", "no newline at the end", long + long + long, long + "\n" + long,
	"@400000004b7e2b4a00000001 x\n", strings.Repeat("\n", 5000), numbered(0, 3000),
}

// TestTai64n: the same lines, each with a label.
func TestTai64n(t *testing.T) {
	t.Parallel()
	programs := both(t, "tai64n")
	for _, text := range texts {
		for _, args := range [][]string{nil, {"x"}, {"--help"}, {"-t", ""}} {
			got := same(filtered(t, nil, strings.NewReader(text), append([]string{programs[1]}, args...)...))
			want := same(filtered(t, nil, strings.NewReader(text), append([]string{programs[0]}, args...)...))
			if got != want {
				t.Errorf("%.40q %q: got %.200s; want %.200s", text, args, got, want)
			}
		}
	}
}

// labels are those that tai64nlocal makes a time of, in its own range.
func labels(r *rand.Rand) string {
	second := uint64(1<<62+10) + r.Uint64N(1<<32)
	switch r.IntN(4) {
	case 0:
		second += r.Uint64N(1 << 40)
	case 1:
		second -= r.Uint64N(1 << 35)
	}
	nano := r.Uint32N(1_000_000_000)
	if r.IntN(8) == 0 {
		nano = r.Uint32()
	}
	return fmt.Sprintf("@%016x%08x", second, nano)
}

// TestTai64nlocal: labels of all times in all zones, where the real one does not
// crash.
func TestTai64nlocal(t *testing.T) {
	t.Parallel()
	programs := both(t, "tai64nlocal")
	r := rand.New(rand.NewPCG(7, 76))
	rests := []string{" a line\n", "\n", " @400000004b7e2b4a00000001\n", "x\n", "\x00\n", "A\n", " \xff\n", "@\n"}
	for _, zone := range []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", ""} {
		inputs := append([]string{" @400000004b7e2b4a00000001\n", "no @ here"}, texts...)
		for range 8 {
			var b strings.Builder
			for range 50 {
				b.WriteString(labels(r) + rests[r.IntN(len(rests))] + "plain\n"[:6*r.IntN(2)])
			}
			inputs = append(inputs, b.String())
		}
		for _, input := range inputs {
			got := filtered(t, []string{"TZ=" + zone}, strings.NewReader(input), programs[1])
			want := filtered(t, []string{"TZ=" + zone}, strings.NewReader(input), programs[0])
			if got != want {
				t.Errorf("TZ=%s %.100q: got %.300s; want %.300s", zone, input, got, want)
			}
		}
	}
}

// TestMalformed: what is no label stays as it is; the real one crashes, or loses
// a label at the end.
func TestMalformed(t *testing.T) {
	t.Parallel()
	const good = "@400000004b7e2b4a00000001"
	for in, want := range map[string]string{
		"@": "@", "@\n": "@\n", "@zz\n": "@zz\n", "@4000\n": "@4000\n", "@@" + good: "@@" + good,
		"@400000004b7e2b4A00000001 x\n":  "@400000004b7e2b4A00000001 x\n",
		"@ffffffffffffffffffffffff x\n":  "@ffffffffffffffffffffffff x\n",
		"@000000000000000000000000 x\n":  "@000000000000000000000000 x\n",
		good + "0 x\n":                   good + "0 x\n",
		good[:24] + " x\n" + good + "\n": good[:24] + " x\n2010-02-19 06:10:08.000000001\n",
		good:                             "2010-02-19 06:10:08.000000001",
		good[:24]:                        good[:24],
	} {
		l := localizer{zone: time.UTC}
		if got := string(l.add(l.add(nil, []byte(in)), nil)); got != want {
			t.Errorf("%q: got %q; want %q", in, got, want)
		}
	}
}

// TestFilterTrouble: what cannot be read or written.
func TestFilterTrouble(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"tai64n", "tai64nlocal", "readproctitle", "multilog"} {
		var seen [2]string
		for i, program := range both(t, name) {
			for _, line := range []string{
				`"$0" xxxxx </`, `echo a | "$0" xxxxx >/dev/full`, `"$0" </dev/null`, `"$0" "" </dev/null`, `"$0" abcd </dev/null`, `"$0" abcde </dev/null`,
				`"$0" abcde x </dev/null`, `"$0" abcde "" </dev/null`, `yes | "$0" e 2>&1 | head -c 3 | tail -c 1; exit 0`, `yes | { "$0" xxxxx; echo $? >&2; } | head -n 1 | tail -c 2`,
			} {
				if strings.Contains(line, "yes") && !strings.HasPrefix(name, "tai") {
					continue // it writes nothing
				}
				seen[i] += line + ": " + filtered(t, nil, strings.NewReader(""), "sh", "-c", line, program) + "\n"
			}
		}
		if got, want := same(seen[1]), same(seen[0]); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
}

// TestFlushes: what was read is written before more is waited for.
func TestFlushes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"tai64n", "a\nb", "@ a\n@ b"}, {"tai64nlocal", "@400000004b7e2b4a00000001 x\n@", "2010-02-19 06:10:08.000000001 x\n"},
	} {
		for _, program := range both(t, c.name) {
			out, w, err := os.Pipe()
			must(t, err)
			defer out.Close()
			cmd := exec.Command(program)
			in, err := cmd.StdinPipe()
			must(t, err)
			cmd.Stdout, cmd.Env = w, append(os.Environ(), "TZ=UTC")
			must(t, cmd.Start())
			must(t, w.Close())
			_, err = io.WriteString(in, c.in)
			must(t, err)
			must(t, out.SetReadDeadline(time.Now().Add(patience)))
			b := make([]byte, 200)
			n := 0
			for len(same(string(b[:n]))) < len(c.want) && err == nil {
				var m int
				m, err = out.Read(b[n:])
				n += m
			}
			if got := same(string(b[:n])); got != c.want {
				t.Errorf("%s: got %q, %v; want %q", program, got, err, c.want)
			}
			must(t, in.Close())
			must(t, cmd.Wait())
		}
	}
}

// TestTitle: the last argument shows the end of the input, in each form that it
// may have.
func TestTitle(t *testing.T) {
	t.Parallel()
	dots := strings.Repeat(".", 400)
	for _, c := range []struct {
		args []string
		in   string
	}{
		{[]string{"service errors:", dots}, "supervise: fatal: unable\n"}, {[]string{"service", "errors:", dots}, numbered(0, 500)},
		{[]string{"abcde"}, "x"}, {[]string{"abcde"}, "xy"}, {[]string{"abcde"}, "xyz"}, {[]string{"abcdef"}, "1\x002\n\x00"}, {[]string{"x", "log: abc"}, ""},
	} {
		var title string // of the real one, when it has come to rest
		for i, program := range both(t, "readproctitle") {
			s := start(t, t.TempDir(), nil, append([]string{program}, c.args...)...)
			s.say(t, c.in)
			last := c.args[len(c.args)-1]
			kept := strings.ReplaceAll(c.in, "\x00", "")
			want := "..." + (strings.Repeat(".", len(last)) + kept)[len(kept)+3:]
			eventually(t, fmt.Sprintf("%s shows %q", program, want), func() bool {
				b, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", s.Process.Pid))
				must(t, err)
				title = string(b)
				return strings.HasSuffix(title, "\x00"+want+"\x00")
			})
			if i == 1 && title != program+"\x00"+strings.Join(append(c.args[:len(c.args)-1:len(c.args)-1], want), "\x00")+"\x00" {
				t.Errorf("%q: got %q", c.args, title)
			}
			if code := s.end(t); code != 0 {
				t.Errorf("%s: got exit code %d; want 0", program, code)
			}
		}
	}
}

// FuzzFilters: chunks that are cut anywhere give the same.
func FuzzFilters(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text), uint64(1))
	}
	f.Add([]byte("@400000004b7e2b4a00000001 x\n@4000\n@400000004b7e2b4a00000001"), uint64(2))
	f.Fuzz(func(t *testing.T, text []byte, seed uint64) {
		now := time.Unix(1, 2)
		var wholeLines, cutLines stamper
		whole, cut := localizer{zone: time.UTC}, localizer{zone: time.UTC}
		stamped, local := wholeLines.add(nil, text, now), whole.add(whole.add(nil, text), nil)
		if len(text) == 0 {
			return
		}
		var gotStamped, gotLocal []byte
		r := rand.New(rand.NewPCG(seed, 0))
		for rest := text; len(rest) > 0; {
			n := 1 + r.IntN(len(rest))
			gotStamped, gotLocal = cutLines.add(gotStamped, rest[:n], now), cut.add(gotLocal, rest[:n])
			rest = rest[n:]
		}
		gotLocal = cut.add(gotLocal, nil)
		if string(gotStamped) != string(stamped) || string(gotLocal) != string(local) {
			t.Errorf("%q cut: got %q, %q; want %q, %q", text, gotStamped, gotLocal, stamped, local)
		}
	})
}
