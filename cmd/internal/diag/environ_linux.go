package diag

import (
	"os"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A resident runs with GOMAXPROCS=1, which saves 60 to 1000 kB of private
// memory and has to be there before the runtime starts. savedProcs carries what
// the user had, for the services; set and empty means that they had nothing.
const (
	procs      = "GOMAXPROCS="
	savedProcs = "SV_" + procs
)

// unmasked says that an exec for the sake of the signal mask was made, so that
// there is never a second one, whatever the mask is.
const unmasked = "SV_UNMASKED=1"

// withoutOurs is environ as it was given, before Settle.
func withoutOurs(environ []string) []string {
	kept := environ[:0]
	saved := ""
	for _, pair := range environ {
		switch {
		case isSaved(pair):
			saved = pair[len(savedProcs):]
		case !isProcs(pair) && pair != unmasked:
			kept = append(kept, pair)
		}
	}
	if saved != "" {
		kept = append(kept, procs+saved)
	}
	return kept
}

// withOneProcessor is environ for the resident itself.
func withOneProcessor(environ []string) []string {
	had := ""
	kept := make([]string, 0, len(environ)+2)
	for _, pair := range environ {
		if isProcs(pair) {
			had = pair[len(procs):]
			continue
		}
		kept = append(kept, pair)
	}
	return append(kept, procs+"1", savedProcs+had)
}

func isProcs(pair string) bool { return strings.HasPrefix(pair, procs) }

func isSaved(pair string) bool { return strings.HasPrefix(pair, savedProcs) }

// inherited is the environment, as os.Environ has it. That would also make a
// map of it, which costs 20 kB of private memory for good.
func inherited() []string {
	fd, err := unix.Open("/proc/self/environ", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return os.Environ()
	}
	defer unix.Close(fd)
	text := make([]byte, 0, 4096)
	for {
		if len(text) == cap(text) {
			text = append(text, 0)[:len(text)]
		}
		n, err := unix.Read(fd, text[len(text):cap(text)])
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return os.Environ()
		}
		if n == 0 {
			return split(unsafe.String(unsafe.SliceData(text), len(text))) // nobody writes to it again
		}
		text = text[:len(text)+n]
	}
}

// split takes the pairs of an environment apart at the NULs that end them.
func split(text string) []string {
	const more = 8 // for those who add to it
	pairs := make([]string, 0, strings.Count(text, "\x00")+more)
	for text != "" {
		var pair string
		pair, text, _ = strings.Cut(text, "\x00")
		if strings.IndexByte(pair, '=') > 0 {
			pairs = append(pairs, pair)
		}
	}
	return pairs
}
