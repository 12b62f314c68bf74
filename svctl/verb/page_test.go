package verb

import (
	"regexp"
	"strings"
	"testing"

	lib "github.com/svdir/svdir/svctl"
	"github.com/svdir/svdir/tests/need"
)

const pagePath = "../../cmd/svctl/svctl.8"

func TestSynopsisIsUsage(t *testing.T) {
	text := need.Page(t, pagePath)
	_, text, _ = strings.Cut(text, "SYNOPSIS")
	text, _, _ = strings.Cut(text, "DESCRIPTION")
	if got := strings.Join(strings.Fields(text), " "); got != Usage {
		t.Errorf("SYNOPSIS is %q, want %q", got, Usage)
	}
}

// The page has every verb, option, letter, field and exit code.
func TestPageIsWhole(t *testing.T) {
	text := need.Page(t, pagePath)
	has := func(what, word string) {
		t.Helper()
		if !regexp.MustCompile(`(^|[\s,\[|])` + regexp.QuoteMeta(word) + `($|[\s,.;=\]|])`).MatchString(text) {
			t.Errorf("no %s %s in %s", what, word, pagePath)
		}
	}
	for i := range verbs {
		has("verb", verbs[i].word)
	}
	for i := range optionTable {
		if p := &optionTable[i]; p.long != "" {
			has("option", "--"+p.long)
		}
	}
	for _, l := range agreed {
		has("letter", string(l))
	}
	for _, f := range append(lib.Fields(), "log", "services") {
		has("field", f)
	}
	for _, code := range []string{"0", "1", "10", "11", "99", "100", "102", "111"} {
		has("exit code", code)
	}
}
