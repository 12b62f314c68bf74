package setting

import (
	"strings"
	"testing"
)

func TestParseWatch(t *testing.T) {
	for text, want := range map[string]string{"go\n": ".go", ".go\n\n tmpl.html \n": ".go .tmpl.html", "c++": ".c++",
		"": "error", "\n": "error", ".": "error", "*.go": "error", "a/b": "error", "go\r\n": "error", "a\x00": "error"} {
		got, err := ParseExtensions(text)
		if said := strings.Join(got, " "); err == nil && said != want || err != nil && want != "error" {
			t.Errorf("extensions %q: got %q, %v; want %q", text, said, err, want)
		}
	}
	for text, want := range map[string]string{"src\n../lib\n": "src ../lib", "  a b \n\n": "a b", "": "error", " \n": "error", "a\x00b": "error"} {
		for _, parse := range []func(string) ([]string, error){ParseWatchPaths, ParseWatchIgnore} {
			got, err := parse(text)
			if said := strings.Join(got, " "); err == nil && said != want || err != nil && want != "error" {
				t.Errorf("lines %q: got %q, %v; want %q", text, said, err, want)
			}
		}
	}
	for value, good := range map[string]bool{"100ms": true, "1ms": true, "1m": true, "0s": false, "61s": false, "100": false, "": false} {
		if _, err := ParseDebounce(value); (err == nil) != good {
			t.Errorf("debounce %q: got %v; want good: %v", value, err, good)
		}
	}
}

// A Dir with parts has those, and no other item; one without has all.
func TestParts(t *testing.T) {
	for name, want := range map[string]string{"watch/paths": "set/watch/paths", "watch/debounce": "set/watch/debounce", "watch": "set/watch", "env/A": "set/env"} {
		if s, item, ok := Find(name); !ok || s.Path != want || item != "" && name != "env/A" {
			t.Errorf("Find(%q) is %v, %q, %v; want %s", name, s, item, ok, want)
		}
	}
	s, item, _ := Find("watch/path")
	if s.Part(item) != nil || s.PartNames() != "paths, extensions, ignore, debounce" {
		t.Errorf("watch has the item %q, and %s", item, s.PartNames())
	}
	for i := range s.Parts {
		if p := &s.Parts[i]; p.Check == nil || p.Form == "" || p.Path != "set/"+p.Name {
			t.Errorf("%s is not whole", p.Name)
		}
	}
}
