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
		{figure{samples: measured, bar: 1.2, against: "runit"}, "1.2 x runit: met"},
		{figure{samples: measured, bar: 1.2, against: best}, "1.2 x best: MISSED"},
		{figure{samples: measured, bar: 20, unit: "ms"}, "20 ms: met"},
		{figure{samples: measured, bar: 1.2, against: "daemontools"}, "1.2 x daemontools"},
		{figure{bar: 20, unit: "ms"}, "20 ms"},
	} {
		if got := test.figure.verdict(); got != test.want {
			t.Errorf("bar %v against %q: got %q, want %q", test.figure.bar, test.figure.against, got, test.want)
		}
	}
}

func TestChoose(t *testing.T) {
	all := suites("")
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
