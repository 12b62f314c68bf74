package logger

import "bytes"

// match says whether a pattern of multilog matches the whole line. A star
// takes everything before the next occurrence of the character that follows it
// in the pattern, be that a star too, and never looks back; a star at the end
// takes all the rest. Any other character stands for itself.
func match(pattern string, line []byte) bool {
	for pattern != "" {
		c := pattern[0]
		pattern = pattern[1:]
		if c == '*' {
			if pattern == "" {
				return true
			}
			at := bytes.IndexByte(line, pattern[0])
			if at < 0 {
				return false
			}
			line = line[at:]
			continue
		}
		if len(line) == 0 || line[0] != c {
			return false
		}
		line = line[1:]
	}
	return len(line) == 0
}
