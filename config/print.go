package config

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"
)

// YAML is the effective configuration as a backup.yaml that loads back equal, with every default filled in. A comment
// above each tier in use says how many recovery points its buckets have.
func (c *Config) YAML() ([]byte, error) {
	printed := *c
	printed.Tiers = slices.Clone(c.Tiers)
	for i := range printed.Tiers {
		printed.Tiers[i].SnapshotBackup = c.printedRules(&c.Tiers[i])
	}
	var document yaml.Node
	if err := document.Dump(&printed); err != nil {
		return nil, err
	}
	c.commentOnTiers(&document)
	return yaml.Dump(&document, yaml.WithIndent(2))
}

// printedRules are the snapshot rules of a tier in the form in which they load back. A mapping would inherit what the
// rule of the tier that this one extends has beside retention and schedule.
func (c *Config) printedRules(t *Tier) SnapshotRules {
	inherited := c.Tiers.find(t.Extends)
	if inherited == nil || !t.SnapshotBackup.unnamed() || !inherited.SnapshotBackup.unnamed() || inherited.SnapshotBackup.bare() {
		return t.SnapshotBackup
	}
	rules := t.SnapshotBackup.clone()
	rules[0].item = true
	return rules
}

func (c *Config) commentOnTiers(document *yaml.Node) {
	used := map[string]bool{}
	for ref := range c.tierReferences() {
		used[ref.tier] = true
	}
	for i, entry := range tierEntries(document) {
		if t := &c.Tiers[i]; used[t.Name] {
			entry.HeadComment = fmt.Sprintf("# %s", t.RecoveryPoints())
		}
	}
}
