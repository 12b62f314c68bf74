package main

import "fmt"

// goal is what ours promise of one figure: so many times what a peer has at
// most, or at least where more is better. Without a peer it is so many units.
type goal struct {
	of      *figure
	against string  // a suite, the best of the peers, or nothing
	ours    float64 // 0 where nothing is promised
	dense   float64 // likewise
}

// best stands for the peer with the best median.
const best = "best"

// goals are all that ours promise.
var goals = []goal{
	{held, best, 6.8, 0.10},
	{beyond, best, 3, 0.3},
	{loggerOnly, "", 620, 0},
	{bootPlain, best, 2.0, 0.6},
	{bootLogged, best, 2.0, 0.6},
	{bootDisk, best, 2.0, 1.0},
	{bootRun, best, 1.0, 0.5},
	{byLink, best, 0.005, 0.005},
	{byRename, best, 0.005, 0.005},
	{restarted, best, 1.0, 0.9},
	{restartCPU, best, 1.5, 1.2},
	{toDown, best, 1.0, 1.0},
	{toUp, best, 1.0, 1.0},
	{waitDown, "s6", 0.5, 0.5},
	{waitUp, "s6", 0.5, 0.5},
	{queried, best, 1.5, 1.5},
	{wokenEach, "", 2, 0},
	{woken, "", 0, 4},
	{crashCPU, best, 1.5, 1.0},
	{crashDisk, best, 1.5, 1.5},
	{crashRun, best, 0.3, 0.3},
	{floodStamped.speed, "s6", 4, 0},
	{floodStamped.speed, "daemontools", 6, 0},
	{floodStamped.cost, "s6", 1. / 4, 0},
	{floodStamped.cost, "daemontools", 1. / 6, 0},
	{floodShort.speed, "s6", 3, 0},
	{floodShort.cost, "s6", 1. / 3, 0},
	{floodReadable.speed, "s6", 4, 0},
	{floodReadable.cost, "s6", 1. / 4, 0},
	{selectiveShare, "", 1. / 2, 0},
	{trickled, "daemontools", 1.5, 0},
	{shutdownLogged, best, 1.0, 0.7},
}

// slack is how much worse than a goal is let pass, since other work on the
// machine shows in each figure.
const slack = 1.2

// verdict is what came of a goal.
type verdict uint8

const (
	unknown verdict = iota // it was not measured
	met
	missed // but within the slack
	failed
)

func (v verdict) String() string {
	return [...]string{"not measured", "met", "missed", "MISSED"}[v]
}

// promise is the goal of one suite of ours.
type promise struct {
	goal
	suite string
	times float64
}

// promises are those of the goals, for ours and then for dense.
func (g goal) promises() []promise {
	var all []promise
	for _, p := range []promise{{g, ours, g.ours}, {g, dense, g.dense}} {
		if p.times != 0 {
			all = append(all, p)
		}
	}
	return all
}

// peer is the suite that a goal compares with, "" where it is none.
func (g goal) peer() string {
	if g.against == best {
		return g.of.measure().peer()
	}
	return g.against
}

// value is what was measured, in the terms of the goal.
func (p promise) value() (value float64, known bool) {
	switch {
	case len(p.of.samples[p.suite]) == 0:
		return 0, false
	case p.against == "":
		return p.of.quartile(p.suite, 2), true
	}
	return p.of.ratio(p.suite, p.peer())
}

// judge is what came of it.
func (p promise) judge() verdict {
	value, known := p.value()
	limit := p.times * slack
	if p.of.more {
		limit = p.times / slack
	}
	switch {
	case !known:
		return unknown
	case p.of.better(limit, value):
		return failed
	case p.of.better(p.times, value):
		return missed
	}
	return met
}

// bound is what was promised, in words.
func (p promise) bound() string {
	words := "at most "
	if p.of.more {
		words = "at least "
	}
	words += short(p.times)
	if p.against != "" {
		return words + " x " + p.against
	}
	if p.of.unit != "" {
		words += " " + p.of.unit
	}
	return words
}

// measured is what was measured, in words.
func (p promise) measured() string {
	value, known := p.value()
	switch {
	case !known:
		return "-"
	case p.against == "":
		return short(value)
	}
	return fmt.Sprintf("%s x %s", short(value), p.peer())
}
