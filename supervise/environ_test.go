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
