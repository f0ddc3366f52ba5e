package config

import (
	"maps"
	"slices"
)

// comparison is the earlier configuration, with what the comparisons look up in it.
type comparison struct {
	*document
	lines    [][]byte
	tierAt   map[string]int          // entries of tiers by name
	vaults   map[string]centralVault // by name; none where the central account or Region is another
	now, was map[globalName]bucketIn // buckets by name
}

func (c *checker) compareWith(d *document) {
	p := &comparison{document: d, lines: linesOf(d.text), now: c.cfg.bucketsByName(), was: d.cfg.bucketsByName(), tierAt: tierEntriesByName(d.root), vaults: map[string]centralVault{}}
	c.previous = p
	if c.centralMoved() == "" {
		for _, v := range d.cfg.centralVaults() {
			p.vaults[v.name] = v
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

// sameVaults goes through the vaults that both have.
func (c *checker) sameVaults(compare func(now, was centralVault)) {
	for _, now := range c.cfg.centralVaults() {
		if was, there := c.previous.vaults[now.name]; there {
			compare(now, was)
		}
	}
}

// leftBehind goes through the vaults that are there no more, in the order of their names.
func (c *checker) leftBehind(look func(was centralVault)) {
	left := maps.Clone(c.previous.vaults)
	for _, now := range c.cfg.centralVaults() {
		delete(left, now.name)
	}
	for _, name := range slices.Sorted(maps.Keys(left)) {
		look(left[name])
	}
}

// centralMoved returns what of the central account is another than before, or "".
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

// bucketIn is a bucket in a configuration, with what becomes of it there.
type bucketIn struct {
	Bucket
	path     string
	tier     *Tier
	workload Workload
}

func (b bucketIn) accountRegion() accountRegion {
	return accountRegion{b.workload.Account, b.workload.Region}
}

// bucketsByName lists the buckets of tiers that there are.
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

// deployed is what makes a workload's stack another one.
type deployed struct{ id, account, region string }

func (w Workload) deployed() deployed { return deployed{w.ID(), w.Account, w.Region} }

// byStack is where the workloads are, by their stacks.
func (c *Config) byStack() map[deployed]int {
	at := map[deployed]int{}
	for i, w := range c.Workloads {
		at[w.deployed()] = i
	}
	return at
}

// tiersInBoth goes through the tiers that are used in both configurations, in the order of this one.
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

// changePath is where the document says what a tier's key is, or else where it would.
func (c *checker) changePath(t *Tier, key string) string {
	if at := c.whereSaid(t, key); at != "" {
		return at
	}
	if _, written := c.tierAt[t.Name]; written {
		return c.tierPath(t) + "." + key
	}
	return "tiers"
}

// beforeTier returns the place of a tier's key in the earlier file, if it is there.
func (c *checker) beforeTier(t *Tier, key string) []Place {
	if i, there := c.previous.tierAt[t.Name]; there {
		return c.before(entryPath(i) + "." + key)
	}
	return nil
}
