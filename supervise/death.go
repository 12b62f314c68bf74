package supervise

import (
	"time"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/supervise/tally"
)

// note adds a line to the history.
func (s *Service) note(kind string, pid int) {
	line := tally.Line{At: time.Now(), Kind: kind, PID: pid}
	s.files.history = line.Append(s.files.history)
}

// noteFinish adds the end of finish to the history.
func (s *Service) noteFinish(end ending) {
	line := tally.Line{At: time.Now(), Kind: "finish", PID: s.finish.pid, Code: end.code(), Signal: int(end.signal()), Unknown: end.unknown}
	line.Lived = line.At.Sub(s.files.finishing)
	s.files.history = line.Append(s.files.history)
}

// noteEnd keeps how run ended.
func (s *Service) noteEnd(end ending) {
	r := &s.record
	r.Wait, r.Ended, r.Unknown = end.wait, true, end.unknown
	if end.unknown {
		r.Wait = status.UnknownWait
	}
}

// noteDeath remembers the end of run.
func (s *Service) noteDeath(cause string) {
	s.record.Deaths++
	r, now := &s.record, time.Now()
	line := tally.Line{At: now, Kind: "end", PID: s.run.pid, Code: r.ExitCode(), Signal: r.ExitSignal(), Unknown: r.Unknown,
		Cause: cause, Lived: now.Sub(r.Since), Ready: s.m.Ready}
	s.files.history = line.Append(s.files.history)
	if line.Lived >= startPause {
		s.looked = 0
	} else if cause == "exit" {
		s.explainDetached()
	}
	death := tally.Death{At: now, Code: r.ExitCode(), Signal: r.ExitSignal()}
	if death.Signal != 0 {
		death.Code = 128 + death.Signal
	}
	packed := tally.Pack(death)
	s.files.death = append(s.files.death, packed[:]...)
}

// writeTally adds the last death to death_tally, in place while it is short.
func (s *Service) writeTally() {
	if len(s.files.death) == 0 {
		return
	}
	defer func() { s.files.death = s.files.death[:0] }()
	keep := s.maxDeathTally()
	if keep == 0 {
		return
	}
	size := &s.files.tallySize
	s.know(servicedir.DeathTally, size)
	if *size%tally.RecordSize == 0 && *size/tally.RecordSize < int64(keep) {
		s.append(servicedir.DeathTally, s.files.death, size)
		return
	}
	old := s.read(servicedir.DeathTally, tally.Max*tally.RecordSize)
	if err := s.write(servicedir.DeathTally, append(tally.Trim(old, keep), s.files.death...)); err != nil {
		s.tell("unable to write supervise/death_tally: " + reason(err))
	}
	*size = s.size(servicedir.DeathTally)
}

// writeHistory adds the new lines, and drops the older half of a long file.
func (s *Service) writeHistory() {
	if len(s.files.history) == 0 {
		return
	}
	size := &s.files.historySize
	s.know(servicedir.History, size)
	if *size > tally.HistorySize {
		kept := tally.Halve(s.read(servicedir.History, 4*tally.HistorySize))
		if err := s.write(servicedir.History, kept); err != nil {
			s.tell("unable to write supervise/history: " + reason(err))
		}
		*size = s.size(servicedir.History)
	}
	s.append(servicedir.History, s.files.history, size)
	s.files.history = s.files.history[:0]
}
