package supervise

import (
	"reflect"
	"slices"
	"testing"
)

// A service may have the name of an option, as svscan gives it.
func TestOptions(t *testing.T) {
	for _, c := range []struct {
		args   []string
		want   []string // nil: wrong use
		caught bool
	}{
		{[]string{"web"}, []string{"web"}, false},
		{[]string{"web", "web/log"}, []string{"web", "web/log"}, false},
		{[]string{"-l", "web"}, []string{"web"}, true},
		{[]string{"-l"}, []string{"-l"}, false},
		{[]string{"-l", "-l/log"}, []string{"-l", "-l/log"}, false},
		{[]string{"-l", "-l"}, []string{"-l"}, true},
		{[]string{"-l", "web", "web/log", "more"}, nil, true},
		{nil, nil, false},
	} {
		e := New(nil)
		got, err := e.Options(c.args, &ours)
		if !slices.Equal(got, c.want) || (err != nil) != (c.want == nil) || e.caught != c.caught {
			t.Errorf("%q: got %q, %v, -l %v; want %q, -l %v", c.args, got, err, e.caught, c.want, c.caught)
		}
	}
	if got, err := New(nil).Options([]string{"-l", "web"}, &runit); err != nil || len(got) != 2 {
		t.Errorf("runsv: got %q, %v; want two directories", got, err)
	}
}

// What a version without the second FIFO leaves is understood, and it is said only
// where there is one.
func TestKept(t *testing.T) {
	none, both := [streams]int{7, -1}, [streams]int{7, 8}
	for text, want := range map[string][]kept{
		"1,2,3,4,5,7":                {{1, 2, 3, 4, 5, none}},
		"1,2,3,4,5,7,8":              {{1, 2, 3, 4, 5, both}},
		"1,2,3,4,5,7,8;1,2,3,4,5,-1": {{1, 2, 3, 4, 5, both}, {1, 2, 3, 4, 5, [streams]int{-1, -1}}},
		"1,2,3,4,5":                  nil,
		"1,2,3,4,5,7,8,9":            nil,
		"1,2,3,4,5,-2":               nil,
		"1,2,3,4,5,x":                nil,
		"":                           nil,
	} {
		got := parseKept(text)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %v; want %v", text, got, want)
			continue
		}
		var again []byte
		for i, k := range got {
			if i > 0 {
				again = append(again, ';')
			}
			again = appendKept(again, k)
		}
		if want != nil && string(again) != text {
			t.Errorf("%q: got %q again", text, again)
		}
	}
}
