package drawing

// Node is a service, or a bundle, as JSON shows it.
type Node struct {
	Name    string   `json:"name"`
	Bundle  bool     `json:"bundle"`
	State   *string  `json:"state"`
	Members []string `json:"members"`
	Needs   []Edge   `json:"needs"`
}

// Edge is what it needs, wants, or comes after.
type Edge struct {
	Name     string  `json:"name"`
	Strength string  `json:"strength"`
	Kind     *string `json:"kind"`
	Follow   *string `json:"follow"`
	Trouble  *string `json:"trouble"`
}

// Nodes is the drawing for JSON.
func (d *Drawing) Nodes() []Node {
	all := []Node{}
	for _, name := range d.Services {
		one := Node{Name: name, Members: []string{}, Needs: []Edge{}}
		if d.State != nil {
			one.State = some(d.State(name))
		}
		for _, n := range d.Graph.Needs(name) {
			one.Needs = append(one.Needs, Edge{n.Name, n.Strength.String(), some(n.Kind.String()), some(n.Follow.String()), some(n.Trouble)})
		}
		all = append(all, one)
	}
	for _, name := range d.Bundles {
		all = append(all, Node{Name: name, Bundle: true, Members: append([]string{}, d.Graph.Members(name)...), Needs: []Edge{}})
	}
	return all
}

func some(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
