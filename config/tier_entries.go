package config

import (
	"iter"
	"slices"

	"go.yaml.in/yaml/v4"
)

// tierPath is where the document changes or adds a tier. Of a built-in row that it leaves alone it
// is a path that leads nowhere.
func (c *checker) tierPath(t *Tier) string {
	if i, ok := c.tierAt[t.Name]; ok {
		return entryPath(i)
	}
	return "tiers"
}

func (c *checker) tierEntries() []*yaml.Node { return tierEntries(c.root) }

// tierEntriesByName is where the first entry of each name is.
func tierEntriesByName(root *yaml.Node) map[string]int {
	at := map[string]int{}
	for i, entry := range slices.Backward(tierEntries(root)) {
		at[scalarAt(entry, "name").Value] = i
	}
	return at
}

func tierEntries(root *yaml.Node) []*yaml.Node {
	tiers, found := lookup(root, "tiers")
	if !found || tiers.Kind != yaml.SequenceNode {
		return nil
	}
	return tiers.Content
}

// rows goes through the rows of the tier table that are sound: not half a row whose entry is of no tier.
func (c *checker) rows() iter.Seq[*Tier] {
	builtin := builtinTiers().names()
	return func(yield func(*Tier) bool) {
		for i := range c.cfg.Tiers {
			t := &c.cfg.Tiers[i]
			if (slices.Contains(builtin, t.Name) || slices.Contains(builtin, t.Extends)) && !yield(t) {
				return
			}
		}
	}
}

// tierKeys are the paths where the document can have a key of a tier: in its entry, and in that of
// the row that it extends. Where an entry may be the tier's and does not say so, its name is one too.
func (c *checker) tierKeys(t *Tier, keys ...string) []string {
	if c.doubtful("tiers") {
		return []string{"tiers"}
	}
	paths := slices.Clone(c.unnamed)
	for _, name := range []string{t.Name, t.Extends} {
		if i, ok := c.tierAt[name]; ok && name != "" {
			for _, key := range keys {
				paths = append(paths, entryPath(i)+"."+key)
			}
		}
	}
	return paths
}

// whereSaid returns where the document says what a tier's key is, in its entry or in that of the row
// that it extends, or "" where it leaves that to the built-in row.
func (c *checker) whereSaid(t *Tier, key string) string {
	for _, path := range c.tierKeys(t, key) {
		if c.written(path) {
			return path
		}
	}
	return ""
}

// tierNamesDoubtful says whether an entry may be of another tier than its name says, so that this
// one lacks what it says.
func (c *checker) tierNamesDoubtful() bool {
	builtin := builtinTiers().names()
	return c.doubtful("tiers") || len(c.unnamed) > 0 || slices.ContainsFunc(c.tierEntries(), func(entry *yaml.Node) bool {
		return !slices.Contains(builtin, scalarAt(entry, "name").Value) && scalarAt(entry, "extends").Value == ""
	})
}
