package config

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
)

// TierUse is the use of one tier by a workload.
type TierUse struct {
	Tier *Tier
	// Buckets of the workload in that tier, in file order.
	Buckets []Bucket
	// Tagged are the selections by tag, in file order. The plan also backs up the buckets that one of them selects and that no
	// workload names.
	Tagged []TagSelection
}

// tier returns the row of that name, or nil.
func (c *Config) tier(name string) *Tier {
	if row, known := c.rows[name]; known {
		return &c.Tiers[row]
	}
	return nil
}

// TierUses lists the tiers that a workload uses, in the order of the tier table.
func (c *Config) TierUses(w Workload) []TierUse {
	uses := make([]TierUse, 0, min(len(c.Tiers), len(w.Buckets)+len(w.SelectTagged)))
	use := func(tier string) *TierUse {
		row := c.tier(tier)
		if row == nil {
			return &TierUse{} // reported where the tier is named
		}
		i := slices.IndexFunc(uses, func(u TierUse) bool { return u.Tier == row })
		if i < 0 {
			i = len(uses)
			uses = append(uses, TierUse{Tier: row})
		}
		return &uses[i]
	}
	for _, b := range w.Buckets {
		u := use(b.Tier)
		u.Buckets = append(u.Buckets, b)
	}
	for _, s := range w.SelectTagged {
		u := use(s.Tier)
		u.Tagged = append(u.Tagged, s)
	}
	slices.SortFunc(uses, func(a, b TierUse) int { return cmp.Compare(c.rows[a.Tier.Name], c.rows[b.Tier.Name]) })
	return uses
}

// Named lists the buckets of each selection by name of the tier's plan. A selection has room for [MaxSelectionARNs], so the
// first 501 buckets are in two.
//
// Buckets are in file order, so one that is added at the end moves none. One that is added elsewhere moves one bucket of each
// full selection after it into the next: with 500 in the first selection and 501 in all, whichever bucket is new, one of them
// must be in the second, and a template cannot tell which came last. A move between selections of a plan changes no backup:
// CloudFormation replaces a selection whenever its list changes, and creates the new one before it deletes the old (F-CFN-2).
func (u TierUse) Named() [][]Bucket { return slices.Collect(slices.Chunk(u.Buckets, MaxSelectionARNs)) }

// selections is how many selections the tier's plan has.
func (u TierUse) selections() int {
	return (len(u.Buckets)+MaxSelectionARNs-1)/MaxSelectionARNs + len(u.Tagged)
}

// Created lists the buckets of the use that the app creates.
func (u TierUse) Created() []Bucket {
	var created []Bucket
	for _, b := range u.Buckets {
		if !b.Existing {
			created = append(created, b)
		}
	}
	return created
}

// creates is the number of buckets of the use that the app creates.
func (u TierUse) creates() int {
	n := 0
	for _, b := range u.Buckets {
		if !b.Existing {
			n++
		}
	}
	return n
}

// creates says whether the app creates a bucket of a tier.
func (c *Config) creates(t *Tier) bool {
	return slices.ContainsFunc(c.Workloads, func(w Workload) bool {
		return slices.ContainsFunc(w.Buckets, func(b Bucket) bool { return b.Tier == t.Name && !b.Existing })
	})
}

// NamedBuckets lists the buckets that workloads of an account and Region name, in file order. A selection
// by tag excludes them, because a bucket cannot have a second continuous backup (F-S3-7).
func (c *Config) NamedBuckets(account, region string) []string {
	var names []string
	for _, w := range c.Workloads {
		if w.Account != account || w.Region != region {
			continue
		}
		for _, b := range w.Buckets {
			names = append(names, b.Name)
		}
	}
	return names
}

// BackupRoleBuckets are the buckets that a workload's backup role may read. Nil: it may read all buckets of the account,
// as AWS's policy allows (F-IAM-1). Some are selected by tag, or the list does not fit into the role's policies.
func (c *Config) BackupRoleBuckets(w Workload) []string {
	buckets, fits := c.backupRoleBuckets(c.TierUses(w))
	if !fits {
		return nil
	}
	return buckets
}

// backupRoleBuckets are the buckets that are backed up by name, and whether a backup role can be limited to them.
func (c *Config) backupRoleBuckets(uses []TierUse) (buckets []string, fits bool) {
	const others = 1_500 // bytes of the other policy of the role, and of this one without buckets
	const scanning = 500 // of the policy for malware scans
	bytes := others
	if scans(uses) {
		bytes += scanning
	}
	for _, use := range uses {
		if len(use.Tagged) > 0 {
			return nil, true
		}
		if !use.Tier.BackedUp() {
			continue
		}
		for _, b := range use.Buckets {
			buckets = append(buckets, b.Name)
			bytes += 2*(len(b.Name)+len(`"arn:aws-us-gov:s3:::",`)) + len("/*")
		}
	}
	return buckets, bytes <= MaxRolePolicyBytes
}

// tierReference is a place in the file that uses a tier.
type tierReference struct {
	tier            string
	kind            referenceKind
	workload, index int
	mapping         bool // a selection by other tags than the tier's
}

type referenceKind int

const (
	ofBucket referenceKind = iota
	ofSelection
	ofStackSet
)

func (r tierReference) path() string {
	switch r.kind {
	case ofSelection:
		if r.mapping {
			return selectPath(r.workload, r.index) + ".tier"
		}
		return selectPath(r.workload, r.index)
	case ofStackSet:
		return fmt.Sprintf("rollout.stack_set.tiers[%d]", r.index)
	}
	return bucketPath(r.workload, r.index) + ".tier"
}

// byTag says whether the place selects buckets by tag instead of naming one.
func (r tierReference) byTag() bool { return r.kind != ofBucket }

// tierReferences goes through all uses of tiers, in file order.
func (c *Config) tierReferences() iter.Seq[tierReference] {
	return func(yield func(tierReference) bool) {
		for i, w := range c.Workloads {
			for j, b := range w.Buckets {
				if !yield(tierReference{b.Tier, ofBucket, i, j, false}) {
					return
				}
			}
			for j, s := range w.SelectTagged {
				if !yield(tierReference{s.Tier, ofSelection, i, j, !s.OfTier()}) {
					return
				}
			}
		}
		if set := c.Rollout.StackSet; set != nil {
			for j, tier := range set.Tiers {
				if !yield(tierReference{tier, ofStackSet, 0, j, false}) {
					return
				}
			}
		}
	}
}

// copiedTiers lists the tiers in use whose backups are copied to the central vault, in table order.
func (c *Config) copiedTiers() []*Tier {
	used := map[string]bool{}
	for ref := range c.tierReferences() {
		used[ref.tier] = true
	}
	var copied []*Tier
	for i := range c.Tiers {
		if t := &c.Tiers[i]; t.Copied() && used[t.Name] {
			copied = append(copied, t)
		}
	}
	return copied
}

// globalName identifies a bucket: its name is unique in the partition.
type globalName struct{ partition, bucket string }

func (w Workload) globalName(b Bucket) globalName { return globalName{Partition(w.Region), b.Name} }

// accountRegion is an account and Region. Most quotas count in it.
type accountRegion struct{ account, region string }

func (a accountRegion) String() string { return "account " + a.account + ", " + a.region }

func (c *Config) workloadIDs() []string {
	ids := make([]string, len(c.Workloads))
	for i, w := range c.Workloads {
		ids[i] = w.ID()
	}
	return ids
}

func (w Workload) firstTierIn(tiers map[string]bool) string {
	for _, b := range w.Buckets {
		if tiers[b.Tier] {
			return b.Tier
		}
	}
	for _, s := range w.SelectTagged {
		if tiers[s.Tier] {
			return s.Tier
		}
	}
	return ""
}

// HasBucket says whether the workload names a bucket.
func (w Workload) HasBucket(name string) bool {
	return slices.ContainsFunc(w.Buckets, func(b Bucket) bool { return b.Name == name })
}
