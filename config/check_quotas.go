package config

import (
	"fmt"
	"slices"
	"strconv"
)

// The quotas of AWS that a configuration can go over. Those that no configuration can, since the app
// decides them, are in docs/checks.md.

func warnOfBucketQuota(c *checker) {
	c.bucketBeyond(DefaultBucketsPerAccount, func(at, account string) {
		c.report(at, Problem{What: "is one bucket more than AWS Backup takes of an account unless its quota has been raised", Got: fmt.Sprintf("bucket %d of account %s", DefaultBucketsPerAccount+1, account), Want: "the quota of S3 buckets raised in Service Quotas before this is deployed"})
	})
}

func checkBucketLimit(c *checker) {
	c.bucketBeyond(MaxBucketsPerAccount, func(at, account string) {
		c.report(at, Problem{What: "is one bucket more than AWS Backup takes of an account, however its quota is raised: no backup of it would run", Got: fmt.Sprintf("bucket %d of account %s", MaxBucketsPerAccount+1, account), Want: fmt.Sprintf("at most %d buckets with backups in an account", MaxBucketsPerAccount)})
	})
}

// bucketBeyond reports the first bucket of each account that is backed up beyond a number of them.
func (c *checker) bucketBeyond(limit int, report func(at, account string)) {
	protected := map[string]bool{}
	for _, t := range c.cfg.Tiers {
		protected[t.Name] = t.BackedUp()
	}
	backedUp := map[string]int{} // by account
	for i, w := range c.cfg.Workloads {
		for j, b := range w.Buckets {
			if !protected[b.Tier] || w.Account == "" {
				continue
			}
			backedUp[w.Account]++
			if backedUp[w.Account] == limit+1 {
				report(bucketPath(i, j)+".name", w.Account)
			}
		}
	}
}

func warnOfVaultQuota(c *checker) {
	vaults := map[accountRegion]int{}
	central := len(c.cfg.centralVaults())
	vaults[accountRegion{c.cfg.Central.Account, c.cfg.Central.Region}] = central
	if central > DefaultVaults {
		c.report("central.retained_vaults", Problem{What: "the central account has more vaults in the Region than AWS Backup allows unless the quota has been raised", Got: fmt.Sprint(central), Want: fmt.Sprintf("%d, or the quota of vaults raised in Service Quotas before this is deployed", DefaultVaults)})
	}
	for i, w := range c.cfg.Workloads {
		in := accountRegion{w.Account, w.Region}
		before := vaults[in]
		for _, use := range c.uses[i] {
			if use.Tier.BackedUp() {
				vaults[in]++
			}
		}
		if before <= DefaultVaults && vaults[in] > DefaultVaults && w.Account != "" && w.Region != "" {
			c.report(workloadNamePath(i), Problem{What: "with this workload the account has more vaults and plans in the Region than AWS Backup allows unless the quota has been raised", Got: fmt.Sprintf("%d in account %s", vaults[in], w.Account), Want: fmt.Sprintf("%d, or the quotas of vaults and of plans raised in Service Quotas before this is deployed", DefaultVaults)})
		}
	}
}

// warnOfRuleQuota counts the rules on the default event bus of each account and Region.
func warnOfRuleQuota(c *checker) {
	rules := map[accountRegion]int{}
	for i, w := range c.cfg.Workloads {
		in := accountRegion{w.Account, w.Region}
		quota := DefaultEventRules
		if slices.Contains(fewerEventRulesRegions, w.Region) {
			quota = FewerEventRules
		}
		before := rules[in]
		rules[in] += c.cfg.eventRules(w, c.uses[i])
		if before <= quota && rules[in] > quota && w.Account != "" && w.Region != "" {
			c.report(workloadNamePath(i), Problem{What: "with this workload the account has more rules for alerts on its event bus in the Region than EventBridge allows unless the quota has been raised", Got: fmt.Sprintf("%d in account %s", rules[in], w.Account), Want: fmt.Sprintf("%d, or the quota of rules raised in Service Quotas before this is deployed", quota)})
		}
	}
}

func checkSelectionSizes(c *checker) {
	for i, w := range c.cfg.Workloads {
		if len(w.Buckets) <= MaxSelectionARNs {
			continue
		}
		inTier := map[string]int{}
		for j, b := range w.Buckets {
			inTier[b.Tier]++
			if t := c.cfg.tier(b.Tier); inTier[b.Tier] == MaxSelectionARNs+1 && t != nil && t.BackedUp() {
				c.report(bucketPath(i, j)+".name", Problem{What: "is one bucket of " + b.Tier + " more than a backup selection takes", Got: fmt.Sprintf("bucket %d", MaxSelectionARNs+1), Want: fmt.Sprintf("at most %d of a tier: split the workload", MaxSelectionARNs)})
			}
		}
	}
}

func checkTagExclusions(c *checker) {
	named := map[accountRegion]int{}
	for _, w := range c.cfg.Workloads {
		named[accountRegion{w.Account, w.Region}] += len(w.Buckets)
	}
	for i, w := range c.cfg.Workloads {
		if n := named[accountRegion{w.Account, w.Region}]; len(w.SelectTagged) > 0 && n > MaxSelectionARNs && w.Account != "" {
			c.report(workloadPath(i)+".select_tagged", Problem{What: "a selection by tag leaves out the buckets that workloads of its account and Region name, and these are more than it can", Got: strconv.Itoa(n), Want: fmt.Sprintf("at most %d named buckets in the account and Region", MaxSelectionARNs)})
		}
	}
}

func checkStackSizes(c *checker) {
	if n := c.cfg.CentralResources(); n > MaxStackResources {
		c.report("central.retained_vaults", Problem{What: "needs more resources than one CloudFormation stack takes", Got: strconv.Itoa(n), Want: fmt.Sprintf("at most %d", MaxStackResources)})
	}
	for i, w := range c.cfg.Workloads {
		if n := c.cfg.stackResources(w, c.uses[i]); n > MaxStackResources {
			c.report(workloadPath(i)+".buckets", Problem{What: "needs more resources than one CloudFormation stack takes", Got: strconv.Itoa(n), Want: fmt.Sprintf("at most %d: split the workload", MaxStackResources)})
		}
	}
}

func checkTemplateSizes(c *checker) {
	named := c.cfg.namedBytes()
	for i, w := range c.cfg.Workloads {
		if n := c.cfg.templateBytes(c.uses[i], named[accountRegion{w.Account, w.Region}]); n > MaxTemplateBytes && c.cfg.stackResources(w, c.uses[i]) <= MaxStackResources {
			c.report(workloadPath(i)+".buckets", Problem{What: "needs a larger template than CloudFormation takes", Got: fmt.Sprintf("about %d kB", n/1000), Want: fmt.Sprintf("less than %d kB: split the workload, or select fewer tiers by tag", MaxTemplateBytes/1000)})
		}
	}
}
