package supervise

// What a descriptor in the wait is; a script's tag is tagScript + its letter.
const (
	tagControl = iota
	tagRun
	tagFinish
	tagReady
	tagReport
	tagGroup
	tagNeeds
	tagWatch
	tagChange
	tagNotify
	tagCheck
	tagAlive
	tagDiagnose
	tagClock
	tagHolder
	tagListen
	tagScript
)
