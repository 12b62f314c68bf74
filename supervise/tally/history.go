package tally

import (
	"bytes"
	"strconv"
	"strings"
	"time"
)

// HistorySize bounds supervise/history: when it is longer, its older half goes.
const HistorySize = 16 << 10

// Line is one line of supervise/history.
type Line struct {
	At   time.Time
	Kind string // start, ready, unready, end, finish, failed
	PID  int
	// For an end: how, why, and after how long. Code is -1 if a signal ended it;
	// Unknown: nobody saw how.
	Code, Signal int
	Unknown      bool
	Cause        string // crash, exit, stop, restart, timeout, kill
	Lived        time.Duration
	Ready        bool
}

// stamp is RFC 3339 in UTC with microseconds: it sorts, and date -d reads it.
const stamp = "2006-01-02T15:04:05.000000Z"

// Append appends the line: tab separated, time and kind first, then KEY=value
// fields.
func (l *Line) Append(b []byte) []byte {
	b = l.At.UTC().AppendFormat(b, stamp)
	b = append(append(b, '\t'), l.Kind...)
	b = append(b, "\tpid="...)
	b = strconv.AppendInt(b, int64(l.PID), 10)
	if l.Kind == "end" || l.Kind == "finish" {
		switch {
		case l.Unknown:
			b = append(b, "\tcode=unknown"...)
		case l.Signal != 0:
			b = strconv.AppendInt(append(b, "\tsignal="...), int64(l.Signal), 10)
		default:
			b = strconv.AppendInt(append(b, "\tcode="...), int64(l.Code), 10)
		}
		if l.Cause != "" {
			b = append(append(b, "\tcause="...), l.Cause...)
		}
		b = append(b, "\tlived="...)
		b = strconv.AppendFloat(b, l.Lived.Seconds(), 'f', 3, 64)
		if l.Ready {
			b = append(b, "\tready=1"...)
		}
	}
	return append(b, '\n')
}

// ParseLine reads one line of supervise/history; false if it is none.
func ParseLine(s string) (Line, bool) {
	fields := strings.Split(strings.TrimSuffix(s, "\n"), "\t")
	if len(fields) < 2 {
		return Line{}, false
	}
	at, err := time.Parse(stamp, fields[0])
	if err != nil {
		return Line{}, false
	}
	l := Line{At: at, Kind: fields[1]}
	for _, f := range fields[2:] {
		key, value, _ := strings.Cut(f, "=")
		n, _ := strconv.Atoi(value)
		switch key {
		case "pid":
			l.PID = n
		case "code":
			l.Code, l.Unknown = n, value == "unknown"
		case "signal":
			l.Signal, l.Code = n, -1
		case "cause":
			l.Cause = value
		case "lived":
			l.Lived, _ = time.ParseDuration(value + "s") // 0 where it is none
		case "ready":
			l.Ready = value == "1"
		}
	}
	return l, true
}

// Halve is the newer half of a history that grew too long: whole lines.
func Halve(text []byte) []byte {
	text = text[(len(text)-1)/2:]
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		return text[i+1:]
	}
	return nil
}
