package config

import (
	"fmt"
	"slices"
)

// bucketIn is a bucket in a configuration, with what becomes of it there.
type bucketIn struct {
	Bucket
	path     string
	tier     *Tier
	workload Workload
	stack    string // name, account and Region
}

// bucketsOfAll lists the buckets of a configuration by name.
func (c *Config) bucketsOfAll() map[string]bucketIn {
	all := map[string]bucketIn{}
	for i, w := range c.Workloads {
		stack := fmt.Sprintf("%s in account %s, %s", c.StackName(w), w.Account, w.Region)
		for j, b := range w.Buckets {
			if t := c.Tiers.find(b.Tier); t != nil {
				all[b.Name] = bucketIn{b, bucketPath(i, j), t, w, stack}
			}
		}
	}
	return all
}

// bucketsInBoth goes through the buckets that both configurations have, in the order of this one.
func (c *checker) bucketsInBoth(compare func(now, was bucketIn)) {
	were := c.previous.cfg.bucketsOfAll()
	all := c.cfg.bucketsOfAll()
	for i, w := range c.cfg.Workloads {
		for j, b := range w.Buckets {
			now := all[b.Name]
			if was, there := were[b.Name]; there && now.path == bucketPath(i, j) {
				compare(now, was)
			}
		}
	}
}

// compareCreatedBuckets finds buckets that are there already when a stack wants to create them.
func compareCreatedBuckets(c *checker) {
	c.bucketsInBoth(func(now, was bucketIn) {
		if now.Existing || !was.Existing && now.stack == was.stack {
			return
		}
		what := "the bucket exists, outside of any stack: the deployment would fail when it wants to create it"
		if !was.Existing {
			what = "the bucket was created by another stack, which retains it: the deployment would fail when it wants to create it"
		}
		c.report(now.path, Problem{What: what, Got: "a bucket of " + now.stack, Want: "existing: true", See: c.before(was.path)})
	})
}

func compareManagedBuckets(c *checker) {
	c.bucketsInBoth(func(now, was bucketIn) {
		if now.Existing && !was.Existing {
			c.report(now.path, Problem{What: "the bucket stays, with its Object Lock, and no template manages it any more: what keeps it versioned, private and locked can be changed unseen", Got: "existing: true", Want: "existing: false, or nothing", See: c.before(was.path)})
		}
	})
}

// compareWorkloads finds stacks that stay deployed and are no longer synthesized.
func compareWorkloads(c *checker) {
	kept := map[string]bool{}
	for _, w := range c.cfg.Workloads {
		kept[c.cfg.StackName(w)+w.Account+w.Region] = true
	}
	accounts := c.cfg.WorkloadAccounts()
	for i, w := range c.previous.cfg.Workloads {
		if kept[c.previous.cfg.StackName(w)+w.Account+w.Region] {
			continue
		}
		what := "the stack %s in account %s is left behind: it stays deployed and backs up, and no change reaches it"
		if !slices.Contains(accounts, w.Account) {
			what += "; its copies would be refused, since the central account no longer knows the account"
		}
		c.report("workloads", Problem{What: fmt.Sprintf(what, c.previous.cfg.StackName(w), w.Account), Want: "the workload, or its stack deleted when its backups are no longer needed", See: c.before(workloadNamePath(i))})
	}
}

// compareBuckets finds buckets that are no longer backed up although their workload still is.
func compareBuckets(c *checker) {
	now := c.cfg.bucketsOfAll()
	for i, w := range c.previous.cfg.Workloads {
		at := slices.IndexFunc(c.cfg.Workloads, func(v Workload) bool { return v.ID() == w.ID() })
		if at < 0 {
			continue // reported as a whole
		}
		for j, b := range w.Buckets {
			if _, there := now[b.Name]; !there {
				c.report(workloadPath(at)+".buckets", Problem{What: fmt.Sprintf("the bucket %s is left behind: it is no longer backed up, and its backups expire one after another", b.Name), Want: "the bucket, as existing: true where the app must not change it", See: c.before(bucketPath(i, j) + ".name")})
			}
		}
	}
}

func compareTagSelections(c *checker) {
	for i, w := range c.previous.cfg.Workloads {
		at := slices.IndexFunc(c.cfg.Workloads, func(v Workload) bool { return v.ID() == w.ID() })
		if at < 0 {
			continue
		}
		for j, tier := range w.SelectTagged {
			if !slices.Contains(c.cfg.Workloads[at].SelectTagged, tier) {
				c.report(workloadPath(at)+".select_tagged", Problem{What: "the buckets tagged backup:tier=" + tier + " are left behind: they are no longer backed up, and their backups expire one after another", Want: tier + " in select_tagged", See: c.before(selectPath(i, j))})
			}
		}
	}
}

// compareProtection finds buckets that keep less, or for a shorter time. What a change of a tier
// does to all its buckets is reported once, at the tier.
func compareProtection(c *checker) {
	reported := map[string]bool{}
	c.bucketsInBoth(func(now, was bucketIn) {
		if now.Tier == was.Tier && reported[now.Tier] {
			return
		}
		reported[now.Tier] = reported[now.Tier] || now.Tier == was.Tier
		for _, w := range weakenings(now.tier, was.tier) {
			at, before, subject := now.path+".tier", was.path+".tier", "the bucket"
			if now.Tier == was.Tier {
				at, before, subject = c.tierKeyPath(now.tier, w.key), c.previousTierPath(was.tier)+w.key, now.Tier
			}
			c.report(at, Problem{What: subject + " is protected less than before: " + w.text, Want: "what was promised, or the consent of the data's owner", See: c.before(before)})
		}
	})
}

// tierKeyPath is where the document has a key of a tier, or leaves the tier as it is built in.
func (c *checker) tierKeyPath(t *Tier, key string) string {
	if _, written := c.tierAt[t.Name]; !written {
		return "tiers"
	}
	return c.tierPath(t) + key
}

// previousTierPath is tierPath in the earlier file.
func (c *checker) previousTierPath(t *Tier) string {
	entries, found := lookup(c.previous.root, "tiers")
	for i := range entries.Content {
		if found && scalarAt(entries.Content[i], "name").Value == t.Name {
			return entryPath(i)
		}
	}
	return "tiers"
}

// weakening is what a tier keeps less of than another.
type weakening struct {
	key  string // of the tier, with its dot
	text string
}

func weakenings(now, was *Tier) []weakening {
	var weaker []weakening
	less := func(key, what string, now, was int) {
		switch {
		case now == 0 && was > 0:
			weaker = append(weaker, weakening{key, fmt.Sprintf("no %s, and not %d days", what, was)})
		case now < was:
			weaker = append(weaker, weakening{key + ".delete_after_days", fmt.Sprintf("%s for %d days, and not %d", what, now, was)})
		}
	}
	if was.ObjectLock.Mode == Compliance && now.ObjectLock.Mode != Compliance {
		weaker = append(weaker, weakening{".object_lock.mode", "Object Lock in governance mode, and not in compliance mode"})
	}
	if now.ObjectLock.Days < was.ObjectLock.Days {
		weaker = append(weaker, weakening{".object_lock.days", fmt.Sprintf("Object Lock for %d days, and not %d", now.ObjectLock.Days, was.ObjectLock.Days)})
	}
	less(".continuous_backup", "point-in-time recovery", now.continuousDays(), was.continuousDays())
	less(".snapshot_backup", "snapshots", now.snapshotDays(), was.snapshotDays())
	less(".copy_to_central", "copies", now.copyDays(), was.copyDays())
	return weaker
}

func (t *Tier) continuousDays() int {
	if t.ContinuousBackup == nil {
		return 0
	}
	return t.ContinuousBackup.DeleteAfterDays
}

func (t *Tier) snapshotDays() int {
	if t.SnapshotBackup == nil {
		return 0
	}
	return t.SnapshotBackup.DeleteAfterDays
}

func (t *Tier) copyDays() int {
	if t.CopyToCentral == nil {
		return 0
	}
	return t.CopyToCentral.DeleteAfterDays
}

// compareContinuousBackups finds buckets whose point-in-time recovery begins anew: with another
// retention, or in another tier's vault.
func compareContinuousBackups(c *checker) {
	reported := map[string]bool{}
	c.bucketsInBoth(func(now, was bucketIn) {
		if now.tier.continuousDays() == 0 || was.tier.continuousDays() == 0 {
			return
		}
		const what = "point-in-time recovery starts anew, with a full backup; what it kept so far expires"
		switch {
		case now.Tier != was.Tier:
			c.report(now.path+".tier", Problem{What: what, Got: now.Tier, Want: was.Tier + ", or the cost of a full backup", See: c.before(was.path + ".tier")})
		case now.tier.continuousDays() != was.tier.continuousDays() && !reported[now.Tier]:
			reported[now.Tier] = true
			c.report(c.tierKeyPath(now.tier, ".continuous_backup.delete_after_days"), Problem{What: "with another retention " + what, Got: fmt.Sprint(now.tier.continuousDays()), Want: fmt.Sprintf("%d, as before, or the cost of full backups", was.tier.continuousDays()), See: c.before(c.previousTierPath(was.tier))})
		}
	})
}
