package status

import "errors"

// Format is the version of status.env. A reader takes any and ignores keys
// that it does not know.
const Format = 1

// ErrEnv says that a status.env lacks what every version writes.
var ErrEnv = errors.New("bad status.env")

// fields are the lines of status.env in their order: a key, and the place in
// the record whose value follows it.
var fields = [...]struct {
	key string
	of  func(*Record) value
}{
	{"FORMAT", func(*Record) value { return version{} }},
	{"STATE", func(r *Record) value { return &r.State }},
	{"WANT", func(r *Record) value { return &r.Want }},
	{"PID", func(r *Record) value { return (*number)(&r.PID) }},
	{"READY", func(r *Record) value { return (*flag)(&r.Ready) }},
	{"READY_SINCE", func(r *Record) value { return (*moment)(&r.ReadyAt) }},
	{"PAUSED", func(r *Record) value { return (*flag)(&r.Paused) }},
	{"GOT_TERM", func(r *Record) value { return (*flag)(&r.GotTerm) }},
	{"LEAVING", func(r *Record) value { return (*flag)(&r.Leaving) }},
	{"SINCE", func(r *Record) value { return (*moment)(&r.Since) }},
	{"EXIT_CODE", func(r *Record) value { return (*exitCode)(r) }},
	{"EXIT_SIGNAL", func(r *Record) value { return (*exitSignal)(r) }},
	{"EXIT_UNKNOWN", func(r *Record) value { return (*exitUnknown)(r) }},
	{"STARTS", func(r *Record) value { return (*number)(&r.Starts) }},
	{"DEATHS", func(r *Record) value { return (*number)(&r.Deaths) }},
	{"NEXT_START", func(r *Record) value { return (*moment)(&r.NextStart) }},
	{"FLAPS", func(r *Record) value { return (*number)(&r.Flaps) }},
	{"LEFTOVERS", func(r *Record) value { return (*number)(&r.Leftovers) }},
	{"REASON", func(r *Record) value { return (*phrase)(&r.Reason) }},
	{"START_TICKS", func(r *Record) value { return (*ticks)(&r.StartTicks) }},
	{"SUPERVISE_PID", func(r *Record) value { return (*number)(&r.Supervisor) }},
	{"SUPERVISE_TICKS", func(r *Record) value { return (*ticks)(&r.SupervisorTicks) }},
	{"BOOT_ID", func(r *Record) value { return (*phrase)(&r.BootID) }},
	{"INIT_TICKS", func(r *Record) value { return (*ticks)(&r.InitTicks) }},
	{"RUN", func(r *Record) value { return (*ticks)(&r.Run) }},
	{"RUN_PID", func(r *Record) value { return (*number)(&r.RunPID) }},
	{"RUN_LEADS", func(r *Record) value { return (*flag)(&r.RunLeads) }},
	{"MACHINE", func(r *Record) value { return (*words)(&r.Machine) }},
	{"REEXECS", func(r *Record) value { return (*number)(&r.Reexecs) }},
	{"REEXEC_FAILURES", func(r *Record) value { return (*number)(&r.ReexecFailures) }},
	{"REEXEC_FAILURE", func(r *Record) value { return (*phrase)(&r.ReexecFailure) }},
	{"WATCHED", func(r *Record) value { return (*flag)(&r.Watched) }},
	{"LOG_DIR", func(r *Record) value { return (*phrase)(&r.LogDir) }},
	{"LOST", func(r *Record) value { return (*flag)(&r.Lost) }},
	{"STATUS_TEXT", func(r *Record) value { return (*phrase)(&r.Text) }},
	{"STATUS_PHASE", func(r *Record) value { return (*phrase)(&r.Phase) }},
	{"STATUS_ERRNO", func(r *Record) value { return (*number)(&r.Errno) }},
	{"EXPORTS", func(r *Record) value { return (*flag)(&r.Exports) }},
}

// AppendEnv appends the text of supervise/status.env.
func AppendEnv(b []byte, r *Record) []byte {
	for i := range fields {
		b = append(append(b, fields[i].key...), '=')
		b = append(fields[i].of(r).append(b), '\n')
	}
	return b
}

// ParseEnv reads the text of supervise/status.env. Keys it does not know and
// values it cannot read are passed over: a newer version may have written them.
func ParseEnv(text []byte) (Record, error) {
	r := Record{State: States} // until a line says which
	for len(text) > 0 {
		var key, value string
		key, value, text = nextPair(text)
		for i := range fields {
			if fields[i].key == key {
				fields[i].of(&r).parse(value)
			}
		}
	}
	if r.State == States {
		return Record{}, ErrEnv
	}
	return r, nil
}
