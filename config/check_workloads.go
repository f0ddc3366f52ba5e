package config

import (
	"fmt"
	"strconv"
)

func checkWorkloads(c *checker) {
	if len(c.cfg.Workloads) == 0 && c.written("workloads") {
		c.report(Problem{Path: "workloads", What: "has no workload: nothing would be backed up", Want: "at least one workload with one bucket"})
	}
	seen := map[string]string{}
	for i, w := range c.cfg.Workloads {
		at := fmt.Sprintf("workloads[%d]", i)
		if len(w.Buckets) == 0 && len(w.SelectTagged) == 0 && !c.hasFault(at) {
			c.report(Problem{Path: at + ".buckets", What: "the workload has neither buckets nor select_tagged: nothing of it would be backed up", Want: "at least one bucket, or a tier to select by tag", Fact: "F-LIM-2"})
		}
		if w.Name != "" && w.Environment != "" {
			if first, twice := seen[w.ID()]; twice {
				c.report(Problem{Path: at + ".name", What: "the stack " + c.cfg.StackName(w) + " and its resources have these names already, by " + first + " in " + c.where(first), Got: w.Name + " in " + w.Environment, Want: "another name or environment"})
			} else {
				seen[w.ID()] = at + ".name"
			}
		}
		if w.Account != "" && w.Account == c.cfg.Central.Account {
			c.report(Problem{Path: at + ".account", Warning: true, What: "is the central account: whoever loses this account loses its buckets and their copies together", Got: strconv.Quote(w.Account), Want: "an account of its own for the copies", Fact: "F-COPY-1"})
		}
	}
}

func checkTierReferences(c *checker) {
	names := c.cfg.Tiers.names()
	known := map[string]bool{"": true} // missing: reported as such
	for _, name := range names {
		known[name] = true
	}
	for ref := range c.cfg.tierReferences() {
		if !known[ref.tier] {
			c.report(Problem{Path: ref.path(), What: "unknown tier" + DidYouMean(ref.tier, names), Got: strconv.Quote(ref.tier), Want: oneOf(names)})
		}
	}
}

// checkBuckets wants every bucket once: names are unique in all of S3, and a bucket has one
// continuous backup, in one vault (F-S3-7, F-S3-8).
func checkBuckets(c *checker) {
	type place struct{ workload, bucket int }
	buckets := 0
	for _, w := range c.cfg.Workloads {
		buckets += len(w.Buckets)
	}
	first := make(map[string]place, buckets)
	unprotected := map[string]bool{}
	for _, t := range c.cfg.Tiers {
		unprotected[t.Name] = !t.BackedUp()
	}
	for i, w := range c.cfg.Workloads {
		for j, b := range w.Buckets {
			if b.Name == "" {
				continue
			}
			if f, twice := first[b.Name]; twice {
				at, other := bucketPath(i, j)+".name", c.cfg.Workloads[f.workload].Buckets[f.bucket]
				what := "the bucket is there already, in " + c.where(bucketPath(f.workload, f.bucket)+".name")
				if other.Tier != b.Tier {
					what = fmt.Sprintf("the bucket is in two tiers, %s here and %s in %s: only one of two continuous backups would run", b.Tier, other.Tier, c.where(bucketPath(f.workload, f.bucket)+".name"))
				}
				c.report(Problem{Path: at, What: what, Got: b.Name, Want: "every bucket once", Fact: "F-S3-7"})
			} else {
				first[b.Name] = place{i, j}
			}
			if b.Existing && unprotected[b.Tier] {
				c.report(Problem{Path: bucketPath(i, j) + ".tier", Warning: true, What: "nothing protects this bucket: an existing bucket is not changed, so it gets no Object Lock, and the tier has no backups", Got: b.Tier, Want: "a tier with backups, or a bucket that the app creates", Fact: "F-OL-3"})
			}
		}
	}
}

func bucketPath(workload, bucket int) string {
	return fmt.Sprintf("workloads[%d].buckets[%d]", workload, bucket)
}

func selectPath(workload, tier int) string {
	return fmt.Sprintf("workloads[%d].select_tagged[%d]", workload, tier)
}

// checkTagSelections wants one plan for a tag: two workloads of an account and Region that select
// the same tag would back up the same buckets twice (F-S3-7).
func checkTagSelections(c *checker) {
	first := map[[3]string]string{}
	for i, w := range c.cfg.Workloads {
		for j, tier := range w.SelectTagged {
			at := selectPath(i, j)
			if t := c.cfg.Tiers.find(tier); t != nil && !t.BackedUp() {
				c.report(Problem{Path: at, What: "the tier has no backups that a tag could select a bucket for", Got: tier, Want: "a tier with continuous_backup or snapshot_backup"})
			}
			if w.Account == "" || w.Region == "" {
				continue // reported as malformed or missing
			}
			key := [3]string{w.Account, w.Region, tier}
			if other, twice := first[key]; twice {
				c.report(Problem{Path: at, What: fmt.Sprintf("the tag is selected already in account %s, Region %s, by %s in %s: its buckets would have two continuous backups, and only one would run", w.Account, w.Region, other, c.where(other)), Got: tier, Want: "one workload of an account and Region that selects a tier by tag", Fact: "F-S3-7"})
				continue
			}
			first[key] = at
		}
	}
}

// checkCopyPartitions finds workloads whose copies AWS cannot make.
func checkCopyPartitions(c *checker) {
	copied := map[string]bool{}
	for _, t := range c.cfg.copied {
		copied[t.Name] = true
	}
	central := Partition(c.cfg.Central.Region)
	for i, w := range c.cfg.Workloads {
		tier := w.firstTierIn(copied)
		if tier == "" || w.Region == "" || c.cfg.Central.Region == "" {
			continue
		}
		at := fmt.Sprintf("workloads[%d].region", i)
		switch partition := Partition(w.Region); {
		case partition == "aws-cn":
			c.report(Problem{Path: at, What: "AWS Backup copies nothing to another account in China, and " + tier + " is copied", Got: w.Region, Want: "a tier without copy_to_central", Fact: "F-REG-2"})
		case partition == "aws-eusc":
			c.report(Problem{Path: at, Warning: true, What: "AWS documents a minimal set of AWS Backup's features for this partition; whether it copies to another account is not confirmed, and " + tier + " is copied", Got: w.Region, Want: "a test with a copy before anybody relies on it", Fact: "F-REG-2"})
		case partition != central:
			c.report(Problem{Path: at, What: fmt.Sprintf("is in partition %s and the central account in %s, and no copy crosses partitions; %s is copied", partition, central, tier), Got: w.Region, Want: "a Region of " + central, Fact: "F-COPY-1"})
		}
	}
}

func (w Workload) firstTierIn(tiers map[string]bool) string {
	for _, b := range w.Buckets {
		if tiers[b.Tier] {
			return b.Tier
		}
	}
	for _, tier := range w.SelectTagged {
		if tiers[tier] {
			return tier
		}
	}
	return ""
}
