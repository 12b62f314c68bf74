package setting

import "testing"

func TestParsePlan(t *testing.T) {
	for text, want := range map[string]string{
		"TERM 5s INT 5s KILL": "15:5000,2:5000,9", "sigterm\t1m  9": "15:60000,9", "QUIT": "3", "KILL": "9", "2 1ms 15": "2:1,15",
		"1 1s 2 1s 3 1s 4 1s 5 1s 6 1s 7 1s 8": "1:1000,2:1000,3:1000,4:1000,5:1000,6:1000,7:1000,8",
	} {
		if got, err := ParsePlan(text); string(got.Append(nil)) != want || err != nil {
			t.Errorf("%q: got %s, %v; want %s", text, got.Append(nil), err, want)
		}
	}
	for _, text := range []string{"", "5s", "TERM 5s", "TERM INT", "TERM KILL 5s", "KILL 5s TERM", "TERM 0s KILL", "TERM 5 KILL", "FROB", "TERM 5s FROB", "TERM 366d KILL",
		"1 1s 2 1s 3 1s 4 1s 5 1s 6 1s 7 1s 8 1s 9"} {
		if got, err := ParsePlan(text); err == nil {
			t.Errorf("%q: got %s; want an error", text, got.Append(nil))
		}
	}
}
