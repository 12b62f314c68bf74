package chaos

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func first(seed uint64, n int) []event {
	var all []event
	for e := range schedule(seed, services()) {
		if all = append(all, e); len(all) == n {
			break
		}
	}
	return all
}

// TestSchedule: it can be replayed, and has all there is to do.
func TestSchedule(t *testing.T) {
	const n = 20000
	all := first(1, n)
	if !reflect.DeepEqual(all, first(1, n)) {
		t.Error("the same seed gives two schedules")
	}
	if reflect.DeepEqual(all, first(2, n)) {
		t.Error("two seeds give one schedule")
	}
	letters := map[string]string{}
	for _, s := range services() {
		letters[s.name] = s.letters
	}
	blows := map[role]map[action]int{scanner: {}, supervisor: {}, logger: {}, executor: {}}
	before := time.Duration(0)
	for _, e := range all {
		switch {
		case e.at < before:
			t.Fatalf("%v comes after %v", e.at, before)
		case e.do > reexec && !strings.Contains(letters[e.name], string(e.letter)):
			t.Fatalf("%s gets %c; want one of %s", e.name, e.letter, letters[e.name])
		case e.do <= reexec:
			blows[e.to][e.do]++
		}
		before = e.at
	}
	for r := range roles {
		for do := kill; do <= reexec; do++ {
			never := do != kill && r == executor || do == reexec && r == logger
			if got := blows[r][do]; got == 0 != never {
				t.Errorf("%v to %v: got %d; want some: %v", do, r, got, !never)
			}
		}
	}
}

func TestServices(t *testing.T) {
	if n := len(services()); n != 30 {
		t.Errorf("got %d services; want 30", n)
	}
}
