package verb

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"

	lib "github.com/svdir/svdir/svctl"
)

const pagePath = "../../cmd/svctl/svctl.8"

// page is svctl(8) as plain text.
func page(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("groff"); err != nil {
		t.Skip(err)
	}
	out, err := exec.Command("groff", "-mdoc", "-ww", "-Tascii", "-P-cbou", pagePath).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestSynopsisIsUsage(t *testing.T) {
	text := page(t)
	_, text, _ = strings.Cut(text, "SYNOPSIS")
	text, _, _ = strings.Cut(text, "DESCRIPTION")
	if got := strings.Join(strings.Fields(text), " "); got != Usage {
		t.Errorf("SYNOPSIS is %q, want %q", got, Usage)
	}
}

// The page has every verb, option, letter, field and exit code.
func TestPageIsWhole(t *testing.T) {
	text := page(t)
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

func TestPageFormats(t *testing.T) {
	if _, err := exec.LookPath("groff"); err != nil {
		t.Skip(err)
	}
	out, err := exec.Command("groff", "-mdoc", "-ww", "-z", pagePath).CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}
