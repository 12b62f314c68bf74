package verb

import (
	"fmt"
	"strings"
	"time"

	"github.com/svdir/svdir/svctl/why"
)

// explanation is what why says of one service, for JSON.
type explanation struct {
	Name string   `json:"name"`
	Why  []string `json:"why"`
}

// explain is why.
func explain(c *call) int {
	all, err := c.tasks()
	if err != nil {
		return c.fatal(err)
	}
	said, code := []explanation{}, done
	var texts []string
	for _, t := range all {
		var one *why.Case
		if t.err == nil {
			one, t.err = why.Look(t.Target)
		}
		if t.err != nil {
			c.complain(t.err, len(all) > 1)
			code = max(code, codeOf(t.err))
			continue
		}
		switch {
		case one.Err != nil:
			code = max(code, codeOf(one.Err))
		case !one.Supervised:
			code = max(code, notSupervised)
		}
		sentences := why.Text(one, time.Now())
		said = append(said, explanation{t.Name, sentences})
		texts = append(texts, strings.Join(sentences, "\n")+"\n")
	}
	if c.opt.json {
		return max(code, c.writeJSON(said))
	}
	fmt.Fprint(c.out, strings.Join(texts, "\n"))
	return code
}
