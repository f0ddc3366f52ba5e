package config

import (
	"bytes"
	"slices"

	"go.yaml.in/yaml/v4"
)

// check is one thing that a backup.yaml is looked through for: a row of docs/checks.md.
type check struct {
	name  string
	level Level
	fact  string         // "": a rule of this app's own
	run   func(*checker) // nil: made while the file is read
}

// checker runs the checks of a configuration and collects what they report.
type checker struct {
	cfg     *Config
	root    *yaml.Node
	current check
	placed  []placed
	faulty  map[*yaml.Node]bool // values that have been reported as malformed
	uses    [][]TierUse         // by workload
	tierAt  map[string]int      // the first entry of tiers with a name

	previous *document // what the configuration is compared with; nil: nothing
}

func newChecker(d *document) *checker {
	c := &checker{cfg: d.cfg, root: d.root, placed: d.problems, faulty: map[*yaml.Node]bool{}, uses: make([][]TierUse, len(d.cfg.Workloads)), tierAt: map[string]int{}}
	for i, w := range c.cfg.Workloads {
		c.uses[i] = c.cfg.TierUses(w)
	}
	for i, item := range slices.Backward(c.tierEntries()) {
		c.tierAt[scalarAt(item, "name").Value] = i
	}
	for _, p := range d.problems {
		c.faulty[p.node] = true
	}
	return c
}

func (c *checker) run(checks []check) {
	for _, c.current = range checks {
		c.current.run(c)
	}
}

// report adds a problem of the current check at the value of a path, or, where the document leaves
// that to a default, at the nearest mapping around it. A value that is malformed raises no second problem.
func (c *checker) report(path string, p Problem) {
	n, found := lookup(c.root, path)
	if found && c.faulty[n] {
		return
	}
	p.Path = path
	c.placed = append(c.placed, placed{c.current.complete(p), n})
}

// complete fills in what a check's problems have in common.
func (ch check) complete(p Problem) Problem {
	p.Check, p.Level, p.Fact = ch.name, ch.level, ch.fact
	return p
}

// see returns the places of those of the paths that the document has a value at.
func (c *checker) see(paths ...string) []Place { return places(c.root, paths...) }

// places leaves the file to whoever completes the problem, except where it is another file's.
func places(root *yaml.Node, paths ...string) []Place {
	var found []Place
	for _, path := range paths {
		if n, ok := lookup(root, path); ok {
			found = append(found, Place{Path: path, Line: n.Line, Column: n.Column})
		}
	}
	return found
}

// written says whether the document has a value at path.
func (c *checker) written(path string) bool {
	_, found := lookup(c.root, path)
	return found
}

// firstWritten returns the first of the keys at a path that the document has, or "".
func (c *checker) firstWritten(at string, keys ...string) string {
	for _, key := range keys {
		if path := at + "." + key; c.written(path) {
			return path
		}
	}
	return ""
}

// hasFault says whether a value, or a key or value right in it, has been reported as malformed.
func (c *checker) hasFault(path string) bool {
	n, found := lookup(c.root, path)
	return found && (c.faulty[n] || slices.ContainsFunc(n.Content, func(inner *yaml.Node) bool { return c.faulty[inner] }))
}

// inOrder completes the problems with their places and puts them into the order of the lines.
func inOrder(file string, text []byte, found []placed) Problems {
	problems := make(Problems, len(found))
	var lines [][]byte
	if len(found) > 0 {
		lines = linesOf(text)
	}
	for i, p := range found {
		problems[i] = p.problem
		problems[i].Line, problems[i].Column = p.node.Line, p.node.Column
		problems[i].locate(file, lines)
		for j := range problems[i].See {
			problems[i].See[j].locate(file, lines)
		}
	}
	problems.sort()
	return problems
}

func linesOf(text []byte) [][]byte { return bytes.Split(text, []byte("\n")) }

// locate completes a place that is in this file.
func (p *Place) locate(file string, lines [][]byte) {
	if p.File != "" {
		return
	}
	p.File = file
	if p.Line > 0 && p.Line <= len(lines) {
		p.source = string(bytes.TrimRight(lines[p.Line-1], "\r"))
	}
}
