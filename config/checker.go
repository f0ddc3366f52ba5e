package config

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// check looks for one kind of problem in a backup.yaml. It is a row of docs/checks.md.
type check struct {
	name  string
	level Level
	fact  string         // "": a rule of this app, not of AWS
	run   func(*checker) // nil: runs while the file is read
}

// checker runs the checks of a configuration and collects what they report.
type checker struct {
	cfg     *Config
	file    string
	root    *yaml.Node
	current check
	placed  []placed
	faulty  map[*yaml.Node]bool // values and keys with a problem of their own
	missing map[string]bool     // paths of missing values
	uses    [][]TierUse         // by workload
	tierAt  map[string]int      // index of the first entry of tiers by name
	unnamed []string            // paths of the doubtful names of tiers

	policies map[string]soundPolicy // of buckets, by the bucket's path

	suggested int // calls of didYouMean

	previous *comparison // nil: there is no earlier file
}

func newChecker(d *document) *checker {
	c := &checker{
		cfg: d.cfg, file: d.file, root: d.root, placed: d.problems,
		faulty: map[*yaml.Node]bool{}, missing: map[string]bool{}, policies: map[string]soundPolicy{},
		uses: make([][]TierUse, len(d.cfg.Workloads)), tierAt: tierEntriesByName(d.root),
	}
	for i, w := range c.cfg.Workloads {
		c.uses[i] = c.cfg.TierUses(w)
	}
	for _, p := range d.problems {
		if p.problem.Check == missingKey.name {
			c.missing[p.problem.Path] = true
		} else {
			c.faulty[p.node] = true
		}
	}
	for i := range c.tierEntries() {
		if name := entryPath(i) + ".name"; c.doubtful(name) {
			c.unnamed = append(c.unnamed, name)
		}
	}
	return c
}

func (c *checker) run(checks []check) {
	for _, c.current = range checks {
		if len(c.placed) <= maxProblems {
			c.current.run(c)
		}
	}
}

// maxSuggestions limits the searches for the name that was meant: with thousands of names and thousands
// of mistakes, they would take minutes.
const maxSuggestions = 100

// didYouMean is [DidYouMean] where there can be thousands of candidates.
func (c *checker) didYouMean(got string, candidates []string) string {
	c.suggested++
	if c.suggested > maxSuggestions {
		return ""
	}
	return DidYouMean(got, candidates)
}

// report adds a problem of the current check at the value of a path. Where the document has no such
// value, it is at the nearest mapping around it. restsOn are the paths of other values that the problem
// rests on; the message shows their places. Where any of these values is doubtful, report does nothing:
// one mistake is reported once.
func (c *checker) report(path string, p Problem, restsOn ...string) {
	if c.doubtful(path) || c.doubtful(restsOn...) {
		return
	}
	if len(c.placed) > maxProblems {
		return
	}
	n, _ := lookup(c.root, path)
	others := slices.DeleteFunc(slices.Clone(restsOn), func(other string) bool { return other == path })
	p.Path, p.See = path, append(p.See, places(c.root, others...)...)
	c.placed = append(c.placed, placed{c.current.complete(p), n})
}

// doubtful says whether the value at one of the paths has a problem of its own: it is not valid, it is
// missing, or a misspelt key may be meant for it.
func (c *checker) doubtful(paths ...string) bool {
	if len(c.faulty) == 0 && len(c.missing) == 0 {
		return false
	}
	return slices.ContainsFunc(paths, func(path string) bool {
		n := c.root
		for _, step := range steps(path) {
			next := descend(n, step)
			if next == nil {
				return c.isMissing(path) || c.meant(n, step)
			}
			if n = next; c.faulty[n] {
				return true
			}
		}
		return false
	})
}

// isMissing says whether a value, or a mapping around it, was reported as missing.
func (c *checker) isMissing(path string) bool {
	for end, r := range path {
		if (r == '.' || r == '[') && c.missing[path[:end]] {
			return true
		}
	}
	return c.missing[path]
}

// meant says whether a mapping has an unknown key that may be meant for this one.
func (c *checker) meant(n *yaml.Node, key string) bool {
	for i := 0; n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
		written := n.Content[i]
		if !c.faulty[written] {
			continue
		}
		if written.Tag == "!!merge" || strings.HasPrefix(written.Value, key+":") || nearest(written.Value, []string{key}) != "" {
			return true
		}
	}
	return false
}

// complete fills in what all problems of a check have in common.
func (ch check) complete(p Problem) Problem {
	p.Check, p.Level, p.Fact = ch.name, ch.level, ch.fact
	return p
}

// written says whether the document itself has a value at a path.
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
