package compat

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/logger"
)

// TestMultilogAtOnce: what comes in one piece is the same text, though the
// files end elsewhere.
func TestMultilogAtOnce(t *testing.T) {
	t.Parallel()
	input := numbered(0, 2000) + long + long + "\n" + numbered(2000, 100) + "no newline"
	for _, script := range []string{"s4096 n1000 ./d", "n1000 ./d", "s4096 n1000 -*5* ./d", "s4096 n1000 !cat ./d", "s8000 n1000 ./d e"} {
		var text, said [2]string
		for i, program := range both(t, "multilog") {
			dir := t.TempDir()
			s := start(t, dir, nil, append([]string{program}, strings.Fields(script)...)...)
			s.say(t, input[:60000])
			s.say(t, input[60000:])
			if code := s.end(t); code != 0 {
				t.Errorf("%s %s: exit code %d, said %q", program, script, code, s.err.String())
			}
			text[i], said[i] = logged(t, filepath.Join(dir, "d")), s.err.String()
		}
		if text[0] != text[1] || said[0] != said[1] {
			t.Errorf("%s: got %d bytes and %d said; want %d and %d", script, len(text[1]), len(said[1]), len(text[0]), len(said[0]))
		}
	}
}

// TestNothingMade: where one directory cannot be had, the others stay as they
// are.
func TestNothingMade(t *testing.T) {
	t.Parallel()
	program := both(t, "multilog")[1]
	s := start(t, t.TempDir(), nil, program, "./d", "./no/d")
	if code := s.end(t); code != 111 || s.err.String() != "multilog: fatal: unable to open directory ./no/d: file does not exist\n" {
		t.Errorf("got exit code %d, said %q", code, s.err.String())
	}
	if _, err := os.Stat(filepath.Join(s.Dir, "d/current")); !os.IsNotExist(err) {
		t.Errorf("d/current: got %v; want nothing", err)
	}
}

// TestNonBlocking: an input that does not block has not ended.
func TestNonBlocking(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"multilog": "one\ntwo\n", "tai64n": "@ one\n@ two\n", "tai64nlocal": "one\ntwo\n"} {
		r, w, err := os.Pipe()
		must(t, err)
		must(t, unix.SetNonblock(int(r.Fd()), true))
		s := startFrom(t, r, t.TempDir(), nil, ours(t, name), "./d")
		for _, line := range []string{"one\n", "two\n"} {
			waitsFor(t, s)
			_, err := w.WriteString(line)
			must(t, err)
		}
		must(t, w.Close())
		if code := s.wait(t); code != 0 {
			t.Errorf("%s: got exit code %d; want 0", name, code)
		}
		got := same(s.out.String())
		if name == "multilog" {
			got = logged(t, filepath.Join(s.Dir, "d"))
		}
		if got != want {
			t.Errorf("%s: got %q; want %q", name, got, want)
		}
	}
}

// TestPausing: what multilog says of each trouble.
func TestPausing(t *testing.T) {
	for want, trouble := range map[string]logger.Trouble{
		"unable to write to ./d/current, pausing: out of disk space":                          {Verb: logger.Write, Dir: "./d", File: "current", Err: syscall.ENOSPC},
		"unable to write s, pausing: input/output error":                                      {Verb: logger.Write, File: "s", Err: syscall.EIO},
		"unable to write ./d/current to disk, pausing: input/output error":                    {Verb: logger.Sync, Dir: "./d", File: "current", Err: syscall.EIO},
		"unable to rename current to previous in directory ./d, pausing: access denied":       {Verb: logger.Rename, Dir: "./d", File: "current", Err: syscall.EACCES},
		"unable to rename newstate to state in directory ./d, pausing: read-only file system": {Verb: logger.Rename, Dir: "./d", File: "newstate", Err: syscall.EROFS},
		"unable to create ./d/current, pausing: system cannot open more files":                {Verb: logger.Create, Dir: "./d", File: "current", Err: syscall.ENFILE},
		"unable to set mode of ./d/previous, pausing: permission denied":                      {Verb: logger.Settle, Dir: "./d", File: "previous", Err: syscall.EPERM},
		"unable to link to ./d/previous, pausing: out of disk space":                          {Verb: logger.Archive, Dir: "./d", File: "previous", Err: syscall.ENOSPC},
		"unable to remove ./d/previous, pausing: is a directory":                              {Verb: logger.Remove, Dir: "./d", File: "previous", Err: syscall.EISDIR},
		"unable to read ./d, pausing: access denied":                                          {Verb: logger.Trim, Dir: "./d", File: "", Err: syscall.EACCES},
		"unable to fork for processor in ./d, pausing: temporary failure":                     {Verb: logger.StartProcessor, Dir: "./d", Err: syscall.EAGAIN},
		"processor failed in ./d, pausing":                                                    {Verb: logger.Process, Dir: "./d", Err: logger.ExitCode(3)},
	} {
		if got := pausing(&trouble); got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
}
