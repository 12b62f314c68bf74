package svctl

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// scanners are the programs that keep a scan directory.
var scanners = []string{"svscan", "runsvdir", "s6-svscan"}

// nested is the scan directory that the process of a service keeps, if that
// process is an svscan itself: the tree below the tree.
func nested(pid int) (dir string, ok bool) {
	if pid == 0 {
		return "", false
	}
	arg := cmdline(pid)
	if len(arg) == 0 || !slices.Contains(scanners, filepath.Base(arg[0])) {
		return "", false
	}
	dir = "."
	for _, a := range arg[1:] {
		if !strings.HasPrefix(a, "-") {
			dir = a
			break
		}
	}
	if !filepath.IsAbs(dir) {
		cwd, err := os.Readlink(procFile(pid, "cwd"))
		if err != nil {
			return "", false // another user's
		}
		// svscan without an argument has gone to its directory, with one it
		// may have: there the name no longer leads anywhere.
		if below := filepath.Join(cwd, dir); isDir(below) {
			dir = below
		} else {
			dir = cwd
		}
	}
	return dir, isDir(dir)
}

// cmdline is the argument list of a process, empty for none; of a long one, how it
// begins.
func cmdline(pid int) []string {
	var buf [4 << 10]byte
	text, err := readFile(procFile(pid, "cmdline"), buf[:])
	if err != nil || len(text) == 0 {
		return nil
	}
	return strings.Split(string(bytes.TrimRight(text, "\x00")), "\x00")
}

func procFile(pid int, file string) string { return "/proc/" + strconv.Itoa(pid) + "/" + file }
