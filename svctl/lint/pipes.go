package lint

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
	"github.com/svdir/svdir/svscan/scandir"
)

// pipes looks at who is to read what the service writes, and of whom it reads.
// Both sides must say so.
func (i *inspection) pipes(top *entry) {
	producer := top.find(servicedir.ProducerFor)
	if producer != nil && !i.logger {
		i.producer(top, producer)
	}
	consumer := top.find(servicedir.ConsumerFor)
	if consumer != nil && !i.logger {
		i.consumer(consumer)
	}
	if e := top.find(servicedir.PipelineName); e != nil {
		i.pipeline(top, e, producer == nil && consumer != nil)
	}
	if top.find(servicedir.SplitStderr) == nil {
		return
	}
	caught := i.world.IsDir(filepath.Join(filepath.Dir(i.served), scandir.CatchAll))
	if i.logger || producer == nil && top.find(servicedir.Log) == nil && !caught {
		i.add(servicedir.SplitStderr, "not used: no logger reads its output")
		return
	}
	// A logger that was made for one pipe has its service wait when the other is full.
	run, err := os.ReadFile(filepath.Join(i.dir, servicedir.Log, servicedir.Run))
	if err == nil && !strings.Contains(string(run), "svlog") && !strings.Contains(string(run), "SV_PIPE_NAMES") {
		i.add(servicedir.SplitStderr, "log/run seems to read standard input alone (svlog reads all that SV_PIPE_NAMES names)")
	}
}

func (i *inspection) producer(top, e *entry) {
	consumer, err := setting.Line(string(e.text))
	switch {
	case err != nil: // that was told
	case top.find(servicedir.Log) != nil:
		i.add(servicedir.ProducerFor, "not used: log/ is there, and wins")
	case !i.isService(consumer):
		i.add(servicedir.ProducerFor, "there is no service "+consumer+", so nobody reads what it writes")
	case !slices.Contains(i.readsFrom(consumer), i.own()):
		i.add(servicedir.ProducerFor, consumer+"/consumer-for does not name it, so nobody reads what it writes")
	}
}

func (i *inspection) consumer(e *entry) {
	for _, name := range servicedir.ParseProducers(e.text) {
		at := servicedir.ProducerPath(i.served, name)
		text, err := os.ReadFile(filepath.Join(at, servicedir.ProducerFor))
		consumer, bad := setting.Line(string(text))
		switch {
		case at == i.served:
			i.add(servicedir.ConsumerFor, name+" is this service, which does not read what it writes itself")
		case !i.isService(name):
			i.add(servicedir.ConsumerFor, "there is no service "+name)
		case i.world.IsDir(filepath.Join(at, servicedir.Log)):
			i.add(servicedir.ConsumerFor, name+" has its own log/, which reads what it writes")
		case err != nil || bad != nil:
			i.add(servicedir.ConsumerFor, name+" has no producer-for, so it does not write to this service")
		case servicedir.ProducerPath(at, consumer) != i.served:
			i.add(servicedir.ConsumerFor, name+"/producer-for names "+consumer)
		}
	}
}

// pipeline looks at the name of a pipeline, which its last consumer gives it.
func (i *inspection) pipeline(top, e *entry, last bool) {
	names := servicedir.ParseNames(e.text)
	switch {
	case !last:
		i.add(e.name, "not used: this is not the last consumer of a pipeline")
	case top.find(servicedir.Type) == nil:
		i.add(e.name, "not used: it counts beside type alone, as s6-rc has it")
	case len(names) == 0: // that was told
	case i.isService(names[0]):
		i.add(e.name, "not used: "+names[0]+" is a service here")
	}
}

// readsFrom are the services of which another reads, by the names that they have
// beside this one.
func (i *inspection) readsFrom(consumer string) []string {
	text, err := os.ReadFile(filepath.Join(servicedir.ProducerPath(i.served, consumer), servicedir.ConsumerFor))
	if err != nil {
		return nil
	}
	names := servicedir.ParseProducers(text)
	for n, name := range names {
		if strings.Contains(name, "/") {
			names[n] = filepath.Base(name)
		}
	}
	return names
}

// own is the name that the service has for those beside it.
func (i *inspection) own() string { return filepath.Base(i.served) }

func (i *inspection) isService(name string) bool {
	return i.world.IsDir(servicedir.ProducerPath(i.served, name))
}
