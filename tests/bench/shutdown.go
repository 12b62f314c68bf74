package main

import "maps"

var (
	shutdownPlain  = &figure{title: "shutdown without loggers", unit: "ms", in: hundred}
	shutdownLogged = &figure{title: "shutdown with own loggers", unit: "ms", in: logged}
)

// shutdown is from the request to the end of the last process of the tree, when
// all of it has been up for more than a second.
func shutdown(f *figure) func(t *tree) error {
	return func(t *tree) error {
		if err := t.mature(maps.Keys(t.lives)); err != nil {
			return err
		}
		took, err := t.stop()
		if err == nil {
			t.note(f, milliseconds(took))
		}
		return err
	}
}
