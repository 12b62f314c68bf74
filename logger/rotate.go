package logger

import (
	"slices"
	"strings"

	"github.com/svdir/svdir/logger/logdir"
	"github.com/svdir/svdir/logger/tai64n"
)

// Files of a log directory that only the logger itself knows.
const (
	state    = "state"    // what the processor left for the next time
	newState = "newstate" // the same, as it is being written
)

// step is one change of a log directory. A logger may be killed between any
// two, or the machine may stop: what the next one finds tells it how far the
// last one came.
type step struct {
	do   deed
	name string
	to   string
}

// deed is what a step does with the file name.
type deed uint8

const (
	appendTo deed = iota // open it, which is finished, to write on
	create               // make it, and open it for writing
	syncFile             // bring it to the disk
	settle               // mark it as whole
	move                 // rename it
	remove               // delete it, if it is there
	clear                // make it, empty
	process              // let the processor read it
	keep                 // make it an archive that ends in to, if it is there
	makeRoom             // delete the oldest archives beyond them when current is one
	trim                 // delete the oldest archives beyond the bounds
)

// Ends of archives.
const (
	safe       = ".s" // whole, and processed
	unfinished = ".u" // its logger died
)

// found is what a logger finds of a file: one that is settled has the
// permission to be executed by its owner.
type found uint8

const (
	absent found = iota
	unsettled
	settled
)

// takeOver is how a directory is opened that another logger has left, whatever
// it was doing. What stands beside current was left by one that died: previous
// may have been processed or not, unless processed is settled. multilog leaves
// it there beside a settled current, which svlogd makes, and overwrites it.
func takeOver(current, done found) []step {
	steps := []step{{do: remove, name: logdir.Processed}, {keep, logdir.Previous, unfinished}}
	if done == settled {
		steps = []step{{do: remove, name: logdir.Previous}, {keep, logdir.Processed, safe}}
	}
	if current == settled {
		return append(steps, step{do: appendTo, name: logdir.Current}, step{do: trim})
	}
	return append(steps, step{do: remove, name: state}, step{do: remove, name: newState},
		step{keep, logdir.Current, unfinished}, step{do: trim},
		step{do: clear, name: state}, step{do: create, name: logdir.Current})
}

// rotation is how a full current becomes an archive.
func rotation(processor bool) []step {
	steps := []step{
		{do: makeRoom},
		{do: syncFile, name: logdir.Current},
		{move, logdir.Current, logdir.Previous},
		{do: create, name: logdir.Current},
		{do: settle, name: logdir.Previous},
	}
	if !processor {
		return append(steps, step{keep, logdir.Previous, safe}, step{do: trim})
	}
	return append(steps,
		step{do: process, name: logdir.Previous},
		step{do: syncFile, name: logdir.Processed},
		step{do: settle, name: logdir.Processed},
		step{do: syncFile, name: newState},
		step{do: remove, name: logdir.Previous},
		step{move, newState, state},
		step{keep, logdir.Processed, safe},
		step{do: trim})
}

// ending is how a logger leaves a directory.
func ending() []step {
	return []step{{do: syncFile, name: logdir.Current}, {do: settle, name: logdir.Current}}
}

// isArchive says what multilog says: svlogd and s6-log have endings of their
// own.
func isArchive(name string) bool { return len(name) >= tai64n.TextSize && name[0] == '@' }

// file is an archive.
type file struct {
	name string
	size int64
}

// surplus are the archives that must go, oldest first: so many that with
// current there are count, and that with a full current total is not exceeded.
func surplus(all []file, b bounds) []file {
	slices.SortFunc(all, func(a, b file) int { return strings.Compare(a.name, b.name) })
	sum := b.size
	for _, f := range all {
		sum += f.size
	}
	n := 0
	for n < len(all) && (len(all)-n >= b.count || b.total > 0 && sum > b.total) {
		sum -= all[n].size
		n++
	}
	return all[:n]
}
