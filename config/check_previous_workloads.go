package config

import (
	"fmt"
	"slices"
)

// compareBucketPlaces finds buckets whose workload is elsewhere now. Names of buckets are unique in a partition.
func compareBucketPlaces(c *checker) {
	c.bucketsInBoth(func(now, was bucketIn) {
		if from, to := was.accountRegion(), now.accountRegion(); from != to {
			what := "a bucket cannot move to another account or Region: a plan there would not find it"
			if !now.Existing {
				what = "this bucket exists already in another account or Region, and its name is unique in all of them: the " +
					"deployment would fail when it tries to create it"
			}
			c.report(now.path, Problem{
				What: what,
				Got:  to.String(), Want: from.String() + ", or another bucket; " + addAnother, See: c.before(was.path),
			})
		}
	})
}

// compareCreatedBuckets finds buckets that exist already when a stack tries to create them.
func compareCreatedBuckets(c *checker) {
	c.bucketsInBoth(func(now, was bucketIn) {
		moved := now.workload.ID() != was.workload.ID()
		if now.Existing || !was.Existing && !moved || now.accountRegion() != was.accountRegion() {
			return
		}
		c.report(now.path, Problem{
			What: "this bucket exists already, outside of this stack: the deployment would fail when it tries to create it",
			Got:  "a bucket to create for " + now.workload.ID(), Want: "existing: true", See: c.before(was.path),
		})
	})
}

func compareManagedBuckets(c *checker) {
	c.bucketsInBoth(func(now, was bucketIn) {
		if now.Existing && !was.Existing {
			c.report(now.path, Problem{
				What: "the bucket is retained with its Object Lock, but no template manages it: a deployment no longer corrects its settings",
				Got:  "existing: true", Want: "existing: false", See: c.before(was.path),
			})
		}
	})
}

// compareBucketEncryption finds keys that leave their template while objects are still under them. S3 encrypts new objects alone
// in another way (F-OL-22).
func compareBucketEncryption(c *checker) {
	c.bucketsInBoth(func(now, was bucketIn) {
		if now.Existing || was.Existing || now.UsesKMS() || !was.UsesKMS() || now.workload.deployed() != was.workload.deployed() {
			return
		}
		key := was.tier.BucketKey()
		if slices.Contains(keyNames(c.cfg.TierUses(now.workload)), key) {
			return
		}
		c.report(now.path+".encryption", Problem{
			What: "earlier objects of this bucket stay under the key " + c.previous.cfg.KeyAlias(was.workload, key) +
				", which is retained, but no template manages it; whoever deletes it loses them",
			Got: now.Encryption, Want: "sse-kms as before, until each of these objects is written again", See: c.before(was.path),
		})
	})
}

// compareWorkloads finds stacks that stay deployed but are no longer synthesized.
func compareWorkloads(c *checker) {
	stacks, refused := c.cfg.byStack(), c.copiesRefused()
	for i, w := range c.previous.cfg.Workloads {
		if _, kept := stacks[w.deployed()]; kept {
			continue
		}
		what := "the stack of a removed workload stays deployed and continues to back up, but no change reaches it"
		if refused(w) {
			what += ", and the central account would refuse its copies"
		}
		c.report("workloads", Problem{
			What: what,
			Got:  fmt.Sprintf("no %s in account %s, %s", c.previous.cfg.StackName(w), w.Account, w.Region),
			Want: "the workload as it was, also beside a second one that takes its place, or its stack deleted once nobody needs its backups",
			See:  c.before(workloadNamePath(i)),
		})
	}
}

// copiesRefused tells of a workload of the earlier file whether a vault that it copied into does not let its role in any more.
func (c *checker) copiesRefused() func(w Workload) bool {
	callers := map[vaultPlace]Callers{}
	for _, v := range c.cfg.CentralVaults() {
		callers[vaultPlace{v.Region, v.Name}] = c.cfg.VaultCallers(v)
	}
	main := c.cfg.VaultCallers(c.cfg.centralVaultAt(mainVault))
	return func(w Workload) bool {
		return slices.ContainsFunc(c.previous.cfg.AllCopyVaults(w), func(v CopyVault) bool {
			of, there := callers[vaultPlace{v.Region, v.Name}]
			if !there { // the main vault has another name, or is elsewhere
				of = main
			}
			was := c.previous.cfg
			return !of.letIn(w.Account, was.roleARN(c.cfg.Central.Region, w.Account, was.BackupRoleName(w)))
		})
	}
}

// compareBuckets finds buckets that a workload no longer names.
func compareBuckets(c *checker) {
	stacks := c.cfg.byStack()
	for i, w := range c.previous.cfg.Workloads {
		at, kept := stacks[w.deployed()]
		if !kept {
			continue // reported as a whole
		}
		for j, b := range w.Buckets {
			was, known := c.previous.was[w.globalName(b)]
			if _, there := c.previous.now[w.globalName(b)]; there || !known {
				continue
			}
			what := "a removed bucket is no longer backed up, unless a tag selects it, and its backups expire"
			if !was.tier.BackedUp() {
				what = "a removed bucket is retained with its Object Lock, but no template manages it"
			}
			c.report(workloadPath(at)+".buckets", Problem{
				What: what,
				Got:  "no " + b.Name, Want: "the bucket, with existing: true if the app must not change it", See: c.before(bucketPath(i, j) + ".name"),
			})
		}
	}
}

func compareRestoreTesting(c *checker) {
	stacks := c.cfg.byStack()
	for i, w := range c.previous.cfg.Workloads {
		if at, kept := stacks[w.deployed()]; kept && w.RestoreTesting != nil && c.cfg.Workloads[at].RestoreTesting == nil {
			c.report(restoreTestingPath(at), Problem{
				What: "restores of this workload are no longer tested",
				Got:  "no restore_testing", Want: "it as before", See: c.before(restoreTestingPath(i)),
			})
		}
	}
	if c.previous.cfg.Central.RestoreTesting != nil && c.cfg.Central.RestoreTesting == nil {
		c.report(centralTestingPath, Problem{
			What: "restores of the copies in the central account are no longer tested",
			Got:  "no restore_testing", Want: "it as before", See: c.before(centralTestingPath),
		})
	}
}

// compareLandingVaults finds vaults for copies that come back which leave their template.
func compareLandingVaults(c *checker) {
	stacks := c.cfg.byStack()
	for i, w := range c.previous.cfg.Workloads {
		at, kept := stacks[w.deployed()]
		if !kept || !c.previous.cfg.Copies(w) || c.cfg.Copies(c.cfg.Workloads[at]) {
			continue
		}
		c.report(workloadPath(at)+".buckets", Problem{
			What: "without copies, the vault for copies that come back is retained, but no template manages its policy; earlier copies in the " +
				"central account could not come back to this workload",
			Got:  "no " + c.previous.cfg.LandingVaultName(w),
			Want: "a bucket in a tier with copies, until the last copy has expired", See: c.before(workloadPath(i) + ".buckets"),
		})
	}
}

// compareEvidence finds a bucket for evidence that leaves its template. That of another account or Region stays as well,
// which checks of the central account report.
func compareEvidence(c *checker) {
	if c.centralMoved() != "" || !c.previous.cfg.Validates() || c.cfg.Validates() {
		return
	}
	c.report("central", Problem{
		What: "without restore tests, the bucket with their evidence is retained, but no template manages it, and tests that come back " +
			"could not create it again",
		Got:  "no " + c.previous.cfg.EvidenceBucketName(),
		Want: "restore_testing of a workload or of the central account, as long as somebody needs the evidence",
	})
}

func compareStackSet(c *checker) {
	if c.previous.cfg.Rollout.StackSet != nil && c.cfg.Rollout.StackSet == nil {
		c.report(stackSetPath, Problem{
			What: "the stacks of the removed stack set stay deployed, but no change reaches them",
			Got:  "no stack_set", Want: "it, or its stacks deleted once nobody needs their backups", See: c.before(stackSetPath),
		})
	}
}
