package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
)

// badTexts are what a settings file may hold by mistake, and what is said of it
// as a number and as a signal.
var badTexts = map[string]struct{ text, number, signal string }{
	"empty":          {"", "empty", "empty"},
	"newline":        {"\n", "empty", "empty"},
	"huge":           {strings.Repeat("1", 1<<20), "too long: one line of at most 4096 bytes", "too long: one line of at most 4096 bytes"},
	"binary":         {"\x00\xff\x01\n", "not text", "not text"},
	"negative":       {"-1\n", "not a number from ", "not a signal"},
	"negative, bare": {"-1", "not a number from ", "not a signal"},
	"overflowing":    {"99999999999999999999\n", "not a number from ", "not a "},
	"overflows int":  {"4294967297", "not a number from ", "not a number from 1 to 64"},
	"words":          {"5 s\n", "not a number from ", "not a "},
	"directory":      {"", "not a regular file", "not a regular file"},
	"FIFO":           {"", "not a regular file", "not a regular file"},
}

// numbers and signals are the settings of the field, flags those whose being
// there is all.
var (
	numbers = []string{servicedir.NotificationFD, servicedir.LockFD, servicedir.TimeoutFinish, servicedir.TimeoutKill, servicedir.MaxDeathTally}
	signals = []string{servicedir.DownSignal, servicedir.ReloadSignal}
	flags   = []string{servicedir.KillGroupTimeout, servicedir.NoSetsid, servicedir.Down}
)

func TestBadSettings(t *testing.T) {
	t.Parallel()
	for name, bad := range badTexts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := plant(t)
			w.put("web/run", "#!/bin/sh\ntrap 'echo HUP >>got' HUP\nsleep 1000 >/dev/null 2>&1 &\necho >>starts\nwhile :; do wait; done\n")
			w.put("web/finish", "#!/bin/sh\n")
			w.put("flags/run", sleeper)
			w.put("other/run", sleeper)
			for _, file := range append(numbers, signals...) {
				w.spoil("web/"+file, name, bad.text)
			}
			for _, file := range flags {
				w.spoil("flags/"+file, name, bad.text)
			}
			w.serve()
			other := w.reaches("other", status.Up).PID
			w.reaches("web", status.Up)
			w.run(
				ask("wc -l <web/starts", `^1$`),
				answers("svctl reload web", ``), ask("cat web/got", `^HUP$`),
				answers("svctl down web", ``), answers("svctl up web", ``), ask("wc -l <web/starts", `^2$`),
				// A flag counts whatever is in it.
				refuses("svctl is-up flags", 1, ``), answers("svctl up flags", ``),
				ask("ps -o sid= -p $(cat flags/supervise/pid) >sid; ps -o pid= -p $(cat flags/supervise/pid) | cmp -s - sid; echo $?", `^1$`),
			)
			for _, file := range numbers {
				w.says(fmt.Sprintf("supervise web: warning: unable to use %s: %s", file, bad.number))
			}
			for _, file := range signals {
				w.says(fmt.Sprintf("supervise web: warning: unable to use %s: %s", file, bad.signal))
			}
			if strings.Contains(w.svscan.output(), "supervise flags") {
				t.Errorf("something is said of a flag")
			}
			w.unaffected("other", other)
			w.ends()
		})
	}
}

// spoil puts something that is no setting where one is looked for.
func (w *tree) spoil(file, how, text string) {
	w.t.Helper()
	path := filepath.Join(w.scan, file)
	switch how {
	case "directory":
		w.must(os.Mkdir(path, 0o755))
	case "FIFO":
		w.must(syscall.Mkfifo(path, 0o644))
	default:
		w.put(file, text)
	}
}

// TestGoodSettings: with a newline, without, with blanks. An editor's half
// written file keeps the value before.
func TestGoodSettings(t *testing.T) {
	t.Parallel()
	w := plant(t)
	for i, text := range []string{"100\n", "100", " 100 \r\n"} {
		name := fmt.Sprintf("web%d", i)
		w.put(name+"/run", "#!/bin/sh\ntrap '' TERM\necho >&4\n[ -p hold ] || mkfifo hold\nexec 3<>hold\nwhile :; do read -r line <&3; done\n")
		w.put(name+"/timeout-kill", text)
		w.put(name+"/notification-fd", strings.Replace(text, "100", "4", 1))
	}
	w.serve()
	for i := range 3 {
		name := fmt.Sprintf("web%d", i)
		w.happens(name, "ready", 1)
		w.run(answers("svctl down "+name, ``), answers("svctl up "+name, ``))
		w.happens(name, "ready", 2)
		w.put(name+"/timeout-kill", "")
		w.run(answers("svctl down "+name, ``))
		for _, end := range w.happens(name, "end", 2) {
			if end.Signal != int(syscall.SIGKILL) || end.Cause != "timeout" {
				t.Errorf("%s: got %+v; want a KILL by timeout", name, end)
			}
		}
		w.says("supervise " + name + ": warning: unable to use timeout-kill: empty, keeping the value before\n")
	}
	w.ends()
}
