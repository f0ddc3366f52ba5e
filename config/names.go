package config

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// All physical names and ARNs come from this file. The names of vaults, keys and buckets must not change:
// CloudFormation replaces a resource whose name changes (F-CFN-2).

// CentralStackName is the name of the central stack.
func (c *Config) CentralStackName() string { return c.Project + "-backup-central" }

// CentralStackNameIn is the name of the central account's stack in a Region: [Config.CentralStackName] in that of
// central.region, and one with the Region elsewhere.
func (c *Config) CentralStackNameIn(region string) string {
	return c.Project + "-backup-" + c.CentralIDIn(region)
}

// CentralIDIn identifies the central account's stack in a Region where a workload's ID is expected.
func (c *Config) CentralIDIn(region string) string {
	if region == c.Central.Region {
		return CentralID
	}
	return CentralID + "-" + region
}

// CentralKeyID identifies the key of a central vault in the stack of its Region. CloudFormation cannot give a vault
// another key, so it must not change. Empty: the key with the alias of central.key_alias.
func (c *Config) CentralKeyID(key CentralKey) string {
	if key.Alias == c.CentralKeyAlias() {
		return ""
	}
	return strings.TrimPrefix(key.Alias, "alias/")
}

// StackName is the name of a workload's stack.
func (c *Config) StackName(w Workload) string { return c.Project + "-backup-" + w.ID() }

// ID identifies a workload: NAME-ENV.
func (w Workload) ID() string { return w.Name + "-" + w.Environment }

// TierName is the name of a tier's vault, plan and selection in a workload's account.
func (c *Config) TierName(w Workload, t *Tier) string {
	return shorten(c.prefix(w)+"-"+t.Name, MaxVaultName)
}

// SelectionName is the name of the selection by name of a tier's plan. n counts from 1: there are further ones only where the
// first is full ([TierUse.Named]).
func (c *Config) SelectionName(w Workload, t *Tier, n int) string {
	if n == 1 {
		return c.TierName(w, t)
	}
	return c.tierNameWith(w, t, strconv.Itoa(n))
}

// SelectionID is the id of that selection in its plan.
func SelectionID(n int) string {
	const id = "Selection"
	if n == 1 {
		return id
	}
	return id + strconv.Itoa(n)
}

// TaggedSelectionName is the name of a selection by tag of a tier's plan. It does not change when others are added.
func (c *Config) TaggedSelectionName(w Workload, t *Tier, s TagSelection) string {
	if s.OfTier() {
		return c.tierNameWith(w, t, "tagged")
	}
	return c.tierNameWith(w, t, "tagged-"+s.mark())
}

// RuleName is the name of a rule of a tier's plan. Its ending, the rule's name in the tier, is never cut, so that the
// rules of a plan differ.
func (c *Config) RuleName(w Workload, t *Tier, r Rule) string { return c.tierNameWith(w, t, r.Name) }

// tierNameWith is a name of letters, digits and hyphens, the characters that all of AWS's pages allow for rules; the
// suffix may also have underscores, which the API allows (F-LIM-3).
func (c *Config) tierNameWith(w Workload, t *Tier, suffix string) string {
	name := strings.ReplaceAll(c.prefix(w)+"-"+t.Name, "_", "-")
	return shorten(name, MaxRuleName-len("-"+suffix)) + "-" + suffix
}

// TieringName is the name of a vault's tiering configuration. AWS allows no hyphens, and wants it unique in
// all Regions of the account (F-TIER-2). The mark makes it so.
func (c *Config) TieringName(region, vault string) string {
	return strings.ReplaceAll(vault+mark(region+"/"+vault), "-", "_")
}

// BackupRoleName is the name of the role that AWS Backup assumes in a workload's account. The policies of
// the central account match its prefix.
func (c *Config) BackupRoleName(w Workload) string {
	return shorten(c.backupRolePrefix()+w.ID(), MaxRoleName)
}

func (c *Config) backupRolePrefix() string { return c.rolePrefix() + "backup-" }

// EventRoleName is the name of the role with which EventBridge sends events of an account to the central
// bus. The policy of the bus matches its prefix. The role may not copy.
func (c *Config) EventRoleName(id string) string {
	if id == CentralID {
		id = c.centralName(id)
	}
	return shorten(c.eventRolePrefix()+id, MaxRoleName)
}

func (c *Config) eventRolePrefix() string { return c.rolePrefix() + "events-" }

// AirGappedVaultName is the name of the air-gapped vault of a tier in a workload's account. Its ending is never cut.
func (c *Config) AirGappedVaultName(w Workload, t *Tier) string {
	return shorten(c.prefix(w)+"-"+t.Name, MaxVaultName-len(airGappedSuffix)) + airGappedSuffix
}

const airGappedSuffix = "-air-gapped"

// AirGappedVaultARN is the ARN of that vault.
func (c *Config) AirGappedVaultARN(w Workload, t *Tier) string {
	return vaultARN(w.Region, w.Account, c.AirGappedVaultName(w, t))
}

// LandingVaultName is the name of the vault that takes the copies that come back from the central account. Its
// ending is never cut: the central policies match it.
func (c *Config) LandingVaultName(w Workload) string {
	return shorten(c.prefix(w), MaxVaultName-len(landingSuffix)) + landingSuffix
}

const landingSuffix = "-landing"

// LandingVaultARN is the ARN of that vault.
func (c *Config) LandingVaultARN(w Workload) string {
	return vaultARN(w.Region, w.Account, c.LandingVaultName(w))
}

// RestoreRoleName is the name of the role that AWS Backup assumes in a workload's account to restore.
func (c *Config) RestoreRoleName(w Workload) string { return c.roleName("restore", w.ID()) }

// ScannerRoleName is the name of the role with which GuardDuty scans a workload's backups for malware.
func (c *Config) ScannerRoleName(w Workload) string { return c.roleName("scan", w.ID()) }

// OperateRoleName is the name of the role that people assume in a workload's account to restore.
func (c *Config) OperateRoleName(w Workload) string { return c.roleName("operate", w.ID()) }

// ValidateRoleName is the name of the role that the central account's validator assumes in a workload's account.
func (c *Config) ValidateRoleName(w Workload) string { return c.roleName("validate", w.ID()) }

func (c *Config) roleName(use, id string) string {
	return shorten(c.rolePrefix()+use+"-"+id, MaxRoleName)
}

// rolePrefix begins the names of all roles.
func (c *Config) rolePrefix() string { return c.RolePrefix + c.Project + "-" }

// CopyBackRoleName is the name of the role that AWS Backup assumes in the central account to copy back.
func (c *Config) CopyBackRoleName() string {
	return shorten(c.centralName(c.rolePrefix()+"copy-back"), MaxRoleName)
}

// OperateCentralRoleName is the name of the role that people assume in the central account to copy back.
func (c *Config) OperateCentralRoleName() string {
	return c.roleName("operate", c.centralName(CentralID))
}

// RestoreCentralRoleName is the name of the role with which AWS Backup tests restores of copies in the central account.
func (c *Config) RestoreCentralRoleName() string {
	return c.roleName("restore", c.centralName(CentralID))
}

// ValidatorRoleName is the name of the role of the function that compares what a restore test restored.
func (c *Config) ValidatorRoleName() string {
	return shorten(c.centralName(c.rolePrefix()+"validator"), MaxRoleName)
}

// ValidateCentralRoleName is the name of the role that the validator assumes in its own account.
func (c *Config) ValidateCentralRoleName() string {
	return c.roleName("validate", c.centralName(CentralID))
}

// ValidatorName is the name of the validator's function and of its queue in the central account.
func (c *Config) ValidatorName() string { return c.Project + "-validator" }

// ValidatorLogGroup is the name of its log group.
func (c *Config) ValidatorLogGroup() string { return "/aws/lambda/" + c.ValidatorName() }

// NotValidatedName is the name of the queue with the events that the validator could not handle.
func (c *Config) NotValidatedName() string { return c.ValidatorName() + "-undelivered" }

// EvidenceBucketName is the name of the bucket with the evidence of restore tests. The account id makes it unique in S3.
func (c *Config) EvidenceBucketName() string {
	return shorten(c.centralName(c.Project+"-restore-evidence-"+c.Central.Account), MaxBucketName)
}

// AccessPointPrefix begins the names of all backup access points of this app. [Config.ValidateAccessPointPrefix]
// begins those of the validator.
func (c *Config) AccessPointPrefix() string { return c.Project + "-" }

// ValidateAccessPointPrefix begins the names of the backup access points with which a restore test is validated.
func (c *Config) ValidateAccessPointPrefix() string { return c.Project + "-validate-" }

// FilesAccessPointPrefix begins the names of the backup access points through which operators read single files.
func (c *Config) FilesAccessPointPrefix() string { return c.Project + "-files-" }

// RestoredBucketName is the name of the bucket that a restore creates for another bucket as it was at a time.
func RestoredBucketName(bucket string, at time.Time) string {
	suffix := "-restored-" + at.UTC().Format("200601021504")
	return strings.ReplaceAll(shorten(bucket, MaxBucketName-len(suffix)), ".", "-") + suffix
}

// RestoreTestingPlanName is the name of a workload's restore testing plan. AWS allows no hyphens (F-LIM-4).
func (c *Config) RestoreTestingPlanName(w Workload) string { return testName(c.prefix(w)) }

// CentralTestingPlanName is the same of the plan for the copies in a Region of the central account.
func (c *Config) CentralTestingPlanName(region string) string {
	return testName(c.Project + "-" + c.CentralIDIn(region))
}

// testName has underscores in place of hyphens. What differs in hyphens alone becomes the same.
func testName(name string) string { return strings.ReplaceAll(shorten(name, MaxTestName), "-", "_") }

// AlertName is the name of the event bus, the queue and the Lambda function for alerts in the central account.
func (c *Config) AlertName() string { return c.Project + "-backup-alerts" }

// AlertLogGroup is the name of the function's log group.
func (c *Config) AlertLogGroup() string { return "/aws/lambda/" + c.AlertName() }

// UndeliveredName is the name of the queue with the alerts that could not be delivered.
func (c *Config) UndeliveredName() string { return c.AlertName() + "-undelivered" }

// AlertRoleName is the name of the function's role. The role may not copy.
func (c *Config) AlertRoleName() string {
	return shorten(c.centralName(c.rolePrefix()+"alerts"), MaxRoleName)
}

// EventLogGroup is the name of the log group with the events of the central bus.
func (c *Config) EventLogGroup() string { return "/aws/events/" + c.AlertName() }

// EventLogGroupARN is the ARN of that log group.
func (c *Config) EventLogGroupARN() string {
	return fmt.Sprintf("arn:%s:logs:%s:%s:log-group:%s", Partition(c.Central.Region), c.Central.Region, c.Central.Account, c.EventLogGroup())
}

// MetricNamespace is the CloudWatch namespace, in the central account, of the metrics from these events.
func (c *Config) MetricNamespace() string { return c.Project + "-backup" }

// DashboardName is the name of the central account's dashboard.
func (c *Config) DashboardName() string { return c.centralName(c.Project + "-backup") }

// centralName is a name of the central stack that is unique in all Regions of the account (F-CFN-14).
func (c *Config) centralName(name string) string {
	if c.Central.RegionInNames {
		return name + "-" + c.Central.Region
	}
	return name
}

// accountName is a name that is unique in all Regions of an account (F-CFN-14).
type accountName struct{ kind, name string }

func (n accountName) String() string { return "the " + n.kind + " " + n.name }

// centralAccountNames are the names of the central stack that are unique in all Regions of its account. CloudFormation
// deletes what has them together with the stack.
func (c *Config) centralAccountNames() []accountName {
	names := []accountName{{"role", c.EventRoleName(CentralID)}}
	if len(c.Alerts.Delivered()) > 0 {
		names = append(names, accountName{"role", c.AlertRoleName()})
	}
	if len(c.copied) > 0 {
		names = append(names, accountName{"role", c.CopyBackRoleName()})
		if c.Central.RestoreTesting != nil {
			names = append(names, accountName{"role", c.RestoreCentralRoleName()})
		}
		if len(c.OperatorsIn(c.Central.Region)) > 0 {
			names = append(names, accountName{"role", c.OperateCentralRoleName()})
		}
	}
	if c.Validates() {
		names = append(names, accountName{"role", c.ValidatorRoleName()})
	}
	if c.TestsCopies() {
		names = append(names, accountName{"role", c.ValidateCentralRoleName()})
	}
	if c.Central.Dashboard {
		names = append(names, accountName{"dashboard", c.DashboardName()})
	}
	return names
}

// CentralRoleNames are the names of the roles of the central account's stacks.
func (c *Config) CentralRoleNames() []string {
	var names []string
	for _, n := range c.centralAccountNames() {
		if n.kind == "role" {
			names = append(names, n.name)
		}
	}
	for _, n := range c.centralNamesElsewhere() {
		names = append(names, n.name)
	}
	return names
}

// centralNamesElsewhere are the names, unique in all Regions of the account, of the central account's other stacks.
func (c *Config) centralNamesElsewhere() []accountName {
	var names []accountName
	for _, region := range c.CentralRegions()[1:] {
		names = append(names, accountName{"role", c.EventRoleName(c.CentralIDIn(region))})
	}
	return names
}

// accountNames are the same of a workload's stack. The backup role and the buckets for access logs and reports are
// retained.
func (c *Config) accountNames(w Workload) []accountName {
	var names []accountName
	if slices.ContainsFunc(c.TierUses(w), func(use TierUse) bool { return use.Tier.BackedUp() }) {
		names = append(names, accountName{"role", c.BackupRoleName(w)}, accountName{"role", c.RestoreRoleName(w)})
	}
	if len(c.OperatorsIn(w.Region)) > 0 {
		names = append(names, accountName{"role", c.OperateRoleName(w)})
	}
	if c.Validated(w) {
		names = append(names, accountName{"role", c.ValidateRoleName(w)})
	}
	if c.Scans(w) {
		names = append(names, accountName{"role", c.ScannerRoleName(w)})
	}
	if c.Reached(w) {
		names = append(names, accountName{"role", c.EventRoleName(w.ID())})
	}
	if slices.ContainsFunc(w.Buckets, func(b Bucket) bool { return !b.Existing }) {
		names = append(names, accountName{"bucket", c.AccessLogBucketName(w)})
	}
	if c.Audited(w) {
		names = append(names, accountName{"bucket", c.ReportBucketName(w)})
	}
	return names
}

// CopyAlarmsStackName is the name of a stack with further copy alarms in the central account. n counts from
// 2: the central stack holds the first ones. No stack of a workload can have this name.
func (c *Config) CopyAlarmsStackName(n int) string {
	return fmt.Sprintf("%s-copy-alarms-%d", c.Project, n)
}

// RulePrefix is a prefix of the names of all EventBridge rules of a workload's stack. Other rules may have it too.
func (c *Config) RulePrefix(w Workload) string { return rulePrefix(c.StackName(w)) }

// CentralRulePrefix is the same for the central account's stack in a Region.
func (c *Config) CentralRulePrefix(region string) string {
	return rulePrefix(c.CentralStackNameIn(region))
}

// rulePrefix is the part of a stack's name that is certain to be in the names of its rules. CloudFormation
// builds such a name, of at most 64 characters, from the stack's name, the logical id and twelve
// characters, and cuts the stack's name. AWS does not document where; it has kept 24 characters.
func rulePrefix(stack string) string { return stack[:min(len(stack), 20)] }

// MetricAlarmPrefix is the prefix of the alarms in a workload's stack whose names CloudFormation generates.
func (c *Config) MetricAlarmPrefix(w Workload) string { return c.StackName(w) + "-" }

// CopyAlarmPrefixes are the prefixes of the copy alarms in all stacks of the central account. CloudFormation
// generates their names from the name of the stack, which it does not cut.
func (c *Config) CopyAlarmPrefixes() []string {
	return []string{c.CentralStackName() + "-", c.Project + "-copy-alarms-"}
}

// AlertBusARN is the ARN of the event bus that receives the events of all accounts.
func (c *Config) AlertBusARN() string {
	return fmt.Sprintf("arn:%s:events:%s:%s:event-bus/%s", Partition(c.Central.Region), c.Central.Region, c.Central.Account, c.AlertName())
}

// TopicName is the name of the SNS topic for e-mails about a workload, or about the central account.
func (c *Config) TopicName(id string) string { return c.Project + "-" + id + "-alerts" }

// TopicARN is the ARN of that topic in a workload's account.
func (c *Config) TopicARN(w Workload) string {
	return snsTopicARN(w.Region, w.Account, c.TopicName(w.ID()))
}

// CentralTopicARN is the ARN of the central account's topic in a Region.
func (c *Config) CentralTopicARN(region string) string {
	return snsTopicARN(region, c.Central.Account, c.TopicName(c.CentralIDIn(region)))
}

func snsTopicARN(region, account, name string) string {
	return fmt.Sprintf("arn:%s:sns:%s:%s:%s", Partition(region), region, account, name)
}

// TopicKeyAlias is the alias of that topic's key, with the prefix "alias/".
func (c *Config) TopicKeyAlias(id string) string { return "alias/" + c.TopicName(id) }

// ClockRuleName is the name of the rule whose count of triggers tells how old a tier of a workload is, or for how
// long it has been copied. It begins with [Config.RulePrefix].
func (c *Config) ClockRuleName(w Workload, t *Tier, jobs string) string {
	name := c.StackName(w) + "-" + t.Name + "-clock"
	if jobs == Copies {
		name += "-copies" // not before "-clock": a tier may be called …-copies
	}
	return shorten(name, MaxEventRuleName)
}

// SilenceAlarmName is the name of the alarm for missing backups or copies of a tier.
func (c *Config) SilenceAlarmName(w Workload, t *Tier, jobs string) string {
	return c.AlarmPrefix(w) + t.Name + "-no-" + jobs
}

// SecretARN matches the ARN of a secret in the central account. Secrets Manager adds six characters to the name.
func (c *Config) SecretARN(name string) string {
	return fmt.Sprintf(
		"arn:%s:secretsmanager:%s:%s:secret:%s-??????",
		Partition(c.Central.Region),
		c.Central.Region,
		c.Central.Account,
		name,
	)
}

// DeployRoleARN matches the role with which CloudFormation deploys for the CDK CLI in an account and Region. "*"
// stands for the qualifier of the bootstrap.
func DeployRoleARN(region, account string) string {
	return deployRoleARN(Partition(region), account, region)
}

func deployRoleARN(partition, account, region string) string {
	return fmt.Sprintf("arn:%[1]s:iam::%[2]s:role/cdk-*-cfn-exec-role-%[2]s-%[3]s", partition, account, region)
}

// RecoveryPointsOfBucket is the beginning of the ARNs of a bucket's recovery points (F-S3-23). Without a bucket:
// of all recovery points of the account and Region.
func RecoveryPointsOfBucket(region, account, bucket string) string {
	arn := fmt.Sprintf("arn:%s:backup:%s:%s:recovery-point:", Partition(region), region, account)
	if bucket == "" {
		return arn
	}
	return arn + bucket + "-"
}

// AlarmPrefix is the prefix of a workload's named alarms.
func (c *Config) AlarmPrefix(w Workload) string { return c.prefix(w) + "-" }

// AccessLogBucketName is the name of the bucket for the server access logs of a workload's buckets. The
// account id makes it unique in S3.
func (c *Config) AccessLogBucketName(w Workload) string {
	return shorten(c.prefix(w)+"-access-logs-"+w.Account, MaxBucketName)
}

// KeyAlias is the alias of one of a workload's keys, with the prefix "alias/".
func (c *Config) KeyAlias(w Workload, key string) string {
	return "alias/" + c.prefix(w) + "-" + key
}

// CentralKeyAlias is the alias of the central vault's key, with the prefix "alias/".
func (c *Config) CentralKeyAlias() string { return "alias/" + c.Central.KeyAlias }

// AirGappedKeyAlias is the alias of the key of the central air-gapped vault, if it has one of its own, with the prefix "alias/".
func (c *Config) AirGappedKeyAlias() string {
	return "alias/" + shorten(c.Central.KeyAlias, MaxKeyAlias-len(airGappedSuffix)) + airGappedSuffix
}

// AirGappedVaultARNInCentral is the ARN of the central air-gapped vault. Empty: there is none.
func (c *Config) AirGappedVaultARNInCentral() string {
	if v := c.Central.AirGappedVault; v != nil {
		return c.VaultARNInCentral(c.Central.Region, v.Name)
	}
	return ""
}

// AirGappedShareName is the name of the resource share of the central air-gapped vault.
func (c *Config) AirGappedShareName() string { return c.Project + "-backup" + airGappedSuffix }

func (c *Config) prefix(w Workload) string { return c.Project + "-" + w.ID() }

// shorten cuts a name to a length. A name that it cuts ends with a hash of the whole name, so that different
// names stay different.
func shorten(name string, length int) string {
	if len(name) <= length {
		return name
	}
	m := mark(name)
	return strings.TrimRight(name[:length-len(m)], "-_") + m
}

// mark is a hash that keeps names apart after they were cut or had characters replaced.
func mark(name string) string {
	sum := sha256.Sum256([]byte(name))
	return "-" + hex.EncodeToString(sum[:4])
}

// CentralVaultARN is the ARN of the vault of central.vault_name.
func (c *Config) CentralVaultARN() string {
	return c.VaultARNInCentral(c.Central.Region, c.Central.VaultName)
}

// VaultARNInCentral is the ARN of a vault of the central account.
func (c *Config) VaultARNInCentral(region, name string) string {
	return vaultARN(region, c.Central.Account, name)
}

// CentralKeysARN matches the keys of the central account in a Region. Their ids are unknown before they are deployed.
func (c *Config) CentralKeysARN(region string) string { return keysARN(region, c.Central.Account) }

// WorkloadKeysARN matches the keys of a workload's account and Region.
func WorkloadKeysARN(w Workload) string { return keysARN(w.Region, w.Account) }

func keysARN(region, account string) string {
	return fmt.Sprintf("arn:%s:kms:%s:%s:key/*", Partition(region), region, account)
}

// RecoveryPointsARN matches all recovery points of an account and Region.
func RecoveryPointsARN(region, account string) string {
	return RecoveryPointsOfBucket(region, account, "") + "*"
}

// AccessPointARNs match the backup access points whose names begin with a prefix, and the access points of S3 with the
// same names (F-RST-22).
func AccessPointARNs(region, account, prefix string) (backup, s3 string) {
	arn := func(service string) string {
		return fmt.Sprintf("arn:%s:%s:%s:%s:accesspoint/%s*", Partition(region), service, region, account, prefix)
	}
	return arn("backup"), arn("s3")
}

// CentralRoleARN is the ARN of a role that the app creates in the central account.
func (c *Config) CentralRoleARN(role string) string {
	return c.roleARN(c.Central.Region, c.Central.Account, role)
}

// WorkloadRoleARN is the ARN of a role that the app creates in a workload's account.
func (c *Config) WorkloadRoleARN(w Workload, role string) string {
	return c.roleARN(w.Region, w.Account, role)
}

// KeyAdministratorARN is the ARN of one of the key administrators. The app does not create this role.
func (c *Config) KeyAdministratorARN(role string) string {
	return roleARN(c.Central.Region, c.Central.Account, "/", role)
}

// RolePathOrRoot is the path of the roles that the app creates.
func (c *Config) RolePathOrRoot() string { return cmp.Or(c.RolePath, "/") }

// roleARN is the ARN of a role that the app creates. Its path is part of it, also in aws:PrincipalArn (F-IAM-17).
func (c *Config) roleARN(region, account, role string) string {
	return roleARN(region, account, c.RolePathOrRoot(), role)
}

func roleARN(region, account, path, role string) string {
	return "arn:" + Partition(region) + ":iam::" + account + ":role" + path + role // of a thousand accounts for each policy
}

// VaultARN is the ARN of a tier's vault in a workload's account.
func (c *Config) VaultARN(w Workload, t *Tier) string {
	return vaultARN(w.Region, w.Account, c.TierName(w, t))
}

// WorkloadVaultARN is the ARN of a vault of a workload's account.
func WorkloadVaultARN(w Workload, name string) string { return vaultARN(w.Region, w.Account, name) }

func vaultARN(region, account, name string) string {
	return fmt.Sprintf("arn:%s:backup:%s:%s:backup-vault:%s", Partition(region), region, account, name)
}

// AccountARN is the principal of a whole account.
func AccountARN(region, account string) string {
	return fmt.Sprintf("arn:%s:iam::%s:root", Partition(region), account)
}

// BackupServiceLinkedRoleARN is the ARN of AWS Backup's service-linked role in an account; "*" matches any account's.
func BackupServiceLinkedRoleARN(region, account string) string {
	return fmt.Sprintf("arn:%s:iam::%s:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup", Partition(region), account)
}

// BucketARN is the ARN of a bucket. With "*" at the end of the name it matches all buckets with that prefix.
func BucketARN(region, name string) string {
	return fmt.Sprintf("arn:%s:s3:::%s", Partition(region), name)
}

// ManagedPolicyARN is the ARN of a policy that AWS manages.
func ManagedPolicyARN(region, name string) string {
	return fmt.Sprintf("arn:%s:iam::aws:policy/%s", Partition(region), name)
}

// CentralID identifies the central stack where a workload's ID is expected.
const CentralID = "central"
