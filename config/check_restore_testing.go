package config

import (
	"fmt"
	"slices"
)

// checkRestoreTestingTiers finds tiers without a recovery point to restore.
func checkRestoreTestingTiers(c *checker) {
	for i, w := range c.cfg.Workloads {
		if w.RestoreTesting == nil || c.tiersDoubtful(i) {
			continue
		}
		for j, tier := range w.RestoreTesting.Tiers {
			at, t := restoreTestingTierPath(i, j), c.cfg.tier(tier)
			used := slices.ContainsFunc(c.uses[i], func(u TierUse) bool { return u.Tier.Name == tier })
			switch {
			case t == nil: // reported as unknown
			case !t.BackedUp():
				c.report(
					at,
					Problem{What: "this tier has no backups to restore", Got: tier, Want: "a tier with continuous_backup or snapshot_backup"},
				)
			case !used:
				c.report(
					at,
					Problem{
						What: "this workload has no bucket in this tier: the test would restore nothing, and pass",
						Got:  tier,
						Want: "a tier of the workload's buckets",
					},
				)
			case slices.Index(w.RestoreTesting.Tiers, tier) < j:
				c.report(
					at,
					Problem{What: "duplicate tier", Got: tier, Want: "each tier once"},
					restoreTestingTierPath(i, slices.Index(w.RestoreTesting.Tiers, tier)),
				)
			}
		}
	}
}

// tiersDoubtful says whether a problem was reported that may change which tiers a workload uses, or their backups.
func (c *checker) tiersDoubtful(workload int) bool {
	at := workloadPath(workload)
	if c.doubtful(at+".buckets", at+".select_tagged") {
		return true
	}
	for j, b := range c.cfg.Workloads[workload].Buckets {
		t := c.cfg.tier(b.Tier)
		if t == nil || c.doubtful(bucketPath(workload, j)+".tier") || c.doubtful(c.tierKeys(t, "continuous_backup", "snapshot_backup")...) {
			return true
		}
	}
	return false
}

func checkRestoreTestingNothing(c *checker) {
	for i, w := range c.cfg.Workloads {
		if w.RestoreTesting != nil && len(w.RestoreTesting.Tiers) == 0 && !c.tiersDoubtful(i) &&
			!slices.ContainsFunc(c.uses[i], func(u TierUse) bool { return u.Tier.BackedUp() }) {
			c.report(
				restoreTestingPath(i),
				Problem{What: "this workload has no backups to restore", Want: "a bucket in a tier with backups, or no restore_testing"},
			)
		}
	}
}

func checkRestoreTestingPlans(c *checker) {
	plans := map[string]int{} // by account
	for i, w := range c.cfg.Workloads {
		if w.RestoreTesting == nil || w.Account == "" {
			continue
		}
		plans[w.Account]++
		if plans[w.Account] == MaxRestoreTestingPlans+1 {
			c.report(
				restoreTestingPath(i),
				Problem{
					What: "AWS Backup does not allow so many restore testing plans in an account",
					Got:  fmt.Sprintf("plan %d of account %s", MaxRestoreTestingPlans+1, w.Account),
					Want: fmt.Sprintf("restore_testing in at most %d workloads of an account", MaxRestoreTestingPlans),
				},
			)
		}
	}
}
