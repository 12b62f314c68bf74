package chain

import "strings"

// environment is what the program will get, in its order: that of loaders in C,
// whose last variable takes the place of one that goes.
type environment []string

// set puts a variable in.
func (e *environment) set(name, value string) { e.merge(name + "=" + value) }

// unset takes a variable out.
func (e *environment) unset(name string) { e.merge(name) }

// merge replaces the variable before the first = of change by change, or takes
// it out where change has no =. So a name that has one itself counts up to that.
func (e *environment) merge(change string) {
	name, _, stays := strings.Cut(change, "=")
	all := *e
	for i, pair := range all {
		if strings.HasPrefix(pair, name+"=") {
			last := len(all) - 1
			all[i] = all[last]
			all = all[:last]
			break
		}
	}
	if stays {
		all = append(all, change)
	}
	*e = all
}
