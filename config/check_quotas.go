package config

import (
	"fmt"
	"slices"
	"strconv"
)

// The quotas of AWS that a configuration can go over. Those that no configuration can, since the app
// decides them, are in docs/checks.md.

// accountRegion is what most quotas are counted in.
type accountRegion struct{ account, region string }

func (a accountRegion) String() string { return "account " + a.account + ", " + a.region }

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

// bytesPerARN is what the ARN of a bucket takes in a template, in bytes, beside the bucket's name.
const bytesPerARN = 24

// namedBytes is how many bytes the ARNs of all buckets take that the workloads of an account and
// Region name: every selection by tag lists them.
func (c *Config) namedBytes() map[accountRegion]int {
	named := map[accountRegion]int{}
	for _, w := range c.Workloads {
		for _, b := range w.Buckets {
			named[accountRegion{w.Account, w.Region}] += bytesPerARN + min(len(b.Name), MaxBucketName)
		}
	}
	return named
}

// TemplateBytes is how many bytes the template of a workload has, somewhat more than less.
func (c *Config) TemplateBytes(w Workload) int {
	return c.templateBytes(c.TierUses(w), c.namedBytes()[accountRegion{w.Account, w.Region}])
}

func (c *Config) templateBytes(uses []TierUse, named int) int {
	const (
		stack   = 16000 // roles, log bucket, topic, rules on calls
		backups = 9000  // rules on backups
		key     = 1700
		plan    = 8500 // vault, plan, selections, alarm
		copies  = 2500 // alarm
		email   = 600  // beside the address
		bucket  = 2900 // with its policy, and of each character of its name
		perByte = 11
	)
	n := stack + key*len(keyNames(uses))
	for _, address := range c.Alerts.Subscribers() {
		n += email + 3*len(address)
	}
	for _, use := range uses {
		for _, b := range use.Buckets {
			if !b.Existing {
				n += bucket + perByte*min(len(b.Name), MaxBucketName)
			}
		}
		if !use.Tier.BackedUp() {
			continue
		}
		n += plan
		if use.Tier.Copied() {
			n += copies
		}
		for _, b := range use.Buckets {
			n += bytesPerARN + min(len(b.Name), MaxBucketName)
		}
		if use.Tagged {
			n += named
		}
	}
	if backedUp(uses) {
		n += backups
	}
	return n
}

func backedUp(uses []TierUse) bool {
	return slices.ContainsFunc(uses, func(u TierUse) bool { return u.Tier.BackedUp() })
}

// StackResources is how many resources the stack of a workload has.
func (c *Config) StackResources(w Workload) int { return c.stackResources(w, c.TierUses(w)) }

func (c *Config) stackResources(w Workload, uses []TierUse) int {
	const (
		perBucket    = 2 // bucket, policy
		perLogBucket = 2 // bucket, policy
		perKey       = 2 // key, alias
		perPlan      = 2 // vault, plan
		perRole      = 1
	)
	n, created, plans := perKey*len(keyNames(uses)), 0, 0
	for _, use := range uses {
		created += use.creates()
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
	return n + perBucket*created + perPlan*plans + c.alertResources(w, uses)
}

// alertResources is how many of them are for alerts.
func (c *Config) alertResources(w Workload, uses []TierUse) int {
	const (
		topic      = 4 // topic, policy, key, alias
		perSilence = 2 // alarm on the count, alarm that rings
	)
	n := topic + len(c.Alerts.Subscribers()) + c.eventRules(w, uses)
	if c.Reached(w) {
		n++ // role
	}
	ages := map[int]bool{}
	for _, days := range c.silenceDays(uses) {
		n += perSilence
		ages[days] = true
	}
	return n + len(ages)
}

// CentralResources is how many resources the central account's stack has.
func (c *Config) CentralResources() int {
	const (
		key       = 2  // key, alias
		topic     = 4  // topic, policy, key, alias
		bus       = 2  // bus, policy
		rules     = 12 // calls on vaults, keys and alerts, backup, copy and restore jobs, recovery points, vaults, settings, backups with issues, tests, with the role
		log       = 3  // log group, policy, rule
		perFilter = 2  // metric filters on copies and on backups
		delivery  = 10 // queues with their policies, rule, log group, role, function, mapping, alarm
	)
	perVault := 1
	if len(c.LowCostCopies()) > 0 {
		perVault++ // tiering configuration
	}
	alarms := len(c.CopyAlarms()[0])
	n := key + topic + len(c.Alerts.Subscribers()) + bus + rules + log + perFilter*len(c.AccountEndings()) + perVault*(1+len(c.Central.RetainedVaults)) + alarms
	if alarms > 0 {
		n++ // rule on alarms
	}
	if c.Central.Dashboard {
		n++
	}
	if len(c.Alerts.Delivered()) > 0 {
		n += delivery
	}
	return n
}

// silenceDays are those of the alarms on silence.
func (c *Config) silenceDays(uses []TierUse) []int {
	var all []int
	for _, use := range uses {
		for _, days := range []int{c.SilenceDays(use.Tier), c.CopySilenceDays(use.Tier)} {
			if days > 0 {
				all = append(all, days)
			}
		}
	}
	return all
}

// eventRules is how many rules of EventBridge a workload has.
func (c *Config) eventRules(w Workload, uses []TierUse) int {
	n := 0
	rule := func(wanted, email bool) {
		if wanted && (email || c.Reached(w)) {
			n++
		}
	}
	backedUp, silent := backedUp(uses), len(c.silenceDays(uses)) > 0
	rule(len(w.Buckets) > 0, true) // calls on buckets
	rule(true, true)               // on keys
	rule(true, true)               // on alerts
	rule(backedUp, true)           // on vaults
	rule(backedUp, true)           // on plans
	rule(backedUp, true)           // backups with issues
	rule(true, false)              // tests
	for range 6 {                  // backup, copy and restore jobs, recovery points, vaults, settings
		rule(backedUp, false)
	}
	rule(silent, false) // alarms
	rule(silent, true)  // clock
	return n
}
