package chaos

import (
	"fmt"
	"os"
	"strings"
)

// report is all that is known of a storm with violations: each with what was
// done to its service and to svscan before it.
func (s *storm) report(seed uint64) string {
	const lastBytes = 4000
	v := s.verdict
	var b strings.Builder
	fmt.Fprintf(&b, "replay with -suite %s -seed %d; the last of %d events:\n", s.suite.name, seed, len(v.done))
	b.WriteString(listing(v.done, fewDeeds))
	text, _ := os.ReadFile(s.messages()) // it was written to by us
	fmt.Fprintf(&b, "the last messages:\n%s\n%d violations:\n", text[max(0, len(text)-lastBytes):], len(v.found))
	for _, f := range v.found {
		fmt.Fprintf(&b, "%v %s: %s %s\n", f.at, f.kind, f.name, f.text)
		if f.name != "" {
			b.WriteString(listing(v.before(f), manyDeeds))
		}
	}
	return b.String()
}

// fewDeeds and manyDeeds are how many are listed: of all, and before a violation.
const fewDeeds, manyDeeds = 20, 60

// listing are the last of these deeds.
func listing(done []deed, last int) string {
	var b strings.Builder
	for _, d := range done[max(0, len(done)-last):] {
		fmt.Fprintf(&b, "\t%v\n", d)
	}
	return b.String()
}

// before are the deeds that a violation may come from.
func (v *verdict) before(f violation) []deed {
	var found []deed
	for _, d := range v.done {
		if d.at <= f.at && (d.event.name == f.name || d.event.do <= reexec && d.event.to == scanner) {
			found = append(found, d)
		}
	}
	return found
}
