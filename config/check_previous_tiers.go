package config

import "fmt"

// weakening is one way in which a tier protects less than another.
type weakening struct{ key, text string }

func (c *checker) weakenings(now, was *Tier) []weakening {
	var weaker []weakening
	weaker = append(weaker, lockWeakenings(now, was)...)
	rules := c.rulesOf(now)
	var before []placedRule
	for _, r := range was.Rules() {
		before = append(before, placedRule{Rule: r})
	}
	less := func(what, key string, kind func(placedRule) (jobs, bool)) {
		weaker = append(weaker, keptLess(what, key, jobsOf(rules, kind), jobsOf(before, kind))...)
	}
	less("point-in-time recovery", "continuous_backup", continuousJobs)
	less("snapshots", "snapshot_backup", snapshotJobs)
	less("copies", "copy_to_central", copyJobs)
	if now.Copied() && now.copies() < was.copies() {
		weaker = append(weaker, weakening{"copies", fmt.Sprintf("copies in one central vault instead of %d", was.copies())})
	}
	if was.RPOMinutes > 0 && (now.RPOMinutes == 0 || now.RPOMinutes > was.RPOMinutes) {
		weaker = append(weaker, weakening{"rpo_minutes", fmt.Sprintf("rpo_minutes %s instead of %d", orNone(now.RPOMinutes), was.RPOMinutes)})
	}
	switch mode, before := now.scanMode(), was.scanMode(); {
	case mode == "" && before != "":
		weaker = append(weaker, weakening{"malware_scan", "no malware scans instead of " + before + " ones"})
	case mode == IncrementalScan && before == FullScan:
		weaker = append(weaker, weakening{"malware_scan.mode", "incremental malware scans instead of full ones"})
	}
	if was.DedicatedKey && !now.DedicatedKey {
		weaker = append(weaker, weakening{"dedicated_key", "the workload's shared key instead of its own"})
	}
	return weaker
}

// lockWeakenings are the ways in which Object Lock keeps less. No edit of it replaces a bucket: every created bucket has Object
// Lock enabled, with a default retention or without (F-OL-18).
func lockWeakenings(now, was *Tier) []weakening {
	switch {
	case was.ObjectLock == nil:
		return nil
	case now.ObjectLock == nil:
		text := fmt.Sprintf("no Object Lock for new versions instead of %s: no bucket is replaced, locked versions stay locked until their "+
			"time, and noncurrent versions are deleted after %d days; AWS does not say whether a deployment removes the default retention "+
			"of a bucket that has one (F-OL-18, docs/tiers.md)", count(was.ObjectLock.Days, "day"), now.NoncurrentDays())
		return []weakening{{"object_lock", text}}
	}
	var weaker []weakening
	if was.ObjectLock.Mode == Compliance && now.ObjectLock.Mode != Compliance {
		weaker = append(weaker, weakening{"object_lock.mode", "Object Lock in governance mode instead of compliance mode"})
	}
	if now.ObjectLock.Days < was.ObjectLock.Days {
		text := fmt.Sprintf("Object Lock for %s instead of %d", count(now.ObjectLock.Days, "day"), was.ObjectLock.Days)
		weaker = append(weaker, weakening{"object_lock.days", text})
	}
	return weaker
}

const consent = "the protection as before, or the consent of the data's owner"

func compareTiers(c *checker) {
	c.tiersInBoth(func(now, was *Tier) {
		for _, w := range c.weakenings(now, was) {
			c.report(c.changePath(now, w.key), Problem{
				What: now.Name + " protects less than before",
				Got:  w.text, Want: consent, See: c.beforeTier(was, w.key),
			})
		}
	})
}

func compareTiersOfBuckets(c *checker) {
	type change struct{ now, was *Tier }
	known := map[change][]weakening{} // of thousands of buckets
	c.bucketsInBoth(func(now, was bucketIn) {
		if now.Tier == was.Tier {
			return
		}
		tiers := change{now.tier, was.tier}
		weaker, compared := known[tiers]
		if !compared {
			weaker = c.weakenings(now.tier, was.tier)
			known[tiers] = weaker
		}
		for _, w := range weaker {
			c.report(now.path+".tier", Problem{
				What: "this bucket is less protected than before",
				Got:  w.text, Want: consent, See: c.before(was.path + ".tier"),
			})
		}
	})
}

// compareBackupsThatRestart finds backups that start again: point-in-time recovery with another
// retention, and everything in another vault.
func compareBackupsThatRestart(c *checker) {
	const key = "continuous_backup.delete_after_days"
	c.tiersInBoth(func(now, was *Tier) {
		if a, b := now.continuousDays(), was.continuousDays(); a != b && a > 0 && b > 0 {
			c.report(c.changePath(now, key), Problem{
				What: "with another retention, point-in-time recovery starts again with a full backup, and the earlier backups expire",
				Got:  fmt.Sprint(a), Want: fmt.Sprintf("%d as before, unless the cost of full backups is accepted", b), See: c.beforeTier(was, key),
			})
		}
	})
	c.bucketsInBoth(func(now, was bucketIn) {
		moved := now.Tier != was.Tier || now.workload.ID() != was.workload.ID()
		elsewhere := now.accountRegion() != was.accountRegion() // reported as an error
		if moved && !elsewhere && now.tier.BackedUp() && was.tier.BackedUp() {
			c.report(now.path+".tier", Problem{
				What: "in another vault, backups start again with a full one, and the earlier backups expire in the old vault",
				Got:  now.Tier + " of " + now.workload.ID(),
				Want: was.Tier + " of " + was.workload.ID() + ", unless the cost of a full backup is accepted", See: c.before(was.path + ".tier"),
			})
		}
	})
}
