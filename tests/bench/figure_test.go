package main

import "testing"

func TestQuartile(t *testing.T) {
	for _, test := range []struct {
		samples []float64
		q       int
		want    float64
	}{
		{[]float64{7}, 2, 7},
		{[]float64{3, 1}, 2, 2},
		{[]float64{5, 1, 3, 2, 4}, 1, 2},
		{[]float64{5, 1, 3, 2, 4}, 2, 3},
		{[]float64{5, 1, 3, 2, 4}, 3, 4},
	} {
		f := figure{samples: map[string][]float64{"s6": test.samples}}
		if got := f.quartile("s6", test.q); got != test.want {
			t.Errorf("quartile %d of %v: got %v, want %v", test.q, test.samples, got, test.want)
		}
	}
}

func TestVerdict(t *testing.T) {
	measured := map[string][]float64{ours: {11}, "runit": {10}, "s6": {5}}
	for _, test := range []struct {
		figure figure
		want   string
	}{
		{figure{samples: measured}, ""},
		{figure{samples: measured, bars: []bar{{1.2, "runit", nil}}}, "1.2 x runit: met"},
		{figure{samples: measured, bars: []bar{{1.2, best, nil}}}, "1.2 x best: MISSED"},
		{figure{samples: measured, bars: []bar{{1.1, "runit", nil}, {2, "s6", nil}}}, "1.1 x runit: met, 2 x s6: MISSED"},
		{figure{samples: measured, bars: []bar{{20, "", nil}}, unit: "ms"}, "20 ms: met"},
		{figure{samples: measured, bars: []bar{{1.2, "daemontools", nil}}}, "1.2 x daemontools"},
		{figure{samples: measured, more: true, bars: []bar{{1.1, best, nil}, {1.2, "runit", nil}}}, "1.1 x best: met, 1.2 x runit: MISSED"},
		{figure{samples: measured, bars: []bar{{4, ours, &figure{title: "one", samples: map[string][]float64{ours: {3}}}}}}, "4 x one: met"},
		{figure{bars: []bar{{20, "", nil}}, unit: "ms"}, "20 ms"},
	} {
		if got := test.figure.verdict(); got != test.want {
			t.Errorf("bars %v: got %q, want %q", test.figure.bars, got, test.want)
		}
	}
}

func TestChoose(t *testing.T) {
	all := suites("", false)
	for _, test := range []struct {
		list  string
		want  string
		known bool
	}{
		{"s6", "s6", true},
		{"s6,svdir", "svdir,s6", true},
		{"s6,systemd", "s6", false},
		{"", "", false},
	} {
		chosen, known := choose(all, test.list)
		if got := names(chosen); got != test.want || known != test.known {
			t.Errorf("choose %q: got %q, %v, want %q, %v", test.list, got, known, test.want, test.known)
		}
	}
}
