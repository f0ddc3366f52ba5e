package config

import (
	"fmt"
	"slices"
)

// checkCopiesWithinLock finds copies that the central vault would refuse, job after job (F-LOCK-4).
// The problem is at the copy where the file says how long it is kept, in the tier's entry or in that
// of the one that it extends, and else at the lock.
func checkCopiesWithinLock(c *checker) {
	c.checkCopiesWithin(c.cfg.centralVaults()[0], "central vault")
}

// checkCopiesWithinAirGappedLock is the same for the second copy.
func checkCopiesWithinAirGappedLock(c *checker) {
	for _, v := range c.cfg.centralVaults() {
		if v.airGapped {
			c.checkCopiesWithin(v, "air-gapped vault")
		}
	}
}

func (c *checker) checkCopiesWithin(v centralVault, kind string) {
	if v.minDays > v.maxDays && v.maxDays > 0 {
		return // nothing could enter, which has been reported
	}
	for _, t := range c.cfg.copied {
		switch days := t.CopyToCentral.DeleteAfterDays; {
		case days == setByTheBusiness || c.doubtful(c.tierKeys(t, "copy_to_central.delete_after_days")...):
		case v.maxDays > 0 && days > v.maxDays:
			c.reportLockedOut(t, v.lockPath+".max_retention_days", kind, fmt.Sprintf("at most %d days", v.maxDays))
		case days < v.minDays:
			c.reportLockedOut(t, v.lockPath+".min_retention_days", kind, fmt.Sprintf("at least %d days", v.minDays))
		}
	}
}

func (c *checker) reportLockedOut(t *Tier, lock, kind, takes string) {
	days := t.CopyToCentral.DeleteAfterDays
	what := fmt.Sprintf("every copy job of %s would fail, %s, and nothing would say so: the copy is kept %d days", t.Name, t.copyTime(), days)
	if at := c.whereSaid(t, "copy_to_central.delete_after_days"); at != "" {
		c.report(at, Problem{What: what, Got: fmt.Sprint(days), Want: takes + ", which is what the lock of the " + kind + " takes"}, lock)
		return
	}
	c.report(lock, Problem{What: what, Got: "a lock that takes " + takes, Want: fmt.Sprintf("a lock that takes %d days", days)})
}

// lockFarAbove is how many times the longest copy a lock's maximum may be without a question.
const lockFarAbove = 2

func warnOfLockAboveCopies(c *checker) {
	longest := 0
	for _, t := range c.cfg.copied {
		if c.doubtful(c.tierKeys(t, "copy_to_central.delete_after_days")...) {
			return
		}
		longest = max(longest, t.CopyToCentral.DeleteAfterDays)
	}
	if highest := c.cfg.Central.VaultLock.MaxRetentionDays; longest > 0 && highest > lockFarAbove*longest {
		c.report(lockPath+".max_retention_days", Problem{
			What: "the lock's maximum is far above the longest copy: a retention that is mistyped up to it would be locked in, and paid for, that long",
			Got:  fmt.Sprint(highest), Want: fmt.Sprintf("%d, the days of the longest copy, or not much more", longest),
		})
	}
}

// checkCopyRetentionsDecided wants a retention for the copies of every tier in use. A row may leave
// it to the business; whoever uses the row has to ask.
func checkCopyRetentionsDecided(c *checker) {
	if c.tierNamesDoubtful() {
		return
	}
	undecided := map[string]bool{}
	for _, t := range c.cfg.copied {
		undecided[t.Name] = t.CopyToCentral.DeleteAfterDays == setByTheBusiness && !c.doubtful(c.tierKeys(t, "copy_to_central.delete_after_days")...)
	}
	for ref := range c.cfg.tierReferences() {
		if !undecided[ref.tier] {
			continue
		}
		undecided[ref.tier] = false // once for a tier, at its first use
		c.report(ref.path(), Problem{
			What: "how long copies of " + ref.tier + " are kept is the business's decision, and it has not been made",
			Got:  ref.tier,
			Want: "tiers: [{name: " + ref.tier + ", copy_to_central: {delete_after_days: …}}] with the days that the owner of the data has decided",
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
		c.report(at, Problem{What: "AWS Backup copies nothing to another account in China, and " + tier + " is copied", Got: region, Want: "a tier without copy_to_central"}, "central.region")
	})
}

func checkCopiesAcrossPartitions(c *checker) {
	central := Partition(c.cfg.Central.Region)
	c.copiedIn(func(p string) bool { return p != central && p != partitionChina }, func(at, region, tier string) {
		c.report(at, Problem{
			What: fmt.Sprintf("is in partition %s and the central account in %s, and no copy crosses partitions; %s is copied", Partition(region), central, tier),
			Got:  region, Want: "a Region of " + central,
		}, "central.region")
	})
}

func warnOfCopiesInSovereignCloud(c *checker) {
	if Partition(c.cfg.Central.Region) != partitionSovereign {
		return // the copies cross partitions
	}
	c.copiedIn(func(p string) bool { return p == partitionSovereign }, func(at, region, tier string) {
		c.report(at, Problem{
			What: "AWS documents a minimal set of AWS Backup's features for this partition; whether it copies to another account is not confirmed, and " + tier + " is copied",
			Got:  region, Want: "a test with a copy before anybody relies on it",
		})
	})
}
