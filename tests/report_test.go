package tests

import (
	"os/exec"
	"strings"
	"testing"
)

// TestReport: what make check shows of go test -v. No skip hides in green, at
// whatever depth, and each has its reason; a failure has all that it said.
func TestReport(t *testing.T) {
	t.Parallel()
	const said = `=== RUN   TestGood
    good_test.go:3: nothing of interest
--- PASS: TestGood (0.00s)
=== RUN   TestSkips
    skip_test.go:3: bison is not installed
--- SKIP: TestSkips (0.00s)
=== RUN   TestBelow
=== RUN   TestBelow/one
=== PAUSE TestBelow/one
=== RUN   TestBelow/two
=== PAUSE TestBelow/two
=== CONT  TestBelow/one
=== CONT  TestBelow/two
    below_test.go:8: this test needs root
=== NAME  TestBelow/one
    below_test.go:5: no cgroup
--- PASS: TestBelow (0.00s)
    --- SKIP: TestBelow/two (0.00s)
    --- SKIP: TestBelow/one (0.00s)
PASS
ok  	example.com/one	0.002s
`
	const broken = `=== RUN   TestBad
    bad_test.go:3: got 1; want 2
--- FAIL: TestBad (0.00s)
FAIL
FAIL	example.com/two	0.002s
`
	const want = `--- SKIP: TestSkips (0.00s)
    skip_test.go:3: bison is not installed
    --- SKIP: TestBelow/two (0.00s)
    below_test.go:8: this test needs root
    --- SKIP: TestBelow/one (0.00s)
    below_test.go:5: no cgroup
ok  	example.com/one	0.002s
`
	const wantBroken = `--- FAIL: TestBad (0.00s)
    bad_test.go:3: got 1; want 2
FAIL	example.com/two	0.002s
`
	for _, c := range []struct {
		name, said, want string
		code             int
	}{
		{"skips", said, want + "2 passed, 0 failed, 3 skipped\n", 0},
		{"failure", said + broken, want + wantBroken + "2 passed, 1 failed, 3 skipped\n", 1},
		{"nothing", "", "0 passed, 0 failed, 0 skipped\n", 1},
	} {
		cmd := exec.Command("awk", "-f", "report.awk")
		cmd.Stdin = strings.NewReader(c.said)
		out, _ := cmd.Output() // how it ended is in the state
		if code := cmd.ProcessState.ExitCode(); string(out) != c.want || code != c.code {
			t.Errorf("%s: got exit code %d and\n%s; want %d and\n%s", c.name, code, out, c.code, c.want)
		}
	}
}
