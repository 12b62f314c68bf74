package supervise

import "time"

const (
	// startPause is the least time between two starts that nobody asked for.
	startPause = time.Second
	// killAgain is how long KILL is given before it is sent once more.
	killAgain = 5 * time.Second
	// groupGrace is how long what is left of a process group may take to end
	// where there is no timeout-kill.
	groupGrace = 5 * time.Second
	// huntPause is how long a hunt lets others have their turn between two rounds.
	huntPause = time.Millisecond
	// drainPause is how long a logger's FIFO must have been empty before a
	// logger that sees no end of file gets TERM.
	drainPause = time.Second
	// maxRetry bounds the pause between tries to start what cannot be started.
	maxRetry = time.Minute
)

// startAt is when a run that was started at started may be started again.
func startAt(started, now time.Duration, eager bool) time.Duration {
	if eager {
		return now
	}
	return max(now, started+startPause)
}

// retryAfter is the pause after tries starts failed in a row: 1 s, doubled up
// to a minute. What is missing is told of by svscan at once, so this is for
// what nobody watches.
func retryAfter(tries int) time.Duration {
	return min(startPause<<min(max(tries-1, 0), 8), maxRetry)
}
