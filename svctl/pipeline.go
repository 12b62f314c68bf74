package svctl

import (
	"path/filepath"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/svscan/graph"
)

// Reads are the services whose output this one reads.
func (t Target) Reads() []string {
	return servicedir.ParseProducers(Head(filepath.Join(t.Defined, servicedir.ConsumerFor), servicedir.MaxProducersSize))
}

// Pipeline is what the pipeline that ends in this service is called, "" if it has no
// name: as in the sources of s6-rc, each of which says its type.
func (t Target) Pipeline() string {
	if t.Type() == "" || exists(filepath.Join(t.Defined, servicedir.ProducerFor)) {
		return ""
	}
	names := t.OldNames(servicedir.PipelineName)
	if names == nil || t.Reads() == nil {
		return ""
	}
	return names[0]
}

// OldNames are the names in a file that has them one a line.
func (t Target) OldNames(file string) []string {
	return servicedir.ParseNames(Head(filepath.Join(t.Defined, file), servicedir.MaxNames))
}

// pipeline are the services of a pipeline in a scan directory, none if no service
// there has it.
func pipeline(scan, name string) []Target {
	all, _ := list(scan) // one that cannot be read has none
	for _, last := range all {
		if last.Removed || last.Pipeline() != name {
			continue
		}
		var found []Target
		for _, one := range graph.Pipeline(last.Name, func(name string) []string { return Linked(scan, name).Reads() }) {
			if t := Linked(scan, one); t.IsThere() {
				found = append(found, t)
			}
		}
		return found
	}
	return nil
}
