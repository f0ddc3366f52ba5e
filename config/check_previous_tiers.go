package config

import (
	"fmt"
)

// weakening is one way in which a tier protects less than another.
type weakening struct{ key, text string }

func weakenings(now, was *Tier) []weakening {
	var weaker []weakening
	less := func(key, what string, now, was int) {
		switch {
		case now == 0 && was > 0:
			weaker = append(weaker, weakening{key, fmt.Sprintf("no %s instead of %s", what, count(was, "day"))})
		case now < was:
			weaker = append(weaker, weakening{key + ".delete_after_days", fmt.Sprintf("%s for %s instead of %d", what, count(now, "day"), was)})
		}
	}
	if was.ObjectLock.Mode == Compliance && now.ObjectLock.Mode != Compliance {
		weaker = append(weaker, weakening{"object_lock.mode", "Object Lock in governance mode instead of compliance mode"})
	}
	if now.ObjectLock.Days < was.ObjectLock.Days {
		text := fmt.Sprintf("Object Lock for %s instead of %d", count(now.ObjectLock.Days, "day"), was.ObjectLock.Days)
		weaker = append(weaker, weakening{"object_lock.days", text})
	}
	less("continuous_backup", "point-in-time recovery", now.continuousDays(), was.continuousDays())
	less("snapshot_backup", "snapshots", now.snapshotDays(), was.snapshotDays())
	less("copy_to_central", "copies", now.copyDays(), was.copyDays())
	if now.Copied() && now.copies() < was.copies() {
		weaker = append(weaker, weakening{"copies", fmt.Sprintf("copies in one central vault instead of %d", was.copies())})
	}
	rarer := func(key, what, now, was string) {
		if now == was {
			return
		}
		if a, b := intervalMinutes(now), intervalMinutes(was); a > b && b > 0 {
			weaker = append(weaker, weakening{key, fmt.Sprintf("%s up to %s apart instead of %d", what, count(a, "minute"), b)})
		}
	}
	rarer("snapshot_backup.schedule", "snapshots", now.snapshotCron(), was.snapshotCron())
	nowKey, nowCron := now.copyCron()
	_, wasCron := was.copyCron()
	rarer(nowKey, "copies", nowCron, wasCron)
	if was.RPOMinutes > 0 && (now.RPOMinutes == 0 || now.RPOMinutes > was.RPOMinutes) {
		weaker = append(weaker, weakening{"rpo_minutes", fmt.Sprintf("rpo_minutes %s instead of %d", orNone(now.RPOMinutes), was.RPOMinutes)})
	}
	if was.DedicatedKey && !now.DedicatedKey {
		weaker = append(weaker, weakening{"dedicated_key", "the workload's shared key instead of its own"})
	}
	return weaker
}

const consent = "the protection as before, or the consent of the data's owner"

func compareTiers(c *checker) {
	c.tiersInBoth(func(now, was *Tier) {
		for _, w := range weakenings(now, was) {
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
			weaker = weakenings(now.tier, was.tier)
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
