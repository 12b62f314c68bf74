package watch

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/bmatcuk/doublestar/v4"
	"pgregory.net/rapid"
)

func TestRules(t *testing.T) {
	rules := map[string]rules{
		"usual":    usual,
		"go":       {roots: []string{"src", "go.mod"}, extensions: []string{".go", ".tmpl.html"}},
		"patterns": {roots: []string{".", "/etc/web", ".."}, ignore: []string{"node_modules", "/dist/**", "a/*.txt", "{x,y}.log", "deep/**/z"}},
	}
	for _, c := range []struct {
		rules, path string
		counts      bool
	}{
		{"usual", "run", true}, {"usual", "a/b", true}, {"usual", "..", false}, {"usual", "../a", false}, {"usual", "..a", true}, {"usual", "/a", false},
		{"usual", ".git", false}, {"usual", ".git/HEAD", false}, {"usual", "a/.git/b", false}, {"usual", ".gitignore", true},
		{"usual", "a~", false}, {"usual", "a/.b.swp", false}, {"usual", "4913", false}, {"usual", "#a#", false}, {"usual", ".#a", false}, {"usual", "a/#b", true},
		{"go", "src/a.go", true}, {"go", "src", true}, {"go", "src/a.c", false}, {"go", "src/.go", false}, {"go", "src/a/b.tmpl.html", true}, {"go", "src/b.html", false},
		{"go", "srcs/a.go", false}, {"go", "a.go", false}, {"go", "go.mod", true}, {"go", "go.sum", false},
		{"patterns", "node_modules/a", false}, {"patterns", "b/node_modules/a", false}, {"patterns", "dist/a/b", false}, {"patterns", "b/dist/a", true},
		{"patterns", "a/b.txt", false}, {"patterns", "b.txt", true}, {"patterns", "a/c/b.txt", true}, {"patterns", "q/y.log", false}, {"patterns", "q/z.log", true},
		{"patterns", "deep/z", false}, {"patterns", "deep/1/2/z/3", false}, {"patterns", "/etc/web/a/b.txt", false}, {"patterns", "/etc/web/b.txt", true},
		{"patterns", "../a/b.txt", false}, {"patterns", "../b", true}, {"patterns", "/etc", false},
	} {
		r := rules[c.rules]
		if got := r.counts(c.path); got != c.counts {
			t.Errorf("%s: %s counts: %v; want %v", c.rules, c.path, got, c.counts)
		}
	}
}

// Whatever is below what is ignored is ignored too, and what lies inside is below
// a root.
func TestRulesProperty(t *testing.T) {
	path := rapid.StringMatching(`[ab.~]{1,3}(/[ab.~]{1,3}){0,3}`)
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`/?[ab*.]{1,3}(/[ab*]{1,2}){0,2}`).Filter(doublestar.ValidatePattern).Draw(t, "pattern")
		root := rapid.SampledFrom([]string{".", "a", "a/b"}).Draw(t, "root")
		r := rules{roots: clean([]string{root}), ignore: []string{pattern}}
		p := clean([]string{path.Draw(t, "path")})[0]
		deeper := p + "/x"
		if p == ".." || strings.HasPrefix(p, "../") || r.isRoot(p) {
			return
		}
		if !r.inside(p) && isBelow(p, root) && r.inside(deeper) {
			t.Fatalf("%s is ignored, %s is not", p, deeper)
		}
		if r.inside(p) && !isBelow(p, root) {
			t.Fatalf("%s is inside %s", p, root)
		}
	})
}

// set/watch as people write it; what cannot be used keeps the value before.
func TestRead(t *testing.T) {
	t.Chdir(t.TempDir())
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	tell := func(text string) { told = append(told, text) }
	put(t, "set/watch/paths", "src/\n\n  ../lib \n"+here+"/own\n/etc/web/\n")
	put(t, "set/watch/extensions", "go\n.tmpl\n")
	put(t, "set/watch/ignore", "node_modules/\n*.log\n")
	put(t, "set/watch/debounce", "1s\n")
	r := read(usual, tell)
	if got := strings.Join(r.roots, " "); got != "src ../lib own /etc/web" {
		t.Errorf("roots are %s", got)
	}
	if got := strings.Join(append(r.extensions, r.ignore...), " "); got != ".go .tmpl node_modules *.log" {
		t.Errorf("extensions and patterns are %s", got)
	}
	if r.quiet != time.Second || told != nil {
		t.Errorf("quiet is %v, told %q", r.quiet, told)
	}
	put(t, "set/watch/debounce", "soon\n")
	put(t, "set/watch/ignore", "[a\n")
	put(t, "set/watch/extensions", "")
	put(t, "set/watch/paths", strings.Repeat("x\n", 64<<10))
	again := read(r, tell)
	if again.quiet != time.Second || again.ignore[0] != "node_modules" || again.extensions[0] != ".go" || again.roots[0] != "src" || len(told) != 4 {
		t.Errorf("got %+v, told %q", again, told)
	}
}
