package supervise

import (
	"slices"
	"testing"

	"github.com/svdir/svdir/supervise/proc"

	"pgregory.net/rapid"
)

// The family of these tests: supervise is 100, run 200 with session 200, and
// its logger 300 with session 300; finish is 400.
func family(run int) kin {
	return kin{self: 100, run: run, session: 200, child: among(300, 400), led: among(300), heir: true}
}

func among(numbers ...int) func(int) bool {
	return func(n int) bool { return slices.Contains(numbers, n) }
}

func TestMembers(t *testing.T) {
	house := []relative{{pid: 1}, {pid: 50, parent: 1}, {pid: 100, parent: 50}, {pid: 300, parent: 100, session: 300}, {pid: 301, parent: 300, session: 301}, {pid: 2}}
	for _, c := range []struct {
		name string
		k    kin
		more []relative
		want []int
		torn bool
	}{
		{"nobody", family(0), nil, nil, false},
		{"run", family(200), []relative{{pid: 200, parent: 100, session: 200}}, []int{200}, false},
		{"its child", family(200), []relative{{pid: 200, parent: 100, session: 200}, {pid: 201, parent: 200, session: 201}}, []int{200, 201}, false},
		{"a child with a lower pid", family(200), []relative{{pid: 200, parent: 100, session: 200}, {pid: 10, parent: 200}}, []int{10, 200}, false},
		{"an orphan", family(0), []relative{{pid: 201, parent: 100, session: 201}, {pid: 202, parent: 201, session: 9}}, []int{201, 202}, false},
		{"an orphan of the logger", family(0), []relative{{pid: 302, parent: 100, session: 300}, {pid: 303, parent: 302, session: 303}}, nil, false},
		{"one of the logger in a session of its own", family(0), []relative{{pid: 302, parent: 100, session: 302, mark: markOther}}, nil, false},
		{"finish and its child", family(0), []relative{{pid: 400, parent: 100, session: 400, mark: markOurs}, {pid: 401, parent: 400, session: 400}}, nil, false},
		{"reparented to svscan", family(0), []relative{{pid: 203, parent: 50, session: 203, mark: markOurs}, {pid: 204, parent: 203, session: 203}}, []int{203, 204}, false},
		{"reparented to init", family(0), []relative{{pid: 203, parent: 1, session: 203, mark: markOurs}}, []int{203}, false},
		{"another service", family(0), []relative{{pid: 60, parent: 50, session: 60}, {pid: 61, parent: 60, session: 61}}, nil, false},
		{"its parent has ended meanwhile", family(0), []relative{{pid: 202, parent: 201, session: 200}}, nil, true},
		{"a run adopted from an earlier supervise", family(200), []relative{{pid: 200, parent: 50, session: 200}, {pid: 201, parent: 200, session: 200}}, []int{200, 201}, false},
		{"each the other's parent, as pids were used again", family(0), []relative{{pid: 202, parent: 203}, {pid: 203, parent: 202}}, nil, true},
	} {
		found, torn := c.k.members(append(slices.Clone(house), c.more...))
		var got []int
		for _, r := range found {
			got = append(got, r.pid)
		}
		if !slices.Equal(got, c.want) || torn != c.torn {
			t.Errorf("%s: got %v, torn %v; want %v, %v", c.name, got, torn, c.want, c.torn)
		}
	}
	// The logger is no heir: an orphan that nothing tells of is its service's.
	k := kin{self: 100, run: 300, session: 300, child: among(200), led: among(200)}
	found, _ := k.members(append(slices.Clone(house), relative{pid: 500, parent: 100, session: 500}, relative{pid: 501, parent: 100, session: 300}))
	if len(found) != 3 || found[2].pid != 501 {
		t.Errorf("the logger: got %v; want 300, 301 and 501", found)
	}
}

// Whoever has run or an orphan of it among its ancestors is found, and nobody
// else, in whatever order the processes are read.
func TestMembersAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := family(rapid.SampledFrom([]int{0, 200}).Draw(t, "run"))
		type born struct {
			relative
			ours bool
		}
		all := []born{{relative{pid: 1}, false}, {relative{pid: 50, parent: 1}, false}, {relative{pid: 100, parent: 50}, false},
			{relative{pid: 300, parent: 100, session: 300}, false}, {relative{pid: 400, parent: 100, session: 400}, false}}
		if k.run != 0 {
			all = append(all, born{relative{pid: 200, parent: 100, session: 200}, true})
		}
		pids := rapid.SliceOfNDistinct(rapid.IntRange(1001, 9999), 0, 60, rapid.ID[int]).Draw(t, "pids")
		for _, pid := range pids {
			parent := rapid.SampledFrom(all).Draw(t, "parent")
			b := born{relative{pid: pid, parent: parent.pid, session: parent.session}, parent.ours}
			if rapid.Bool().Draw(t, "leads") {
				b.session = pid
			}
			if parent.pid == k.self { // an orphan
				b.mark = rapid.SampledFrom([]mark{unmarked, markOurs, markOther}).Draw(t, "mark")
				b.ours = b.mark != markOther
			}
			all = append(all, b)
		}
		var read []relative
		var want []int
		for _, b := range rapid.Permutation(all).Draw(t, "order") {
			read = append(read, b.relative)
			if b.ours {
				want = append(want, b.pid)
			}
		}
		slices.Sort(want)
		found, torn := k.members(read)
		var got []int
		for _, r := range found {
			got = append(got, r.pid)
		}
		if !slices.Equal(got, want) || torn {
			t.Fatalf("got %v, torn %v; want %v", got, torn, want)
		}
	})
}

func TestChooseDaemon(t *testing.T) {
	leader, old, young := relative{pid: 30, session: 30, ticks: 9}, relative{pid: 20, session: 5, ticks: 3}, relative{pid: 10, session: 5, ticks: 4}
	for _, c := range []struct {
		orphans []relative
		named   int
		want    int
	}{
		{nil, 20, 0},
		{[]relative{young}, 0, 10},
		{[]relative{young}, 99, 10},
		{[]relative{young, old}, 0, 20},
		{[]relative{young, old, leader}, 0, 30},
		{[]relative{young, old, leader}, 10, 10},
		{[]relative{young, old, leader}, 99, 30},
		{[]relative{leader, {pid: 31, session: 31, ticks: 9}}, 0, 30},
	} {
		got, ok := chooseDaemon(c.orphans, c.named)
		if got.pid != c.want || ok != (c.want != 0) {
			t.Errorf("of %v, %d named: got %d, %v; want %d", c.orphans, c.named, got.pid, ok, c.want)
		}
	}
}

func TestParseRelative(t *testing.T) {
	const rest = " 1 2 3 0 -1 4 5 6 7 8 9 10 11 12 20 0 1 0 77 1 2"
	for _, c := range []struct {
		text        string
		alive, gone bool
	}{
		{"S" + rest, true, false},
		{"Z" + rest, false, false},
		{"X" + rest, false, false},
		{"", false, true},
		{"Z 1 2 3 0 -1 4 5 6 7 8 9 10 11 12 20 0 4 0 77 1 2", true, false}, // its threads live
	} {
		p, alive, gone := parseRelative(9, proc.Stat(c.text))
		if alive != c.alive || gone != c.gone || alive && (p != relative{pid: 9, parent: 1, session: 3, ticks: 77}) {
			t.Errorf("%q: got %+v, %v, %v; want alive %v, gone %v", c.text, p, alive, gone, c.alive, c.gone)
		}
	}
}
