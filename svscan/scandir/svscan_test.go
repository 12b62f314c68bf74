package scandir

import "testing"

func TestSvscan(t *testing.T) {
	one := Svscan{PID: 70, Ticks: 1234, BootID: "0a-1b", Reexecs: 3, Failures: 1, Reason: "/bin/svscan: it's bad"}
	const text = "PID=70\nTICKS=1234\nBOOT_ID=0a-1b\nREEXECS=3\nFAILURES=1\nREASON='/bin/svscan: it'\\''s bad'\n"
	if got := string(one.AppendText(nil)); got != text {
		t.Errorf("got %q; want %q", got, text)
	}
	if got, ok := ParseSvscan([]byte("NEWER=1\n" + text)); got != one || !ok {
		t.Errorf("got %+v, %v; want %+v", got, ok, one)
	}
	if got := string(Svscan{PID: 1, Reason: "a\nb"}.AppendText(nil)); got != "PID=1\nTICKS=0\nBOOT_ID=\nREEXECS=0\nFAILURES=0\nREASON='a?b'\n" {
		t.Errorf("got %q; want a line for a line", got)
	}
	for _, bad := range []string{"", "PID=\n", "PID=-1\n", "rubbish"} {
		if got, ok := ParseSvscan([]byte(bad)); ok {
			t.Errorf("%q: got %+v; want nothing", bad, got)
		}
	}
}

func FuzzSvscan(f *testing.F) {
	f.Add([]byte("PID=70\nTICKS=1\nBOOT_ID=0a\nREEXECS=3\nFAILURES=1\nREASON='a'\\''b'\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, ok := ParseSvscan(text)
		if !ok {
			return
		}
		again, ok := ParseSvscan(s.AppendText(nil))
		s.Reason, again.Reason = "", "" // the control characters of an alien one change
		if !ok || again != s {
			t.Errorf("%q: got %+v; again %+v, %v", text, s, again, ok)
		}
	})
}
