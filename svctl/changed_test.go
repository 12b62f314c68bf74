package svctl

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/status"
)

// What only a start reads counts when it is newer than the start, however it got
// there; what is read when it matters does not.
func TestChanges(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(t *testing.T, dir string)
		want   []string
	}{
		{"nothing", func(*testing.T, string) {}, []string{}},
		{"run", func(t *testing.T, dir string) { write(t, dir+"/run", "new") }, []string{"run"}},
		{"run keeps its old time", func(t *testing.T, dir string) {
			write(t, dir+"/run", "new")
			old := time.Now().Add(-time.Hour)
			if err := os.Chtimes(dir+"/run", old, old); err != nil {
				t.Fatal(err)
			}
		}, []string{"run"}},
		{"run is a link now", func(t *testing.T, dir string) {
			if err := os.Remove(dir + "/run"); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("set/user", dir+"/run"); err != nil {
				t.Fatal(err)
			}
		}, []string{"run"}},
		{"what matters later", func(t *testing.T, dir string) {
			write(t, dir+"/set/restart", "never\n")
			write(t, dir+"/timeout-kill", "1000\n")
			write(t, dir+"/finish", "")
			write(t, dir+"/data", "")
		}, []string{}},
		{"settings of the start", func(t *testing.T, dir string) {
			write(t, dir+"/set/user", "www\n")
			write(t, dir+"/notification-fd", "3\n")
		}, []string{"notification-fd", "set/user"}},
		{"an item", func(t *testing.T, dir string) { write(t, dir+"/set/env/A", "2\n") }, []string{"set/env/A"}},
		{"an item goes", func(t *testing.T, dir string) {
			if err := os.Remove(dir + "/set/env/B"); err != nil {
				t.Fatal(err)
			}
		}, []string{"set/env"}},
		{"a file that is named", func(t *testing.T, dir string) { write(t, dir+"/vars", "A=2\n") }, []string{"vars"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "web")
			for path, text := range map[string]string{
				"run": "old", "set/user": "root\n", "set/env/A": "1\n", "set/env/B": "1\n", "set/env-file": "vars\n", "vars": "A=1\n",
			} {
				write(t, filepath.Join(dir, path), text)
			}
			all := []Service{{Target: Target{Name: "web", Dir: dir, Defined: dir}, Supervised: true, Record: status.Record{State: status.Up, PID: 7}}}
			// The time of files is that of the last tick of the kernel.
			var st os.FileInfo
			for all[0].Since = time.Now(); st == nil || !st.ModTime().After(all[0].Since); {
				write(t, dir+"/tick", "")
				var err error
				if st, err = os.Stat(dir + "/tick"); err != nil {
					t.Fatal(err)
				}
			}
			tt.change(t, dir)
			InspectChanges(all)
			slices.Sort(all[0].Changed)
			if !slices.Equal(all[0].Changed, tt.want) {
				t.Errorf("got %q; want %q", all[0].Changed, tt.want)
			}
			all[0].PID, all[0].State, all[0].Changed = 0, status.Down, nil
			if InspectChanges(all); all[0].Changed != nil {
				t.Errorf("got %q of one that does not run; want nil", all[0].Changed)
			}
		})
	}
}
