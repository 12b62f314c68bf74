package main

var (
	bootPlain  = &figure{title: "boot, no loggers", unit: "ms"}
	bootLogged = &figure{title: "boot, with loggers", unit: "ms"}
)

// boot is from the start of the scanner to the last start of a service or
// logger.
func boot(t *tree) error {
	f := bootPlain
	if t.scene.logged {
		f = bootLogged
	}
	t.note(f, milliseconds(t.booted))
	return nil
}
