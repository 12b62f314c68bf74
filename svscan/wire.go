package svscan

import (
	"bytes"
	"errors"
	"sort"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/needs"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/svscan/graph"
	"github.com/svdir/svdir/svscan/scandir"
)

// Who needs whom is asked of all service directories at each scan, and written
// down for each service, in supervise/needs, before its supervise starts: that
// waits for what it needs. When the graph changes, those whom it concerns are
// told to look.

// isWiring says that a name in a service directory says what it needs.
func isWiring(name string) bool {
	switch name {
	case servicedir.Dependencies, servicedir.OldDependencies, servicedir.PipelineName, servicedir.Set, servicedir.Type:
		return true
	}
	return false
}

// wire reads all edges anew.
func (s *scanner) wire() {
	s.unwired = false
	if !s.config.style.feeds {
		return
	}
	var all []graph.Service
	some := false
	for _, service := range s.table.services {
		one := s.edges(service.name)
		all = append(all, one)
		some = some || one.Edges != nil || one.Before != nil
	}
	for _, name := range s.bundles {
		all = append(all, s.bundle(name))
	}
	if s.graph = nil; some {
		s.graph = graph.New(all)
	}
	users := s.graph.Users()
	for id, service := range s.table.services {
		service.users = users[service.name]
		if k := s.kept[id]; k != nil && k.dir >= 0 && service.state == running {
			s.writeNeeds(k, true)
		}
	}
	if s.bounded {
		s.writeOrder()
	}
}

// writeOrder writes down in which order the services have their turns to start: each
// after all that it waits for, and by name where nobody cares. Best effort: without
// it they start in another order.
func (s *scanner) writeOrder() {
	const name = scandir.Dir + "/" + scandir.Order
	var names []string
	for _, service := range s.table.services {
		names = append(names, service.name)
	}
	if sort.Strings(names); s.graph != nil {
		names = s.graph.Up(names, graph.Single)
	}
	text := []byte(strings.Join(names, "\n") + "\n")
	if !bytes.Equal(readAt(s.home(), name, len(text)+1), text) {
		_ = replaceAt(s.home(), name, text) // as said
	}
}

// base is the path below which services are found by those who need them.
func (s *scanner) base() string {
	if s.run >= 0 {
		return s.runPath
	}
	return s.path
}

// edges is what the directory of a service says of others.
func (s *scanner) edges(name string) graph.Service {
	one := graph.Service{Name: name, Dir: s.base() + "/" + name}
	places := []string{servicedir.Dependencies, servicedir.Wants, servicedir.After}
	ours := servicedir.Exists(s.dir, name+"/"+servicedir.Set)
	if !ours {
		places = places[:1]
	}
	for strength, place := range places {
		place = name + "/" + place
		s.eachName(place, func(to string) {
			edge, err := needs.ParseEdge(string(readAt(s.dir, place+"/"+to, maxEdge)))
			if err != nil {
				s.once(&s.saidEdge, "unable to use "+place+"/"+to+": "+err.Error()+", taking the usual")
			}
			one.Edges = append(one.Edges, graph.Edge{To: to, Strength: needs.Strength(strength), Edge: edge})
		})
	}
	if ours {
		s.eachName(name+"/"+servicedir.Before, func(to string) { one.Before = append(one.Before, to) })
	}
	if s.typed[name] {
		s.sourceEdges(&one)
	}
	return one
}

// sourceEdges is what s6-rc alone has: in its sources, each of which says its type,
// dependencies may be in one file, and the last consumer may name its pipeline.
func (s *scanner) sourceEdges(one *graph.Service) {
	for _, to := range s.oldNames(one.Name, servicedir.Dependencies, servicedir.OldDependencies) {
		one.Edges = append(one.Edges, graph.Edge{To: to, Strength: needs.Hard})
	}
	text := readAt(s.dir, one.Name+"/"+servicedir.ConsumerFor, servicedir.MaxProducersSize)
	if one.Reads = servicedir.ParseProducers(text); one.Reads == nil || servicedir.Exists(s.dir, one.Name+"/"+servicedir.ProducerFor) {
		return
	}
	if names := servicedir.ParseNames(readAt(s.dir, one.Name+"/"+servicedir.PipelineName, servicedir.MaxNames)); names != nil {
		one.Pipeline = names[0]
	}
}

// oldNames are the names in a file, where the directory that has its place by now is
// not there.
func (s *scanner) oldNames(name, place, old string) []string {
	if servicedir.Exists(s.dir, name+"/"+place) {
		return nil
	}
	return servicedir.ParseNames(readAt(s.dir, name+"/"+old, servicedir.MaxNames))
}

// bundle is what a bundle stands for.
func (s *scanner) bundle(name string) graph.Service {
	one := graph.Service{Name: name, Bundle: true}
	s.eachName(name+"/"+servicedir.Contents, func(member string) { one.Contents = append(one.Contents, member) })
	one.Contents = append(one.Contents, s.oldNames(name, servicedir.Contents, servicedir.OldContents)...)
	return one
}

// isBundle says that a directory in the scan directory stands for others, and is no
// service itself; and it notes whether that says at all what it is.
func (s *scanner) isBundle(name string) bool {
	if !s.config.style.feeds {
		return false
	}
	kind := s.typeOf(name)
	if delete(s.typed, name); kind != "" {
		s.typed[name] = true
	}
	return kind == servicedir.TypeBundle
}

// maxEdge bounds what is read of a file that is an edge.
const maxEdge = 256

// typeOf is what a service says it is, "" if it says nothing.
func (s *scanner) typeOf(name string) string {
	value, _, _ := servicedir.ReadValue(s.dir, name+"/"+servicedir.Type) // what is bad says nothing
	return value
}

// eachName calls f for each name in a directory below the scan directory that does
// not begin with a dot, if it is there.
func (s *scanner) eachName(path string, f func(name string)) {
	fd, err := openAt(s.dir, path)
	if errors.Is(err, unix.ENOENT) {
		return
	}
	if err == nil {
		defer unix.Close(fd)
		err = fifo.EachName(fd, func(name string) {
			if name[0] != '.' {
				f(name)
			}
		})
	}
	if err != nil {
		s.once(&s.saidEdge, "unable to read "+path+": "+reason(err)+", going on without")
	}
}

// writeNeeds writes down what a service needs, and if that is new tells its
// supervise, if there is one. Best effort: a state that cannot be written leaves
// it as it is, until the next time.
func (s *scanner) writeNeeds(k *keeping, tell bool) {
	const name = servicedir.State + "/" + servicedir.Needs
	var text []byte
	for _, n := range s.graph.Needs(k.name) {
		text = n.Append(text)
	}
	if string(text) == k.needs && (k.wired || len(text) == 0 && !servicedir.Exists(k.dir, name)) {
		return
	}
	if len(text) == 0 {
		if err := unix.Unlinkat(k.dir, name, 0); err != nil && err != unix.ENOENT && err != unix.ENOTDIR {
			return
		}
	} else {
		state, err := servicedir.OpenState(k.dir)
		if err != nil {
			return
		}
		err = replaceAt(state, servicedir.Needs, text)
		_ = unix.Close(state) // nothing was written to it
		if err != nil {
			return
		}
	}
	k.needs, k.wired = string(text), true
	if tell {
		_ = fifo.Send(k.dir, servicedir.State+"/"+servicedir.ControlIn, []byte{byte(command.Look)}, 0) // who does not listen yet reads it when it starts
	}
}
