package config

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
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
			reported[t] = slices.ContainsFunc(c.copiedRulesOf(t), func(r placedRule) bool { return c.whereSaid(t, r.copyKey) != "" })
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
		fits := true
		for _, r := range c.copiedRulesOf(t) {
			switch days := r.CopyDeleteAfterDays; {
			case days == setByTheBusiness || c.doubtful(c.tierKeys(t, r.copyKey)...):
			case v.maxDays > 0 && days > v.maxDays:
				c.reportLockedOut(t, r, v.lockPath+".max_retention_days", kind, v.maxDays)
				fits = false
			case days < v.minDays:
				c.reportLockedOut(t, r, v.lockPath+".min_retention_days", kind, v.minDays)
				fits = false
			}
		}
		if !fits {
			refused = append(refused, t)
		}
	}
	return refused
}

// reportLockedOut reports a rule whose copies a lock refuses. The limit is its minimum or its maximum, in days.
func (c *checker) reportLockedOut(t *Tier, r placedRule, lock, kind string, limit int) {
	days, of := r.CopyDeleteAfterDays, t.Name
	if len(t.CopiedRules()) > 1 {
		of = r.label + " of " + t.Name
	}
	allows, ofCopy, ofLock := "allows at most", "at most", "at least"
	if days < limit {
		allows, ofCopy, ofLock = "wants at least", "at least", "at most"
	}
	what := func(theLock string) string {
		return fmt.Sprintf("every copy of %s would fail%s: copies are kept %d days, %s %s %d", of, r.startTime(t), days, theLock, allows, limit)
	}
	if at := c.whereSaid(t, r.copyKey); at != "" {
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
		if c.doubtful(c.tierKeys(t, c.copyKeys(t)...)...) {
			return
		}
		longest = slices.Max(append(t.copyRetentions(), longest))
	}
	if longest > 0 && v.maxDays > lockFarAbove*longest {
		c.report(v.lockPath+".max_retention_days", Problem{
			What: fmt.Sprintf("the lock's maximum is far above the longest copy: with a mistyped retention, you would pay for "+
				"copies for up to %d days", v.maxDays),
			Got: fmt.Sprint(v.maxDays), Want: fmt.Sprintf("about %d, the longest copy", longest),
		})
	}
}

// manyMoreCopies is how many times the runs of a tier's rarest rule its copies may be without a warning.
const manyMoreCopies = 2

// warnOfCopiesOfContinuous finds tiers with a rule that is rarer than the one whose backups are copied, where the file
// does not say which rule that is. A copy for years is then one of each day, not one of each month (F-S3-10).
func warnOfCopiesOfContinuous(c *checker) {
	for t := range c.rows() {
		rules := c.rulesOf(t)
		if len(rules) < 2 || t.CopyToCentral == nil || t.CopyToCentral.DeleteAfterDays == setByTheBusiness || t.saysWhichIsCopied() {
			continue
		}
		copied := rules[0]
		rarest := slices.MinFunc(rules[1:], func(a, b placedRule) int { return cmp.Compare(a.runs(), b.runs()) })
		rests := c.tierKeys(t, append(c.copyKeys(t), rarest.cronKey, copied.cronKey)...)
		at := c.firstWritten(c.tierPath(t), "copy_to_central.delete_after_days", "snapshot_backup", "schedule.cron", "continuous_backup")
		days := copied.CopyDeleteAfterDays
		made, expected := copied.runsIn(days), rarest.runsIn(days)
		if at == "" || c.doubtful(rests...) || made < manyMoreCopies*expected || made == 0 || rarest.runs() == 0 {
			continue
		}
		maker, other, seldom := "the continuous rule", "the snapshot rule", "snapshots"
		if len(t.SnapshotBackup) > 1 {
			maker, other, seldom = copied.label, rarest.label, rarest.label
		}
		c.report(at, Problem{
			What: fmt.Sprintf("%s makes the copies, not %s: the central vault would keep %d copies of each bucket, not %d",
				maker, other, made, expected),
			Got:  fmt.Sprintf("copies for %d days at %s, %s at %s", days, copied.Schedule, seldom, rarest.Schedule),
			Want: fmt.Sprintf("copy_to_central: {of: %s}, or of: %s if that is meant", rarest.Name, copied.Name),
		}, c.tierKeys(t, "copy_to_central.delete_after_days", rarest.cronKey, copied.cronKey)...)
	}
}

// saysWhichIsCopied says whether the file says which rule is copied: by the key of, or by a rule with a copy of its own.
func (t *Tier) saysWhichIsCopied() bool {
	return t.CopyToCentral.Of != "" || slices.ContainsFunc(t.SnapshotBackup, func(s SnapshotBackup) bool { return s.CopyToCentral != nil })
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
		undecided[t.Name] = t.CopyToCentral != nil && t.CopyToCentral.DeleteAfterDays == setByTheBusiness && !c.doubtful(said...)
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
		copied[t.Name] = !c.doubtful(c.tierKeys(t, append(c.copyKeys(t), "copy_to_central")...)...)
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
