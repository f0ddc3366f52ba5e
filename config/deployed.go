package config

import (
	"slices"
	"strings"
)

// Deployed is what the stacks of one account and Region have in AWS: physical names by type, or patterns with "*" at the
// end for names that CloudFormation generates. All lists are sorted, without repetition.
type Deployed struct {
	// Account id, twelve digits, and Region.
	Account, Region string
	// Central says whether stacks of the central account are among them.
	Central bool
	// Workloads are those with a stack there, each as NAME-ENV, in file order.
	Workloads []string
	// Pipelines are those with artifacts there, each as pipeline-N. CodePipelines are the names of those that run there, Projects those
	// of CodeBuild, and Connections the ARNs of what they take their source through.
	Pipelines, CodePipelines, Projects, Connections []string
	// Roles are their names, behind their path where they have one, without its first slash: "backup/acme-events-central".
	Roles []string
	// PassedRoles are roles of another Region's stack, in the same form, that a resource here hands to AWS Backup.
	PassedRoles []string
	// Policies are the managed ones that the CDK creates where those inside a pipeline's role have no room for all.
	Policies []string
	// Aliases of KMS keys, with the prefix "alias/".
	Aliases []string
	// Alarms are of CloudWatch.
	Alarms []string
	// Buckets that the app creates. Those that exist are not among them.
	Buckets []string
	// Buses and Rules are of EventBridge.
	Buses, Rules []string
	// Dashboards are of CloudWatch.
	Dashboards []string
	// Functions, and their Queues and LogGroups.
	Functions, Queues, LogGroups []string
	// Frameworks and ReportPlans are of AWS Backup Audit Manager.
	Frameworks, ReportPlans []string
	// TestingPlans, TieringConfigurations and Vaults are of AWS Backup.
	TestingPlans, TieringConfigurations, Vaults []string
	// AirGappedVaults are the logically air-gapped ones. Shares says whether AWS RAM shares one of them.
	AirGappedVaults []string
	Shares          bool
	// Topics are of Amazon SNS.
	Topics []string
}

// Deployed lists the accounts and Regions that the configuration deploys to, the central one first, then in file order, and those
// that only pipelines have at the end.
func (c *Config) Deployed() []Deployed {
	central := c.centralDeployed()
	all := []*Deployed{&central}
	for _, region := range c.CentralRegions()[1:] {
		elsewhere := c.centralDeployedIn(region)
		all = append(all, &elsewhere)
	}
	at := func(account, region string) *Deployed {
		i := slices.IndexFunc(all, func(d *Deployed) bool { return d.Account == account && d.Region == region })
		if i < 0 {
			i = len(all)
			all = append(all, &Deployed{Account: account, Region: region})
		}
		return all[i]
	}
	for _, w := range c.Workloads {
		c.addDeployed(at(w.Account, w.Region), w)
	}
	for _, p := range c.Pipelines() {
		for _, region := range c.ArtifactRegions(p) {
			c.addArtifacts(at(c.Rollout.Pipeline.Account, region), p)
		}
		c.addPipeline(at(c.Rollout.Pipeline.Account, c.Rollout.Pipeline.Region), p)
	}
	list := make([]Deployed, len(all))
	for i, d := range all {
		for _, names := range []*[]string{
			&d.CodePipelines, &d.Projects, &d.Connections, &d.Roles, &d.Policies, &d.Aliases, &d.Alarms, &d.Buckets, &d.Buses,
			&d.Rules, &d.Dashboards, &d.Functions, &d.Queues, &d.LogGroups,
			&d.Frameworks, &d.ReportPlans, &d.TestingPlans, &d.TieringConfigurations, &d.Vaults, &d.AirGappedVaults, &d.Topics,
		} {
			*names = slices.Compact(slices.Sorted(slices.Values(*names)))
		}
		list[i] = *d
	}
	return list
}

// addDeployed adds what the stack of a workload has.
func (c *Config) addDeployed(d *Deployed, w Workload) {
	d.Workloads = append(d.Workloads, w.ID())
	for _, n := range c.accountNames(w) {
		d.add(n, c.RolePathOrRoot())
	}
	for _, key := range c.Keys(w) {
		d.Aliases = append(d.Aliases, key.Alias)
	}
	d.Aliases = append(d.Aliases, c.TopicKeyAlias(w.ID()))
	d.Topics = append(d.Topics, c.TopicName(w.ID()))
	d.Rules = append(d.Rules, c.RulePrefix(w)+"*")
	d.Alarms = append(d.Alarms, c.MetricAlarmPrefix(w)+"*", c.AlarmPrefix(w)+"*")
	for _, use := range c.TierUses(w) {
		for _, b := range use.Created() {
			d.Buckets = append(d.Buckets, b.Name)
		}
		if use.Tier.BackedUp() {
			d.Vaults = append(d.Vaults, c.TierName(w, use.Tier))
		}
		if use.Tier.LowCostBackups() {
			d.TieringConfigurations = append(d.TieringConfigurations, c.TieringName(w.Region, c.TierName(w, use.Tier)))
		}
		if use.Tier.hasAirGapped() {
			name := c.AirGappedVaultName(w, use.Tier)
			d.AirGappedVaults = append(d.AirGappedVaults, name)
			if use.Tier.LowCostBackups() {
				d.TieringConfigurations = append(d.TieringConfigurations, c.TieringName(w.Region, name))
			}
		}
	}
	if c.Copies(w) {
		d.Vaults = append(d.Vaults, c.LandingVaultName(w))
	}
	d.addAudit(c.AuditFrameworks(w), c.AuditReports(w))
	if w.RestoreTesting != nil {
		d.TestingPlans = append(d.TestingPlans, c.RestoreTestingPlanName(w))
	}
}

// addArtifacts adds what the stack with the artifacts of a pipeline has in a Region.
func (c *Config) addArtifacts(d *Deployed, p PipelinePart) {
	d.Pipelines = append(d.Pipelines, p.ID())
	d.Buckets = append(d.Buckets, c.ArtifactBucketName(p.Number, d.Region), c.ArtifactLogBucketName(p.Number, d.Region))
	d.Aliases = append(d.Aliases, c.ArtifactKeyAlias(p.Number))
}

// addPipeline adds what the stack of a pipeline has. Without role_prefix, CloudFormation generates the names of its roles.
func (c *Config) addPipeline(d *Deployed, p PipelinePart) {
	name := c.PipelineName(p.Number)
	d.CodePipelines = append(d.CodePipelines, name)
	d.Projects = append(d.Projects, name+"-*")
	d.Connections = append(d.Connections, c.Rollout.Pipeline.ConnectionARN)
	roles := accountName{"role", rulePrefix(name) + "*"}
	if c.RolePrefix != "" {
		roles.name = c.pipelineRolePrefix(p.Number) + "*"
	}
	d.add(roles, c.RolePathOrRoot())
	d.Policies = append(d.Policies, rulePrefix(name)+"*")
}

// centralDeployedIn is what each stack of the central account has, in a Region.
func (c *Config) centralDeployedIn(region string) Deployed {
	id := c.CentralIDIn(region)
	d := Deployed{Account: c.Central.Account, Region: region, Central: true}
	d.add(accountName{"role", c.EventRoleName(id)}, c.RolePathOrRoot())
	d.Aliases = []string{c.TopicKeyAlias(id)}
	for _, key := range c.CentralKeysIn(region) {
		d.Aliases = append(d.Aliases, key.Alias)
	}
	d.Topics = []string{c.TopicName(id)}
	d.Rules = []string{c.CentralRulePrefix(region) + "*"}
	for _, v := range c.CentralVaultsIn(region) {
		d.addCentralVault(c, v.Name, v)
	}
	if c.Central.Audit.Enabled {
		d.addAudit(c.CentralAuditFrameworks(region), c.CentralAuditReports(region))
		d.Buckets = append(d.Buckets, c.CentralReportBucketName(region))
	}
	if slices.Contains(c.TestedCentralRegions(), region) {
		d.TestingPlans = []string{c.CentralTestingPlanName(region)}
		if region != c.Central.Region {
			d.PassedRoles = []string{strings.TrimPrefix(c.RolePathOrRoot(), "/") + c.RestoreCentralRoleName()}
		}
	}
	return d
}

// addCentralVault adds a vault with the tiering configuration that it has like another one, or like itself.
func (d *Deployed) addCentralVault(c *Config, name string, like CentralVault) {
	d.Vaults = append(d.Vaults, name)
	if len(c.LowCostCopies(like)) > 0 {
		d.TieringConfigurations = append(d.TieringConfigurations, c.TieringName(like.Region, name))
	}
}

// centralDeployed is what the stacks of the central account have in central.region.
func (c *Config) centralDeployed() Deployed {
	at := c.Central
	d := c.centralDeployedIn(at.Region)
	for _, n := range c.centralAccountNames() {
		d.add(n, c.RolePathOrRoot())
	}
	d.Buses = []string{c.AlertName()}
	d.LogGroups = []string{c.EventLogGroup()}
	for _, prefix := range c.CopyAlarmPrefixes() {
		d.Alarms = append(d.Alarms, prefix+"*")
	}
	for _, v := range at.RetainedVaults {
		d.addCentralVault(c, v.Name, c.centralVaultAt(mainVault))
	}
	if v := at.AirGappedVault; v != nil {
		d.AirGappedVaults, d.Shares = []string{v.Name}, len(v.ShareWithAccounts) > 0
		if len(c.AirGappedLowCost()) > 0 {
			d.TieringConfigurations = append(d.TieringConfigurations, c.TieringName(at.Region, v.Name))
		}
	}
	if len(c.Alerts.Delivered()) > 0 {
		d.addFunction(c.AlertName(), c.UndeliveredName(), c.AlertLogGroup())
	}
	if c.Validates() {
		d.addFunction(c.ValidatorName(), c.NotValidatedName(), c.ValidatorLogGroup())
		d.Buckets = append(d.Buckets, c.EvidenceBucketName())
	}
	return d
}

func (d *Deployed) addAudit(frameworks []AuditFramework, reports []AuditReport) {
	for _, f := range frameworks {
		d.Frameworks = append(d.Frameworks, f.Name)
	}
	for _, r := range reports {
		d.ReportPlans = append(d.ReportPlans, r.Name)
	}
}

// addFunction adds a function with its queue, its dead-letter queue and its log group. Its alarms begin with its name.
func (d *Deployed) addFunction(name, undelivered, logGroup string) {
	d.Functions = append(d.Functions, name)
	d.Queues = append(d.Queues, name, undelivered)
	d.LogGroups = append(d.LogGroups, logGroup)
	d.Alarms = append(d.Alarms, name+"*")
}

// add adds a name of one of the kinds that [accountName] has. Roles have a path.
func (d *Deployed) add(n accountName, rolePath string) {
	switch n.kind {
	case "bucket":
		d.Buckets = append(d.Buckets, n.name)
	case "dashboard":
		d.Dashboards = append(d.Dashboards, n.name)
	default:
		d.Roles = append(d.Roles, strings.TrimPrefix(rolePath, "/")+n.name)
	}
}
