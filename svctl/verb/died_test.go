package verb

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What a run that crashed logged last is shown with its end: at most 10 lines,
// none of the run before, none of the one after.
func TestStatusDied(t *testing.T) {
	dir := tree(t, "web/log/main", "web/supervise")
	text := "2026-11-21T10:00:00.000000Z of the run before\n"
	for range 12 {
		text += "2026-11-21T10:00:05.000000Z said\n"
	}
	text += "2026-11-21T10:00:06.001000Z panic: \x1b[2J" + strings.Repeat("x", 2000) + "\n2026-11-21T10:00:07.100000Z of the next\n"
	history := "2026-11-21T10:00:01.000000Z\tstart\tpid=7\n" +
		"2026-11-21T10:00:06.000000Z\tend\tpid=7\tcode=2\tcause=crash\tlived=5.000\n" +
		"2026-11-21T10:00:07.000000Z\tstart\tpid=8\n" +
		"2026-11-21T10:00:08.000000Z\tend\tpid=8\tsignal=15\tcause=stop\tlived=1.000\n"
	for name, text := range map[string]string{"log/main/current": text, "supervise/history": history} {
		if err := os.WriteFile(filepath.Join(dir, "web", name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	blank := strings.Repeat(" ", 14)
	want := "died          2026-11-21T10:00:06Z  end  pid 7  exit code 2  crash  after 5s\n" +
		strings.Repeat(blank+"2026-11-21T10:00:05.000000Z said\n", 9) +
		blank + ("2026-11-21T10:00:06.001000Z panic: \\x1b[2J" + strings.Repeat("x", 2000))[:1000] + "...\n"
	_, out, _ := invoke("status -v web")
	if _, got, _ := strings.Cut(out, "died"); !strings.HasPrefix("died"+got, want+"\n") {
		t.Errorf("got\n%s; want\n%s", out, want)
	}
	if err := os.Remove(filepath.Join(dir, "web/supervise/history")); err != nil {
		t.Fatal(err)
	}
	if _, out, said := invoke("status -v web"); strings.Contains(out, "died") || said != "" {
		t.Errorf("without a history: got %s, %s", out, said)
	}
}
