package config

import (
	"fmt"
	"slices"
)

func compareBucketPlaces(c *checker) {
	c.bucketsInBoth(func(now, was bucketIn) {
		if from, to := was.accountRegion(), now.accountRegion(); from != to {
			c.report(now.path, Problem{What: "a bucket stays in its account and Region: a plan elsewhere would find nothing to back up", Got: to.String(), Want: from.String() + ", or another bucket", See: c.before(was.path)})
		}
	})
}

// compareCreatedBuckets finds buckets that are there already when a stack wants to create them.
func compareCreatedBuckets(c *checker) {
	c.bucketsInBoth(func(now, was bucketIn) {
		moved := now.workload.ID() != was.workload.ID()
		if now.Existing || !was.Existing && !moved || now.accountRegion() != was.accountRegion() {
			return
		}
		c.report(now.path, Problem{What: "the bucket is there already, and not of this stack: the deployment would fail when it wants to create it", Got: "a bucket to create for " + now.workload.ID(), Want: "existing: true", See: c.before(was.path)})
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
	stacks, accounts := c.cfg.byStack(), c.cfg.WorkloadAccounts()
	for i, w := range c.previous.cfg.Workloads {
		if _, kept := stacks[w.deployed()]; kept {
			continue
		}
		what := "a workload's stack is left behind: it stays deployed and backs up, and no change reaches it"
		if !slices.Contains(accounts, w.Account) {
			what += "; its copies would be refused, since the central account would no longer know the account"
		}
		c.report("workloads", Problem{What: what, Got: fmt.Sprintf("nothing of %s in account %s, %s", c.previous.cfg.StackName(w), w.Account, w.Region), Want: "the workload, or its stack deleted when its backups are no longer needed", See: c.before(workloadNamePath(i))})
	}
}

// compareBuckets finds buckets that their workload does not name any more.
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
			what := "a bucket is left behind: unless a tag selects it, it is no longer backed up, and its backups expire one after another"
			if !was.tier.BackedUp() {
				what = "a bucket is left behind: it stays, with its Object Lock, and no template manages it any more"
			}
			c.report(workloadPath(at)+".buckets", Problem{What: what, Got: "nothing of " + b.Name, Want: "the bucket, as existing: true where the app must not change it", See: c.before(bucketPath(i, j) + ".name")})
		}
	}
}

func compareTagSelections(c *checker) {
	type selection struct {
		accountRegion
		tier string
	}
	selected := map[selection]bool{}
	for _, w := range c.cfg.Workloads {
		for _, tier := range w.SelectTagged {
			selected[selection{accountRegion{w.Account, w.Region}, tier}] = true
		}
	}
	stacks := c.cfg.byStack()
	for i, w := range c.previous.cfg.Workloads {
		at, kept := stacks[w.deployed()]
		if !kept {
			continue
		}
		for j, tier := range w.SelectTagged {
			if !selected[selection{accountRegion{w.Account, w.Region}, tier}] {
				c.report(workloadPath(at)+".select_tagged", Problem{What: "the buckets with a tag are left behind: unless they are named, they are no longer backed up, and their backups expire one after another", Got: "no " + tier, Want: tier + " in select_tagged", See: c.before(selectPath(i, j))})
			}
		}
	}
}

func compareRestoreTesting(c *checker) {
	stacks := c.cfg.byStack()
	for i, w := range c.previous.cfg.Workloads {
		if at, kept := stacks[w.deployed()]; kept && w.RestoreTesting != nil && c.cfg.Workloads[at].RestoreTesting == nil {
			c.report(restoreTestingPath(at), Problem{What: "restores of this workload are not tested any more", Got: "no restore_testing", Want: "it, as before", See: c.before(restoreTestingPath(i))})
		}
	}
}

func compareStackSet(c *checker) {
	if c.previous.cfg.Rollout.StackSet != nil && c.cfg.Rollout.StackSet == nil {
		c.report(stackSetPath, Problem{What: "the stack set is left behind: its stacks stay deployed, and no change reaches them", Got: "no stack_set", Want: "it, or its stacks deleted when their backups are no longer needed", See: c.before(stackSetPath)})
	}
}
