package tests

import "github.com/svdir/svdir/supervise/proc"

// statOf is what the kernel says of a process, nothing if there is none.
func statOf(pid int) proc.Stat {
	var b proc.Buffer
	return b.Stat(pid)
}

// processState is the letter of its state, "" if there is none.
func processState(pid int) string { return string(statOf(pid).Field(3)) }

// processGone says that there is no such process, but for a zombie perhaps.
func processGone(pid int) bool {
	state := processState(pid)
	return state == "" || state == "Z"
}

// processorTime is how long it has run, in ticks.
func processorTime(pid int) uint64 {
	stat := statOf(pid)
	return stat.Number(14) + stat.Number(15)
}
