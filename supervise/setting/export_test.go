package setting

import (
	"reflect"
	"testing"
)

func TestCheckExport(t *testing.T) {
	for name, good := range map[string]bool{"A": true, "_a9": true, "": false, "9A": false, "a-b": false, "a b": false, "A=B": false,
		"SV_NAME": false, "SVDIR": false, "SV": true, "a\nb": false} {
		if err := CheckExport(name); (err == nil) != good {
			t.Errorf("%q: got %v; want good: %v", name, err, good)
		}
	}
}

// What was put into files is what envdir would read of them.
func TestExports(t *testing.T) {
	var b []byte
	files := [][2]string{{"URL", "postgres://db\n"}, {"EMPTY", "\n"}, {"GONE", ""}, {"TWO", "a\x00b \t\nsecond line\n"}, {"EQ", "a=b"}}
	for _, f := range files {
		b = AppendExport(b, f[0], f[1])
	}
	want := []Export{{Variable: Variable{"URL", "postgres://db"}}, {Variable: Variable{"EMPTY", ""}}, {Variable{"GONE", ""}, true},
		{Variable: Variable{"TWO", "a\nb"}}, {Variable: Variable{"EQ", "a=b"}}}
	if got := ParseExports(string(b)); !reflect.DeepEqual(got, want) {
		t.Errorf("%q is %+v; want %+v", b, got, want)
	}
	for _, f := range files {
		value, unset := ParseVariable(f[1])
		got := ParseExports(string(AppendExport(nil, f[0], f[1])))[0]
		if got.Value != value || got.Unset != unset {
			t.Errorf("%q: got %+v; envdir has %q, %v", f[1], got, value, unset)
		}
	}
}

func FuzzParseExports(f *testing.F) {
	f.Add("A=b\nGONE\nSV_NAME=x\n=\n")
	f.Fuzz(func(t *testing.T, text string) {
		all := ParseExports(text)
		for _, e := range all {
			if CheckExport(e.Name) != nil || e.Unset && e.Value != "" {
				t.Errorf("%q has %+v", text, e)
			}
		}
	})
}
