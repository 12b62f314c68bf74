package main

import "maps"

var (
	shutdownPlain  = &figure{title: "shutdown, no loggers", unit: "ms"}
	shutdownLogged = &figure{title: "shutdown, with loggers", unit: "ms", bars: []bar{{1.2, "runit", nil}}}
)

// shutdown is from the request to the end of the last process of the tree, when
// all of it has been up for more than a second.
func shutdown(t *tree) error {
	if err := t.mature(maps.Keys(t.lives)); err != nil {
		return err
	}
	took, err := t.stop()
	if err != nil {
		return err
	}
	f := shutdownPlain
	if t.scene.logged {
		f = shutdownLogged
	}
	t.note(f, milliseconds(took))
	return nil
}
