package need

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Cgroup is for who makes a cgroup in that of the test. Not every machine has them,
// and not every container may divide its own.
func Cgroup(t testing.TB) {
	t.Helper()
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Skip(err)
	}
	membership, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		t.Skip(err)
	}
	_, group, _ := strings.Cut("\n"+string(membership), "\n0::")
	group, _, _ = strings.Cut(group, "\n")
	for line := range strings.Lines(string(mounts)) {
		before, after, _ := strings.Cut(line, " - ")
		fields := strings.Fields(before)
		if !strings.HasPrefix(after, "cgroup2 ") || len(fields) < 5 {
			continue
		}
		dir, err := os.MkdirTemp(filepath.Join(fields[4], strings.TrimPrefix(group, fields[3])), "svdir-need-")
		if err != nil {
			t.Skipf("no cgroup of version 2 may be divided here: %v", err)
		}
		_ = os.Remove(dir) // nobody was in it
		return
	}
	t.Skip("no cgroups of version 2 are mounted")
}
