package supervise

import "testing"

// A word of SV_PIPE_NAMES is one word, whatever the service is called.
func TestPipeLabel(t *testing.T) {
	for _, c := range []struct {
		name   string
		stream int
		want   string
	}{
		{"web", stdout, "web"},
		{"web", stderr, "web:stderr"},
		{"/service/web@1", stderr, "web@1:stderr"},
		{"a b\tc\nd", stdout, "a_b_c_d"},
		{".svscan/removed/web", stdout, "web"},
		{"web:stderr", stdout, "web_stderr"},
		{"web:stderr", stderr, "web_stderr:stderr"},
		{"a:stderr:b", stdout, "a:stderr:b"},
		{"é\u00a0", stdout, "é\u00a0"},
	} {
		if got := pipeLabel(c.name, c.stream); got != c.want {
			t.Errorf("%q, %d: got %q; want %q", c.name, c.stream, got, c.want)
		}
	}
}

// What a run was given is known to the next supervise.
func TestGivenIsRemembered(t *testing.T) {
	for _, want := range []given{{}, {both: true}, {sum: 1<<64 - 1}, {true, 7}} {
		var s Service
		words := want.remember(s.files.remember(s.m.remember(nil, 0)))
		got := given{both: true, sum: 1}
		if got.recall(words); got != want {
			t.Errorf("%q: got %+v; want %+v", words, got, want)
		}
	}
	var other given
	if other.recall([]byte("unfed fed=1 reads reads=-1 reads=x")); other != (given{}) {
		t.Errorf("other words were taken for it: %+v", other)
	}
}
