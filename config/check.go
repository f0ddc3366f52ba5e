package config

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"
)

// checks are run in this order, each over the whole configuration, whatever the others found.
// One that compares values takes a value that is missing or malformed for whatever raises no
// problem, since that has been reported where it stands.
var checks = []func(*checker){
	checkOrganizationPaths,
	checkPolicyNames,
	checkVaultLock,
	checkRetainedVaults,
	checkTierEntries,
	checkTierRules,
	checkWorkloads,
	checkTierReferences,
	checkBuckets,
	checkTagSelections,
	checkCopyPartitions,
	checkCopiesWithinLock,
	checkCopyRetentionsDecided,
	checkLowCostCopies,
	checkNames,
	checkAccessLogBuckets,
	checkQuotas,
}

// checker collects the problems of a configuration.
type checker struct {
	cfg    *Config
	root   *yaml.Node
	placed []placed
	faulty map[*yaml.Node]bool // values that have been reported as malformed
	uses   [][]TierUse         // by workload
	tierAt map[string]int      // the first entry of tiers with a name

	tierNamesFaulty bool // an entry of tiers is of no tier, so that another may lack what it says
}

func newChecker(cfg *Config, root *yaml.Node, decoded []placed) *checker {
	c := &checker{cfg: cfg, root: root, placed: decoded, faulty: map[*yaml.Node]bool{}, uses: make([][]TierUse, len(cfg.Workloads)), tierAt: map[string]int{}}
	for i, w := range cfg.Workloads {
		c.uses[i] = cfg.TierUses(w)
	}
	for i, item := range slices.Backward(c.tierEntries()) {
		c.tierAt[scalarAt(item, "name").Value] = i
	}
	for _, p := range decoded {
		c.faulty[p.node] = true
	}
	return c
}

// report adds a problem at the value that p.Path names, or, where the document leaves that to a
// default, at the nearest mapping around it.
func (c *checker) report(p Problem) {
	n, found := lookup(c.root, p.Path)
	if found && c.faulty[n] {
		return
	}
	c.placed = append(c.placed, placed{p, n})
}

// written says whether the document has a value at path.
func (c *checker) written(path string) bool {
	_, found := lookup(c.root, path)
	return found
}

// hasFault says whether a value, or a key or value right in it, has been reported as malformed.
func (c *checker) hasFault(path string) bool {
	n, found := lookup(c.root, path)
	return found && (c.faulty[n] || slices.ContainsFunc(n.Content, func(inner *yaml.Node) bool { return c.faulty[inner] }))
}

// where names the place of a path's value for the text of a message about another place.
func (c *checker) where(path string) string {
	n, _ := lookup(c.root, path)
	return fmt.Sprintf("line %d", n.Line)
}

func (c *checker) finish(file string) Problems {
	problems := make(Problems, len(c.placed))
	for i, p := range c.placed {
		problems[i] = p.problem
		problems[i].File, problems[i].Line, problems[i].Column = file, p.node.Line, p.node.Column
	}
	problems.sort()
	return problems
}
