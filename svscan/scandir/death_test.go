package scandir

import (
	"bytes"
	"math"
	"testing"
)

func TestDeath(t *testing.T) {
	for _, c := range []struct {
		death Death
		text  string
	}{
		{Death{1, 0, 0}, "1 0 0\n"},
		{Death{4194304, 123456789, 7 << 8}, "4194304 123456789 1792\n"},
		{Death{math.MaxInt32, math.MaxUint64, math.MaxUint32}, "2147483647 18446744073709551615 4294967295\n"},
	} {
		if got := string(c.death.AppendText(nil)); got != c.text {
			t.Errorf("%+v: got %q; want %q", c.death, got, c.text)
		}
		if got, ok := ParseDeath([]byte(c.text[:len(c.text)-1])); got != c.death || !ok {
			t.Errorf("%q: got %+v, %v; want %+v", c.text, got, ok, c.death)
		}
	}
	for _, bad := range []string{
		"", "1", "1 2", "1 2 ", " 1 2 3", "1  2 3", "1 2 3 ", "1 2 3 4", "1 2 3\n", "-1 2 3", "+1 2 3", "01 2 3", "1 2 03",
		"0 2 3", "1 2 x", "2147483648 2 3", "1 18446744073709551616 3", "1 2 4294967296", "1\t2\t3",
	} {
		if got, ok := ParseDeath([]byte(bad)); ok {
			t.Errorf("%q: got %+v; want that it is refused", bad, got)
		}
	}
}

func TestFindDeath(t *testing.T) {
	const text = "70 100 1\n71 100 2\nrubbish\n70 300 3\n70 200 4\n70 400 5"
	for _, c := range []struct {
		pid              int
		earliest, latest uint64
		want             uint32 // 0: not found
	}{
		{70, 100, 100, 1}, {70, 0, 99, 0}, {70, 101, 199, 0}, {70, 150, 250, 4}, {70, 0, 250, 4}, {70, 300, 300, 3},
		{70, 400, 400, 0}, {70, 0, math.MaxUint64, 3}, {71, 100, 100, 2}, {72, 0, 200, 0}, {7, 0, 200, 0},
	} {
		if got, ok := FindDeath([]byte(text), c.pid, c.earliest, c.latest); got != c.want || ok != (c.want != 0) {
			t.Errorf("%d from %d to %d: got %d, %v; want %d", c.pid, c.earliest, c.latest, got, ok, c.want)
		}
	}
}

func TestYounger(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "1 1 1\n": "", "1 1 1\n2 2 2\n": "2 2 2\n", "1 1 1\n2 2 2\n3 3 3\n": "3 3 3\n", "no newline": "",
		"1 1 1\n2 2 2\n3 3 3\n4 4 4\n": "3 3 3\n4 4 4\n",
	} {
		if got := string(Younger([]byte(text))); got != want {
			t.Errorf("%q: got %q; want %q", text, got, want)
		}
	}
}

func FuzzDeath(f *testing.F) {
	f.Add([]byte("70 100 1792\n71 100 9\n"), 70, uint64(100))
	f.Add([]byte("4194304 18446744073709551615 4294967295\n7"), 4194304, uint64(math.MaxUint64))
	f.Fuzz(func(t *testing.T, text []byte, pid int, ticks uint64) {
		line, _, _ := bytes.Cut(text, []byte{'\n'})
		if d, ok := ParseDeath(line); ok {
			if got := d.AppendText(nil); !bytes.Equal(got, append(bytes.Clone(line), '\n')) {
				t.Errorf("%q: written again it is %q", line, got)
			}
		}
		exact, found := FindDeath(text, pid, ticks, ticks)
		if last, also := FindDeath(text, pid, 0, ticks); found && (!also || last != exact) {
			t.Errorf("%q: got status %d of pid %d at %d, but %d, %v of the last until then", text, exact, pid, ticks, last, also)
		}
		if half := Younger(text); len(half) > (len(text)+1)/2 || !bytes.HasSuffix(text, half) {
			t.Errorf("%q: got the younger half %q", text, half)
		}
	})
}
