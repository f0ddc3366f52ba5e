package config

import "slices"

// LowCostSelection is a set of backups that move to the low-cost warm tier (F-TIER-1).
type LowCostSelection struct {
	// AfterDays is the age, in days, at which they move.
	AfterDays int
	// Buckets whose backups move. Empty: all buckets.
	Buckets []string
}

// LowCostBackups says whether backups in the tier's own vault are kept long enough to reach the low-cost
// warm tier. Continuous backups never are.
func (t *Tier) LowCostBackups() bool {
	return t.LowCostAfterDays > 0 && slices.ContainsFunc(t.SnapshotBackup, func(s SnapshotBackup) bool {
		return s.DeleteAfterDays > t.LowCostAfterDays
	})
}

// lowCostCopies says whether the tier's copies are kept long enough to reach the low-cost warm tier.
func (t *Tier) lowCostCopies() bool {
	return t.LowCostAfterDays > 0 && slices.ContainsFunc(t.copyRetentions(), func(days int) bool { return days > t.LowCostAfterDays })
}

// LowCostCopies lists the copies of a central vault that move to the low-cost warm tier. The vault holds copies of
// several tiers: if all have the same age, one selection takes everything; if not, there is one selection of named
// buckets for each age.
func (c *Config) LowCostCopies(v CentralVault) []LowCostSelection {
	return c.lowCostCopies(c.indexOf(v))
}

// AirGappedLowCost lists the same of the central air-gapped vault.
func (c *Config) AirGappedLowCost() []LowCostSelection { return c.lowCostCopies(airGappedIndex) }

func (c *Config) lowCostCopies(vault int) []LowCostSelection {
	copied := c.entering[vault]
	differs := func(t *Tier) bool { return !t.lowCostCopies() || t.LowCostAfterDays != copied[0].LowCostAfterDays }
	if len(copied) > 0 && !slices.ContainsFunc(copied, differs) {
		return []LowCostSelection{{AfterDays: copied[0].LowCostAfterDays}}
	}
	var selections []LowCostSelection
	for _, t := range copied {
		buckets := c.bucketsCopied(t, vault)
		if !t.lowCostCopies() || buckets == nil { // selected by tag alone: nothing can be named
			continue
		}
		i := slices.IndexFunc(selections, func(s LowCostSelection) bool { return s.AfterDays == t.LowCostAfterDays })
		if i < 0 {
			i = len(selections)
			selections = append(selections, LowCostSelection{AfterDays: t.LowCostAfterDays})
		}
		selections[i].Buckets = append(selections[i].Buckets, buckets...)
	}
	return selections
}

// bucketsCopied are the named buckets of a tier that are copied into a vault.
func (c *Config) bucketsCopied(t *Tier, vault int) []string {
	var names []string
	for _, w := range c.Workloads {
		if vault != airGappedIndex && !slices.Contains(c.vaultsInto(t, w.Region), vault) {
			continue
		}
		for _, b := range w.Buckets {
			if b.Tier == t.Name {
				names = append(names, b.Name)
			}
		}
	}
	return names
}

// namedLowCostCopies is how many buckets the tiering configuration of a vault has to name.
func (c *Config) namedLowCostCopies(vault int) int {
	named := 0
	for _, s := range c.lowCostCopies(vault) {
		named += len(s.Buckets)
	}
	return named
}
