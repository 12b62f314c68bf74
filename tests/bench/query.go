package main

var queried = &figure{title: "status of all services", unit: "ms", in: hundred}

// query is the time of the commands that print the status of all services.
func query(t *tree) error {
	began := monotonic()
	for _, command := range t.suite.query(t.services()) {
		if err := t.run(command[0], command[1:]...); err != nil {
			return err
		}
	}
	t.note(queried, milliseconds(monotonic()-began))
	return nil
}
