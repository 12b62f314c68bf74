package main

// row is what -rows chooses: something that is measured in trees of some
// scenes, and gives one or more figures.
type row struct {
	word    string
	rounds  int // at most so many, 0 for no such limit
	parts   []part
	figures []*figure
}

// part is what a row measures in one scene.
type part struct {
	in      *scene
	measure func(t *tree) error
}

// rows are all rows, in the order in which they are measured and printed:
// shutdown comes last, since it ends the tree.
var rows = []row{
	{"memory", 0, []part{{plain, memoryPlain}, {logged, memory}, {aside, loggerMemory}},
		[]*figure{held, supervisorsOnly, heldPlain, loggerOnly, beyond, kernelPlain}},
	{"boot", 0, []part{{plain, boot(bootPlain)}, {logged, boot(bootLogged)}, {multilogged, boot(bootMultilog)}},
		[]*figure{bootPlain, bootLogged, bootMultilog}},
	{"disk", 0, []part{{onDisk, boot(bootDisk)}, {onDiskRun, boot(bootRun)}},
		[]*figure{bootDisk, bootRun}},
	{"pickup", pickupRounds, []part{{single, pickup}}, []*figure{byLink, byRename, byCommand}},
	{"restart", 0, []part{{hundred, restart}}, []*figure{restarted, restartCPU}},
	{"control", 0, []part{{hundred, control}}, []*figure{toDown, toUp, toRun}},
	{"wait", 0, []part{{hundred, wait}}, []*figure{waitDown, waitUp}},
	{"status", 0, []part{{hundred, query}}, []*figure{queried}},
	{"idle", 1, []part{{resting, idle}}, []*figure{woken, wokenEach, idleCPU}},
	{"crash", 2, []part{{dying, crash(crashCPU)}, {dyingDisk, crash(crashDisk)}, {dyingRun, crash(crashRun)}},
		[]*figure{crashCPU, crashDisk, crashRun}},
	{"flood", 0, []part{{aside, flood}}, floodFigures()},
	{"trickle", 0, []part{{aside, trickle}}, []*figure{trickled}},
	{"shutdown", 0, []part{{hundred, shutdown(shutdownPlain)}, {logged, shutdown(shutdownLogged)}},
		[]*figure{shutdownPlain, shutdownLogged}},
}

func (r row) name() string { return r.word }

// task is what one row measures in one scene.
type task struct {
	word    string
	measure func(t *tree) error
}

// tasks are what the bench measures in one scene of one round.
func (b *bench) tasks(sc *scene, round int) []task {
	var of []task
	for _, r := range b.rows {
		for _, p := range r.parts {
			if p.in == sc && (r.rounds == 0 || round < r.rounds) {
				of = append(of, task{r.word, p.measure})
			}
		}
	}
	return of
}
