package status

// State is what a service is doing. The state machine in package supervise
// moves between these; the words are those of status.env and of svctl.
type State uint8

const (
	Down      State = iota // not wanted, nothing runs
	Waiting                // wanted, but something is missing: a run script, a dependency, the time
	Starting               // runs, not yet ready
	Up                     // runs; ready, if it can say so
	Paused                 // runs, stopped by SIGSTOP
	Stopping               // told to end, not ended
	Finishing              // run has ended, finish runs
	Backoff                // wanted, the next start is delayed
	Failed                 // gave up; not started again by itself
	Exited                 // ended, and was wanted only once
	Skipped                // its condition is false
	States                 // how many there are
)

var stateWords = [States]string{"down", "waiting", "starting", "up", "paused", "stopping", "finishing", "backoff", "failed", "exited", "skipped"}

// String is the word for the state.
func (s State) String() string {
	if s < States {
		return stateWords[s]
	}
	return "unknown"
}

// HasProcess says that in this state a process of run or finish may exist.
func (s State) HasProcess() bool {
	switch s {
	case Starting, Up, Paused, Stopping, Finishing:
		return true
	}
	return false
}

// ParseState is the state that word names.
func ParseState(word string) (State, bool) {
	for s, w := range stateWords {
		if w == word {
			return State(s), true
		}
	}
	return Down, false
}

// Want is what was asked for last, apart from what is.
type Want uint8

const (
	WantDown Want = iota
	WantUp
	WantOnce // run now, do not start again
	Wants
)

var wantWords = [Wants]string{"down", "up", "once"}

// String is the word for the wanted state.
func (w Want) String() string {
	if w < Wants {
		return wantWords[w]
	}
	return "unknown"
}

// ParseWant is the wanted state that word names.
func ParseWant(word string) (Want, bool) {
	for w, s := range wantWords {
		if s == word {
			return Want(w), true
		}
	}
	return WantDown, false
}
