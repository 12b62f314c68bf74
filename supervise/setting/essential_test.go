package setting

import "testing"

func TestEssential(t *testing.T) {
	for text, want := range map[string][3]bool{ // failed, exited, restarts
		"": {true, true, false}, "always": {true, true, false}, "on-exit": {true, true, true}, "on-failed": {true, false, false},
	} {
		e, err := ParseEssential(text)
		if got := [3]bool{e.Counts(true, false), e.Counts(false, false), e.Counts(false, true)}; got != want || err != nil {
			t.Errorf("%q: got %v, %v; want %v", text, got, err, want)
		}
		if err := checkEssential(text + "\n"); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	if NotEssential.Counts(true, false) || checkEssential("never") == nil {
		t.Error("what is not essential counts, or an unknown word is taken")
	}
}
