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

func TestPeer(t *testing.T) {
	measured := map[string][]float64{floor: {1}, ours: {2}, dense: {1}, "runit": {10}, "s6": {5}}
	for _, test := range []struct {
		figure figure
		peer   string
		times  float64
	}{
		{figure{samples: measured}, "s6", 0.4},
		{figure{samples: measured, more: true}, "runit", 0.2},
		{figure{samples: map[string][]float64{ours: {2}}, base: &figure{samples: measured}}, "s6", 0.4},
		{figure{samples: map[string][]float64{ours: {2}, floor: {1}}}, "", 0},
	} {
		peer := test.figure.measure().peer()
		times, ok := test.figure.ratio(ours, peer)
		if peer != test.peer || times != test.times || ok != (times != 0) {
			t.Errorf("%v: got %v x %q, %v, want %v x %q", test.figure.samples, times, peer, ok, test.times, test.peer)
		}
	}
}

func TestLabel(t *testing.T) {
	for _, test := range []struct {
		figure figure
		most   int
		want   string
	}{
		{figure{title: "boot", unit: "ms", in: logged}, 1000, "boot, N=500, ms"},
		{figure{title: "boot", unit: "ms", in: logged}, 20, "boot, N=20, ms"},
		{figure{title: "share"}, 20, "share"},
	} {
		if got := test.figure.label(test.most); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
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
		{"svdir,s6", "s6,svdir", true},
		{"s6,systemd", "s6", false},
		{"", "", false},
	} {
		chosen, known := choose(all, test.list)
		if got := names(chosen); got != test.want || known != test.known {
			t.Errorf("choose %q: got %q, %v, want %q, %v", test.list, got, known, test.want, test.known)
		}
	}
}
