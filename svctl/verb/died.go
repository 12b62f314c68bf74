package verb

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/svdir/svdir/svctl"
	"github.com/svdir/svdir/svctl/logs"
)

// showDeath writes the last end that nobody asked for, and what that run of the
// service wrote last. Who may not read the one or the other is not told of it
// here: history and logs say why.
func (c *call) showDeath(s *svctl.Service) {
	history, err := svctl.History(s.Target)
	if err != nil {
		return
	}
	end, logged, found := svctl.LastUnasked(history)
	if !found {
		return
	}
	fmt.Fprintf(c.out, "%-13s %s\n", "died", svctl.EventLine(end))
	at, err := logs.Find(s.Target)
	if err != nil || s.IsLogger() {
		return // what a logger writes to its own log is not of itself
	}
	const most, longest = 10, 1000
	r := &logs.Reader{Last: most, Warn: func(error) {}, Select: logs.Selection{Until: logged}}
	if end.Lived > 0 {
		r.Select.Since = end.At.Add(-end.Lived)
	}
	defer r.Close()
	var text bytes.Buffer
	p := logs.NewPrinter(&text)
	p.Form, p.UTC = logs.Human, true // as all times here
	if r.Add(s.Name, at) != nil || r.Copy(p) != nil {
		return
	}
	for line := range strings.Lines(text.String()) {
		line = strings.TrimSuffix(line, "\n")
		if len(line) > longest {
			line = strings.ToValidUTF8(line[:longest], "") + "..."
		}
		fmt.Fprintf(c.out, "%-13s %s\n", "", line)
	}
}
