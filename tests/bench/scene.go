package main

// scene is a kind of tree. All rows of a scene are measured in one tree of each
// suite, one after another, in the order of rows.
type scene struct {
	name   string
	logged bool
	alone  bool // one service, whatever -n says
}

var (
	plain  = &scene{name: "without loggers"}
	logged = &scene{name: "with loggers", logged: true}
	single = &scene{name: "one service", alone: true}
)

var scenes = []*scene{plain, logged, single}

// size is how many services a tree of the scene has at boot.
func (sc *scene) size(n int) int {
	if sc.alone {
		return 1
	}
	return n
}
