package attribute

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

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
	inEnv := []string{"clear-env", "env-file", "path", "ports", "watchdog"}
	for _, s := range setting.All {
		if s.Exec && s.Name != "command" && !slices.Contains(want, s.Name) && !slices.Contains(inEnv, s.Name) {
			t.Errorf("%s has no step", s.Name)
		}
	}
}

func TestParse(t *testing.T) {
	words := func(s string) []string {
		all := strings.Fields(s)
		for i, w := range all {
			all[i] = strings.Trim(w, "'")
		}
		return all
	}
	const usual = 10 * time.Second
	for line, want := range map[string]Options{
		"":                           {".", -1, -1, -1, "", "", "", usual, nil, false, false},
		"./run a -b":                 {".", -1, -1, -1, "", "", "", usual, words("./run a -b"), false, false},
		"-e 3 -- ./run":              {".", 3, -1, -1, "", "", "", usual, words("./run"), false, false},
		"-e3 -s web":                 {"web", 3, -1, -1, "", "", "", usual, nil, false, false},
		"-sweb -- -x":                {"web", -1, -1, -1, "", "", "", usual, words("-x"), false, false},
		"-u www id -u":               {"", -1, -1, -1, "", "www", "", usual, words("id -u"), false, false},
		"-u www -s . id":             {".", -1, -1, -1, "", "www", "", usual, words("id"), false, false},
		"- a":                        {".", -1, -1, -1, "", "", "", usual, words("- a"), false, false},
		"-e 2147483647 -e 4 -- true": {".", 4, -1, -1, "", "", "", usual, words("true"), false, false},
		"--beside -- ./check":        {".", -1, -1, -1, "", "", "", usual, words("./check"), true, false},
		"--oneshot -e3 -- ./up":      {".", 3, -1, -1, "", "", "", usual, words("./up"), false, true},
		"-e 3 -g4 -- ./run":          {".", 3, -1, 4, "", "", "", usual, words("./run"), false, false},
		"-e 3 -L a:b -- ./run":       {".", 3, -1, -1, "a:b", "", "", usual, words("./run"), false, false},
		"-l 4 -e 5 ./run":            {".", 5, 4, -1, "", "", "", usual, words("./run"), false, false},
		"-l4 -s '' -- ./run":         {"", -1, 4, -1, "", "", "", usual, words("./run"), false, false},

		"--background x.pid a -b":                   {"", -1, -1, -1, "", "", "x.pid", usual, words("a -b"), false, false},
		"--background=x.pid --timeout=1m5s -- a":    {"", -1, -1, -1, "", "", "x.pid", 65 * time.Second, words("a"), false, false},
		"--timeout 0s --background x.pid -s .":      {".", -1, -1, -1, "", "", "x.pid", 0, nil, false, false},
		"-u www --background x.pid --timeout 1ms a": {"", -1, -1, -1, "", "www", "x.pid", time.Millisecond, words("a"), false, false},
	} {
		got, err := Parse(words(line))
		same := slices.Equal(got.Argv, want.Argv)
		got.Argv, want.Argv = nil, nil
		if err != nil || !same || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %+v, %v; want %+v", line, got, err, want)
		}
	}
	for _, line := range []string{"-x", "-e", "-e -- true", "-e -1 true", "-e 2147483648 true", "-s", "-u", "-u www", "-u www --", "--help",
		"-s ''", "-u '' a", "-l", "-l x a", "-l -1 a", "-g", "-g x true", "--background", "--background x.pid", "--background= a", "--background x.pid --timeout 10 a",
		"--timeout 10s a", "--background x.pid -e 3 a", "--background x.pid -l 3 a", "--backgroun x a"} {
		if got, err := Parse(words(line)); err == nil || err.Error() != Usage {
			t.Errorf("%q: got %+v, %v; want the usage", line, got, err)
		}
	}
	if _, err := Parse([]string{""}); err == nil {
		t.Error("an empty program is taken")
	}
}
