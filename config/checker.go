package config

import (
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
	faulty  map[*yaml.Node]bool // values and keys that have been reported as malformed
	missing map[string]bool     // paths that have been reported as missing
	uses    [][]TierUse         // by workload
	tierAt  map[string]int      // the first entry of tiers with a name
	unnamed []string            // the paths of the names of tiers that are doubtful

	suggested int // how many times didYouMean was asked

	previous *comparison // nil: with nothing
}

func newChecker(d *document) *checker {
	c := &checker{cfg: d.cfg, root: d.root, placed: d.problems, faulty: map[*yaml.Node]bool{}, missing: map[string]bool{}, uses: make([][]TierUse, len(d.cfg.Workloads)), tierAt: tierEntriesByName(d.root)}
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

// maxSuggestions is how many times names are looked through for the one that was meant: each time
// costs as many comparisons as there are names, and the file can have as many mistakes.
const maxSuggestions = 100

// didYouMean is DidYouMean for names of which there can be thousands.
func (c *checker) didYouMean(got string, candidates []string) string {
	c.suggested++
	if c.suggested > maxSuggestions {
		return ""
	}
	return DidYouMean(got, candidates)
}

// report adds a problem of the current check at the value of a path, or, where the document leaves
// that to a default, at the nearest mapping around it. The other values that it rests on are shown
// too. Where one of them all is doubtful there is no problem yet: one mistake is reported once.
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

// doubtful says whether the value of one of the paths has been reported as malformed or missing, or
// may be what a key is meant for that is misspelt.
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

// isMissing says whether a value, or one that it is in, was reported as missing.
func (c *checker) isMissing(path string) bool {
	for end, r := range path {
		if (r == '.' || r == '[') && c.missing[path[:end]] {
			return true
		}
	}
	return c.missing[path]
}

// meant says whether a key that was reported may be meant for one that a mapping does not have.
func (c *checker) meant(n *yaml.Node, key string) bool {
	for i := 0; n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
		written := n.Content[i]
		if c.faulty[written] && (written.Tag == "!!merge" || nearest(written.Value, []string{key}) != "") {
			return true
		}
	}
	return false
}

// complete fills in what a check's problems have in common.
func (ch check) complete(p Problem) Problem {
	p.Check, p.Level, p.Fact = ch.name, ch.level, ch.fact
	return p
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
