package stopping

import (
	"reflect"
	"syscall"
	"testing"
	"time"
)

func TestPlan(t *testing.T) {
	for word, want := range map[string]struct {
		plan  Plan
		limit time.Duration
		sure  string
	}{
		"15:5000,2:5000,9": {Plan{{syscall.SIGTERM, 5 * time.Second}, {syscall.SIGINT, 5 * time.Second}, {syscall.SIGKILL, 0}}, 10 * time.Second, "15:5000,2:5000,9"},
		"15:5000,2":        {Plan{{syscall.SIGTERM, 5 * time.Second}, {syscall.SIGINT, 0}}, 0, "15:5000,2:3000,9"},
		"15":               {Usual(syscall.SIGTERM, 0), 0, "15:3000,9"},
		"15:7,9":           {Usual(syscall.SIGTERM, 7*time.Millisecond), 7 * time.Millisecond, "15:7,9"},
		"9":                {Plan{{syscall.SIGKILL, 0}}, time.Millisecond, "9"},
	} {
		got := Parse(word)
		if !reflect.DeepEqual(got, want.plan) || got.Limit() != want.limit {
			t.Errorf("%s: got %v, limit %v; want %v, %v", word, got, got.Limit(), want.plan, want.limit)
		}
		if back := string(got.Append(nil)); back != word {
			t.Errorf("%s: packed it is %s", word, back)
		}
		if sure := string(got.Surely(3 * time.Second).Append(nil)); sure != want.sure {
			t.Errorf("%s: surely it is %s; want %s", word, sure, want.sure)
		}
	}
	for _, word := range []string{"", "0", "65", "15:", "15:0,9", "15,9", "9:5,15", "15:5", "15:5,", "x", "15:-1,9", "15:5,2:5,2:5,2:5,2:5,2:5,2:5,2:5,2:5,9"} {
		if got := Parse(word); got != nil {
			t.Errorf("%q: got %v; want nothing", word, got)
		}
	}
}
