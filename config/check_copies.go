package config

import (
	"fmt"
	"slices"
	"strconv"

	"central-s3-backup/config/internal/schedule"
)

// checkCopiesWithinLock finds copies that a central vault would refuse, job after job (F-LOCK-4).
// Where the file says how long the copy is kept, the problem is there; else it is at the lock. A retention that two
// vaults refuse is reported once.
func checkCopiesWithinLock(c *checker) {
	reported := map[*Tier]bool{}
	for v := range c.receiving() {
		var enter []*Tier
		for _, t := range c.cfg.entering[v.index] {
			if !reported[t] {
				enter = append(enter, t)
			}
		}
		for _, t := range c.checkCopiesWithin(v, v.called(), enter) {
			reported[t] = c.whereSaid(t, "copy_to_central.delete_after_days") != ""
		}
	}
}

// checkCopiesWithinAirGappedLock does the same for the second copy.
func checkCopiesWithinAirGappedLock(c *checker) {
	for _, v := range c.cfg.centralVaults() {
		if v.kind == airGapped {
			c.checkCopiesWithin(v, "the air-gapped vault", c.cfg.airGappedCopies())
		}
	}
}

// checkCopiesWithin reports the tiers of those that enter a vault whose copies its lock refuses, and returns them.
func (c *checker) checkCopiesWithin(v centralVault, kind string, enter []*Tier) []*Tier {
	if v.minDays > v.maxDays && v.maxDays > 0 {
		return nil // nothing could enter, which has been reported
	}
	var refused []*Tier
	for _, t := range enter {
		switch days := t.CopyToCentral.DeleteAfterDays; {
		case days == setByTheBusiness || c.doubtful(c.tierKeys(t, "copy_to_central.delete_after_days")...):
		case v.maxDays > 0 && days > v.maxDays:
			c.reportLockedOut(t, v.lockPath+".max_retention_days", kind, v.maxDays)
			refused = append(refused, t)
		case days < v.minDays:
			c.reportLockedOut(t, v.lockPath+".min_retention_days", kind, v.minDays)
			refused = append(refused, t)
		}
	}
	return refused
}

// reportLockedOut reports a tier whose copies a lock refuses. The limit is its minimum or its maximum, in days.
func (c *checker) reportLockedOut(t *Tier, lock, kind string, limit int) {
	days := t.CopyToCentral.DeleteAfterDays
	allows, ofCopy, ofLock := "allows at most", "at most", "at least"
	if days < limit {
		allows, ofCopy, ofLock = "wants at least", "at least", "at most"
	}
	what := func(theLock string) string {
		return fmt.Sprintf(
			"every copy of %s would fail%s: copies are kept %d days, %s %s %d",
			t.Name,
			t.copyTime(),
			days,
			theLock,
			allows,
			limit,
		)
	}
	if at := c.whereSaid(t, "copy_to_central.delete_after_days"); at != "" {
		c.report(at, Problem{What: what("the lock of " + kind), Got: strconv.Itoa(days), Want: fmt.Sprintf("%s %d", ofCopy, limit)}, lock)
		return
	}
	c.report(lock, Problem{What: what("the lock"), Got: strconv.Itoa(limit), Want: fmt.Sprintf("%s %d", ofLock, days)})
}

// lockFarAbove is how many times the longest copy a lock's maximum may be without a warning.
const lockFarAbove = 2

func warnOfLockAboveCopies(c *checker) {
	for v := range c.receiving() {
		c.warnOfLockAbove(v)
	}
}

func (c *checker) warnOfLockAbove(v centralVault) {
	longest := 0
	for _, t := range c.cfg.entering[v.index] {
		if c.doubtful(c.tierKeys(t, "copy_to_central.delete_after_days")...) {
			return
		}
		longest = max(longest, t.CopyToCentral.DeleteAfterDays)
	}
	if longest > 0 && v.maxDays > lockFarAbove*longest {
		c.report(v.lockPath+".max_retention_days", Problem{
			What: fmt.Sprintf("the lock's maximum is far above the longest copy: with a mistyped retention, you would pay for "+
				"copies for up to %d days", v.maxDays),
			Got: fmt.Sprint(v.maxDays), Want: fmt.Sprintf("about %d, the longest copy", longest),
		})
	}
}

// manyMoreCopies is how many times the snapshots a tier's copies may be without a warning, if it has both rules.
const manyMoreCopies = 2

// warnOfCopiesOfContinuous finds tiers whose snapshots are rarer than the continuous rule. The copies are made by the
// continuous rule, as often as it runs (F-S3-10): a copy for years is then one of each day, not one of each month.
func warnOfCopiesOfContinuous(c *checker) {
	for t := range c.rows() {
		rests := c.tierKeys(t, "copy_to_central.delete_after_days", "snapshot_backup.schedule", "schedule.cron")
		at := c.firstWritten(c.tierPath(t), "copy_to_central.delete_after_days", "snapshot_backup", "schedule.cron", "continuous_backup")
		if at == "" || t.ContinuousBackup == nil || t.SnapshotBackup == nil || t.copyDays() == setByTheBusiness || c.doubtful(rests...) {
			continue
		}
		continuous, errC := schedule.Parse(t.Schedule.Cron)
		snapshots, errS := schedule.Parse(t.SnapshotBackup.Schedule)
		if errC != nil || errS != nil {
			continue
		}
		made, expected := continuous.Count(t.copyDays()), snapshots.Count(t.copyDays())
		if made < manyMoreCopies*expected || made == 0 {
			continue
		}
		c.report(at, Problem{
			What: fmt.Sprintf("the continuous rule makes the copies, not the snapshot rule: the central vault would keep %d copies of "+
				"each bucket, not %d", made, expected),
			Got:  fmt.Sprintf("copies for %d days at %s, snapshots at %s", t.copyDays(), t.Schedule.Cron, t.SnapshotBackup.Schedule),
			Want: "continuous_backup: null in a tier that copies its snapshots, or a schedule as rare as theirs",
		}, rests...)
	}
}

// checkCopyRetentionsDecided wants a retention for the copies of every tier in use. A built-in row may
// leave it to the business.
func checkCopyRetentionsDecided(c *checker) {
	if c.tierNamesDoubtful() {
		return
	}
	undecided := map[string]bool{}
	for _, t := range c.cfg.copied {
		said := c.tierKeys(t, "copy_to_central.delete_after_days")
		undecided[t.Name] = t.CopyToCentral.DeleteAfterDays == setByTheBusiness && !c.doubtful(said...)
	}
	for ref := range c.cfg.tierReferences() {
		if !undecided[ref.tier] {
			continue
		}
		undecided[ref.tier] = false // once for a tier, at its first use
		c.report(ref.path(), Problem{
			What: "copies of " + ref.tier + " have no default retention: the business must decide it",
			Got:  ref.tier,
			Want: "tiers: [{name: " + ref.tier + ", copy_to_central: {delete_after_days: …}}] with the days that the owner of the data decides",
		})
	}
}

// copiedIn reports the Regions in a partition from which there are copies, and the first tier that is copied.
func (c *checker) copiedIn(partition func(string) bool, report func(at, region, tier string)) {
	copied := map[string]bool{}
	for _, t := range c.cfg.copied {
		copied[t.Name] = !c.doubtful(c.tierKeys(t, "copy_to_central")...)
	}
	for i, w := range c.cfg.Workloads {
		if tier := w.firstTierIn(copied); tier != "" && partition(Partition(w.Region)) {
			report(workloadPath(i)+".region", w.Region, tier)
		}
	}
	set := c.cfg.Rollout.StackSet
	if set == nil {
		return
	}
	first := slices.IndexFunc(set.Tiers, func(tier string) bool { return copied[tier] })
	for i, region := range set.Regions {
		if first >= 0 && Partition(region) == Partition(c.cfg.Central.Region) && partition(Partition(region)) { // else no deployment reaches it
			report(stackSetRegionPath(i), region, set.Tiers[first])
		}
	}
}

func checkCopiesInChina(c *checker) {
	c.copiedIn(func(p string) bool { return p == partitionChina }, func(at, region, tier string) {
		c.report(at, Problem{
			What: tier + " is copied, but AWS Backup does not copy to other accounts in China",
			Got:  region, Want: "a tier without copy_to_central",
		}, "central.region")
	})
}

func checkCopiesAcrossPartitions(c *checker) {
	central := Partition(c.cfg.Central.Region)
	c.copiedIn(func(p string) bool { return p != central && p != partitionChina }, func(at, region, tier string) {
		c.report(at, Problem{
			What: fmt.Sprintf("%s is copied, but copies cannot cross partitions: this Region is in %s, the central account in "+
				"%s", tier, Partition(region), central),
			Got: region, Want: "a Region of " + central,
		}, "central.region")
	})
}

func warnOfCopiesInSovereignCloud(c *checker) {
	if Partition(c.cfg.Central.Region) != partitionSovereign {
		return // the copies cross partitions
	}
	c.copiedIn(func(p string) bool { return p == partitionSovereign }, func(at, region, tier string) {
		c.report(at, Problem{
			What: tier + " is copied, but AWS does not document copies to other accounts for this partition, so they may fail",
			Got:  region, Want: "a test copy before you rely on it",
		})
	})
}
