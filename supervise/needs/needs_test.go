package needs

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/status"
)

// The kinds against the outcomes.
func TestJudge(t *testing.T) {
	outcomes := []struct {
		name  string
		other Other
	}{
		{"starting", Other{Record: status.Record{State: status.Starting, Want: status.WantUp, PID: 9}}},
		{"waiting", Other{Record: status.Record{State: status.Waiting, Want: status.WantUp}}},
		{"down", Other{Record: status.Record{State: status.Down}}},
		{"up", Other{Record: status.Record{State: status.Up, Want: status.WantUp, PID: 9}}},
		{"stopping", Other{Record: status.Record{State: status.Stopping, PID: 9}}},
		{"backoff", Other{Record: status.Record{State: status.Backoff, Want: status.WantUp}}},
		{"exit 0", Other{Success: true, Record: status.Record{State: status.Exited, Ended: true}}},
		{"exit 1", Other{Record: status.Record{State: status.Exited, Ended: true, Wait: 1 << 8}}},
		{"killed", Other{Record: status.Record{State: status.Failed, Ended: true, Wait: 9}}},
		{"skipped", Other{Record: status.Record{State: status.Skipped}}},
		{"oneshot up", Other{Oneshot: true, Success: true, Record: status.Record{State: status.Up, Want: status.WantUp, Ended: true}}},
		{"oneshot failed", Other{Oneshot: true, Record: status.Record{State: status.Failed, Ended: true, Wait: 1 << 8}}},
		{"not ready any more", Other{Record: status.Record{State: status.Up, Want: status.WantUp, PID: 9, Lost: true}}},
	}
	// M is met, . not yet, N never. The columns are the outcomes above.
	for row, want := range map[string]string{
		"needs started":   "M..M..NNNMMNM",
		"needs ready":     "...M..NNNMMN.",
		"needs succeeded": "......MNNMMN.",
		"needs completed": "......MMMMMM.",
		"needs ":          "...M..NNNMMN.",
		"wants ready":     "..MM..MMMMMM.",
		"after ready":     "..MM..MMMMMM.",
		"after succeeded": "..M...MMMMMM.",
	} {
		strength, kind, _ := strings.Cut(row, " ")
		n := Need{Name: "db", Strength: Strength(slices.Index(strengthWords[:], strength)), Edge: Edge{Kind: Kind(slices.Index(kindWords[:], kind))}}
		got := ""
		for _, o := range outcomes {
			o.other.Supervised = true
			answer, why := Judge(&n, &o.other)
			got += string("M.N"[answer])
			if (answer == Met) != (why == "") || why != "" && !strings.HasPrefix(why, "db ") {
				t.Errorf("%s, %s: %d, because %q", row, o.name, answer, why)
			}
		}
		if got != want {
			t.Errorf("%-16s got %s, want %s", row, got, want)
		}
	}
}

// What a service does that has started at noon, when the other has changed.
func TestAfter(t *testing.T) {
	noon := time.Unix(1e9, 0)
	for _, c := range []struct {
		follow Follow
		state  status.State
		since  time.Duration // of the other
		want   Follow
	}{
		{Stay, status.Up, time.Second, Stay},
		{Restart, status.Up, -time.Second, Stay},
		{Restart, status.Up, time.Second, Restart},
		{Restart, status.Starting, time.Second, Stay},
		{Restart, status.Down, time.Second, Stay},
		{Reload, status.Up, time.Second, Reload},
		{Reload, status.Failed, time.Second, Stay},
		{Stop, status.Up, -time.Second, Stay},
		{Stop, status.Up, time.Second, Stop},
		{Stop, status.Backoff, time.Second, Stop},
		{Stop, status.Stopping, -time.Second, Stop},
	} {
		o := Other{Supervised: true, Record: status.Record{State: c.state, Since: noon.Add(c.since), PID: 9, Want: status.WantUp}}
		if got := After(&Need{Name: "db", Edge: Edge{Follow: c.follow}}, &o, noon); got != c.want {
			t.Errorf("%s, %s since %v: %s, want %s", c.follow, c.state, c.since, got, c.want)
		}
	}
}

// Who is not there yet is waited for; who cannot be is not, unless it is needed.
func TestJudgeAbsent(t *testing.T) {
	for _, c := range []struct {
		strength Strength
		trouble  string
		answer   Answer
		why      string
	}{
		{Hard, "", NotYet, "db is not supervised"},
		{Soft, "", NotYet, "db is not supervised"},
		{Hard, "is no service here", Never, "db is no service here"},
		{Soft, "is no service here", Met, ""},
		{Order, "is no service here", Met, ""},
	} {
		answer, why := Judge(&Need{Name: "db", Strength: c.strength, Trouble: c.trouble}, &Other{})
		if answer != c.answer || why != c.why {
			t.Errorf("%s, %q: got %d, %q", c.strength, c.trouble, answer, why)
		}
	}
}

// TestJudgeListening: who waits for a connection can be used, and has not ended.
func TestJudgeListening(t *testing.T) {
	o := Other{Supervised: true, Record: status.Record{State: status.Waiting, Want: status.WantUp, Reason: status.Listening}}
	for kind, want := range map[Kind]Answer{Usual: Met, Started: Met, Ready: Met, Succeeded: NotYet, Completed: NotYet} {
		if got, why := Judge(&Need{Name: "db", Edge: Edge{Kind: kind}}, &o); got != want {
			t.Errorf("%v: got %d, %q; want %d", kind, got, why, want)
		}
	}
}

func TestParseEdge(t *testing.T) {
	for text, want := range map[string]Edge{
		"": {}, "\n": {}, "ready\n": {Kind: Ready}, " started \nmore": {Kind: Started}, "ready,restart": {Ready, Restart}, "restart": {Follow: Restart},
		"completed,stop": {Completed, Stop}, ",reload": {Follow: Reload},
	} {
		if got, err := ParseEdge(text); got != want || err != nil {
			t.Errorf("%q is %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"up", "ready,", ",", "ready,ready", "restart,ready", "ready,restart,stop", "READY"} {
		if got, err := ParseEdge(text); err == nil {
			t.Errorf("%q is %+v; want an error", text, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("needs\tready\trestart\tdb\t/service/db\t\nafter\t\t\tlog\t/service/log\tis no service here\n")
	f.Add("wants\tx\t\ta\t\t\nneeds\n\t\t\t\t\t\n")
	f.Fuzz(func(t *testing.T, text string) {
		all := Parse([]byte(text))
		var b []byte
		for i := range all {
			b = all[i].Append(b)
		}
		if again := Parse(b); !reflect.DeepEqual(again, all) {
			t.Errorf("%q is %+v, which is read as %+v", text, all, again)
		}
	})
}

func FuzzParseEdge(f *testing.F) {
	f.Add("ready,restart")
	f.Fuzz(func(t *testing.T, text string) {
		e, err := ParseEdge(text)
		if err != nil {
			return
		}
		if again, err := ParseEdge(strings.TrimPrefix(e.Kind.String()+","+e.Follow.String(), ",")); e.Follow != Stay && (err != nil || again != e) {
			t.Errorf("%q is %+v, which is read as %+v, %v", text, e, again, err)
		}
	})
}
