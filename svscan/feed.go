package svscan

import (
	"strconv"
	"strings"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/svscan/scandir"
)

// A consumer is a service that reads what others write. Which FIFOs these are
// changes when services come, go, are replaced or split their standard error.
// That is written to supervise/producers of the consumer, and its supervise, told
// to look, starts a run again that has others from its start. The file outlives
// us, so the next svscan disturbs no consumer for which nothing has changed.

// isPlumbing says that a name in a service directory says who reads it.
func isPlumbing(name string) bool {
	return name == servicedir.Log || name == servicedir.ProducerFor || name == servicedir.ConsumerFor
}

// readSources reads of whom a service is the consumer.
func (s *scanner) readSources(k *keeping, id identity) {
	s.unfed = true
	k.sources = nil
	if s.config.style.feeds && servicedir.Exists(k.dir, servicedir.ConsumerFor) {
		for _, name := range servicedir.ParseProducers(readAt(k.dir, servicedir.ConsumerFor, servicedir.MaxProducersSize)) {
			if !strings.Contains(name, "/") { // else it is no service of ours
				k.sources = append(k.sources, name)
			}
		}
	}
	s.table.consumes(id, k.sources)
}

// feed tells each consumer of the FIFOs that it is to read. One that is to end
// after its producers keeps what it has: another run of it would have no time to
// read anything.
func (s *scanner) feed() {
	s.unfed = false
	var writers map[string]string
	for id, k := range s.kept {
		if service := s.table.services[id]; service == nil || !service.wanted {
			continue
		}
		sources, place := k.sources, ""
		if k.name == scandir.CatchAll {
			sources, place = s.caught(), "../../"
		}
		if sources == nil && place == "" {
			continue
		}
		if writers == nil {
			writers = s.writers()
		}
		var text strings.Builder
		for _, name := range sources {
			if pipes := writers[name]; pipes != "" {
				text.WriteString(place + name + "\n# " + pipes + "\n")
			}
		}
		k.feed(text.String())
	}
}

// writers are the services with FIFOs for others, and which files these are.
func (s *scanner) writers() map[string]string {
	writers := map[string]string{}
	for id, k := range s.kept {
		service := s.table.services[id]
		if k.paired || k.pipes[0] < 0 || service == nil {
			continue
		}
		var files []string
		for _, fd := range k.pipes {
			if id, err := identify(fd, ""); fd >= 0 && err == nil {
				files = append(files, strconv.FormatUint(id.dev, 10)+":"+strconv.FormatUint(id.ino, 10))
			}
		}
		writers[service.name] = strings.Join(files, " ")
	}
	return writers
}

// feed writes down what a consumer is to read and, if that is new, has its
// supervise look. Best effort: a state that cannot be written leaves it as it is.
func (k *keeping) feed(text string) {
	const name = servicedir.State + "/" + servicedir.Producers
	known := servicedir.Exists(k.dir, name)
	if k.fed == "" && known {
		k.fed = string(readAt(k.dir, name, 2*servicedir.MaxProducersSize))
	}
	if known && k.fed == text {
		return
	}
	if replaceAt(k.dir, name, []byte(text)) != nil {
		return
	}
	k.fed = text
	_ = fifo.Send(k.dir, servicedir.State+"/"+servicedir.ControlIn, []byte{byte(command.Look)}, 0) // who does not listen yet reads it when it starts
}

// consumes notes whose output a service reads.
func (t *table) consumes(id identity, names []string) {
	if s := t.services[id]; s != nil {
		s.reads = names
	}
}
