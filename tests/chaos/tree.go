package chaos

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// shape is a kind of service.
type shape struct {
	name    string
	count   int
	mode    string // of the program service; # stands for the number
	letters string // those that it may get, as often as it is to get them
	files   map[string]string
	logged  bool
	finish  bool
	plain   bool // other suites can serve it only as plain
}

// The letters of traffic. What counts its lines or its ends is not killed: a
// run that KILL ends between two steps breaks its own promise. What leaves
// others in its group is ended by d alone, since only that ends the group.
const (
	mild   = "uuuuuudddtttttopcc"
	rough  = mild + "k"
	gentle = "uuuuuudddopcc"
)

// shapes make thirty services.
var shapes = []shape{
	{name: "plain", count: 4, mode: "plain", letters: rough},
	{name: "logged", count: 6, mode: "lines", letters: mild, logged: true},
	{name: "both", count: 2, mode: "lines", letters: mild, logged: true, finish: true},
	{name: "tidy", count: 4, mode: "plain", letters: mild, finish: true},
	{name: "server", count: 3, mode: "serve", letters: rough},
	{name: "client", count: 3, mode: "connect server-#", letters: rough},
	{name: "brief", count: 1, mode: "brief", letters: mild, finish: true},
	{name: "asked", count: 1, mode: "plain", letters: mild, files: map[string]string{
		"control/t": "#!/bin/sh\nexec service refuse\n",
	}},
	{name: "deaf", count: 1, mode: "deaf", letters: "uuuuuddtopcck", plain: true, files: map[string]string{
		"timeout-kill": "200\n",
	}},
	{name: "fork", count: 1, mode: "fork", letters: gentle, plain: true},
	{name: "tree", count: 1, mode: "fork", letters: gentle, plain: true, files: map[string]string{
		"set/kill-scope": "tree\n",
	}},
	{name: "noexec", count: 1, mode: "plain", letters: gentle, plain: true, files: map[string]string{
		"run": "#!/bin/sh\nservice plain\nexit $?\n",
	}},
	{name: "ready", count: 1, mode: "ready", letters: rough, plain: true, files: map[string]string{
		"notification-fd": "3\n",
	}},
	{name: "dressed", count: 1, mode: "dressed", letters: rough, plain: true, files: map[string]string{
		"set/env/DRESS": "black\n",
		"set/umask":     "027\n",
	}},
}

// service is one of the tree.
type service struct {
	name string
	shape
}

// services of the tree, in their order.
func services() []service {
	var all []service
	for _, s := range shapes {
		for i := range s.count {
			all = append(all, service{fmt.Sprintf("%s-%d", s.name, i+1), s})
		}
	}
	return all
}

// plant makes the service directories below scan.
func (s *suite) plant(scan string, all []service) error {
	for _, v := range all {
		for name, text := range s.files(v) {
			path := filepath.Join(scan, v.name, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				return err
			}
			if err := put(path, text); err != nil {
				return err
			}
		}
	}
	return nil
}

// files are those of a service under this suite.
func (s *suite) files(v service) map[string]string {
	mode := strings.ReplaceAll(v.mode, "#", v.name[len(v.name)-1:])
	if v.plain && !s.ours {
		mode = "plain"
	}
	if s.dense && mode == "ready" {
		mode = "plain" // in a kill of svscan nobody has the FIFO on which it is said
	}
	files := map[string]string{"run": "#!/bin/sh\nexec service " + mode + "\n"}
	if v.finish && s.finishes {
		files["finish"] = "#!/bin/sh\nexec service finish \"$@\"\n"
	}
	if !v.plain || s.ours {
		for name, text := range v.files {
			files[name] = text
		}
	}
	if s.dense {
		delete(files, "notification-fd")
	}
	// Files are small, so that rotations are hit, and never so many that any
	// is deleted.
	if v.logged && s.logRun != "" {
		files["log/run"] = "#!/bin/sh\n" + s.logRun + "\n"
	}
	switch {
	case !v.logged:
	case s.ours:
		files["log/set/size"], files["log/set/count"] = "16k\n", "100000\n"
	default:
		files["log/main/config"] = "s16384\nn0\n" // svlogd reads it
	}
	return files
}

// put writes a file; what begins as a script may be executed. Nothing forks
// meanwhile: a child would have it open for writing, and nobody could run it.
func put(path, text string) error {
	mode := os.FileMode(0o644)
	if strings.HasPrefix(text, "#!") {
		mode = 0o755
	}
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return os.WriteFile(path, []byte(text), mode)
}
