package svlogd

// verdict is what the patterns say of a line: whether it is logged, and whether
// it goes to standard error. The last that matches decides.
func verdict(patterns []string, line []byte) (selected, alert bool) {
	selected = true
	for _, p := range patterns {
		if !match(p[1:], line) {
			continue
		}
		switch p[0] {
		case '+', '-':
			selected = p[0] == '+'
		case 'e', 'E':
			alert = p[0] == 'e'
		}
	}
	return selected, alert
}

// match says whether the pattern is all of the line, in the way of svlogd: a
// star is what comes up to the next character of the pattern, whichever that
// is, and all if there is none. A plus is the next character once or more; a
// line that ends with these matches, whatever the pattern still wants.
func match(pattern string, line []byte) bool {
	for i := 0; i < len(pattern); i++ {
		c := pattern[i]
		switch {
		case c == '*' && i+1 == len(pattern):
			return true
		case c == '*':
			for len(line) > 0 && line[0] != pattern[i+1] {
				line = line[1:]
			}
			if len(line) == 0 {
				return false
			}
		case c == '+':
			i++
			if i == len(pattern) || len(line) == 0 || line[0] != pattern[i] {
				return false
			}
			for len(line) > 0 && line[0] == pattern[i] {
				line = line[1:]
			}
			if len(line) == 0 {
				return true
			}
		case len(line) == 0 || line[0] != c:
			return false
		default:
			line = line[1:]
		}
	}
	return len(line) == 0
}
