package config

import "slices"

// LowCostSelection moves backups to the low-cost warm tier (F-TIER-1).
type LowCostSelection struct {
	// AfterDays is the age, in days, from which they move.
	AfterDays int
	// Buckets whose backups move. Empty: every bucket's.
	Buckets []string
}

// LowCostBackups says whether backups in a tier's own vault grow old enough for its low-cost warm
// tier; continuous ones never do.
func (t *Tier) LowCostBackups() bool {
	return t.LowCostAfterDays > 0 && t.SnapshotBackup != nil && t.SnapshotBackup.DeleteAfterDays > t.LowCostAfterDays
}

// lowCostCopies says whether a tier's copies grow old enough for its low-cost warm tier.
func (t *Tier) lowCostCopies() bool {
	return t.LowCostAfterDays > 0 && t.Copied() && t.CopyToCentral.DeleteAfterDays > t.LowCostAfterDays
}

// LowCostCopies lists what moves to the low-cost warm tier in the central vault, which takes the
// copies of all tiers: one selection of everything where all tiers agree, or one of named buckets
// for each age.
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
