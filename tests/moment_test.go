package tests

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/status"
)

// TestDiesAtOnce: what dies at once, again and again, is not shown to run in
// between: stat and pid stay the files that they were. What lives is shown.
func TestDiesAtOnce(t *testing.T) {
	t.Parallel()
	w := plant(t)
	run := w.scan + "/web/run"
	w.put("web/log/run", sleeper)
	w.must(os.Symlink("/bin/false", run))
	w.serve()
	var before [2]uint64
	deaths := 0
	eventually(t, w.dir, "a death replaces status.env, and neither stat nor pid", func() bool {
		r := w.record("web")
		if r.State != status.Backoff || r.Deaths == deaths {
			return false
		}
		deaths = r.Deaths
		was := before
		for i, name := range []string{"stat", "pid"} {
			var st unix.Stat_t
			w.must(unix.Stat(w.scan+"/web/supervise/"+name, &st))
			before[i] = st.Ino
		}
		return before == was
	})
	w.send("web", "d")
	r := w.reaches("web", status.Down)
	ends := w.history("web", "end")
	if at := ends[len(ends)-1].At; r.Since.Before(at) || len(ends) != r.Deaths || r.Starts != r.Deaths {
		t.Errorf("got %d starts, %d deaths, down since %v; want %d of both, since %v", r.Starts, r.Deaths, r.Since, len(ends), at)
	}
	w.put("web/lives", sleeper)
	w.send("web", "u")
	w.reaches("web", status.Backoff)
	w.must(os.Rename(w.scan+"/web/lives", run))
	w.unaffected("web", w.reaches("web", status.Up).PID)
	w.ends()
}

// TestEditSeen: what is put into a service directory that has long been as it was
// counts at the next use.
func TestEditSeen(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.must(os.MkdirAll(w.scan+"/web", 0o755))
	w.must(os.Symlink("/bin/false", w.scan+"/web/run"))
	w.serve()
	const rested = 6 // deaths, one a second
	w.happens("web", "end", rested)
	if got := w.history("web", "finish"); len(got) > 0 {
		t.Errorf("got %v without finish", got)
	}
	w.put("finished", "#!/bin/sh\n")
	w.must(os.Rename(w.scan+"/finished", w.scan+"/web/finish"))
	n := len(w.history("web", "end"))
	w.happens("web", "end", n+2)
	if got := len(w.history("web", "finish")); got == 0 {
		t.Errorf("no finish ran in two deaths after it was put there")
	}
	w.ends()
}
