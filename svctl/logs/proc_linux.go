package logs

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/svdir/svdir/logger/logdir"
	"github.com/svdir/svdir/logger/serving"
	"github.com/svdir/svdir/svctl"
)

// mostBelow bounds how many processes are asked.
const mostBelow = 64

// openLog is the directory in which the process, or one below it, holds a log
// open, "" if there is none. Of several it is that of the lowest descriptor:
// the first that the logger was told. A run script that does not exec has its
// logger below it.
func openLog(pid int) (dir string, refused error) {
	pids := []int{pid}
	for i := 0; i < len(pids) && i < mostBelow; i++ {
		dir, err := heldBy(pids[i])
		if dir != "" {
			return dir, nil
		}
		if errors.Is(err, fs.ErrPermission) && refused == nil {
			refused = err
		}
		pids = append(pids, children(pids[i])...)
	}
	return "", refused
}

// heldBy looks at the descriptors of one process. Between two files a logger
// has no current, but it never lets go of lock.
func heldBy(pid int) (string, error) {
	links := proc(pid, "fd")
	entries, err := os.ReadDir(links)
	if err != nil {
		return "", err
	}
	// As numbers: those of one length are sorted already.
	slices.SortStableFunc(entries, func(a, b os.DirEntry) int { return len(a.Name()) - len(b.Name()) })
	for _, e := range entries {
		link := filepath.Join(links, e.Name())
		path, err := os.Readlink(link)
		if err != nil || !filepath.IsAbs(path) {
			continue // closed by now, or no file
		}
		if base := filepath.Base(path); base != logdir.Current && base != logdir.Lock {
			continue
		}
		// It may see other mounts than we do.
		for _, path := range []string{path, filepath.Join(proc(pid, "root"), path)} {
			if ok, _ := isLog(filepath.Dir(path)); ok && same(link, path) {
				return filepath.Dir(path), nil
			}
		}
	}
	return "", nil
}

func same(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// servesMany says that a process is the svlog of many services.
func servesMany(pid int) bool {
	text, _ := os.ReadFile(proc(pid, "cmdline")) // it may be gone
	return string(text) == "svlog\x00"+serving.Word+"\x00"
}

// children are the processes that a process has started.
func children(pid int) []int {
	text, _ := os.ReadFile(proc(pid, "task/"+strconv.Itoa(pid)+"/children")) // it may be gone
	var all []int
	for _, word := range strings.Fields(string(text)) {
		if n, err := strconv.Atoi(word); err == nil {
			all = append(all, n)
		}
	}
	return all
}

// command is how a process was called, fit for a message.
func command(pid int) string {
	text, _ := os.ReadFile(proc(pid, "cmdline")) // it may be gone
	return svctl.Show(string(bytes.ReplaceAll(bytes.TrimRight(text, "\x00"), []byte{0}, []byte(" "))))
}

func proc(pid int, file string) string { return "/proc/" + strconv.Itoa(pid) + "/" + file }
