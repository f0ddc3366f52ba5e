package config

import (
	"fmt"
	"strconv"
)

// checkQuotas is about what AWS counts.
func checkQuotas(c *checker) {
	backedUp := map[string]int{} // buckets, by account
	protected := map[string]bool{}
	for _, t := range c.cfg.Tiers {
		protected[t.Name] = t.BackedUp()
	}
	named := map[[2]string]int{} // buckets, by account and Region
	for i, w := range c.cfg.Workloads {
		named[[2]string{w.Account, w.Region}] += len(w.Buckets)
		for j, b := range w.Buckets {
			if !protected[b.Tier] || w.Account == "" {
				continue
			}
			backedUp[w.Account]++
			if backedUp[w.Account] == DefaultBucketsPerAccount+1 {
				c.report(Problem{Path: bucketPath(i, j) + ".name", Warning: true, What: fmt.Sprintf("is one bucket more than AWS Backup takes of account %s unless its quota has been raised", w.Account), Got: "bucket " + strconv.Itoa(DefaultBucketsPerAccount+1), Want: "the quota of S3 buckets raised in Service Quotas before this is deployed", Fact: "F-S3-15"})
			}
		}
		for _, use := range c.uses[i] {
			if n := len(use.Buckets); n > MaxSelectionARNs && use.Tier.BackedUp() {
				c.report(Problem{Path: fmt.Sprintf("workloads[%d].buckets", i), What: "has more buckets of " + use.Tier.Name + " than one backup selection takes", Got: strconv.Itoa(n), Want: fmt.Sprintf("at most %d: split the workload", MaxSelectionARNs), Fact: "F-LIM-2"})
			}
		}
		if n := stackResources(c.uses[i]); n > MaxStackResources {
			c.report(Problem{Path: fmt.Sprintf("workloads[%d].buckets", i), What: "needs more resources than one CloudFormation stack takes", Got: strconv.Itoa(n), Want: fmt.Sprintf("at most %d: split the workload", MaxStackResources), Fact: "F-LIM-6"})
		}
	}
	for i, w := range c.cfg.Workloads {
		if n := named[[2]string{w.Account, w.Region}]; len(w.SelectTagged) > 0 && n > MaxSelectionARNs && w.Account != "" {
			c.report(Problem{Path: fmt.Sprintf("workloads[%d].select_tagged", i), What: "a selection by tag leaves out the buckets that workloads of its account and Region name, and these are more than it can", Got: strconv.Itoa(n), Want: fmt.Sprintf("at most %d named buckets in the account and Region", MaxSelectionARNs), Fact: "F-LIM-2"})
		}
	}
}

// StackResources is how many resources the stack of a workload has.
func (c *Config) StackResources(w Workload) int { return stackResources(c.TierUses(w)) }

func stackResources(uses []TierUse) int {
	const (
		perBucket    = 2 // bucket, policy
		perLogBucket = 2 // bucket, policy
		perKey       = 2 // key, alias
		perPlan      = 2 // vault, plan
		perRole      = 1
	)
	n, created, plans := perKey*len(keyNames(uses)), 0, 0
	for _, use := range uses {
		created += len(use.Created())
		if !use.Tier.BackedUp() {
			continue
		}
		plans++
		if len(use.Buckets) > 0 {
			n++ // selection
		}
		if use.Tagged {
			n++ // selection
		}
		if use.Tier.LowCostBackups() {
			n++ // tiering configuration
		}
	}
	if created > 0 {
		n += perLogBucket
	}
	if plans > 0 {
		n += perRole
	}
	return n + perBucket*created + perPlan*plans
}
