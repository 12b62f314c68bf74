package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// The kinds of file systems that have names here.
var fileSystems = map[int64]string{
	unix.TMPFS_MAGIC:           "tmpfs",
	unix.RAMFS_MAGIC:           "ramfs",
	unix.EXT4_SUPER_MAGIC:      "ext4",
	unix.XFS_SUPER_MAGIC:       "xfs",
	unix.BTRFS_SUPER_MAGIC:     "btrfs",
	unix.OVERLAYFS_SUPER_MAGIC: "overlayfs",
}

// fileSystem is the kind of file system that dir is on.
func fileSystem(dir string) string {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return "unknown"
	}
	if name := fileSystems[int64(st.Type)]; name != "" {
		return name
	}
	return fmt.Sprintf("file system %#x", st.Type)
}

// inMemory says that what is written to dir is on no disk.
func inMemory(dir string) bool {
	kind := fileSystem(dir)
	return kind == "tmpfs" || kind == "ramfs"
}

// diskFor is a directory on a disk: the one that was asked for, or the usual place
// for temporary files, or the working directory; "" if none is.
func diskFor(asked string) string {
	if asked != "" {
		return asked
	}
	for _, dir := range []string{os.TempDir(), "."} {
		if !inMemory(dir) {
			return dir
		}
	}
	return ""
}

// where tells where the trees are.
func (b *bench) where() string {
	text := fmt.Sprintf("Trees below %s (%s)", filepath.Dir(b.dir), fileSystem(b.dir))
	if b.disk != "" {
		text += fmt.Sprintf(", on disk below %s (%s)", filepath.Dir(b.disk), fileSystem(b.disk))
	}
	return text + ", the service in " + b.language + "."
}

// machine is the processor and the kernel.
func machine() string {
	var name unix.Utsname
	_ = unix.Uname(&name) // cannot fail
	processor := runtime.GOARCH
	text, _ := os.ReadFile("/proc/cpuinfo") // then the architecture says it
	for line := range strings.Lines(string(text)) {
		if key, value, _ := strings.Cut(line, ":"); strings.TrimSpace(key) == "model name" {
			processor = strings.TrimSpace(value)
			break
		}
	}
	return fmt.Sprintf("%d x %s, Linux %s", runtime.NumCPU(), processor, unix.ByteSliceToString(name.Release[:]))
}
