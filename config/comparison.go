package config

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// comparison is the earlier configuration, indexed for the comparisons.
type comparison struct {
	*document
	lines    [][]byte
	tierAt   map[string]int              // entries of tiers by name
	vaults   map[vaultPlace]centralVault // without those that moved with the central account or Region
	now, was map[globalName]bucketIn     // buckets by name
}

func (c *checker) compareWith(d *document) {
	p := &comparison{
		document: d, lines: linesOf(d.text), tierAt: tierEntriesByName(d.root), vaults: map[vaultPlace]centralVault{},
		now: c.cfg.bucketsByName(), was: d.cfg.bucketsByName(),
	}
	c.previous = p
	at, was := c.cfg.Central, d.cfg.Central
	for _, v := range d.cfg.centralVaults() {
		moved := at.Region != was.Region && (v.region == at.Region || v.region == was.Region) // the stacks of both are others
		if at.Account == was.Account && !moved {
			p.vaults[v.place()] = v
		}
	}
}

// before returns the places of paths in the earlier file.
func (c *checker) before(paths ...string) []Place {
	found := places(c.previous.root, paths...)
	for i := range found {
		found[i].locate(c.previous.file, c.previous.lines)
	}
	return found
}

// sameVaults goes through the vaults that both configurations have.
func (c *checker) sameVaults(compare func(now, was centralVault)) {
	for _, now := range c.cfg.centralVaults() {
		if was, there := c.previous.vaults[now.place()]; there {
			compare(now, was)
		}
	}
}

// leftBehind goes through the removed vaults, in the order of their names and Regions.
func (c *checker) leftBehind(look func(was centralVault)) {
	left := maps.Clone(c.previous.vaults)
	for _, now := range c.cfg.centralVaults() {
		delete(left, now.place())
	}
	for _, at := range slices.SortedFunc(maps.Keys(left), func(a, b vaultPlace) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.region, b.region))
	}) {
		look(left[at])
	}
}

// centralMoved returns the path of the central account or Region if it has changed, or "".
func (c *checker) centralMoved() string {
	now, was := c.cfg.Central, c.previous.cfg.Central
	switch {
	case now.Account != was.Account:
		return "central.account"
	case now.Region != was.Region:
		return "central.region"
	}
	return ""
}

// bucketIn is a bucket with its place in a configuration.
type bucketIn struct {
	Bucket
	path     string
	tier     *Tier
	workload Workload
}

func (b bucketIn) accountRegion() accountRegion {
	return accountRegion{b.workload.Account, b.workload.Region}
}

// bucketsByName returns the buckets whose tier exists.
func (c *Config) bucketsByName() map[globalName]bucketIn {
	all := map[globalName]bucketIn{}
	for i, w := range c.Workloads {
		for j, b := range w.Buckets {
			if row, known := c.rows[b.Tier]; known {
				all[w.globalName(b)] = bucketIn{b, bucketPath(i, j), &c.Tiers[row], w}
			}
		}
	}
	return all
}

// bucketsInBoth goes through the buckets that both configurations have, in the order of this one.
func (c *checker) bucketsInBoth(compare func(now, was bucketIn)) {
	for _, w := range c.cfg.Workloads {
		for _, b := range w.Buckets {
			if was, there := c.previous.was[w.globalName(b)]; there {
				compare(c.previous.now[w.globalName(b)], was)
			}
		}
	}
}

// deployed identifies a workload's stack.
type deployed struct{ id, account, region string }

func (w Workload) deployed() deployed { return deployed{w.ID(), w.Account, w.Region} }

// byStack returns the index of each workload by its stack.
func (c *Config) byStack() map[deployed]int {
	at := map[deployed]int{}
	for i, w := range c.Workloads {
		at[w.deployed()] = i
	}
	return at
}

// tiersInBoth goes through the tiers that both configurations use, in the order of this one.
func (c *checker) tiersInBoth(compare func(now, was *Tier)) {
	used := map[string]bool{}
	for ref := range c.previous.cfg.tierReferences() {
		used[ref.tier] = true
	}
	compared := map[string]bool{}
	for ref := range c.cfg.tierReferences() {
		if was := c.previous.cfg.tier(ref.tier); was != nil && used[ref.tier] && !compared[ref.tier] {
			compared[ref.tier] = true
			compare(c.cfg.tier(ref.tier), was)
		}
	}
}

// changePath is the path where the document sets a key of a tier, or where it would set it.
func (c *checker) changePath(t *Tier, key string) string {
	if at := c.whereSaid(t, key); at != "" {
		return at
	}
	if _, written := c.tierAt[t.Name]; written {
		return c.tierPath(t) + "." + key
	}
	return "tiers"
}

// beforeTier returns the place of a tier's key in the earlier file, if it has one.
func (c *checker) beforeTier(t *Tier, key string) []Place {
	i, there := c.previous.tierAt[t.Name]
	if !there {
		return nil
	}
	if found := c.before(entryPath(i) + "." + key); found != nil {
		return found
	}
	if list, _, isItem := strings.Cut(key, "["); isItem { // the earlier file may have fewer rules, or one without a list
		return c.before(entryPath(i) + "." + list)
	}
	return nil
}
