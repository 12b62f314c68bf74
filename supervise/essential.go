package supervise

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/svscan/scandir"
)

// The end of an essential service is the end of all: svscan is told, and stops
// everything in order. It is told before the end is written down, so that the
// supervise after one that was killed tells it again, and once more is no harm.

// endRetry is when svscan is told once more, where it was not there.
const endRetry = time.Second

// over is an end of run that nobody asked for, and what follows it: failed, exited,
// or what waits for a restart. Whether set/ has something to say of it, the rule has
// just seen.
func (s *Service) over(state status.State) {
	if !s.essential {
		return
	}
	v := &s.settings.kind
	e := use(s, v, setting.NotEssential, func() (setting.Essential, error) {
		return servicedir.Bare(s.dir, servicedir.Essential, max(*v, setting.EssentialAlways), setting.NotEssential, setting.ParseEssential)
	})
	if e.Counts(state == status.Failed, state == status.Backoff || state == status.Waiting) {
		s.endTree(endCode(&s.record, state))
	}
}

// endCode is the exit code that a shell gives for the end; one that has failed is
// never 0.
func endCode(r *status.Record, state status.State) int {
	const unknown, failed = 255, 1
	code := r.ExitCode()
	switch {
	case r.ExitSignal() != 0:
		return 128 + r.ExitSignal()
	case code < 0:
		return unknown
	case code == 0 && state == status.Failed:
		return failed
	}
	return code
}

// endTree tells svscan. Where that is not there for the moment, it is told when it
// is back.
func (s *Service) endTree(code int) {
	e := s.engine
	s.owes = 0
	switch {
	case e.host != nil:
		e.host.EssentialEnded(s.name, code)
	case !e.svscan || e.scanDir == "":
		s.tellOnce(servicedir.Essential + " is not used: no svscan of ours has started this")
	default:
		name := strings.ReplaceAll(s.name, "\n", "?") // a line stays a line
		line := string(scandir.EssentialEnded) + " " + strconv.Itoa(code) + " " + name + "\n"
		if fifo.Send(unix.AT_FDCWD, e.scanDir+"/"+scandir.Dir+"/"+scandir.Control, []byte(line), 0) != nil {
			s.owes = code + 1
		}
	}
}

// The word of an end that svscan has yet to be told.
const owesWord = "tells-end"

// rememberEnd appends it; it is never the first.
func (s *Service) rememberEnd(b []byte) []byte {
	if s.owes > 0 {
		b = strconv.AppendInt(append(b, " "+owesWord+"="...), int64(s.owes), 10)
	}
	return b
}

// recallEnd is what was remembered.
func (s *Service) recallEnd(words []byte) {
	for word := range bytes.FieldsSeq(words) {
		if value, ok := bytes.CutPrefix(word, []byte(owesWord+"=")); ok {
			n, _ := strconv.ParseUint(string(value), 10, 8) // 0 where it is none
			s.owes = int(n)
		}
	}
}
