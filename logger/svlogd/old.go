package svlogd

import "strings"

// surplus are the old files that are deleted so that not more than keep remain,
// oldest first, and what processors have left. That of the stem busy, which a
// processor reads, stays; so does the file fresh, which a clock that went
// backwards would make the oldest.
func surplus(names []string, keep uint64, busy, fresh string) (old, left []string) {
	n := uint64(0)
	var may []string
	for _, name := range names {
		switch {
		case busy != "" && strings.HasPrefix(name, busy):
			if strings.HasSuffix(name, unprocessed) {
				n++
			}
		case strings.HasSuffix(name, processing):
			left = append(left, name)
		default:
			n++
			if name != fresh {
				may = append(may, name)
			}
		}
	}
	for ; n > keep && len(may) > 0; n-- {
		i := oldest(may)
		old = append(old, may[i])
		may = append(may[:i], may[i+1:]...)
	}
	return old, left
}

// oldest is the index of the oldest name: there is one.
func oldest(names []string) int {
	first := 0
	for i, name := range names {
		if name < names[first] {
			first = i
		}
	}
	return first
}

// waiting is the stem of the oldest file that is to be processed, empty for
// none.
func waiting(names []string) string {
	var stem string
	for _, name := range names {
		if s, ok := strings.CutSuffix(name, unprocessed); ok && (stem == "" || s < stem) {
			stem = s
		}
	}
	return stem
}
