package compat

import "unsafe"

const (
	titleLeast = 5 // characters that the last argument must have
	titleFixed = 3 // that never move
)

// readProcTitle shows the end of standard input in its last argument, where ps
// sees it.
func readProcTitle(args, _ []string) int {
	if len(args) == 0 || len(args[len(args)-1]) < titleLeast {
		return exitUsage
	}
	last := args[len(args)-1]
	// The runtime's os.Args point into the memory that ps reads.
	title := unsafe.Slice(unsafe.StringData(last), len(last))
	for i := range title {
		title[i] = '.'
	}
	var in [4096]byte
	for {
		n, err := readInput(in[:])
		if err != nil {
			return exitSystem
		}
		if n == 0 {
			return exitOK
		}
		shift(title[titleFixed:], in[:n])
	}
}

// shift moves what comes into the title from the right. NULs would end it.
func shift(title, came []byte) {
	for _, c := range came {
		if c != 0 {
			copy(title, title[1:])
			title[len(title)-1] = c
		}
	}
}
