package config

import "slices"

// StackResources is the number of resources in the stack of a workload.
func (c *Config) StackResources(w Workload) int { return c.stackResources(w, c.TierUses(w)) }

// workloadReports is the number of report plans of a workload.
const workloadReports = 5

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
		n += use.selections()
		if use.Tier.LowCostBackups() {
			n++ // tiering configuration
		}
		if use.Tier.hasAirGapped() {
			n++ // air-gapped vault
			if use.Tier.LowCostBackups() {
				n++ // its tiering configuration
			}
		}
	}
	if created > 0 {
		n += perLogBucket
	}
	if plans > 0 {
		n += 2 * perRole // of backups and of restores
	}
	if scans(uses) {
		n += perRole // of the scanner of malware
	}
	if copied(uses) {
		n++ // vault for copies that come back
	}
	if len(c.OperatorsIn(w.Region)) > 0 {
		n += perRole
	}
	if tests := restoreTests(w, uses); len(tests) > 0 {
		n += 1 + len(tests) // plan, selections
	}
	if c.validated(w, uses) {
		n += perRole
	}
	if c.audited(uses) {
		n += perBucket + len(c.auditFrameworks(w, uses)) + workloadReports
	}
	return n + perBucket*created + perPlan*plans + c.alertResources(w, uses)
}

// alertResources is the number of those resources that are for alerts.
func (c *Config) alertResources(w Workload, uses []TierUse) int {
	const (
		topic      = 4 // topic, policy, key, alias
		perSilence = 3 // metric alarm, alarm while the first job is waited for, composite alarm
	)
	n := topic + len(c.Alerts.Subscribers()) + c.eventRules(w, uses)
	if c.Reached(w) {
		n++ // role
	}
	return n + perSilence*c.silenceAlarms(uses)
}

// CentralResources is the number of resources in the central stack.
func (c *Config) CentralResources() int {
	const (
		key       = 2  // key, alias
		topic     = 4  // topic, policy, key, alias
		bus       = 2  // bus, policy
		calls     = 8  // on vaults, recovery points, the account and keys; on alerts, their settings and, twice, on alarms
		rules     = 11 // backup, copy and restore jobs, recovery points, vaults, settings, issues; copies and restores out; tests; role
		log       = 3  // log group, policy, rule
		perFilter = 2  // metric filters on copies and on backups
		delivery  = 13 // queues with their policies, rule, log group, role, function, mapping, alarm; three rules on calls
		// queues with their policies, two rules, log group, role, function, mapping, alarm; e-mails; bucket, policy; five rules on calls
		validator = 19
	)
	alarms := len(c.CopyAlarms()[0])
	n := key*len(
		c.CentralKeysIn(c.Central.Region),
	) + topic + len(
		c.Alerts.Subscribers(),
	) + bus + calls + rules + log + perFilter*len(
		c.AccountEndings(),
	)
	for _, count := range c.CopyCounts() {
		n += perFilter * len(count.AccountEndings)
	}
	n += c.vaultResources(c.Central.Region) + alarms
	if alarms > 0 {
		n++ // rule on alarms
	}
	if v := c.Central.AirGappedVault; v != nil {
		n += 2 // vault, rule on calls that share it
		if len(c.AirGappedLowCost()) > 0 {
			n++ // tiering configuration
		}
		if len(v.ShareWithAccounts) > 0 {
			n++ // resource share
		}
	}
	if len(c.CopyBackTargets().VaultARNs) > 0 {
		n++ // role of copies back
		if c.Central.RestoreTesting != nil {
			n += 3 // role, plan, selection
		}
		if len(c.OperatorsIn(c.Central.Region)) > 0 {
			n++
		}
	}
	if c.Central.Dashboard {
		n++
	}
	if len(c.Alerts.Delivered()) > 0 {
		n += delivery
		if len(c.Alerts.Secrets()) == 0 {
			n-- // rule on calls on secrets
		}
	}
	if c.Validates() {
		n += validator
		if alarms == 0 {
			n++ // rule on alarms
		}
	}
	if c.TestsCopies() {
		n++ // role of the validator in its own account
	}
	if c.Central.Audit.Enabled {
		n += c.centralAuditResources(c.Central.Region)
		if !c.Validates() {
			n += 3 // rules on calls on buckets
		}
	}
	if IsMainRegion(c.Central.Region) {
		n++ // rule on calls on roles
	}
	return n
}

// CentralRegionResources is the number of resources in the central account's stack in another Region.
func (c *Config) CentralRegionResources(region string) int {
	const (
		key   = 2  // key, alias
		topic = 4  // topic, policy, key, alias
		calls = 8  // as in the central stack
		rules = 11 // as there, with the role
	)
	n := key*len(c.CentralKeysIn(region)) + topic + len(c.Alerts.Subscribers()) + calls + rules + c.vaultResources(region)
	if c.Central.Audit.Enabled {
		n += c.centralAuditResources(region) + 3 // rules on calls on buckets
	}
	if IsMainRegion(region) {
		n++ // rule on calls on roles
	}
	if slices.Contains(c.TestedCentralRegions(), region) {
		n += 2 // plan, selection
	}
	return n
}

// centralAuditResources is the number of resources that an audit of the central account has in a Region.
func (c *Config) centralAuditResources(region string) int {
	const bucket = 2 // bucket, policy
	return bucket + len(c.CentralAuditFrameworks(region)) + len(c.CentralAuditReports(region))
}

// vaultResources is the number of resources that the central vaults of a Region are.
func (c *Config) vaultResources(region string) int {
	n := 0
	vault := func(lowCost CentralVault) {
		n++
		if len(c.LowCostCopies(lowCost)) > 0 {
			n++ // tiering configuration
		}
	}
	for _, v := range c.CentralVaultsIn(region) {
		vault(v)
	}
	if region == c.Central.Region {
		for range c.Central.RetainedVaults {
			vault(c.centralVaultAt(mainVault))
		}
	}
	return n
}

// eventRules is the number of EventBridge rules of a workload.
func (c *Config) eventRules(w Workload, uses []TierUse) int {
	n := 0
	rule := func(wanted, email bool) {
		if wanted && (email || c.Reached(w)) {
			n++
		}
	}
	backedUp := backedUp(uses)
	silent := c.silenceAlarms(uses)
	named, tagged := len(w.Buckets) > 0 || c.audited(uses), len(w.SelectTagged) > 0
	rule(named, true)                  // calls on buckets
	rule(named, true)                  // on their settings
	rule(named, false)                 // the same, by deployments
	rule(tagged, true)                 // on tags
	rule(tagged, false)                // the same, by deployments
	rule(true, true)                   // on keys
	rule(true, true)                   // on alerts
	rule(true, true)                   // on their settings
	rule(true, true)                   // on the settings of alarms
	rule(true, false)                  // the same, by deployments
	rule(true, true)                   // on the account
	rule(backedUp, true)               // on vaults
	rule(backedUp, true)               // on recovery points
	rule(backedUp, true)               // on plans
	rule(anyAirGapped(uses), true)     // on shares
	rule(IsMainRegion(w.Region), true) // on roles
	rule(backedUp, true)               // backups with issues
	rule(scans(uses), true)            // malware scans with issues
	rule(scans(uses), false)           // malware scans
	rule(true, false)                  // tests
	for range 6 {                      // backup, copy and restore jobs, recovery points, vaults, settings
		rule(backedUp, false)
	}
	rule(silent > 0, false) // alarms
	return n + silent       // clocks
}

// silenceAlarms counts the alarms for missing backups and copies.
func (c *Config) silenceAlarms(uses []TierUse) (alarms int) {
	for _, use := range uses {
		for _, hours := range []int{c.SilenceHours(use.Tier), c.CopySilenceHours(use.Tier)} {
			if hours > 0 {
				alarms++
			}
		}
	}
	return alarms
}

func anyAirGapped(uses []TierUse) bool {
	return slices.ContainsFunc(uses, func(u TierUse) bool { return u.Tier.hasAirGapped() })
}

func backedUp(uses []TierUse) bool {
	return slices.ContainsFunc(uses, func(u TierUse) bool { return u.Tier.BackedUp() })
}

// TemplateBytes is an upper estimate, in bytes, of the template of a workload.
func (c *Config) TemplateBytes(w Workload) int {
	named := 0
	for i := range c.Workloads {
		if other := &c.Workloads[i]; other.Account == w.Account && other.Region == w.Region {
			named += other.namedBytes()
		}
	}
	return c.templateBytes(w, c.TierUses(w), named)
}

func (c *Config) templateBytes(w Workload, uses []TierUse, named int) int {
	const (
		stack   = 43000 // roles, log bucket, topic, rules on calls
		backups = 17000 // rules on backups
		key     = 1700
		plan    = 10000 // vault, plan with two rules, two selections, alarm
		rule    = 1500  // of a plan, with its copy action
		further = 1000  // selection
		copies  = 4000  // alarm, clock
		air     = 4000  // air-gapped vault, in the rules on backups and on calls as well
		landing = 8000  // vault, grants on the key
		operate = 9000  // role
		scan    = 6000  // role, rules
		perScan = 500   // of a plan: its settings and the actions of its rules
		lock    = 300
		testing = 6000  // plan, role of the validator
		audit   = 12000 // bucket, policy, report plans, framework

		framework = 4000 // of a tier, with the statement in the policy of its vault

		condition = 150  // without its key and value
		selection = 1200 // of a restore test
		email     = 600  // without the address
		bucket    = 3800 // with its policy, without its name
		perByte   = 11
	)
	n := stack + key*len(keyNames(uses))
	for _, address := range c.Alerts.Subscribers() {
		n += email + 3*len(address)
	}
	for _, use := range uses {
		for _, b := range use.Buckets {
			if !b.Existing {
				n += bucket + perByte*min(len(b.Name), MaxBucketName) + b.fileBytes()
			}
		}
		if !use.Tier.BackedUp() {
			continue
		}
		n += plan + rule*max(0, len(use.Tier.Rules())-2)
		if use.Tier.Scanned() {
			n += perScan
		}
		if use.Tier.VaultLock != nil {
			n += lock
		}
		if use.Tier.Copied() {
			n += copies
		}
		if use.Tier.hasAirGapped() {
			n += air
		}
		for _, b := range use.Buckets {
			n += 3 * (bytesPerARN + min(len(b.Name), MaxBucketName)) // the selection, and twice the role
		}
		n += further * max(0, use.selections()-2)
		for _, s := range use.Tagged {
			n += named
			for key, value := range s.all() {
				n += condition + len(key) + len(value)
			}
		}
	}
	tags := 0 // bytes of the tags of a resource
	for key, value := range c.TagsOf(w) {
		tags += len(key) + len(value) + bytesPerTag
	}
	n += tags * c.stackResources(w, uses)
	for _, use := range uses {
		if use.Tier.BackedUp() {
			n += 2 * tags // on the recovery points of two rules
		}
	}
	if backedUp(uses) {
		n += backups
	}
	if scans(uses) {
		n += scan
	}
	if c.audited(uses) {
		n += audit + framework*len(uses)
	}
	if copied(uses) {
		n += landing
	}
	if tests := restoreTests(w, uses); len(tests) > 0 {
		n += testing
		for _, test := range tests {
			n += selection
			if test.Tagged != nil {
				for key, value := range test.Tagged.all() {
					n += condition + len(key) + len(value)
				}
			}
			for _, name := range test.Buckets {
				n += bytesPerARN + min(len(name), MaxBucketName)
			}
		}
	}
	if operators := c.OperatorsIn(w.Region); len(operators) > 0 {
		n += operate
		for _, pattern := range operators {
			n += bytesPerARN + len(pattern)
		}
		for _, b := range w.Buckets {
			n += 2 * (bytesPerARN + min(len(b.Name), MaxBucketName))
		}
	}
	return n
}

// bytesPerARN is the size of a bucket's ARN in a template, in bytes, without the bucket's name.
const bytesPerARN = 24

// bytesPerTag is the size of a tag in a template, in bytes, without its key and value.
const bytesPerTag = 50

// namedBytes is the size, in bytes, of the ARNs of all named buckets of each account and Region. Every
// selection by tag lists them.
func (c *Config) namedBytes() map[accountRegion]int {
	named := map[accountRegion]int{}
	for _, w := range c.Workloads {
		named[accountRegion{w.Account, w.Region}] += w.namedBytes()
	}
	return named
}

// namedBytes is the size, in bytes, of the ARNs of the workload's buckets.
func (w *Workload) namedBytes() (n int) {
	for _, b := range w.Buckets {
		n += bytesPerARN + min(len(b.Name), MaxBucketName)
	}
	return n
}
