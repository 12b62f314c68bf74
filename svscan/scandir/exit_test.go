package scandir

import "testing"

func TestCause(t *testing.T) {
	for want, c := range map[string]Cause{
		"SERVICE='web'\nEXIT_CODE=3\n":             {"web", 3},
		"SERVICE='it'\\''s one'\nEXIT_CODE=137\n":  {"it's one", 137},
		"SERVICE='two?EXIT_CODE=0'\nEXIT_CODE=1\n": {"two\nEXIT_CODE=0", 1},
	} {
		if got := string(c.AppendText(nil)); got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
}
