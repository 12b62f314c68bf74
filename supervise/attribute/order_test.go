package attribute

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/svdir/svdir/supervise/setting"
)

// The page has the order of the table, and every setting that svexec applies has
// its place.
func TestOrder(t *testing.T) {
	page, err := os.ReadFile("../../cmd/svexec/svexec.8")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(page), ".Ss Order")
	text, _, _ = strings.Cut(text, ".Ss ")
	var got, want []string
	for item := range strings.SplitSeq(text, "\n.It\n") {
		if name, ok := strings.CutPrefix(item, ".Cm "); ok {
			got = append(got, strings.Fields(name)[0])
		}
	}
	for _, step := range order {
		want = append(want, step.name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the page has %v; the table %v", got, want)
	}
	inEnv := []string{"clear-env", "env-file", "path"}
	for _, s := range setting.All {
		if s.Exec && s.Name != "command" && !slices.Contains(want, s.Name) && !slices.Contains(inEnv, s.Name) {
			t.Errorf("%s has no step", s.Name)
		}
	}
}

func TestParse(t *testing.T) {
	words := func(s string) []string { return strings.Fields(s) }
	for line, want := range map[string]Options{
		"":                           {".", -1, -1, "", nil},
		"./run a -b":                 {".", -1, -1, "", words("./run a -b")},
		"-e 3 -- ./run":              {".", 3, -1, "", words("./run")},
		"-e3 -s web":                 {"web", 3, -1, "", nil},
		"-sweb -- -x":                {"web", -1, -1, "", words("-x")},
		"-u www id -u":               {"", -1, -1, "www", words("id -u")},
		"-u www -s . id":             {".", -1, -1, "www", words("id")},
		"-e 3 -g4 -- ./run":          {".", 3, 4, "", words("./run")},
		"- a":                        {".", -1, -1, "", words("- a")},
		"-e 2147483647 -e 4 -- true": {".", 4, -1, "", words("true")},
	} {
		got, err := Parse(words(line))
		if err != nil || got.Dir != want.Dir || got.Report != want.Report || got.Cgroup != want.Cgroup || got.User != want.User || !slices.Equal(got.Argv, want.Argv) {
			t.Errorf("%q: got %+v, %v; want %+v", line, got, err, want)
		}
	}
	for _, line := range []string{"-x", "-e", "-e -- true", "-e -1 true", "-g", "-g x true", "-e 2147483648 true", "-s", "-u", "-u www", "-u www --", "--help"} {
		if got, err := Parse(words(line)); err == nil || err.Error() != Usage {
			t.Errorf("%q: got %+v, %v; want the usage", line, got, err)
		}
	}
	if _, err := Parse([]string{""}); err == nil {
		t.Error("an empty program is taken")
	}
}
