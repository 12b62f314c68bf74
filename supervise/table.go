package supervise

import "github.com/svdir/svdir/supervise/status"

// cell is what one event does in one state; its name stands in the printed
// table.
type cell struct {
	name string
	do   func(*Machine, Event)
}

// row is one event in every state. A cell that is not written is a compile
// error nowhere, so a test looks for them.
type row struct {
	down, waiting, starting, up, paused, stopping, finishing, backoff, failed, exited, skipped cell
}

func (r *row) of(s status.State) *cell {
	switch s {
	case status.Waiting:
		return &r.waiting
	case status.Starting:
		return &r.starting
	case status.Up:
		return &r.up
	case status.Paused:
		return &r.paused
	case status.Stopping:
		return &r.stopping
	case status.Finishing:
		return &r.finishing
	case status.Backoff:
		return &r.backoff
	case status.Failed:
		return &r.failed
	case status.Exited:
		return &r.exited
	case status.Skipped:
		return &r.skipped
	}
	return &r.down
}

// The cells. What they do is in the files named: letters.go, ends.go.
var (
	nothing = cell{"-", func(*Machine, Event) {}}

	begin    = cell{"begin", (*Machine).begin}
	wantUp   = cell{"want up", (*Machine).wantUp}
	upAgain  = cell{"up again", (*Machine).upAgain}
	stay     = cell{"stay down", (*Machine).stayDown}
	stop     = cell{"stop", (*Machine).stop}
	halt     = cell{"stop or stay", (*Machine).halt}
	stopMore = cell{"stop again", (*Machine).stopMore}
	stopAll  = cell{"stop tree", (*Machine).stopTree}
	haltAll  = cell{"tree or stay", (*Machine).haltTree}
	moreAll  = cell{"tree again", (*Machine).stopTreeMore}
	wantDown = cell{"want down", (*Machine).wantDown}
	once     = cell{"begin once", (*Machine).beginOnce}
	thisOnce = cell{"this once", (*Machine).thisOnce}
	nextOnce = cell{"once more", (*Machine).nextOnce}
	leave    = cell{"leave", (*Machine).leave}
	exit     = cell{"exit", (*Machine).exit}
	pause    = cell{"pause", (*Machine).pause}
	resume   = cell{"continue", (*Machine).resume}
	ask      = cell{"ask", (*Machine).ask}
	unfinish = cell{"kill finish", (*Machine).killFinish}
	unwant   = cell{"not again", (*Machine).unwant}
	endNow   = cell{"end now", (*Machine).endNow}
	drain    = cell{"drain", (*Machine).drain}
	drainOne = cell{"drain once", (*Machine).drainOnce}
	look     = cell{"try now", (*Machine).tryNow}
	letGo    = cell{"let go", (*Machine).letGo}
	again    = cell{"exec again", (*Machine).execAgain}
	answer   = cell{"answer", (*Machine).answer}
	launched = cell{"launched", (*Machine).hasLaunched}
	started  = cell{"started", (*Machine).hasStarted}
	norun    = cell{"no run", (*Machine).noRun}
	failed   = cell{"unstarted", (*Machine).unstarted}
	ready    = cell{"ready", (*Machine).isReady}
	unready  = cell{"unready", (*Machine).isUnready}
	extended = cell{"extend", (*Machine).isExtended}
	sick     = cell{"end sick", (*Machine).isSick}
	runEnd   = cell{"run ended", (*Machine).runEnded}
	groupEnd = cell{"group ended", (*Machine).groupEnded}
	finStart = cell{"limit finish", (*Machine).finishStarted}
	finEnd   = cell{"finish ended", (*Machine).finishEnded}
	idle     = cell{"end idle", (*Machine).inputIdle}
	tooLong  = cell{"too long", (*Machine).tooLong}
	met      = cell{"met", (*Machine).met}
	lack     = cell{"lack", (*Machine).lack}
	unmet    = cell{"unmet", (*Machine).unmet}
	renew    = cell{"renew", (*Machine).renew}
	freshen  = cell{"freshen", (*Machine).freshen}
	skip     = cell{"skip", (*Machine).skip}
	rerun    = cell{"run again", (*Machine).rerun}
	runNext  = cell{"run next", (*Machine).runNext}
	hurry    = cell{"hurry", (*Machine).hurry}
	revive   = cell{"revive", (*Machine).revive}
	redo     = cell{"redo", (*Machine).redo}
	listen   = cell{"listen", (*Machine).listen}
	connect  = cell{"connected", (*Machine).connected}
	unused   = cell{"unused", (*Machine).unused}
	patience = cell{"patience ends", (*Machine).patienceEnds}
	later    = cell{"later", (*Machine).later}
	comes    = cell{"comes", (*Machine).comes}
	replace  = cell{"replace", (*Machine).replace}
	at       = cell{"at", (*Machine).at}
	atNext   = cell{"at next", (*Machine).atNext}
	tooSlow  = cell{"ran too long", (*Machine).ranTooLong}
)

// table is the whole behaviour: the row of an event, the cell of a state.
var table = [Kinds]row{
	Signal:   {down: nothing, waiting: nothing, starting: ask, up: ask, paused: ask, stopping: ask, finishing: nothing, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	Up:       {down: begin, waiting: begin, starting: wantUp, up: wantUp, paused: wantUp, stopping: upAgain, finishing: upAgain, backoff: begin, failed: begin, exited: begin, skipped: begin},
	Down:     {down: stay, waiting: stay, starting: halt, up: stop, paused: stop, stopping: stopMore, finishing: wantDown, backoff: stay, failed: stay, exited: stay, skipped: stay},
	Once:     {down: once, waiting: once, starting: thisOnce, up: thisOnce, paused: thisOnce, stopping: nextOnce, finishing: nextOnce, backoff: once, failed: once, exited: once, skipped: once},
	Exit:     {down: leave, waiting: leave, starting: exit, up: exit, paused: exit, stopping: exit, finishing: exit, backoff: leave, failed: leave, exited: leave, skipped: leave},
	Pause:    {down: nothing, waiting: nothing, starting: pause, up: pause, paused: pause, stopping: pause, finishing: nothing, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	Continue: {down: nothing, waiting: nothing, starting: resume, up: resume, paused: resume, stopping: resume, finishing: nothing, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	Term:     {down: nothing, waiting: nothing, starting: ask, up: ask, paused: ask, stopping: ask, finishing: nothing, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	Kill:     {down: nothing, waiting: nothing, starting: ask, up: ask, paused: ask, stopping: ask, finishing: unfinish, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	NotAgain: {down: stay, waiting: stay, starting: unwant, up: wantDown, paused: wantDown, stopping: wantDown, finishing: wantDown, backoff: stay, failed: stay, exited: stay, skipped: stay},
	Look:     {down: nothing, waiting: look, starting: nothing, up: nothing, paused: nothing, stopping: nothing, finishing: nothing, backoff: look, failed: nothing, exited: nothing, skipped: nothing},
	DownTree: {down: stay, waiting: stay, starting: haltAll, up: stopAll, paused: stopAll, stopping: moreAll, finishing: wantDown, backoff: stay, failed: stay, exited: stay, skipped: stay},
	LetGo:    {down: letGo, waiting: letGo, starting: letGo, up: letGo, paused: letGo, stopping: letGo, finishing: letGo, backoff: letGo, failed: letGo, exited: letGo, skipped: letGo},
	Reexec:   {down: again, waiting: again, starting: again, up: again, paused: again, stopping: again, finishing: again, backoff: again, failed: again, exited: again, skipped: again},
	At:       {down: at, waiting: at, starting: nothing, up: nothing, paused: nothing, stopping: atNext, finishing: atNext, backoff: at, failed: at, exited: at, skipped: at},
	Boot:     {down: begin, waiting: nothing, starting: nothing, up: nothing, paused: nothing, stopping: nothing, finishing: nothing, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	Shutdown: {down: endNow, waiting: endNow, starting: endNow, up: endNow, paused: endNow, stopping: endNow, finishing: endNow, backoff: endNow, failed: endNow, exited: endNow, skipped: endNow},
	InputEnd: {down: endNow, waiting: drainOne, starting: drain, up: drain, paused: drain, stopping: drain, finishing: drain, backoff: drainOne, failed: endNow, exited: endNow, skipped: endNow},

	Answered:      {down: nothing, waiting: nothing, starting: answer, up: answer, paused: answer, stopping: answer, finishing: nothing, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	Launched:      {down: nothing, waiting: nothing, starting: launched, up: nothing, paused: nothing, stopping: nothing, finishing: nothing, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	Started:       {down: nothing, waiting: nothing, starting: started, up: nothing, paused: started, stopping: started, finishing: nothing, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	NoRun:         {down: nothing, waiting: nothing, starting: norun, up: nothing, paused: nothing, stopping: nothing, finishing: nothing, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	Unstarted:     {down: nothing, waiting: nothing, starting: failed, up: nothing, paused: nothing, stopping: nothing, finishing: nothing, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	Skip:          {down: nothing, waiting: nothing, starting: skip, up: nothing, paused: skip, stopping: skip, finishing: nothing, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	Ready:         {down: nothing, waiting: nothing, starting: ready, up: ready, paused: ready, stopping: ready, finishing: nothing, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	Unready:       {down: nothing, waiting: nothing, starting: nothing, up: unready, paused: unready, stopping: unready, finishing: nothing, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	Extended:      {down: nothing, waiting: nothing, starting: extended, up: nothing, paused: nothing, stopping: nothing, finishing: nothing, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	Sick:          {down: nothing, waiting: nothing, starting: sick, up: sick, paused: nothing, stopping: nothing, finishing: nothing, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	RunEnded:      {down: nothing, waiting: nothing, starting: runEnd, up: runEnd, paused: runEnd, stopping: runEnd, finishing: nothing, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	GroupEnded:    {down: nothing, waiting: nothing, starting: nothing, up: nothing, paused: nothing, stopping: groupEnd, finishing: nothing, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	FinishStarted: {down: nothing, waiting: nothing, starting: nothing, up: nothing, paused: nothing, stopping: nothing, finishing: finStart, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	FinishEnded:   {down: nothing, waiting: nothing, starting: nothing, up: nothing, paused: nothing, stopping: nothing, finishing: finEnd, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	InputIdle:     {down: nothing, waiting: nothing, starting: nothing, up: idle, paused: idle, stopping: idle, finishing: nothing, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	Renew:         {down: nothing, waiting: nothing, starting: renew, up: renew, paused: renew, stopping: nothing, finishing: nothing, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	Freshen:       {down: nothing, waiting: nothing, starting: nothing, up: freshen, paused: nothing, stopping: nothing, finishing: nothing, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	Met:           {down: nothing, waiting: met, starting: met, up: nothing, paused: nothing, stopping: nothing, finishing: nothing, backoff: nothing, failed: met, exited: nothing, skipped: nothing},
	Lacks:         {down: nothing, waiting: lack, starting: lack, up: nothing, paused: nothing, stopping: nothing, finishing: nothing, backoff: nothing, failed: lack, exited: nothing, skipped: nothing},
	Unmet:         {down: nothing, waiting: unmet, starting: unmet, up: nothing, paused: nothing, stopping: nothing, finishing: nothing, backoff: nothing, failed: unmet, exited: nothing, skipped: nothing},
	Changed:       {down: nothing, waiting: look, starting: rerun, up: rerun, paused: rerun, stopping: runNext, finishing: runNext, backoff: hurry, failed: revive, exited: revive, skipped: redo},
	Later:         {down: nothing, waiting: nothing, starting: later, up: nothing, paused: nothing, stopping: nothing, finishing: nothing, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	Due:           {down: nothing, waiting: comes, starting: replace, up: replace, paused: replace, stopping: nothing, finishing: nothing, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	RunTooLong:    {down: nothing, waiting: nothing, starting: tooSlow, up: tooSlow, paused: tooSlow, stopping: nothing, finishing: nothing, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	Listens:       {down: nothing, waiting: nothing, starting: listen, up: nothing, paused: nothing, stopping: nothing, finishing: nothing, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	Connected:     {down: nothing, waiting: connect, starting: nothing, up: nothing, paused: nothing, stopping: nothing, finishing: nothing, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	Idle:          {down: nothing, waiting: nothing, starting: nothing, up: unused, paused: nothing, stopping: nothing, finishing: nothing, backoff: nothing, failed: nothing, exited: nothing, skipped: nothing},
	Timeout:       {down: nothing, waiting: look, starting: patience, up: nothing, paused: nothing, stopping: tooLong, finishing: tooLong, backoff: look, failed: nothing, exited: nothing, skipped: nothing},
}
