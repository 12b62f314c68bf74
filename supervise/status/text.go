package status

import "strconv"

// AppendStat appends the text of supervise/stat: runit 2.1.2's words.
func AppendStat(b []byte, r *Record) []byte {
	switch {
	case r.State == Finishing:
		b = append(b, "finish"...)
	case r.PID != 0:
		b = append(b, "run"...)
	default:
		return append(b, "down\n"...)
	}
	if r.Paused && r.State != Finishing {
		b = append(b, ", paused"...)
	}
	if r.GotTerm && r.State != Finishing {
		b = append(b, ", got TERM"...)
	}
	if r.Leaving {
		b = append(b, ", want exit"...)
	} else if r.Want != WantUp {
		b = append(b, ", want down"...)
	}
	return append(b, '\n')
}

// AppendPID appends the text of supervise/pid: empty when there is no process.
func AppendPID(b []byte, r *Record) []byte {
	if r.PID == 0 {
		return b
	}
	return append(strconv.AppendInt(b, int64(r.PID), 10), '\n')
}
