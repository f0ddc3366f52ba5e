package config

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// These are the quotas of AWS that a configuration can exceed. docs/checks.md lists those that the app
// keeps itself.

func warnOfBucketQuota(c *checker) {
	c.bucketBeyond(DefaultBucketsPerAccount, func(at, account string) {
		c.report(at, Problem{
			What: fmt.Sprintf("the default quota of AWS Backup is %d S3 buckets for each account", DefaultBucketsPerAccount),
			Got:  fmt.Sprintf("bucket %d of account %s", DefaultBucketsPerAccount+1, account),
			Want: "a higher quota of S3 buckets in Service Quotas before you deploy",
		})
	})
}

func checkBucketLimit(c *checker) {
	c.bucketBeyond(MaxBucketsPerAccount, func(at, account string) {
		c.report(at, Problem{
			What: "AWS Backup would not back up this bucket: it is beyond the highest quota of S3 buckets for an account",
			Got:  fmt.Sprintf("bucket %d of account %s", MaxBucketsPerAccount+1, account),
			Want: fmt.Sprintf("at most %d buckets with backups in an account", MaxBucketsPerAccount),
		})
	})
}

// bucketBeyond reports the bucket of each account that exceeds a number of buckets with backups.
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
	for _, v := range c.cfg.centralVaults() {
		vaults[accountRegion{c.cfg.Central.Account, v.region}]++
	}
	for _, region := range c.cfg.CentralRegions() {
		if central := vaults[accountRegion{c.cfg.Central.Account, region}]; central > DefaultVaults {
			c.report(c.manyVaultsPath(region), Problem{
				What: "the central account has more backup vaults in the Region than the default quota",
				Got:  fmt.Sprint(central),
				Want: fmt.Sprintf("at most %d, or a higher quota of vaults in Service Quotas before you deploy", DefaultVaults),
			})
		}
	}
	for i, w := range c.cfg.Workloads {
		in := accountRegion{w.Account, w.Region}
		before := vaults[in]
		for _, use := range c.uses[i] {
			if use.Tier.BackedUp() {
				vaults[in]++
			}
			if use.Tier.hasAirGapped() {
				vaults[in]++
			}
		}
		if copied(c.uses[i]) {
			vaults[in]++ // for copies that come back
		}
		if before <= DefaultVaults && vaults[in] > DefaultVaults && w.Account != "" && w.Region != "" {
			c.report(workloadNamePath(i), Problem{
				What: "with this workload the account has more backup vaults and plans in the Region than the default quotas",
				Got:  fmt.Sprintf("%d in account %s", vaults[in], w.Account),
				Want: fmt.Sprintf("at most %d, or higher quotas of vaults and plans in Service Quotas before you deploy", DefaultVaults),
			})
		}
	}
}

// manyVaultsPath is the list with most of the central account's vaults in a Region.
func (c *checker) manyVaultsPath(region string) string {
	if region == c.cfg.Central.Region && len(c.cfg.Central.RetainedVaults) >= len(c.cfg.CentralVaultsIn(region))-1 {
		return "central.retained_vaults"
	}
	return "central.vaults"
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
			c.report(workloadNamePath(i), Problem{
				What: "with this workload the account has more EventBridge rules in the Region than the default quota",
				Got:  fmt.Sprintf("%d in account %s", rules[in], w.Account),
				Want: fmt.Sprintf("at most %d, or a higher quota of rules in Service Quotas before you deploy", quota),
			})
		}
	}
}

func checkTagExclusions(c *checker) {
	named := map[accountRegion]int{}
	for _, w := range c.cfg.Workloads {
		named[accountRegion{w.Account, w.Region}] += len(w.Buckets)
	}
	for i, w := range c.cfg.Workloads {
		n, own := named[accountRegion{w.Account, w.Region}], 0
		for _, s := range w.SelectTagged {
			own = max(own, len(c.cfg.ownBuckets(w, s)))
		}
		if len(w.SelectTagged) > 0 && n+own > MaxSelectionARNs && w.Account != "" {
			c.report(workloadPath(i)+".select_tagged", Problem{
				What: "a selection by tag must exclude all buckets that workloads of its account and Region name, and it cannot exclude so many",
				Got:  strconv.Itoa(n + own), Want: fmt.Sprintf("at most %d named buckets in the account and Region", MaxSelectionARNs-own),
			})
		}
	}
}

func checkStackSizes(c *checker) {
	for _, region := range c.cfg.CentralRegions() {
		n, stack := c.cfg.CentralResources(), "the central stack"
		if region != c.cfg.Central.Region {
			n, stack = c.cfg.CentralRegionResources(region), "the central account's stack in "+region
		}
		if n > MaxStackResources {
			c.report(c.manyVaultsPath(region), Problem{
				What: stack + " would have more resources than CloudFormation allows",
				Got:  strconv.Itoa(n), Want: fmt.Sprintf("at most %d", MaxStackResources),
			})
		}
	}
	for i, w := range c.cfg.Workloads {
		if n := c.cfg.stackResources(w, c.uses[i]); n > MaxStackResources {
			c.report(workloadPath(i)+".buckets", Problem{
				What: "the stack would have more resources than CloudFormation allows",
				Got:  strconv.Itoa(n), Want: fmt.Sprintf("at most %d: split the workload", MaxStackResources),
			})
		}
	}
}

func checkTemplateSizes(c *checker) {
	named := c.cfg.namedBytes()
	for i, w := range c.cfg.Workloads {
		n := c.cfg.templateBytes(w, c.uses[i], named[accountRegion{w.Account, w.Region}])
		if n > MaxTemplateBytes && c.cfg.stackResources(w, c.uses[i]) <= MaxStackResources {
			c.report(workloadPath(i)+".buckets", Problem{
				What: "the template would be larger than CloudFormation allows",
				Got:  fmt.Sprintf("about %d kB", n/1000),
				Want: fmt.Sprintf("less than %d kB: split the workload, or select fewer tiers by tag", MaxTemplateBytes/1000),
			})
		}
	}
}

// warnOfRecoveryPointQuota counts the recovery points of the buckets that the file names: in the vault of each tier, and
// the copies in the central account. The place of these is where the tier with most of them says which rule is copied. Of
// copies for which no tier says that, preflight reads the number in the vault.
func warnOfRecoveryPointQuota(c *checker) {
	kept := map[string]RecoveryPoints{} // by tier
	for t := range c.usedTiers("copy_to_central.of", "copy_to_central.delete_after_days") {
		kept[t.Name] = t.RecoveryPoints()
	}
	beyond := func(at, where string, n int) {
		if n > DefaultRecoveryPoints {
			c.report(at, Problem{
				What: where + " would have more recovery points than the default quota of a vault",
				Got:  fmt.Sprint(n),
				Want: fmt.Sprintf(
					"at most %d: rarer or shorter rules, or a higher quota of recovery points before you deploy",
					DefaultRecoveryPoints,
				),
			})
		}
	}
	copies, ofTier := 0, map[string]int{}
	for i := range c.cfg.Workloads {
		for _, use := range c.uses[i] {
			n := kept[use.Tier.Name]
			beyond(workloadNamePath(i), "the vault of "+use.Tier.Name, len(use.Buckets)*n.here())
			copies += len(use.Buckets) * n.KeptCopies
			ofTier[use.Tier.Name] += len(use.Buckets) * n.KeptCopies
		}
	}
	if len(c.cfg.copied) == 0 {
		return
	}
	most := slices.MaxFunc(c.cfg.copied, func(a, b *Tier) int { return cmp.Compare(ofTier[a.Name], ofTier[b.Name]) })
	if at := c.whereCopied(most); at != "" {
		beyond(at, "the central vault", copies)
	}
}
