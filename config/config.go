package config

// Config is the effective configuration: backup.yaml with every default filled in. A value that
// [Load] returned is complete and valid, in file order, and is not changed afterwards.
type Config struct {
	// Version of the schema, always 1.
	Version int `yaml:"version" required:"true" syntax:"version"`
	// Project is the prefix of the physical names.
	Project string `yaml:"project" required:"true" syntax:"project"`
	// Organization that all accounts belong to.
	Organization Organization `yaml:"organization" required:"true"`
	// Central backup account, which takes the copies.
	Central Central `yaml:"central" required:"true"`
	// Alerts say who hears of failures, silence and tampering. Empty: nobody, which is a warning.
	Alerts Alerts `yaml:"alerts,omitempty"`
	// Tiers change built-in rows of the tier table or add rows to it. In a loaded Config these are
	// all rows: the built-in ones first, then the added ones in file order.
	Tiers Tiers `yaml:"tiers,omitempty"`
	// Workloads whose buckets are backed up, at least one.
	Workloads []Workload `yaml:"workloads" required:"true"`
	// Rollout over many accounts. Its zero value: cdk deploy, account by account.
	Rollout Rollout `yaml:"rollout,omitempty"`

	// Warnings are the problems that do not stop a synthesis, in the order of their lines.
	Warnings Problems `yaml:"-"`

	rows   map[string]int // of the tier table, by name
	copied []*Tier        // what copiedTiers returns

	silences map[string]silence // what silencesOfTiers returns
}

// Organization is the AWS organization that every cross-account grant is conditioned on (F-COPY-1).
type Organization struct {
	// ID of the organization, such as "o-a1b2c3d4e5".
	ID string `yaml:"id" required:"true" syntax:"organization_id"`
	// Paths limit which accounts may copy into the central vault to those below these
	// organizational units (aws:PrincipalOrgPaths). Empty: every account of the organization that has a workload.
	Paths []string `yaml:"paths,omitempty" syntax:"organization_path"`
}

// Central is the central backup account: its key, vault and lock.
type Central struct {
	// Account is the account's twelve digits.
	Account string `yaml:"account" required:"true" syntax:"account"`
	// Region of the central vault.
	Region string `yaml:"region" required:"true" syntax:"region"`
	// VaultName is the name of the vault that copies go to. Default: central-aws-vault-S3.
	VaultName string `yaml:"vault_name" syntax:"vault_name"`
	// KeyAlias is the alias of the vault's key, without "alias/". Default: aws-backup-kms.
	KeyAlias string `yaml:"key_alias" syntax:"key_alias"`
	// KeyAdministrators are names of roles of the central account that may administer the key.
	// They need not exist (F-KMS-2). Empty: whom IAM policies of the account allow to.
	KeyAdministrators []string `yaml:"key_administrators,omitempty" syntax:"role_name"`
	// VaultLock of the vault that copies go to.
	VaultLock VaultLock `yaml:"vault_lock"`
	// RetainedVaults are earlier vaults under a lock that could not be changed; they stay as they are.
	RetainedVaults []RetainedVault `yaml:"retained_vaults,omitempty"`
	// AirGappedVault takes a second copy of everything that is copied (F-LAG-2). Null: none.
	AirGappedVault *AirGappedVault `yaml:"air_gapped_vault,omitempty"`
	// Audit by AWS Backup Audit Manager.
	Audit Audit `yaml:"audit,omitempty"`
	// Dashboard of the jobs of all accounts. Default: true.
	Dashboard bool `yaml:"dashboard"`
}

// VaultLock is the AWS Backup Vault Lock of the central vault (F-LOCK-1).
type VaultLock struct {
	// Mode is governance, which a permitted person can change or remove, or compliance, which nobody
	// can once ChangeableForDays have passed. Default: governance.
	Mode string `yaml:"mode" syntax:"mode"`
	// MinRetentionDays is the shortest retention, in days, with which a copy may enter the vault.
	// Default in governance mode: 15, or the shortest copy or MaxRetentionDays where that is less.
	MinRetentionDays int `yaml:"min_retention_days" syntax:"days"`
	// MaxRetentionDays is the longest retention, in days, with which a copy may enter the vault.
	// Default in governance mode: the longest copy of a tier in use; without any, no maximum.
	MaxRetentionDays int `yaml:"max_retention_days,omitempty" syntax:"days"`
	// ChangeableForDays is the grace time of a compliance lock, in days after its first deployment.
	ChangeableForDays int `yaml:"changeable_for_days,omitempty" syntax:"changeable_for_days"`
	// AcknowledgeIrreversible is the vault's name, typed out, without which no compliance lock is synthesized.
	AcknowledgeIrreversible string `yaml:"acknowledge_irreversible,omitempty"`
}

// RetainedVault is an earlier central vault whose lock could not be changed.
type RetainedVault struct {
	// Name of the vault.
	Name string `yaml:"name" required:"true" syntax:"vault_name"`
	// MinRetentionDays of its lock.
	MinRetentionDays int `yaml:"min_retention_days" required:"true" syntax:"days"`
	// MaxRetentionDays of its lock. Zero: no maximum.
	MaxRetentionDays int `yaml:"max_retention_days,omitempty" syntax:"days"`
	// ChangeableForDays of its lock, as it was deployed. Zero: a governance lock.
	ChangeableForDays int `yaml:"changeable_for_days,omitempty" syntax:"changeable_for_days"`
}

// AirGappedVault is a logically air-gapped vault, locked in compliance mode from its creation (F-LAG-1).
type AirGappedVault struct {
	// Name of the vault.
	Name string `yaml:"name" required:"true" syntax:"vault_name"`
	// MinRetentionDays is the shortest retention, in days, with which a copy may enter it, 7 or more.
	MinRetentionDays int `yaml:"min_retention_days" required:"true" syntax:"air_gapped_days"`
	// MaxRetentionDays is the longest retention, in days, with which a copy may enter it.
	MaxRetentionDays int `yaml:"max_retention_days" required:"true" syntax:"air_gapped_days"`
}

// Audit is AWS Backup Audit Manager's framework and reports, which need AWS Config in the accounts (F-CFN-8).
type Audit struct {
	// Enabled adds them. Default: false.
	Enabled bool `yaml:"enabled"`
}

// Alerts are the destinations of alerts.
type Alerts struct {
	// Email addresses that Amazon SNS writes to.
	Email []string `yaml:"email,omitempty" syntax:"email"`
	// Slack channels, by incoming webhook (F-EVT-14).
	Slack []Slack `yaml:"slack,omitempty"`
	// PagerDuty services, by Events API v2 (F-EVT-13).
	PagerDuty []PagerDuty `yaml:"pagerduty,omitempty"`
}

// Slack is a channel.
type Slack struct {
	// WebhookSecret is the name, in the central account's Secrets Manager, of the secret that holds
	// the webhook's URL, which is a secret itself.
	WebhookSecret string `yaml:"webhook_secret" required:"true" syntax:"webhook_secret"`
}

// PagerDuty is a service.
type PagerDuty struct {
	// RoutingKeySecret is the name, in the central account's Secrets Manager, of the secret that
	// holds the service's routing key.
	RoutingKeySecret string `yaml:"routing_key_secret" required:"true" syntax:"routing_key_secret"`
	// Severity of the incidents. Default: critical.
	Severity string `yaml:"severity" syntax:"severity"`
}

// Tier is a row of the tier table: what a bucket of that data classification gets.
type Tier struct {
	// Name by which buckets refer to the tier.
	Name string `yaml:"name" required:"true" syntax:"tier_name"`
	// Extends names the built-in tier that an added tier starts from. Empty for a built-in tier.
	Extends string `yaml:"extends,omitempty" syntax:"extends"`
	// ObjectLock is the default retention of object versions in buckets that the app creates.
	ObjectLock ObjectLock `yaml:"object_lock"`
	// ContinuousBackup is the rule for point-in-time recovery. Null: none.
	ContinuousBackup *ContinuousBackup `yaml:"continuous_backup"`
	// SnapshotBackup is the rule for periodic backups, in the same vault (F-S3-8). Null: none.
	SnapshotBackup *SnapshotBackup `yaml:"snapshot_backup"`
	// CopyToCentral is the copy action into the central vault. It belongs to the continuous rule, or
	// where there is none to the snapshot rule, and copies as often as that rule runs. Null: none.
	CopyToCentral *CopyToCentral `yaml:"copy_to_central"`
	// LowCostAfterDays moves backups and copies of that age, in days, to the low-cost warm tier
	// (F-TIER-1). Zero: never.
	LowCostAfterDays int `yaml:"low_cost_after_days" syntax:"low_cost_after_days"`
	// DedicatedKey encrypts the tier's buckets with a KMS key of their own. False: with the workload's shared key.
	DedicatedKey bool `yaml:"dedicated_key"`
	// Schedule of the continuous rule, and windows and time zone of both rules.
	Schedule Schedule `yaml:"schedule"`
	// RPOMinutes is the recovery point objective in minutes. Zero: none.
	RPOMinutes int `yaml:"rpo_minutes,omitempty" syntax:"minutes"`
	// RTOMinutes is the recovery time objective in minutes. Zero: none.
	RTOMinutes int `yaml:"rto_minutes,omitempty" syntax:"minutes"`
}

// ObjectLock is an S3 Object Lock default retention (F-OL-2).
type ObjectLock struct {
	// Mode is governance or compliance.
	Mode string `yaml:"mode" syntax:"mode"`
	// Days that every new object version is locked.
	Days int `yaml:"days" required:"true" syntax:"days"`
}

// ContinuousBackup is a continuous backup rule (F-S3-4).
type ContinuousBackup struct {
	// DeleteAfterDays is how many days back a bucket can be restored to any second, 1 to 35.
	DeleteAfterDays int `yaml:"delete_after_days" required:"true" syntax:"continuous_days"`
}

// SnapshotBackup is a periodic backup rule (F-S3-4).
type SnapshotBackup struct {
	// DeleteAfterDays is the retention in days.
	DeleteAfterDays int `yaml:"delete_after_days" required:"true" syntax:"days"`
	// Schedule is the rule's cron expression. Default: cron(5 5 * * ? *), clear of the start window
	// of the continuous rule (F-SCH-5).
	Schedule string `yaml:"schedule" syntax:"cron"`
}

// CopyToCentral is a copy action into the central vault (F-COPY).
type CopyToCentral struct {
	// DeleteAfterDays is the copy's retention in days. Zero: the business has not decided it, and
	// the tier cannot be used.
	DeleteAfterDays int `yaml:"delete_after_days,omitempty" syntax:"days"`
}

// Schedule says when a backup rule runs.
type Schedule struct {
	// Cron is an expression of AWS's six fields. Default: cron(5 2 * * ? *).
	Cron string `yaml:"cron" syntax:"cron"`
	// Timezone is an IANA name. Default: Etc/UTC.
	Timezone string `yaml:"timezone" syntax:"timezone"`
	// StartWindowMinutes is how many minutes after its time a job may start at the latest. Default: 60.
	StartWindowMinutes int `yaml:"start_window_minutes" syntax:"start_window_minutes"`
	// CompletionWindowMinutes is how many minutes after its time a job must have completed.
	// Default: 10080, seven days, since a first backup of a large bucket takes days (F-S3-19).
	CompletionWindowMinutes int `yaml:"completion_window_minutes" syntax:"completion_window_minutes"`
}

// Workload is a set of buckets in one account and Region, deployed as one stack.
type Workload struct {
	// Name of the workload; with Environment it names the stack and the resources.
	Name string `yaml:"name" required:"true" syntax:"workload_name"`
	// Environment, such as "dev".
	Environment string `yaml:"environment" required:"true" syntax:"workload_name"`
	// Account is the account's twelve digits.
	Account string `yaml:"account" required:"true" syntax:"account"`
	// Region of the buckets, vaults and plans.
	Region string `yaml:"region" required:"true" syntax:"region"`
	// Buckets of the workload. Empty only where SelectTagged is not.
	Buckets []Bucket `yaml:"buckets,omitempty"`
	// SelectTagged names tiers whose plan also takes every bucket of the account and Region that is
	// tagged backup:tier=<tier> and that no workload names. Empty: none.
	SelectTagged []string `yaml:"select_tagged,omitempty" syntax:"tier"`
	// RestoreTesting of the workload's backups. Null: none.
	RestoreTesting *RestoreTesting `yaml:"restore_testing,omitempty"`
}

// RestoreTesting is a restore testing plan (F-RST-11).
type RestoreTesting struct {
	// Schedule is the cron expression of the tests. Default: cron(0 6 ? * SUN *).
	Schedule string `yaml:"schedule" syntax:"cron"`
	// Tiers whose backups are restored. Empty: all that the workload has backups of.
	Tiers []string `yaml:"tiers,omitempty" syntax:"tier"`
}

// Bucket is an S3 bucket and its data classification.
type Bucket struct {
	// Name of the bucket.
	Name string `yaml:"name" required:"true" syntax:"bucket_name"`
	// Tier names a row of the tier table.
	Tier string `yaml:"tier" required:"true" syntax:"tier"`
	// Existing buckets are backed up but neither created nor changed. Default: false.
	Existing bool `yaml:"existing,omitempty"`
}

// Rollout is how the stacks reach many accounts.
type Rollout struct {
	// Pipeline deploys the accounts that workloads name. Null: none.
	Pipeline *Pipeline `yaml:"pipeline,omitempty"`
	// StackSet deploys to all accounts of organizational units. Null: none.
	StackSet *StackSet `yaml:"stack_set,omitempty"`
}

// Pipeline is a CDK pipeline.
type Pipeline struct {
	// Account of the pipeline, twelve digits.
	Account string `yaml:"account" required:"true" syntax:"account"`
	// Region of the pipeline.
	Region string `yaml:"region" required:"true" syntax:"region"`
	// Repository that holds backup.yaml, as owner/name.
	Repository string `yaml:"repository" required:"true" syntax:"repository"`
	// Branch that is deployed. Default: main.
	Branch string `yaml:"branch" syntax:"branch"`
	// ConnectionARN is the ARN of the connection to the repository.
	ConnectionARN string `yaml:"connection_arn" required:"true" syntax:"connection_arn"`
	// Waves list the workloads, each as NAME-ENV, that are deployed one after another, those of one
	// wave together. Empty: a wave for each environment, in file order.
	Waves [][]string `yaml:"waves,omitempty"`
	// ApproveBefore lists the workloads, each as NAME-ENV, before which a person has to approve.
	ApproveBefore []string `yaml:"approve_before,omitempty"`
}

// StackSet is a service-managed CloudFormation StackSet.
type StackSet struct {
	// Account is the management account or a delegated administrator, twelve digits.
	Account string `yaml:"account" required:"true" syntax:"account"`
	// OrganizationalUnits whose accounts get a stack.
	OrganizationalUnits []string `yaml:"organizational_units" required:"true" syntax:"organizational_unit"`
	// Regions that get a stack.
	Regions []string `yaml:"regions" required:"true" syntax:"region"`
	// Tiers whose buckets are selected by their tag backup:tier.
	Tiers []string `yaml:"tiers" required:"true" syntax:"tier"`
}
