package supervise

import (
	"slices"
	"testing"
)

func TestOwnEnvironment(t *testing.T) {
	for _, c := range []struct{ name, instance string }{
		{"web", ""},
		{"web@a", "a"},
		{"web@a/log", "a"},
		{"web@", ""},
		{"web@a@b", "a@b"},
		{"/home/me@work/web", ""},
		{"/srv/web@a/log", "a"},
		{"log", ""},
	} {
		got := ownEnvironment(c.name, "/srv")
		want := []string{"SV_NAME=" + c.name, "SV_SERVICE=/srv"}
		if c.instance != "" || c.name == "web@" {
			want = append(want, "SV_INSTANCE="+c.instance)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q; want %q", c.name, got, want)
		}
	}
}

// The svscan that started us may be gone before we look.
func TestEnvironmentOfSvscan(t *testing.T) {
	for _, c := range []struct {
		environ []string
		want    *Style
	}{
		{[]string{"SVDIR=/service", "SV_SVSCAN=1"}, &ours},
		{[]string{"SVDIR=/service"}, &daemontools},
	} {
		var e Engine
		e.readEnvironment(slices.Clone(c.environ))
		if got := e.named("supervise"); got != c.want {
			t.Errorf("%q: got style %+v; want %+v", c.environ, got, c.want)
		}
		if slices.Contains(e.env, "SV_SVSCAN=1") {
			t.Errorf("%q: services see it", c.environ)
		}
	}
}
