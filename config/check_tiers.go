package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
)

func checkTiersTwice(c *checker) {
	first := map[string]string{}
	for i, entry := range c.tierEntries() {
		name, at := scalarAt(entry, "name").Value, entryPath(i)+".name"
		if other, twice := first[name]; twice {
			c.report(at, Problem{What: "duplicate tier", Got: name, Want: "one entry for each tier"}, other)
		} else if name != "" {
			first[name] = at
		}
	}
}

// checkTiersWithoutExtends keeps a misspelt name from becoming a tier of its own.
func checkTiersWithoutExtends(c *checker) {
	builtin := builtinTiers().names()
	for i, entry := range c.tierEntries() {
		name, extends := scalarAt(entry, "name").Value, scalarAt(entry, "extends").Value
		if name != "" && extends == "" && !slices.Contains(builtin, name) && !c.doubtful(entryPath(i)+".extends") {
			c.report(entryPath(i)+".name", Problem{
				What: "is not a built-in tier, so it needs extends" + DidYouMean(name, builtin),
				Got:  strconv.Quote(name), Want: oneOf(builtin) + ", or extends with one of these",
			})
		}
	}
}

func checkBuiltinTiersExtend(c *checker) {
	builtin := builtinTiers().names()
	for i, entry := range c.tierEntries() {
		name, extends := scalarAt(entry, "name").Value, scalarAt(entry, "extends").Value
		if extends != "" && slices.Contains(builtin, name) {
			c.report(entryPath(i)+".extends", Problem{
				What: name + " is a built-in tier and cannot extend another one",
				Got:  extends, Want: "no extends, or another name for this tier",
			})
		}
	}
}

// warnOfUnusedTiers finds entries without effect. An entry that another one extends has an effect, and
// one that repeats the built-in row, as -print-config writes it, is no mistake.
func warnOfUnusedTiers(c *checker) {
	builtin := builtinTiers().names()
	used := map[string]bool{"": true}
	for ref := range c.cfg.tierReferences() {
		used[ref.tier] = true
	}
	for _, t := range c.cfg.Tiers {
		used[t.Extends] = true
	}
	for i, entry := range c.tierEntries() {
		name, extends := scalarAt(entry, "name").Value, scalarAt(entry, "extends").Value
		isTier := slices.Contains(builtin, name) || extends != ""
		if isTier && !used[name] && !reflect.DeepEqual(c.cfg.tier(name), builtinTiers().find(name)) {
			c.report(entryPath(i)+".name", Problem{What: "no bucket uses this tier", Got: name, Want: "a bucket in this tier, or no entry"})
		}
	}
}

func checkNothingToCopy(c *checker) {
	for t := range c.rows() {
		keys := []string{"copy_to_central", "continuous_backup", "snapshot_backup"} // a copy of a rule's own has something to copy
		at := c.firstWritten(c.tierPath(t), keys...)
		if at != "" && t.Copied() && !t.BackedUp() && !c.doubtful(c.tierKeys(t, keys...)...) {
			c.report(at, Problem{What: "this tier has no backups to copy", Want: "continuous_backup or snapshot_backup, or no copy_to_central"})
		}
	}
}

func warnOfShortRetentions(c *checker) {
	for t := range c.rows() {
		for _, rule := range c.rulesOf(t) {
			if at := c.firstWritten(c.tierPath(t), retentionKeyOf(rule)); at != "" && rule.DeleteAfterDays < MinIncrementalRetentionDays {
				c.report(at, Problem{
					What: "backups kept less than a week may not be incremental: each one can be a full backup, at full cost",
					Got:  strconv.Itoa(rule.DeleteAfterDays), Want: fmt.Sprintf("%d days or more", MinIncrementalRetentionDays),
				})
			}
		}
	}
}

// warnOfShortObjectLocks finds tiers whose buckets can lose a version while point-in-time recovery
// still reaches back to it.
func warnOfShortObjectLocks(c *checker) {
	for t := range c.rows() {
		at := c.firstWritten(c.tierPath(t), "object_lock.days", "continuous_backup.delete_after_days")
		both := t.ObjectLock != nil && t.ContinuousBackup != nil
		if at != "" && both && t.ObjectLock.Days < t.ContinuousBackup.DeleteAfterDays && !c.onlyExisting(t) {
			c.report(at, Problem{
				What: fmt.Sprintf("Object Lock ends before point-in-time recovery does: after %d days somebody can delete a "+
					"version from the bucket, and only the backup has it", t.ObjectLock.Days),
				Got:  fmt.Sprintf("object_lock %d and continuous_backup %d days", t.ObjectLock.Days, t.ContinuousBackup.DeleteAfterDays),
				Want: fmt.Sprintf("object_lock of %d days or more", t.ContinuousBackup.DeleteAfterDays),
			}, c.tierKeys(t, "object_lock.days", "continuous_backup.delete_after_days")...)
		}
	}
}

// onlyExisting says whether all buckets of a tier, at least one, exist already. Such a bucket gets no Object Lock.
func (c *checker) onlyExisting(t *Tier) bool {
	used := false
	for _, w := range c.cfg.Workloads {
		for _, b := range w.Buckets {
			if b.Tier == t.Name && !b.Existing {
				return false
			}
			used = used || b.Tier == t.Name
		}
	}
	return used
}

// warnOfNoObjectLocks finds tiers whose buckets are no WORM: nothing keeps a version from whoever may delete it.
func warnOfNoObjectLocks(c *checker) {
	reported := map[string]bool{} // a tier may have it from the tier that it extends
	for t := range c.rows() {
		at := c.whereSaid(t, "object_lock")
		doubtful := c.doubtful(c.tierKeys(t, "continuous_backup", "snapshot_backup")...)
		if at == "" || t.ObjectLock != nil || !c.cfg.creates(t) || doubtful || reported[at] {
			continue
		}
		reported[at] = true
		what := "buckets of this tier are no WORM storage (write once, read many): whoever may delete object versions can delete them at " +
			"once, and only the backups have them"
		if !t.BackedUp() {
			what = "nothing protects the buckets of this tier: it has neither Object Lock nor backups"
		}
		c.report(at, Problem{
			What: what,
			Got:  "null", Want: "object_lock with a number of days, or the consent of the data's owner",
		})
	}
}

func warnOfComplianceObjectLocks(c *checker) {
	for t := range c.rows() {
		if at := c.firstWritten(c.tierPath(t), "object_lock.mode"); at != "" && t.lockMode() == Compliance {
			c.report(at, Problem{
				What: fmt.Sprintf("nobody, not even AWS or the root user, can delete an object version of this tier in its first "+
					"%d days", t.ObjectLock.Days),
				Got: t.ObjectLock.Mode,
			})
		}
	}
}
