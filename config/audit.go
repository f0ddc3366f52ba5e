package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// AuditFramework is a framework of AWS Backup Audit Manager (F-CFN-8).
type AuditFramework struct {
	// ID of its construct, unique in the stack.
	ID string
	// Name of letters, digits and underscores, unique in the account and Region.
	Name string
	// Description of the framework.
	Description string
	// Controls of the framework, at least one.
	Controls []AuditControl
}

// AuditControl is a control of a framework.
type AuditControl struct {
	// Name that AWS gives it.
	Name string
	// Parameters by their names.
	Parameters map[string]string
	// TagKey and TagValue limit what is evaluated: buckets, plans, vaults or recovery points with that tag. Empty: Vault
	// limits it, or nothing.
	TagKey, TagValue string
	// Vault is the name of the one vault that is evaluated. Empty: all.
	Vault string
}

// AuditReport is a report plan of AWS Backup Audit Manager (F-CFN-9).
type AuditReport struct {
	// ID of its construct, unique in the stack.
	ID string
	// Name of letters, digits and underscores, unique in the account and Region.
	Name string
	// Template of the report.
	Template string
	// Compliance tells that the report is about the frameworks of the stack, not about jobs.
	Compliance bool
}

// The controls of AWS Backup Audit Manager that frameworks have (F-CFN-40).
const (
	auditedPlans      = "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN"
	auditedRules      = "BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK"
	auditedDeletion   = "BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED"
	auditedEncryption = "BACKUP_RECOVERY_POINT_ENCRYPTED"
	auditedRetention  = "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK"
	auditedCopies     = "BACKUP_RESOURCES_PROTECTED_BY_CROSS_ACCOUNT"
	auditedLocks      = "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_VAULT_LOCK"
	auditedAge        = "BACKUP_LAST_RECOVERY_POINT_CREATED"
	auditedRestores   = "RESTORE_TIME_FOR_RESOURCES_MEET_TARGET"
)

// Audited tells whether a workload has frameworks and reports.
func (c *Config) Audited(w Workload) bool { return c.audited(c.TierUses(w)) }

func (c *Config) audited(uses []TierUse) bool { return c.Central.Audit.Enabled && backedUp(uses) }

// AuditFrameworks are the frameworks of a workload: one with what is the same for all tiers, and one for each tier, whose
// numbers are those of the tier. A control is in a framework once. Empty: the workload is not audited.
func (c *Config) AuditFrameworks(w Workload) []AuditFramework {
	return c.auditFrameworks(w, c.TierUses(w))
}

func (c *Config) auditFrameworks(w Workload, uses []TierUse) []AuditFramework {
	if !c.audited(uses) {
		return nil
	}
	all := []AuditFramework{{
		ID: "Workload", Name: c.auditName(w.ID(), "vaults"),
		Description: fmt.Sprintf("Vaults and recovery points of %s", w.ID()),
		Controls: []AuditControl{
			{Name: auditedDeletion, TagKey: WorkloadTag, TagValue: w.ID()},
			{Name: auditedEncryption, TagKey: WorkloadTag, TagValue: w.ID()},
		},
	}}
	restored := tested(w, uses)
	for _, use := range uses {
		t := use.Tier
		if !t.BackedUp() {
			continue
		}
		framework := AuditFramework{
			ID: "tier-" + t.Name, Name: c.auditName(w.ID(), "tier/"+t.Name),
			Description: fmt.Sprintf("Backups of %s of %s", t.Name, w.ID()),
		}
		add := func(name string, parameters map[string]string) {
			framework.Controls = append(framework.Controls, AuditControl{Name: name, Parameters: parameters, TagKey: c.TagKey, TagValue: t.Name})
		}
		add(auditedPlans, nil)
		if parameters := t.auditedRule(); parameters != nil {
			add(auditedRules, parameters)
		}
		add(auditedRetention, retentionOf(t.shortestRetention()))
		if hours := t.auditedAgeHours(); hours > 0 {
			add(auditedAge, map[string]string{"recoveryPointAgeUnit": "hours", "recoveryPointAgeValue": strconv.Itoa(hours)})
		}
		if t.Copied() && c.Reached(w) && w.Account != c.Central.Account {
			add(auditedCopies, map[string]string{"crossAccountList": c.Central.Account})
		}
		if t.VaultLock != nil {
			add(auditedLocks, nil)
		}
		tests := slices.ContainsFunc(restored, func(r TierUse) bool { return r.Tier == t })
		if t.RTOMinutes > 0 && tests {
			add(auditedRestores, map[string]string{"maxRestoreTime": strconv.Itoa(t.RTOMinutes)})
		}
		all = append(all, framework)
	}
	return all
}

// CentralAuditFrameworks are the frameworks of the central account in a Region. The first one has the recovery points of all vaults of
// the account and Region, also those of a workload there: copies have no tag for sure. A control is limited to one vault at most
// (F-CFN-40), so each further vault has a framework of its own. Empty: there is no audit.
func (c *Config) CentralAuditFrameworks(region string) []AuditFramework {
	if !c.Central.Audit.Enabled {
		return nil
	}
	id := c.CentralIDIn(region)
	var all []AuditFramework
	for i, vault := range c.auditedCentralVaults(region) {
		deletion := AuditControl{Name: auditedDeletion, Vault: vault}
		if i > 0 {
			all = append(all, AuditFramework{
				ID: "vault-" + vault, Name: c.auditName(id, "vault/"+vault),
				Description: "The central vault " + vault, Controls: []AuditControl{deletion},
			})
			continue
		}
		framework := AuditFramework{
			ID: "Central", Name: c.auditName(id, "vaults"),
			Description: "The central vault, and all recovery points of the account in the Region",
			Controls:    []AuditControl{deletion, {Name: auditedEncryption}},
		}
		if days := c.shortestInCentral(region); days > 0 {
			framework.Controls = append(framework.Controls, AuditControl{Name: auditedRetention, Parameters: retentionOf(days)})
		}
		all = append(all, framework)
	}
	return all
}

// auditedCentralVaults are the central vaults of a Region from which people could delete copies, those that are retained too.
// Nobody can delete copies from a logically air-gapped one (F-LAG-1).
func (c *Config) auditedCentralVaults(region string) []string {
	var names []string
	for _, v := range c.CentralVaultsIn(region) {
		names = append(names, v.Name)
	}
	if region == c.Central.Region {
		for _, v := range c.Central.RetainedVaults {
			names = append(names, v.Name)
		}
	}
	return names
}

// shortestInCentral is the shortest retention, in days, of what this configuration brings into a Region of the central account.
// Zero: nothing.
func (c *Config) shortestInCentral(region string) int {
	shortest := 0
	take := func(days int) {
		if days > 0 && (shortest == 0 || days < shortest) {
			shortest = days
		}
	}
	for _, w := range c.Workloads {
		here := w.Account == c.Central.Account && w.Region == region
		for _, use := range c.TierUses(w) {
			vaults := c.CopyVaults(w, use.Tier)
			if slices.ContainsFunc(vaults, func(v CopyVault) bool { return v.Region == region }) {
				for _, days := range use.Tier.copyRetentions() {
					take(days)
				}
			}
			if here && len(vaults) > 0 {
				take(c.Restore.LandingDays)
			}
			if here && use.Tier.BackedUp() {
				take(use.Tier.shortestRetention())
			}
		}
	}
	return shortest
}

// AuditReports are the report plans of a workload.
func (c *Config) AuditReports(w Workload) []AuditReport {
	if !c.Audited(w) {
		return nil
	}
	return c.auditReports(w.ID(), "BACKUP_JOB_REPORT", "COPY_JOB_REPORT", "RESTORE_JOB_REPORT")
}

// CentralAuditReports are those of the central account in a Region. No backup job runs there.
func (c *Config) CentralAuditReports(region string) []AuditReport {
	if !c.Central.Audit.Enabled {
		return nil
	}
	return c.auditReports(c.CentralIDIn(region), "COPY_JOB_REPORT", "RESTORE_JOB_REPORT")
}

func (c *Config) auditReports(id string, jobs ...string) []AuditReport {
	var all []AuditReport
	add := func(template string, compliance bool) {
		name := strings.ToLower(strings.TrimSuffix(template, "_REPORT"))
		all = append(all, AuditReport{
			ID: strings.ReplaceAll(name, "_", "-"), Name: c.auditName(id, "report/"+name), Template: template, Compliance: compliance,
		})
	}
	for _, template := range jobs {
		add(template, false)
	}
	add("CONTROL_COMPLIANCE_REPORT", true)
	add("RESOURCE_COMPLIANCE_REPORT", true)
	return all
}

// auditName is a name without hyphens (F-CFN-40). The mark keeps names apart that differ in hyphens alone.
func (c *Config) auditName(id, what string) string {
	name := c.Project + "-" + id + "-" + strings.ReplaceAll(what, "/", "-")
	return strings.ReplaceAll(shorten(name, MaxAuditName-len(mark("")))+mark(c.Project+"/"+id+"/"+what), "-", "_")
}

// ReportBucketName is the name of the bucket for the reports of a workload's account. AWS delivers reports to a bucket of
// the same account alone (F-CFN-40).
func (c *Config) ReportBucketName(w Workload) string {
	return shorten(c.prefix(w)+"-audit-reports-"+w.Account, MaxBucketName)
}

// CentralReportBucketName is the same in a Region of the central account.
func (c *Config) CentralReportBucketName(region string) string {
	if region != c.Central.Region {
		return shorten(c.Project+"-"+c.CentralIDIn(region)+"-audit-reports-"+c.Central.Account, MaxBucketName)
	}
	return shorten(c.centralName(c.Project+"-audit-reports-"+c.Central.Account), MaxBucketName)
}

// ReportRoleARN is the ARN of the service-linked role that delivers reports (F-CFN-40).
func ReportRoleARN(region, account string) string {
	return roleARN(region, account, "/", "aws-service-role/reports.backup.amazonaws.com/AWSServiceRoleForBackupReports")
}

// auditedRule are the frequency and the retention of the tier's most frequent rule: the control wants one rule that has
// both. Nil: it runs more seldom than the control can say.
func (t *Tier) auditedRule() map[string]string {
	frequent, minutes := mostFrequent(t.Rules())
	parameters := retentionOf(frequent.DeleteAfterDays)
	switch interval := hours(minutes); {
	case interval == 0 || interval > MaxAuditedFrequencyDays*24:
		return nil
	case interval < 24:
		parameters["requiredFrequencyUnit"], parameters["requiredFrequencyValue"] = "hours", strconv.Itoa(interval)
	default:
		parameters["requiredFrequencyUnit"], parameters["requiredFrequencyValue"] = "days", strconv.Itoa((interval+23)/24)
	}
	return parameters
}

func retentionOf(days int) map[string]string {
	return map[string]string{"requiredRetentionDays": strconv.Itoa(days)}
}

// shortestRetention of the tier's rules, in days. Every recovery point of the tier is kept as long at least.
func (t *Tier) shortestRetention() int {
	shortest := 0
	for _, r := range t.Rules() {
		if shortest == 0 || r.DeleteAfterDays < shortest {
			shortest = r.DeleteAfterDays
		}
	}
	return shortest
}

// auditedAgeHours is how old, in hours, the last recovery point may be: as for the alarm on missing backups, but AWS
// evaluates once a day, up to a month back. Zero: the tier runs too seldom.
func (t *Tier) auditedAgeHours() int {
	frequent, interval := mostFrequent(t.Rules())
	begun := interval + frequent.StartWindowMinutes
	age := hours(interval + min(frequent.CompletionWindowMinutes, begun) + MetricDelayMinutes)
	if t.RPOMinutes > 0 {
		age = min(age, max(t.RPOMinutes/60, hours(begun+MetricDelayMinutes)))
	}
	if interval == 0 || age > MaxAuditedAgeHours {
		return 0
	}
	return age
}
