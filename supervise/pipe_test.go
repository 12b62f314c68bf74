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
func TestFedIsRemembered(t *testing.T) {
	for _, fed := range []bool{false, true} {
		s := Service{fed: fed}
		words := s.rememberFed(s.files.remember(s.m.remember(nil, 0)))
		if wasFed(words) != fed {
			t.Errorf("%q: got %v; want %v", words, !fed, fed)
		}
	}
	if wasFed([]byte("unfed fed=1")) {
		t.Error("another word was taken for it")
	}
}
