package servicedir

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestParseNames(t *testing.T) {
	got := ParseNames([]byte("db\n\n  # none\n\t cache\nwith blank \n\x00\nlast"))
	if want := []string{"db", "cache", "with blank ", "last"}; !slices.Equal(got, want) {
		t.Errorf("got %q; want %q", got, want)
	}
}

func TestParseProducers(t *testing.T) {
	var many strings.Builder
	for i := range 2 * MaxProducers {
		many.WriteString(strconv.Itoa(i) + "\n")
	}
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"web", []string{"web"}},
		{"web\ndb\n", []string{"web", "db"}},
		{" web \r\n\n# a word\n../db\nweb\n", []string{"web", "../db"}},
		{"a b\n", []string{"a b"}},
		{"w\x00eb\ndb\n", []string{"db"}},
	} {
		if got := ParseProducers([]byte(c.text)); !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q; want %q", c.text, got, c.want)
		}
	}
	if got := ParseProducers([]byte(many.String())); len(got) != MaxProducers {
		t.Errorf("got %d names; want %d", len(got), MaxProducers)
	}
}

func TestProducerPath(t *testing.T) {
	for _, c := range [][3]string{
		{"/service/log", "web", "/service/web"},
		{"/service/log", "/srv/web", "/srv/web"},
		{"/service/log", "../web", "/service/web"},
		{"/service/.svscan/log", "../../web", "/service/web"},
		{"/log", "../../web/", "/web"},
	} {
		if got := ProducerPath(c[0], c[1]); got != c[2] {
			t.Errorf("%s of %s: got %s; want %s", c[1], c[0], got, c[2])
		}
	}
}
