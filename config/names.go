package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Every physical name and every ARN of the product comes from this file. The names of vaults, keys
// and buckets are part of its contract: AWS replaces a resource whose name changes (F-CFN-2).

// CentralStackName is the name of the central account's stack.
func (c *Config) CentralStackName() string { return c.Project + "-backup-central" }

// StackName is the name of a workload's stack.
func (c *Config) StackName(w Workload) string { return c.Project + "-backup-" + w.ID() }

// ID names a workload on the command line: NAME-ENV.
func (w Workload) ID() string { return w.Name + "-" + w.Environment }

// TierName is the name of a tier's vault, plan and selection in a workload's account.
func (c *Config) TierName(w Workload, t *Tier) string {
	return shorten(c.prefix(w)+"-"+t.Name, MaxVaultName)
}

// TaggedSelectionName is the name of the selection by tag of a tier's plan.
func (c *Config) TaggedSelectionName(w Workload, t *Tier) string {
	return c.tierNameWith(w, t, "tagged")
}

// ContinuousRuleName is the name of a tier's rule for point-in-time recovery.
func (c *Config) ContinuousRuleName(w Workload, t *Tier) string {
	return c.tierNameWith(w, t, "continuous")
}

// SnapshotRuleName is the name of a tier's rule for periodic backups.
func (c *Config) SnapshotRuleName(w Workload, t *Tier) string {
	return c.tierNameWith(w, t, "snapshot")
}

// tierNameWith is letters, digits and hyphens, as one page of AWS's wants it of rules (F-LIM-3).
func (c *Config) tierNameWith(w Workload, t *Tier, suffix string) string {
	name := strings.ReplaceAll(c.prefix(w)+"-"+t.Name, "_", "-")
	return shorten(name, MaxRuleName-len("-"+suffix)) + "-" + suffix
}

// TieringName is the name of a vault's configuration for the low-cost warm tier. It takes no
// hyphens, and is unique in the account, in all its Regions (F-TIER-2): hence the mark.
func (c *Config) TieringName(region, vault string) string {
	return strings.ReplaceAll(vault+mark(region+"/"+vault), "-", "_")
}

// BackupRoleName is the name of the role that AWS Backup assumes in a workload's account. The
// central account's policies match its prefix.
func (c *Config) BackupRoleName(w Workload) string {
	return shorten(c.backupRolePrefix()+w.ID(), MaxRoleName)
}

func (c *Config) backupRolePrefix() string { return c.Project + "-backup-" }

// EventRoleName is the name of the role with which EventBridge sends events of an account to the
// central bus, whose policy matches its prefix. It is not one of those that may copy.
func (c *Config) EventRoleName(id string) string {
	return shorten(c.eventRolePrefix()+id, MaxRoleName)
}

func (c *Config) eventRolePrefix() string { return c.Project + "-events-" }

// EventRoleARNs matches the roles that send events to the central bus, in every account.
func (c *Config) EventRoleARNs() string {
	return fmt.Sprintf("arn:%s:iam::*:role/%s*", Partition(c.Central.Region), c.eventRolePrefix())
}

// AlertName is the name of what takes alerts in the central account: event bus, queue and function.
func (c *Config) AlertName() string { return c.Project + "-backup-alerts" }

// AlertLogGroup is the name of the function's log group.
func (c *Config) AlertLogGroup() string { return "/aws/lambda/" + c.AlertName() }

// UndeliveredName is the name of the queue of alerts that nobody took.
func (c *Config) UndeliveredName() string { return c.AlertName() + "-undelivered" }

// AlertRoleName is the name of the function's role. It is not one of those that may copy.
func (c *Config) AlertRoleName() string { return shorten(c.Project+"-alerts", MaxRoleName) }

// EventLogGroup is the name of the log group of what arrives on the central bus.
func (c *Config) EventLogGroup() string { return "/aws/events/" + c.AlertName() }

// EventLogGroupARN is the ARN of that log group.
func (c *Config) EventLogGroupARN() string {
	return fmt.Sprintf("arn:%s:logs:%s:%s:log-group:%s", Partition(c.Central.Region), c.Central.Region, c.Central.Account, c.EventLogGroup())
}

// MetricNamespace is the namespace, in the central account, of the counts made of its events.
func (c *Config) MetricNamespace() string { return c.Project + "-backup" }

// DashboardName is the name of the central account's dashboard.
func (c *Config) DashboardName() string { return c.Project + "-backup" }

// CopyAlarmsStackName is the name of the central account's stack with alarms on copies that the stacks
// before it have no room for, from the second on. No workload's stack is named so.
func (c *Config) CopyAlarmsStackName(n int) string {
	return fmt.Sprintf("%s-copy-alarms-%d", c.Project, n)
}

// RulePrefix is what the names of the rules of a workload's stack start with, or of somewhat more.
func (c *Config) RulePrefix(w Workload) string { return rulePrefix(c.StackName(w)) }

// CentralRulePrefix is the same of the central account's stack.
func (c *Config) CentralRulePrefix() string { return rulePrefix(c.CentralStackName()) }

// rulePrefix is as much of a stack's name as is left of it where CloudFormation makes the name of a
// rule, of at most 64 characters, from it, the logical id and twelve characters. AWS does not say how
// much that is; 24 characters have been seen.
func rulePrefix(stack string) string { return stack[:min(len(stack), 20)] }

// MetricAlarmPrefix is what the names of the unnamed alarms of a workload's stack start with.
func (c *Config) MetricAlarmPrefix(w Workload) string { return c.StackName(w) + "-" }

// CopyAlarmPrefixes are what the names of the alarms on copies start with, in all stacks of the central
// account: CloudFormation makes them of the stack's, and leaves all of it.
func (c *Config) CopyAlarmPrefixes() []string {
	return []string{c.CentralStackName() + "-", c.Project + "-copy-alarms-"}
}

// AlertBusARN is the ARN of the event bus that takes the events of all accounts.
func (c *Config) AlertBusARN() string {
	return fmt.Sprintf("arn:%s:events:%s:%s:event-bus/%s", Partition(c.Central.Region), c.Central.Region, c.Central.Account, c.AlertName())
}

// TopicName is the name of an account's topic for e-mails about a workload, or about the central account.
func (c *Config) TopicName(id string) string { return c.Project + "-" + id + "-alerts" }

// TopicARN is the ARN of that topic in a workload's account.
func (c *Config) TopicARN(w Workload) string {
	return topicARN(w.Region, w.Account, c.TopicName(w.ID()))
}

// CentralTopicARN is the ARN of the central account's topic.
func (c *Config) CentralTopicARN() string {
	return topicARN(c.Central.Region, c.Central.Account, c.TopicName(CentralID))
}

func topicARN(region, account, name string) string {
	return fmt.Sprintf("arn:%s:sns:%s:%s:%s", Partition(region), region, account, name)
}

// TopicKeyAlias is the alias, with its prefix, of that topic's key.
func (c *Config) TopicKeyAlias(id string) string { return "alias/" + c.TopicName(id) }

// SilenceAlarmName is the name of the alarm on a tier that makes no backups, or no copies.
func (c *Config) SilenceAlarmName(w Workload, t *Tier, jobs string) string {
	return c.AlarmPrefix(w) + t.Name + "-no-" + jobs
}

// SecretARN matches the ARN of a secret of the central account, to whose name Secrets Manager adds six characters.
func (c *Config) SecretARN(name string) string {
	return fmt.Sprintf("arn:%s:secretsmanager:%s:%s:secret:%s-??????", Partition(c.Central.Region), c.Central.Region, c.Central.Account, name)
}

// DeployRoleARNs matches the roles with which CloudFormation deploys what the CDK CLI hands it.
func (c *Config) DeployRoleARNs() string {
	return fmt.Sprintf("arn:%s:iam::*:role/cdk-*-cfn-exec-role-*", Partition(c.Central.Region))
}

// AlarmPrefix is what the names of a workload's alarms start with.
func (c *Config) AlarmPrefix(w Workload) string { return c.prefix(w) + "-" }

// AccessLogBucketName is the name of the bucket for the server access logs of a workload's buckets.
// The account makes it unique among all of S3.
func (c *Config) AccessLogBucketName(w Workload) string {
	return shorten(c.prefix(w)+"-access-logs-"+w.Account, MaxBucketName)
}

// KeyAlias is the alias, with its prefix, of one of a workload's keys.
func (c *Config) KeyAlias(w Workload, key string) string {
	return "alias/" + c.prefix(w) + "-" + key
}

// CentralKeyAlias is the alias, with its prefix, of the central vault's key.
func (c *Config) CentralKeyAlias() string { return "alias/" + c.Central.KeyAlias }

func (c *Config) prefix(w Workload) string { return c.Project + "-" + w.ID() }

// shorten cuts a name to a length and marks it with a hash of the whole, so that names that differ
// stay different and the same name is always cut the same.
func shorten(name string, length int) string {
	if len(name) <= length {
		return name
	}
	m := mark(name)
	return strings.TrimRight(name[:length-len(m)], "-_") + m
}

// mark tells names apart that are alike after they were cut or had characters replaced.
func mark(name string) string {
	sum := sha256.Sum256([]byte(name))
	return "-" + hex.EncodeToString(sum[:4])
}

// CentralVaultARN is the ARN of the vault that copies go to.
func (c *Config) CentralVaultARN() string { return c.VaultARNInCentral(c.Central.VaultName) }

// VaultARNInCentral is the ARN of a vault of the central account.
func (c *Config) VaultARNInCentral(name string) string {
	return vaultARN(c.Central.Region, c.Central.Account, name)
}

// CentralKeysARN matches the keys of the central account, whose ids nobody knows before they are deployed.
func (c *Config) CentralKeysARN() string {
	return fmt.Sprintf("arn:%s:kms:%s:%s:key/*", Partition(c.Central.Region), c.Central.Region, c.Central.Account)
}

// CentralRoleARN is the ARN of a role in the central account.
func (c *Config) CentralRoleARN(role string) string {
	return fmt.Sprintf("arn:%s:iam::%s:role/%s", Partition(c.Central.Region), c.Central.Account, role)
}

// BackupRoleARNs matches the backup roles of every workload account.
func (c *Config) BackupRoleARNs() string {
	return fmt.Sprintf("arn:%s:iam::*:role/%s*", Partition(c.Central.Region), c.backupRolePrefix())
}

// VaultARN is the ARN of a tier's vault in a workload's account.
func (c *Config) VaultARN(w Workload, t *Tier) string {
	return vaultARN(w.Region, w.Account, c.TierName(w, t))
}

func vaultARN(region, account, name string) string {
	return fmt.Sprintf("arn:%s:backup:%s:%s:backup-vault:%s", Partition(region), region, account, name)
}

// AccountARN is the principal that stands for an account as a whole.
func AccountARN(region, account string) string {
	return fmt.Sprintf("arn:%s:iam::%s:root", Partition(region), account)
}

// BackupServiceLinkedRoleARN is the ARN of AWS Backup's service-linked role in an account; "*" matches any account's.
func BackupServiceLinkedRoleARN(region, account string) string {
	return fmt.Sprintf("arn:%s:iam::%s:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup", Partition(region), account)
}

// BucketARN is the ARN of a bucket; "*" at the end of the name matches all that start with it.
func BucketARN(region, name string) string {
	return fmt.Sprintf("arn:%s:s3:::%s", Partition(region), name)
}

// ManagedPolicyARN is the ARN of a policy that AWS manages.
func ManagedPolicyARN(region, name string) string {
	return fmt.Sprintf("arn:%s:iam::aws:policy/%s", Partition(region), name)
}

// CentralID stands for the central stack where workloads are named.
const CentralID = "central"
