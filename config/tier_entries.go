package config

import (
	"iter"
	"slices"

	"go.yaml.in/yaml/v4"
)

// tierPath is the path of a tier's entry. For a built-in tier without an entry it is "tiers", which the
// document may not have.
func (c *checker) tierPath(t *Tier) string {
	if i, ok := c.tierAt[t.Name]; ok {
		return entryPath(i)
	}
	return "tiers"
}

func (c *checker) tierEntries() []*yaml.Node { return tierEntries(c.root) }

// tierEntriesByName returns the index of the first entry of each name.
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

// rows goes through the rows of the tier table, except those of an entry that is no tier.
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

// tierKeys lists the paths where the document can set keys of a tier: in its own entry and in the entry
// of the tier that it extends. The doubtful names are among them: such an entry may be this tier's.
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

// whereSaid returns the path where the document sets a key of a tier, in its own entry or in the entry of
// the tier that it extends. "": the value is the built-in one.
func (c *checker) whereSaid(t *Tier, key string) string {
	for _, path := range c.tierKeys(t, key) {
		if c.written(path) {
			return path
		}
	}
	return ""
}

// tierNamesDoubtful says whether an entry may be meant for another tier than its name says.
func (c *checker) tierNamesDoubtful() bool {
	builtin := builtinTiers().names()
	return c.doubtful("tiers") || len(c.unnamed) > 0 || slices.ContainsFunc(c.tierEntries(), func(entry *yaml.Node) bool {
		return !slices.Contains(builtin, scalarAt(entry, "name").Value) && scalarAt(entry, "extends").Value == ""
	})
}
