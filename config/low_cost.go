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

// LowCostCopies lists the copies that move to the low-cost warm tier. The central vault holds copies of all
// tiers: if all have the same age, one selection takes everything; if not, there is one selection of named
// buckets for each age.
func (c *Config) LowCostCopies() []LowCostSelection {
	differs := func(t *Tier) bool { return !t.lowCostCopies() || t.LowCostAfterDays != c.copied[0].LowCostAfterDays }
	if len(c.copied) > 0 && !slices.ContainsFunc(c.copied, differs) {
		return []LowCostSelection{{AfterDays: c.copied[0].LowCostAfterDays}}
	}
	var selections []LowCostSelection
	for _, t := range c.copied {
		buckets := c.bucketsOf(t.Name)
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

func (c *Config) bucketsOf(tier string) []string {
	var names []string
	for _, w := range c.Workloads {
		for _, b := range w.Buckets {
			if b.Tier == tier {
				names = append(names, b.Name)
			}
		}
	}
	return names
}

// namedLowCostCopies is how many buckets a tiering configuration has to name.
func (c *Config) namedLowCostCopies() int {
	named := 0
	for _, s := range c.LowCostCopies() {
		named += len(s.Buckets)
	}
	return named
}
