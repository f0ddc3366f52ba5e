package config

import (
	"fmt"
	"slices"
	"strconv"
)

// checkLowCostReached finds tiers whose backups and copies expire before they reach the low-cost warm tier.
func checkLowCostReached(c *checker) {
	for t := range c.rows() {
		at := c.firstWritten(c.tierPath(t), "low_cost_after_days", "snapshot_backup", "copy_to_central")
		undecided := t.CopyToCentral != nil && t.CopyToCentral.DeleteAfterDays == setByTheBusiness
		keys := append(c.copyKeys(t), "low_cost_after_days", "snapshot_backup.delete_after_days")
		rests := c.tierKeys(t, append(keys, c.ruleKeys(t, retentionKeyOf)...)...)
		if at == "" || c.doubtful(rests...) {
			continue
		}
		if t.LowCostAfterDays == 0 || t.LowCostAfterDays == NeverLowCost || t.LowCostBackups() || t.lowCostCopies() || undecided {
			continue
		}
		c.report(at, Problem{
			What: "no snapshot or copy of this tier is kept long enough to reach the low-cost warm tier",
			Got:  fmt.Sprintf("low_cost_after_days %d", t.LowCostAfterDays),
			Want: "fewer days than the retention of snapshot_backup or copy_to_central, or 0",
		})
	}
}

// checkLowCostPartitions finds vaults in partitions without the low-cost warm tier.
func checkLowCostPartitions(c *checker) {
	without := func(region string) bool {
		p := Partition(region)
		return p == partitionChina || p == partitionSovereign
	}
	reported := map[*Tier]bool{}
	report := func(t *Tier, region, seen string) {
		if without(region) && !reported[t] {
			reported[t] = true
			c.report(c.whereSaid(t, "low_cost_after_days"), Problem{
				What: "AWS Backup has no low-cost warm tier in " + region,
				Got:  strconv.Itoa(t.LowCostAfterDays), Want: "0, or a separate tier for that Region",
			}, seen)
		}
	}
	for i := range c.cfg.Workloads {
		for _, use := range c.uses[i] {
			if use.Tier.LowCostBackups() {
				report(use.Tier, c.cfg.Workloads[i].Region, workloadPath(i)+".region")
			}
		}
	}
	for _, t := range c.cfg.copied {
		if t.lowCostCopies() {
			report(t, c.cfg.Central.Region, "central.region")
		}
	}
	if set := c.cfg.Rollout.StackSet; set != nil {
		for _, tier := range set.Tiers {
			for i, region := range set.Regions {
				if t := c.cfg.tier(tier); t != nil && t.LowCostBackups() {
					report(t, region, stackSetRegionPath(i))
				}
			}
		}
	}
}

// checkLowCostSelections finds more differences between tiers than a central vault's tiering configuration can hold.
func checkLowCostSelections(c *checker) {
	for v := range c.receiving() {
		selections, named := c.cfg.lowCostCopies(v.index), c.cfg.namedLowCostCopies(v.index)
		switch {
		case len(selections) > MaxTieringSelections:
			c.reportLowCost(v, fmt.Sprintf("the tiers with copies have %d different ages; %s can have at most %d",
				len(selections), v.called(), MaxTieringSelections))
		case named > MaxTieringResources:
			c.reportLowCost(v, fmt.Sprintf("the tiers with copies have different ages, so %s must list their "+
				"buckets: it can list at most %d, not %d", v.called(), MaxTieringResources, named))
		}
	}
}

func warnOfTaggedLowCost(c *checker) {
	for v := range c.receiving() {
		if selections := c.cfg.lowCostCopies(v.index); len(selections) == 1 && len(selections[0].Buckets) == 0 {
			continue // everything moves
		}
		if c.lowCostByTag(v) {
			c.reportLowCost(v, "the tiers with copies have different ages, so "+v.called()+" must list their buckets: copies "+
				"of buckets selected by tag do not move to the low-cost warm tier")
		}
	}
}

// lowCostByTag tells whether copies of buckets with a tag, which would move to the low-cost warm tier, enter a vault.
func (c *checker) lowCostByTag(v centralVault) bool {
	for ref := range c.cfg.tierReferences() {
		if t := c.cfg.tier(ref.tier); ref.byTag() && t != nil && t.lowCostCopies() && slices.Contains(c.cfg.entering[v.index], t) {
			return true
		}
	}
	return false
}

// reportLowCost reports at the first tier with low-cost copies that enter a vault.
func (c *checker) reportLowCost(v centralVault, what string) {
	copied := c.cfg.entering[v.index]
	if i := slices.IndexFunc(copied, (*Tier).lowCostCopies); i >= 0 {
		t := copied[i]
		c.report(c.tierPath(t)+".low_cost_after_days", Problem{
			What: what,
			Got:  strconv.Itoa(t.LowCostAfterDays), Want: "the same low_cost_after_days for every tier with copy_to_central",
		})
	}
}
