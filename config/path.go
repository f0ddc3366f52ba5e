package config

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// path is a place in the document, written out only where a problem names it.
type path struct {
	parent *path
	key    string
	index  int
}

func (p *path) child(key string) *path { return &path{parent: p, key: key} }

func (p *path) item(index int) *path { return &path{parent: p, index: index} }

// String is the path as messages show it: workloads[0].buckets[1].tier. The root is "".
func (p *path) String() string {
	switch {
	case p == nil:
		return ""
	case p.key == "":
		return p.parent.String() + "[" + strconv.Itoa(p.index) + "]"
	case p.parent == nil:
		return p.key
	}
	return p.parent.String() + "." + p.key
}

// lookup returns the node at a path, or the deepest node on the way to it; found tells which.
func lookup(root *yaml.Node, path string) (n *yaml.Node, found bool) {
	n = root
	for _, step := range steps(path) {
		next := descend(n, step)
		if next == nil {
			return n, false
		}
		n = next
	}
	return n, true
}

func steps(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' })
}

func descend(n *yaml.Node, step string) *yaml.Node {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == step {
				return n.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i]
		}
	}
	return nil
}
