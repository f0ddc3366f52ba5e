package config

import (
	"fmt"
	"strconv"
	"strings"
)

func checkTierReferences(c *checker) {
	if c.doubtful("tiers") {
		return
	}
	for ref := range c.cfg.tierReferences() {
		if _, known := c.cfg.rows[ref.tier]; !known {
			c.reportUnknownTier(ref.path(), ref.tier)
		}
	}
	for i, w := range c.cfg.Workloads {
		if w.RestoreTesting == nil {
			continue
		}
		for j, tier := range w.RestoreTesting.Tiers {
			if _, known := c.cfg.rows[tier]; !known {
				c.reportUnknownTier(restoreTestingTierPath(i, j), tier)
			}
		}
	}
}

func (c *checker) reportUnknownTier(path, tier string) {
	if tier == "" {
		return // missing or not valid: reported already
	}
	for _, at := range c.unnamed {
		if name, written := lookup(c.root, at); !written || name.Tag != "!!str" || nearest(tier, []string{name.Value}) != "" {
			return // this entry may be the tier that is meant
		}
	}
	names := c.cfg.Tiers.names()
	c.report(path, Problem{What: "unknown tier" + DidYouMean(tier, names), Got: strconv.Quote(tier), Want: oneOf(names)})
}

// checkBucketsTwice wants each bucket once: names are unique in a partition, and a bucket has only one
// continuous backup, in one vault (F-S3-7, F-S3-8).
func checkBucketsTwice(c *checker) {
	type place struct{ workload, bucket int }
	buckets := 0
	for _, w := range c.cfg.Workloads {
		buckets += len(w.Buckets)
	}
	first := make(map[globalName]place, buckets)
	for i, w := range c.cfg.Workloads {
		for j, b := range w.Buckets {
			if b.Name == "" {
				continue
			}
			name := w.globalName(b)
			f, twice := first[name]
			if !twice {
				first[name] = place{i, j}
				continue
			}
			what := "duplicate bucket"
			if other := c.cfg.Workloads[f.workload].Buckets[f.bucket]; other.Tier != b.Tier {
				what = fmt.Sprintf("duplicate bucket, in tier %s here and in %s before: only one of two continuous backups would "+
					"run", b.Tier, other.Tier)
			}
			c.report(
				bucketPath(i, j)+".name",
				Problem{What: what, Got: b.Name, Want: "each bucket once"},
				bucketPath(f.workload, f.bucket)+".name",
			)
		}
	}
}

// accountNamespaceSuffix ends the names of buckets in an account's own namespace. The app creates none
// there (F-OL-11).
const accountNamespaceSuffix = "-an"

func checkAccountNamespace(c *checker) {
	for i, w := range c.cfg.Workloads {
		for j, b := range w.Buckets {
			if !b.Existing && strings.HasSuffix(b.Name, accountNamespaceSuffix) {
				c.report(bucketPath(i, j)+".name", Problem{
					What: "S3 reserves names that end with " + accountNamespaceSuffix + " for an account's own namespace, and the " +
						"app cannot create buckets there",
					Got: b.Name, Want: "another name, or existing: true",
				})
			}
		}
	}
}

func warnOfUnprotectedBuckets(c *checker) {
	unprotected := map[string]bool{}
	for _, t := range c.cfg.Tiers {
		unprotected[t.Name] = !t.BackedUp()
	}
	for i, w := range c.cfg.Workloads {
		for j, b := range w.Buckets {
			if b.Existing && unprotected[b.Tier] && !c.doubtful(c.tierKeys(c.cfg.tier(b.Tier), "continuous_backup", "snapshot_backup")...) {
				c.report(bucketPath(i, j)+".tier", Problem{
					What: "nothing protects this bucket: the tier has no backups, and an existing bucket gets no Object Lock",
					Got:  b.Tier, Want: "a tier with backups, or a bucket that the app creates",
				})
			}
		}
	}
}

func checkTagsWithoutBackups(c *checker) {
	for ref := range c.cfg.tierReferences() {
		if !ref.byTag() {
			continue
		}
		if t := c.cfg.tier(ref.tier); t != nil && !t.BackedUp() && !c.doubtful(c.tierKeys(t, "continuous_backup", "snapshot_backup")...) {
			c.report(ref.path(), Problem{
				What: "this tier has no backups, so it cannot select buckets by tag",
				Got:  ref.tier, Want: "a tier with continuous_backup or snapshot_backup",
			})
		}
	}
}

// warnOfRolesThatReadAll finds workloads with more buckets than fit into the policy of the backup role.
func warnOfRolesThatReadAll(c *checker) {
	for i, uses := range c.uses {
		if buckets, fits := c.cfg.backupRoleBuckets(uses); !fits {
			c.report(workloadPath(i)+".buckets", Problem{
				What: fmt.Sprintf("the backup role of this workload can read every bucket of the account: a role has no room to name %d buckets",
					len(buckets)),
				Got: fmt.Sprintf("%d buckets with backups", len(buckets)), Want: "two workloads, or an account for this workload alone",
			})
		}
	}
}
