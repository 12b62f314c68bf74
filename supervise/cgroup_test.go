package supervise

import "testing"

func TestCgroupDir(t *testing.T) {
	const (
		unified = "30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
		hybrid  = "30 24 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n"
		inner   = "30 24 0:26 /box/a /sys/fs/cgroup ro - cgroup2 cgroup2 rw\n"
	)
	for _, c := range []struct{ mounts, membership, want string }{
		{unified, "0::/user.slice/a\n", "/sys/fs/cgroup/user.slice/a"},
		{unified, "0::/\n", "/sys/fs/cgroup"},
		{hybrid, "4:memory:/x\n0::/\n", "/sys/fs/cgroup/unified"},
		{hybrid, "4:memory:/x\n0::/y\n", "/sys/fs/cgroup/unified/y"},
		{inner, "0::/box/a/b\n", "/sys/fs/cgroup/b"},
		{inner, "0::/box/a\n", "/sys/fs/cgroup"},
		{inner, "0::/box/ab\n", ""},
		{"30 24 0:26 / /odd\\040place rw - cgroup2 cgroup2 rw\n", "0::/\n", ""},
		{hybrid, "4:memory:/x\n", ""},
		{"", "0::/\n", ""},
		{"", "", ""},
	} {
		if got := cgroupDir(c.mounts, c.membership); got != c.want {
			t.Errorf("%q in %q: got %q; want %q", c.membership, c.mounts, got, c.want)
		}
	}
}
