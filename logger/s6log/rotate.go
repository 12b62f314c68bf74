package s6log

import (
	"bytes"
	"slices"

	"github.com/svdir/svdir/logger/logdir"
)

// Files of a log directory that only the logger itself knows.
const (
	state    = "state"    // what the processor left for the next time
	newState = "newstate" // the same, as it is being written
)

// Ends of archives.
const (
	safe       = ".s" // whole, and processed
	unfinished = ".u" // its logger died
)

// step is one change of a log directory. A logger may be killed between any
// two: what the next one finds tells it how far the last one came.
type step struct {
	do   deed
	name string
	to   string
}

// deed is what a step does with the file name.
type deed uint8

const (
	open     deed = iota // to write on, and make it if need be
	syncFile             // bring it to the disk
	settle               // mark it as whole
	move                 // rename it
	remove               // delete it, if it is there
	clear                // make it, empty
	process              // let the processor read it
	keep                 // make it an archive that ends in to, if it is there
)

// what says what a step does, for the messages of s6-log.
func (s step) what(d string) string {
	file := path(d, s.name)
	switch s.do {
	case open:
		return "open_append " + file
	case syncFile:
		return "fd_sync " + file
	case settle:
		return "chmod " + file
	case move:
		return "rename " + file + " to " + path(d, s.to)
	case clear:
		return "open_trunc " + file
	case keep:
		return "finish " + s.name + " " + s.to + " to logdir " + d
	}
	return "unlink " + file
}

// takeOver is how a directory is opened that another logger has left: whole
// says whether its current and its processed are. What stands beside current
// was left by one that died; s6-log forgets it where current is whole, and
// overwrites it.
func takeOver(current, processed bool) []step {
	steps := []step{{do: remove, name: logdir.Processed}, {keep, logdir.Previous, unfinished}}
	if processed {
		steps = []step{{do: remove, name: logdir.Previous}, {keep, logdir.Processed, safe}}
	}
	if !current {
		steps = append([]step{{do: remove, name: state}, {do: remove, name: newState}}, steps...)
		steps = append(steps, step{keep, logdir.Current, unfinished}, step{do: clear, name: state})
	}
	return append(steps, step{do: open, name: logdir.Current})
}

// rotation is how a full current becomes an archive.
func rotation(processor bool) []step {
	steps := []step{
		{do: syncFile, name: logdir.Current},
		{move, logdir.Current, logdir.Previous},
		{do: open, name: logdir.Current},
		{do: settle, name: logdir.Previous},
	}
	if !processor {
		return append(steps, step{keep, logdir.Previous, safe})
	}
	return append(steps,
		step{do: process, name: logdir.Previous},
		step{do: syncFile, name: logdir.Processed},
		step{do: settle, name: logdir.Processed},
		step{do: syncFile, name: newState},
		step{do: remove, name: logdir.Previous},
		step{move, newState, state},
		step{keep, logdir.Processed, safe})
}

// ending is how a logger leaves a directory.
func ending() []step {
	return []step{{do: syncFile, name: logdir.Current}, {do: settle, name: logdir.Current}}
}

// portion is how many bytes of buf, which is whole lines, go into a file that
// has some already, and whether it is full then: with the first line that ends
// near to its size, and before one that would not fit. A line that fits into no
// file has one for itself.
func portion(buf []byte, has int64, b *bounds) (n int, full bool) {
	if has >= b.size {
		return 0, true
	}
	if has+int64(len(buf))+b.tolerance < b.size {
		return len(buf), false
	}
	from := max(b.size-b.tolerance-has, 1) - 1
	end := int(from) + bytes.IndexByte(buf[from:], '\n') + 1
	if has+int64(end) <= b.size {
		return end, true
	}
	if before := bytes.LastIndexByte(buf[:end-1], '\n') + 1; before > 0 || has > 0 {
		return before, true
	}
	return end, true
}

// file is an archive.
type file struct {
	name string
	size uint64
}

// surplus are the archives that must go, oldest first: so many that the number
// and the sum are kept.
func surplus(all []file, b *bounds) []file {
	slices.SortFunc(all, func(x, y file) int {
		switch {
		case x.name < y.name:
			return -1
		case x.name > y.name:
			return 1
		}
		return 0
	})
	var sum uint64
	for _, f := range all {
		sum += f.size
	}
	n := 0
	for n < len(all) && (len(all)-n > b.count || b.total > 0 && sum > b.total) {
		sum -= all[n].size
		n++
	}
	return all[:n]
}
