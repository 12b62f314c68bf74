package main

import "slices"

// row is what -rows chooses: something that is measured in a tree, and gives
// one or more figures.
type row struct {
	word    string
	scenes  []*scene
	measure func(t *tree) error
	rounds  int // at most so many, 0 for no such limit
	figures []*figure
}

// rows are all rows, in the order in which they are measured and printed:
// shutdown comes last, since it ends the tree.
var rows = []row{
	{word: "boot", scenes: []*scene{plain, logged}, measure: boot, figures: []*figure{bootPlain, bootLogged}},
	{word: "pickup", scenes: []*scene{single}, measure: pickup, rounds: 3, figures: []*figure{byLink, byRename}},
	{word: "restart", scenes: []*scene{plain}, measure: restart, figures: []*figure{restarted, restartCPU}},
	{word: "control", scenes: []*scene{plain}, measure: control, figures: []*figure{toDown, toUp, toRun}},
	{word: "status", scenes: []*scene{plain}, measure: query, figures: []*figure{queried}},
	{word: "memory", scenes: []*scene{logged}, measure: memory, figures: []*figure{privately, withLogger, loggerOnly}},
	{word: "idle", scenes: []*scene{logged}, measure: idle, rounds: 1, figures: []*figure{woken, idleCPU}},
	{word: "flood", scenes: []*scene{single}, measure: flood, figures: figures(floods)},
	{word: "trickle", scenes: []*scene{single}, measure: trickle, figures: []*figure{trickled}},
	{word: "shutdown", scenes: []*scene{plain, logged}, measure: shutdown, figures: []*figure{shutdownPlain, shutdownLogged}},
}

func (r row) name() string { return r.word }

// rowsOf are the rows to measure in one scene of one round.
func (b *bench) rowsOf(sc *scene, round int) []row {
	var of []row
	for _, r := range b.rows {
		if slices.Contains(r.scenes, sc) && (r.rounds == 0 || round < r.rounds) {
			of = append(of, r)
		}
	}
	return of
}
