package main

var privately = &figure{title: "private memory of supervisors per logged service", unit: "kB"}

// memory is what the suite's own processes, the scanner included, hold that they
// share with nobody, per service with a logger. The service and multilog, the
// same under all suites, are not counted.
func memory(t *tree) error {
	t.note(privately, float64(total(supervisors(), private))/float64(len(t.names)))
	return nil
}
