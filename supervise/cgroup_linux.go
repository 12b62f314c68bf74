package supervise

import (
	"bytes"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/proc"
)

// cage is a cgroup that a run and its descendants are in, where we may make
// one: nothing leaves it, and the kernel kills all of it at once. Where anything
// is in the way of it, the walk through /proc does the same alone.
type cage struct {
	path  string
	procs int // its cgroup.procs
}

// openCage makes the cage of s, if that is possible. Its name is always the
// same, so a later supervise finds those of an earlier one.
func (s *Service) openCage() {
	if s.cage != nil {
		return
	}
	base := s.engine.cgroupBase()
	var st unix.Stat_t
	if base == "" || quiet.Fstat(s.dir, &st) != nil {
		return
	}
	const enough = 100
	name := strings.ReplaceAll(strings.Trim(s.name, "/."), "/", ".")
	path := base + "/svdir-" + name[:min(len(name), enough)] + "-" + strconv.FormatUint(st.Dev, 36) + "-" + strconv.FormatUint(st.Ino, 36)
	const mode = 0o755
	if err := unix.Mkdir(path, mode); err != nil && err != unix.EEXIST {
		return
	}
	procs, err := quiet.Openat(unix.AT_FDCWD, path+"/cgroup.procs", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		_ = unix.Rmdir(path) // nobody is in it
		return
	}
	s.cage = &cage{path, procs}
}

// closeCage takes the cage away; one of whose inner ones something is left
// stays.
func (s *Service) closeCage() {
	if s.cage != nil {
		_ = quiet.Close(s.cage.procs) // nothing to flush
		_ = unix.Rmdir(s.cage.path)
		s.cage = nil
	}
}

// killCage kills all that is in the cage, and below. Before Linux 5.14 the
// kernel cannot.
func (s *Service) killCage() {
	if s.cage == nil {
		return
	}
	fd, err := quiet.Openat(unix.AT_FDCWD, s.cage.path+"/cgroup.kill", unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return
	}
	_, _ = quiet.Write(fd, []byte("1")) // those who live still are found
	_ = quiet.Close(fd)                 // nothing to flush
}

// caged are the processes in the cage.
func (s *Service) caged() (pids []int) {
	if s.cage == nil {
		return nil
	}
	for line := range bytes.Lines(readWhole(s.cage.procs)) {
		pids = append(pids, int(proc.Decimal(line)))
	}
	return pids
}

// cgroupBase is the directory of our own cgroup, empty if there is none.
func (e *Engine) cgroupBase() string {
	if e.cgroup == nil {
		base := cgroupDir(readText("/proc/self/mountinfo"), readText("/proc/self/cgroup"))
		e.cgroup = &base
	}
	return *e.cgroup
}

// cgroupDir is the directory of the cgroup of version 2 that membership names,
// as mounts has it.
func cgroupDir(mounts, membership string) string {
	var group string
	for line := range strings.Lines(membership) {
		if path, ok := strings.CutPrefix(line, "0::/"); ok {
			group = "/" + strings.TrimSuffix(path, "\n")
		}
	}
	if group == "" {
		return ""
	}
	for line := range strings.Lines(mounts) {
		before, after, _ := strings.Cut(line, " - ")
		fields := strings.Fields(before)
		if len(fields) < 5 || !strings.HasPrefix(after, "cgroup2 ") || strings.Contains(fields[4], `\`) {
			continue
		}
		root := strings.TrimSuffix(fields[3], "/")
		if inner, ok := strings.CutPrefix(group, root); ok && (inner == "" || inner[0] == '/') {
			return strings.TrimSuffix(fields[4]+inner, "/")
		}
	}
	return ""
}

// readText is a file of any size, as those of /proc, empty if it cannot be read.
func readText(path string) string {
	fd, err := quiet.Openat(unix.AT_FDCWD, path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return ""
	}
	defer quiet.Close(fd)
	return string(readWhole(fd))
}

// readWhole reads from the beginning to the end, which the kernel makes up anew.
func readWhole(fd int) (text []byte) {
	buf := make([]byte, 4096)
	for {
		n, err := fifo.Retry(func() (int, error) { return quiet.Pread(fd, buf, int64(len(text))) })
		if err != nil || n <= 0 {
			return text
		}
		text = append(text, buf[:n]...)
	}
}
