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
	for j := range c.cfg.Workloads[workload].SelectTagged {
		if c.doubtful(selectPath(workload, j), selectPath(workload, j)+".tier") {
			return true
		}
	}
	for j, b := range c.cfg.Workloads[workload].Buckets {
		t := c.cfg.tier(b.Tier)
		if t == nil || c.doubtful(bucketPath(workload, j)+".tier") ||
			c.doubtful(c.tierKeys(t, append(c.copyKeys(t), "continuous_backup", "snapshot_backup")...)...) {
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

// checkRestoreTestingSize finds plans that would need more selections than AWS Backup allows.
func checkRestoreTestingSize(c *checker) {
	for i, w := range c.cfg.Workloads {
		if w.RestoreTesting == nil || c.tiersDoubtful(i) {
			continue
		}
		buckets := 0
		tests := restoreTests(w, c.uses[i])
		for _, test := range tests {
			buckets += len(test.Buckets)
		}
		if len(tests) > MaxRestoreTestingSelections {
			c.report(restoreTestingPath(i), Problem{
				What: fmt.Sprintf("AWS Backup could not test so many buckets: a plan has at most %d selections of %d buckets, and the buckets "+
					"of one selection have one key", MaxRestoreTestingSelections, MaxRestoreTestingARNs),
				Got: fmt.Sprintf("%d buckets in %d selections", buckets, len(tests)),
				Want: fmt.Sprintf("at most %d buckets: split the workload, or test fewer tiers",
					MaxRestoreTestingSelections*MaxRestoreTestingARNs),
			})
		}
	}
}

// checkCanaries finds canaries that no test would read.
func checkCanaries(c *checker) {
	for i, w := range c.cfg.Workloads {
		if w.RestoreTesting == nil || c.tiersDoubtful(i) || c.testsDoubtful(i) {
			continue
		}
		uses := tested(w, c.uses[i])
		byTag := slices.ContainsFunc(uses, func(u TierUse) bool { return len(u.Tagged) > 0 })
		for j, canary := range w.RestoreTesting.Canaries {
			isCanary := func(b Bucket) bool { return b.Name == canary.Bucket }
			inTest := slices.ContainsFunc(uses, func(u TierUse) bool { return slices.ContainsFunc(u.Buckets, isCanary) })
			if !inTest && (!byTag || slices.ContainsFunc(w.Buckets, isCanary)) && canary.Bucket != "" {
				c.report(canaryPath(i, j)+".bucket", Problem{
					What: "no test restores this bucket, so nobody would read the canary",
					Got:  canary.Bucket, Want: "a bucket of this workload in a tier that is tested",
				})
			}
			same := func(other Canary) bool { return other.Bucket == canary.Bucket && other.Key == canary.Key }
			if first := slices.IndexFunc(w.RestoreTesting.Canaries, same); first < j && canary.Key != "" {
				c.report(canaryPath(i, j)+".key", Problem{
					What: "duplicate canary", Got: canary.Key, Want: "each object once",
				}, canaryPath(i, first)+".key")
			}
		}
	}
}

// testsDoubtful says whether a problem was reported that may change which buckets a workload tests.
func (c *checker) testsDoubtful(workload int) bool {
	w := c.cfg.Workloads[workload]
	paths := []string{restoreTestingPath(workload) + ".tiers"}
	for j := range w.RestoreTesting.Tiers {
		paths = append(paths, restoreTestingTierPath(workload, j))
	}
	for j := range w.Buckets {
		paths = append(paths, bucketPath(workload, j)+".name")
	}
	return c.doubtful(paths...)
}

// warnOfUntestedCopies finds restore testing of backups whose copies nobody tests. One warning is enough.
func warnOfUntestedCopies(c *checker) {
	if c.cfg.Central.RestoreTesting != nil || c.doubtful(centralTestingPath) {
		return
	}
	for i, w := range c.cfg.Workloads {
		if c.tiersDoubtful(i) {
			continue
		}
		for _, use := range tested(w, c.uses[i]) {
			if use.Tier.Copied() {
				c.report(restoreTestingPath(i), Problem{
					What: "restores of backups are tested here, those of their copies in the central account nowhere",
					Got:  "no " + centralTestingPath, Want: "central: {restore_testing: {}}",
				}, centralTestingPath)
				return
			}
		}
	}
}

func checkCopiesToTest(c *checker) {
	if c.cfg.Central.RestoreTesting != nil && len(c.cfg.copied) == 0 && !c.doubtful("workloads", "tiers") && !c.anyTierDoubtful() {
		c.report(centralTestingPath, Problem{
			What: "no tier in use is copied: the test would restore nothing, and pass",
			Want: "a bucket in a tier with copy_to_central, or no restore_testing",
		})
	}
}

// anyTierDoubtful says whether a problem was reported that may change which tiers the workloads use, or their backups.
func (c *checker) anyTierDoubtful() bool {
	for i, w := range c.cfg.Workloads {
		if c.tiersDoubtful(i) || len(w.Buckets)+len(w.SelectTagged) == 0 {
			return true
		}
	}
	return false
}
