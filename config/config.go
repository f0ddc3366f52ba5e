package config

// Config is the effective configuration: backup.yaml with every default filled in.
type Config struct {
	// Version of the schema, always 1.
	Version int `yaml:"version" required:"true" syntax:"version"`
	// Project is the prefix of physical names.
	Project string `yaml:"project" required:"true" syntax:"project"`
	// Organization is the AWS organization that all accounts belong to.
	Organization Organization `yaml:"organization" required:"true"`
	// Central is the central backup account, which receives the copies.
	Central Central `yaml:"central" required:"true"`
	// Alerts lists who is notified of failed backups, missing backups and tampering. Empty: nobody is notified, which gives a warning.
	Alerts Alerts `yaml:"alerts,omitempty"`
	// Tags of all resources that take tags, of the stacks, of recovery points and of their copies: values by keys, at most
	// 8 of them (F-LIM-1), or 48 where nothing is backed up. A workload can add its own. Empty: none but the app's own.
	Tags Tags `yaml:"tags,omitempty" syntax:"resource_tag"`
	// RolePath is the path of all IAM roles that the app creates, such as "/backup/". It is part of their ARNs. Empty: none.
	RolePath string `yaml:"role_path,omitempty" syntax:"role_path"`
	// RolePrefix is the beginning of the names of all IAM roles that the app creates, such as "acme-". Empty: none.
	RolePrefix string `yaml:"role_prefix,omitempty" syntax:"role_prefix"`
	// Tiers change rows of the built-in tier table, or add rows.
	Tiers Tiers `yaml:"tiers,omitempty"`
	// TagKey is the key of the tag that names a tier. select_tagged and stack sets look at it, and created buckets, vaults, plans and
	// recovery points have it. Default: backup:tier.
	TagKey string `yaml:"tag_key" syntax:"tag_key"`
	// Workloads lists the workloads to back up, at least one.
	Workloads []Workload `yaml:"workloads" required:"true"`
	// Restore says who brings data back, and how.
	Restore Restore `yaml:"restore"`
	// Rollout deploys to many accounts. Empty: you run cdk deploy for each account.
	Rollout Rollout `yaml:"rollout,omitempty"`

	// Estimates is the path of a file with sizes and change rates of buckets, relative to this file. The report estimates costs
	// from them; nothing that is deployed depends on them. Empty: the report has no costs.
	Estimates string `yaml:"estimates,omitempty" syntax:"estimates_file"`

	// Warnings of the file, in the order of their lines.
	Warnings Problems `yaml:"-"`

	rows   map[string]int // index in Tiers by name
	copied []*Tier        // result of copiedTiers

	entering map[int][]*Tier // result of tiersByVault

	silences map[string]silence // result of silencesOfTiers
}

// Organization is the AWS organization. Every cross-account grant has it as a condition (F-COPY-1).
type Organization struct {
	// ID of the organization, such as "o-a1b2c3d4e5".
	ID string `yaml:"id" required:"true" syntax:"organization_id"`
	// Paths of organizational units. Only accounts below them may copy into the central vault
	// (aws:PrincipalOrgPaths). Empty: every account of the organization that has a workload.
	Paths []string `yaml:"paths,omitempty" syntax:"organization_path"`
}

// Central is the central backup account: its key, vault and lock.
type Central struct {
	// Account id, twelve digits.
	Account string `yaml:"account" required:"true" syntax:"account"`
	// Region of the central vault.
	Region string `yaml:"region" required:"true" syntax:"region"`
	// VaultName is the name of the vault that receives the copies. Default: central-aws-vault-S3.
	VaultName string `yaml:"vault_name" syntax:"vault_name"`
	// KeyAlias is the alias of the vault's KMS key, without "alias/". Default: aws-backup-kms.
	KeyAlias string `yaml:"key_alias" syntax:"key_alias"`
	// KeyAdministrators are names of roles in the central account that may administer the key. They need
	// not exist yet (F-KMS-2). Empty: IAM policies of the account decide.
	KeyAdministrators []string `yaml:"key_administrators,omitempty" syntax:"role_name"`
	// VaultLock is the lock of the vault that receives the copies.
	VaultLock VaultLock `yaml:"vault_lock"`
	// Vaults are further vaults of this account that receive copies: in other Regions, or with keys and locks of their own.
	// A tier of a workload is copied into the first vault that takes it: first those that name tiers or Regions, in file
	// order; then the vault above, which takes everything; then those that name neither. A tier with copies: 2 is copied
	// into the first two. Empty: the vault above is the only one.
	Vaults []CentralVault `yaml:"vaults,omitempty"`
	// RetainedVaults are earlier vaults whose lock nobody could change. They are kept as they are.
	RetainedVaults []RetainedVault `yaml:"retained_vaults,omitempty"`
	// AirGappedVault receives a second copy of everything that is copied, with the retention of the first one (F-LAG-2). Tiers
	// with a vault in air_gapped have none in it, because AWS Backup does not schedule copies between two such vaults
	// (F-LAG-4). Null: none.
	AirGappedVault *AirGappedVault `yaml:"air_gapped_vault,omitempty"`
	// RestoreTesting tests restores of the copies, in the central account. Null: no tests.
	RestoreTesting *CentralRestoreTesting `yaml:"restore_testing,omitempty"`
	// Audit turns on AWS Backup Audit Manager.
	Audit Audit `yaml:"audit,omitempty"`
	// Dashboard creates a dashboard with the jobs of all accounts. Default: true.
	Dashboard bool `yaml:"dashboard"`
	// RegionInNames adds the Region to those names of the central stack that are unique in all Regions of the account:
	// of roles and of the dashboard (F-CFN-14). With it, a second central stack of the project can be in this account, in
	// another Region. Default: false.
	RegionInNames bool `yaml:"region_in_names,omitempty"`
}

// CentralVault is a further vault of the central account that receives copies.
type CentralVault struct {
	// Name of the vault. It is unique among the vaults of this account and Region.
	Name string `yaml:"name" required:"true" syntax:"vault_name"`
	// Region of the vault, in the partition of central.region (F-COPY-12). Each Region of the central account is a stack of
	// its own.
	Region string `yaml:"region" required:"true" syntax:"region"`
	// KeyAlias is the alias of the vault's KMS key, without "alias/". Vaults of a Region with the same alias share the key.
	// Default: that of central.key_alias. In central.region it is the key of the central vault.
	KeyAlias string `yaml:"key_alias" syntax:"key_alias"`
	// VaultLock is the lock of this vault. Its defaults are computed from the copies that enter this vault.
	VaultLock VaultLock `yaml:"vault_lock"`
	// Tiers that this vault takes. Each has copies. Empty: all tiers.
	Tiers []string `yaml:"tiers,omitempty" syntax:"tier"`
	// FromRegions are the Regions of workloads whose copies this vault takes. Empty: all Regions.
	FromRegions []string `yaml:"from_regions,omitempty" syntax:"region"`
}

// VaultLock is the AWS Backup Vault Lock of a central vault (F-LOCK-1).
type VaultLock struct {
	// Mode is governance or compliance. With the permission, a person can change or remove a governance lock.
	// Nobody can change or remove a compliance lock after its grace time. Default: governance.
	Mode string `yaml:"mode" syntax:"mode"`
	// MinRetentionDays is the shortest retention, in days, that a copy in the vault may have. Default in
	// governance mode: 15, or less if a copy or max_retention_days is shorter.
	MinRetentionDays int `yaml:"min_retention_days" syntax:"days"`
	// MaxRetentionDays is the longest retention, in days, that a copy in the vault may have. Default in
	// governance mode: the longest copy of the tiers in use; if there is none, no maximum.
	MaxRetentionDays int `yaml:"max_retention_days,omitempty" syntax:"days"`
	// ChangeableForDays is the grace time of a compliance lock, in days from its first deployment.
	ChangeableForDays int `yaml:"changeable_for_days,omitempty" syntax:"changeable_for_days"`
	// AcknowledgeIrreversible confirms a compliance lock: type the vault's name here.
	AcknowledgeIrreversible string `yaml:"acknowledge_irreversible,omitempty"`
}

// RetainedVault is an earlier central vault whose lock nobody could change.
type RetainedVault struct {
	// Name of the vault.
	Name string `yaml:"name" required:"true" syntax:"vault_name"`
	// MinRetentionDays of its lock.
	MinRetentionDays int `yaml:"min_retention_days" required:"true" syntax:"days"`
	// MaxRetentionDays of its lock. Zero: no maximum.
	MaxRetentionDays int `yaml:"max_retention_days,omitempty" syntax:"days"`
	// ChangeableForDays of its lock, as deployed. Zero: a governance lock.
	ChangeableForDays int `yaml:"changeable_for_days,omitempty" syntax:"changeable_for_days"`
}

// AirGappedVault is a logically air-gapped vault. It is locked in compliance mode from its creation (F-LAG-1).
type AirGappedVault struct {
	// Name of the vault.
	Name string `yaml:"name" required:"true" syntax:"vault_name"`
	// MinRetentionDays is the shortest retention, in days, that a copy in it may have, 7 or more.
	MinRetentionDays int `yaml:"min_retention_days" required:"true" syntax:"air_gapped_days"`
	// MaxRetentionDays is the longest retention, in days, that a copy in it may have.
	MaxRetentionDays int `yaml:"max_retention_days" required:"true" syntax:"air_gapped_days"`
	// EncryptionKey of the vault: aws_owned, a key that AWS Backup owns, or own, a KMS key that the app creates for this vault
	// in the central account. AWS recommends aws_owned (F-LAG-6). It cannot be changed later. Default: aws_owned.
	EncryptionKey string `yaml:"encryption_key" syntax:"encryption_key"`
	// ShareWithAccounts are ids of accounts, twelve digits each, also of another organization, that AWS RAM shares the vault
	// with. They can read and restore all copies in it, without a copy back (F-LAG-3). Empty: none.
	ShareWithAccounts []string `yaml:"share_with_accounts,omitempty" syntax:"account"`
	// ApprovalTeamARN is the ARN of a multi-party approval team. Its members can let another account restore if the central
	// account is lost (F-LAG-3). People create the team. It cannot be changed later. Empty: none.
	ApprovalTeamARN string `yaml:"approval_team_arn,omitempty" syntax:"approval_team_arn"`
}

// AirGapped is a logically air-gapped vault in a workload's own account and Region. Backups of a tier go into it directly
// (F-LAG-2).
type AirGapped struct {
	// MinRetentionDays is the shortest retention, in days, that a backup in it may have, 7 or more.
	MinRetentionDays int `yaml:"min_retention_days" required:"true" syntax:"air_gapped_days"`
	// MaxRetentionDays is the longest retention, in days, that a backup in it may have.
	MaxRetentionDays int `yaml:"max_retention_days" required:"true" syntax:"air_gapped_days"`
	// EncryptionKey of the vault: aws_owned, a key that AWS Backup owns, or own, the key of the workload's vaults. AWS recommends
	// aws_owned (F-LAG-6). It cannot be changed later. Default: aws_owned.
	EncryptionKey string `yaml:"encryption_key" syntax:"encryption_key"`
}

// Audit sets up frameworks and reports of AWS Backup Audit Manager. They need AWS Config in the accounts (F-CFN-8).
type Audit struct {
	// Enabled creates frameworks with the numbers of the tiers, and daily reports in a locked bucket, in the central account
	// and in each workload's. Nobody but CloudFormation may then change the policies of the vaults. Reports are locked for
	// restore.evidence_days. Default: false.
	Enabled bool `yaml:"enabled"`
}

// Alerts are the destinations of alerts.
type Alerts struct {
	// Email addresses. Amazon SNS sends the e-mails.
	Email []string `yaml:"email,omitempty" syntax:"email"`
	// Slack channels. The app posts to incoming webhooks (F-EVT-14).
	Slack []Slack `yaml:"slack,omitempty"`
	// PagerDuty services. The app uses Events API v2 (F-EVT-13).
	PagerDuty []PagerDuty `yaml:"pagerduty,omitempty"`
	// Teams are channels of Microsoft Teams. The app posts Adaptive Cards to workflows (F-EVT-40).
	Teams []Teams `yaml:"teams,omitempty"`
	// Webhook is a list of URLs of your own. The app posts each alert as JSON, as docs/alert.schema.json describes it.
	Webhook []Webhook `yaml:"webhook,omitempty"`
	// Topics are SNS topics of your own. The app publishes each alert to them, for e-mail as text and else as JSON.
	Topics []Topic `yaml:"topics,omitempty"`
}

// Slack is a Slack channel.
type Slack struct {
	// WebhookSecret is the name of the secret with the webhook's URL, in Secrets Manager of the central
	// account. Never write the URL itself: anyone who has it can post to the channel.
	WebhookSecret string `yaml:"webhook_secret" required:"true" syntax:"webhook_secret"`
}

// PagerDuty is a PagerDuty service.
type PagerDuty struct {
	// RoutingKeySecret is the name of the secret with the service's routing key, in Secrets Manager of the
	// central account.
	RoutingKeySecret string `yaml:"routing_key_secret" required:"true" syntax:"routing_key_secret"`
	// Severity of the incidents. Default: critical.
	Severity string `yaml:"severity" syntax:"severity"`
	// Endpoint is the service region of the PagerDuty account: us or eu. Default: us.
	Endpoint string `yaml:"endpoint" syntax:"pagerduty_endpoint"`
}

// Teams is a channel of Microsoft Teams.
type Teams struct {
	// WebhookSecret is the name of the secret with the URL of the channel's workflow, in Secrets Manager of the central
	// account. The workflow begins with "When a Teams webhook request is received".
	WebhookSecret string `yaml:"webhook_secret" required:"true" syntax:"teams_secret"`
}

// Webhook is a URL that receives alerts.
type Webhook struct {
	// URLSecret is the name of the secret with the URL, in Secrets Manager of the central account. The URL begins with
	// https://.
	URLSecret string `yaml:"url_secret" required:"true" syntax:"url_secret"`
	// HeaderSecret is the name of the secret with one header of the requests as Name: value, such as an authorization, in
	// the same place. Empty: no further header.
	HeaderSecret string `yaml:"header_secret,omitempty" syntax:"header_secret"`
}

// Topic is an SNS topic that somebody else owns.
type Topic struct {
	// ARN of a standard topic, in any account and Region of the central account's partition. Its policy, and the policy of
	// its key, must let the role of the alert function publish (F-EVT-41).
	ARN string `yaml:"arn" required:"true" syntax:"topic_arn"`
}

// Tier is a row of the tier table: how buckets of one data classification are protected.
type Tier struct {
	// Name of the tier. Buckets refer to it.
	Name string `yaml:"name" required:"true" syntax:"tier_name"`
	// Extends names the built-in tier that an added tier starts from. Empty: the entry changes a built-in tier.
	Extends string `yaml:"extends,omitempty" syntax:"extends"`
	// ObjectLock is the default retention of object versions. It applies to buckets that the app creates. Null: new versions
	// get no lock, so whoever may delete versions can delete them at once.
	ObjectLock *ObjectLock `yaml:"object_lock"`
	// ContinuousBackup is the backup rule for point-in-time recovery. Null: none.
	ContinuousBackup *ContinuousBackup `yaml:"continuous_backup"`
	// SnapshotBackup is the backup rule for periodic backups, or a list of named rules, at most nine beside a continuous
	// rule (F-LIM-1). All backups of a bucket are in one vault (F-S3-8). A list replaces what the tier had. Null: none.
	SnapshotBackup SnapshotRules `yaml:"snapshot_backup"`
	// CopyToCentral is the copy action into the central vault. It belongs to the rule that it names or, if it names none, to
	// the continuous rule; if there is none, to the first snapshot rule. It copies as often as that rule runs. Null: none,
	// but snapshot rules may have copies of their own.
	CopyToCentral *CopyToCentral `yaml:"copy_to_central"`
	// AirGapped is a logically air-gapped vault of the workload's own, one for each workload of the tier. It takes the backups of
	// all rules in place of the workload's vault (F-LAG-2). It is locked in compliance mode from its creation (F-LAG-1).
	// Null: none.
	AirGapped *AirGapped `yaml:"air_gapped"`
	// Copies is into how many central vaults each backup is copied: 1, or 2 for the first two that take the tier. Another
	// Region survives the loss of one. Each of the two vaults has an alarm on missing copies. Zero: 1.
	Copies int `yaml:"copies,omitempty" syntax:"copies"`
	// VaultLock is the AWS Backup Vault Lock of the tier's vault in each workload's account, against whoever administers that
	// account. Null: none.
	VaultLock *TierVaultLock `yaml:"vault_lock"`
	// MalwareScan lets Amazon GuardDuty scan each backup of the tier for malware (F-SCAN-1). GuardDuty charges for each GB that it
	// scans. Null: none.
	MalwareScan *MalwareScan `yaml:"malware_scan"`
	// LowCostAfterDays is the age, in days, at which backups and copies move to the low-cost warm tier
	// (F-TIER-1). Zero: never.
	LowCostAfterDays int `yaml:"low_cost_after_days" syntax:"low_cost_after_days"`
	// DedicatedKey encrypts the tier's buckets with a separate KMS key. False: they use the workload's shared key.
	DedicatedKey bool `yaml:"dedicated_key"`
	// Schedule of the continuous rule. Its time zone applies to all rules, and its windows to the rules without windows of their own.
	Schedule Schedule `yaml:"schedule"`
	// RPOMinutes is the recovery point objective in minutes. Zero: none.
	RPOMinutes int `yaml:"rpo_minutes,omitempty" syntax:"minutes"`
	// RTOMinutes is the recovery time objective in minutes. Zero: none.
	RTOMinutes int `yaml:"rto_minutes,omitempty" syntax:"minutes"`
}

// TierVaultLock is the AWS Backup Vault Lock of a tier's vaults (F-LOCK-1). A compliance lock is acknowledged in each workload.
type TierVaultLock struct {
	// Mode is governance or compliance. With the permission, a person can change or remove a governance lock.
	// Nobody can change or remove a compliance lock after its grace time. Default: governance.
	Mode string `yaml:"mode" syntax:"mode"`
	// MinRetentionDays is the shortest retention, in days, that a backup in the vault may have. Default in governance
	// mode: 15, or less if a rule of the tier or max_retention_days is shorter.
	MinRetentionDays int `yaml:"min_retention_days" syntax:"days"`
	// MaxRetentionDays is the longest retention, in days, that a backup in the vault may have. Default in governance
	// mode: the longest rule of the tier, and 35 or more if it has a continuous backup.
	MaxRetentionDays int `yaml:"max_retention_days,omitempty" syntax:"days"`
	// ChangeableForDays is the grace time of a compliance lock, in days from its first deployment.
	ChangeableForDays int `yaml:"changeable_for_days,omitempty" syntax:"changeable_for_days"`
}

// MalwareScan is what Amazon GuardDuty Malware Protection scans of a tier's backups.
type MalwareScan struct {
	// Mode is incremental or full. An incremental scan reads what changed since the last one, a full scan reads everything, each
	// time that a rule runs. Default: incremental.
	Mode string `yaml:"mode" syntax:"scan_mode"`
}

// ObjectLock is the default retention of S3 Object Lock (F-OL-2).
type ObjectLock struct {
	// Mode is governance or compliance. Default: governance.
	Mode string `yaml:"mode" syntax:"mode"`
	// Days for which each new object version is locked.
	Days int `yaml:"days" required:"true" syntax:"days"`
}

// ContinuousBackup is a continuous backup rule (F-S3-4).
type ContinuousBackup struct {
	// DeleteAfterDays is the retention in days, 1 to 35. A bucket can be restored to any second in this time.
	DeleteAfterDays int `yaml:"delete_after_days" required:"true" syntax:"continuous_days"`
}

// SnapshotRules are the periodic backup rules of a tier. One rule can be a mapping; several are a list.
type SnapshotRules []SnapshotBackup

// SnapshotBackup is a periodic backup rule (F-S3-4).
type SnapshotBackup struct {
	// Name of the rule in the tier. It ends the name of the rule in AWS Backup, so another name is another rule. Required
	// in a list. Default: snapshot.
	Name string `yaml:"name,omitempty" required:"item" syntax:"rule_name"`
	// DeleteAfterDays is the retention in days.
	DeleteAfterDays int `yaml:"delete_after_days" required:"true" syntax:"days"`
	// Schedule is the rule's cron expression. Required in a list. Default: cron(5 5 * * ? *), which does not overlap with
	// the start window of the continuous rule (F-SCH-5).
	Schedule string `yaml:"schedule" required:"item" syntax:"cron"`
	// CopyToCentral is a copy action into the central vault that belongs to this rule. Null: none of its own.
	CopyToCentral *RuleCopy `yaml:"copy_to_central,omitempty"`
	// StartWindowMinutes is the time, in minutes from the schedule, in which a job must start. Zero: that of the tier's schedule.
	StartWindowMinutes int `yaml:"start_window_minutes,omitempty" syntax:"start_window_minutes"`
	// CompletionWindowMinutes is the time, in minutes from the schedule, in which a job must complete. Zero: that of the
	// tier's schedule.
	CompletionWindowMinutes int `yaml:"completion_window_minutes,omitempty" syntax:"completion_window_minutes"`

	item bool // printed as an item of a list in any case
}

// RuleCopy is a copy action of one snapshot rule into the central vault (F-S3-11).
type RuleCopy struct {
	// DeleteAfterDays is the copy's retention in days.
	DeleteAfterDays int `yaml:"delete_after_days" required:"true" syntax:"days"`
}

// CopyToCentral is a copy action into the central vault (F-COPY).
type CopyToCentral struct {
	// Of is the name of the rule that is copied: that of a snapshot rule, which is snapshot for a rule without a name, or
	// continuous. Empty: the continuous rule or, if there is none, the first snapshot rule.
	Of string `yaml:"of,omitempty"`
	// DeleteAfterDays is the copy's retention in days. Zero: the business has not decided it yet, so no
	// bucket can use the tier.
	DeleteAfterDays int `yaml:"delete_after_days,omitempty" syntax:"days"`
}

// Schedule says when a backup rule runs.
type Schedule struct {
	// Cron is a cron expression with the six fields of AWS. Default: cron(5 2 * * ? *).
	Cron string `yaml:"cron" syntax:"cron"`
	// Timezone is an IANA time zone. Default: Etc/UTC.
	Timezone string `yaml:"timezone" syntax:"timezone"`
	// StartWindowMinutes is the time, in minutes from the schedule, in which a job must start. Default: 60.
	StartWindowMinutes int `yaml:"start_window_minutes" syntax:"start_window_minutes"`
	// CompletionWindowMinutes is the time, in minutes from the schedule, in which a job must complete.
	// Default: 10080, seven days, because the first backup of a large bucket takes days (F-S3-19).
	CompletionWindowMinutes int `yaml:"completion_window_minutes" syntax:"completion_window_minutes"`
}

// Workload is a set of buckets in one account and Region. It becomes one stack.
type Workload struct {
	// Name of the workload. Name and environment are part of the names of the stack and its resources.
	Name string `yaml:"name" required:"true" syntax:"workload_name"`
	// Environment, such as "dev".
	Environment string `yaml:"environment" required:"true" syntax:"workload_name"`
	// Account id, twelve digits.
	Account string `yaml:"account" required:"true" syntax:"account"`
	// Region of the buckets, vaults and plans.
	Region string `yaml:"region" required:"true" syntax:"region"`
	// Buckets of the workload. They may be empty if select_tagged is not.
	Buckets []Bucket `yaml:"buckets,omitempty"`
	// SelectTagged lists tiers whose plans also select other buckets of the account and Region, by their tags: those that no
	// workload names. The name of a tier selects the tag that tag_key=<tier> is; a mapping selects other tags. Empty: none.
	SelectTagged []TagSelection `yaml:"select_tagged,omitempty" syntax:"tier"`
	// Tags of the workload's resources, recovery points and copies, in addition to those at the top. Where both have a key,
	// this value counts. Empty: those at the top alone.
	Tags Tags `yaml:"tags,omitempty" syntax:"resource_tag"`
	// AcknowledgeIrreversible confirms the compliance locks of the workload's own vaults: type the name of each vault here.
	AcknowledgeIrreversible []string `yaml:"acknowledge_irreversible,omitempty"`
	// RestoreTesting tests restores of the workload's backups. Null: no tests.
	RestoreTesting *RestoreTesting `yaml:"restore_testing,omitempty"`
}

// TagSelection is a selection of buckets by their tags. AWS compares keys and values letter by letter (F-LIM-10).
type TagSelection struct {
	// Tier whose plan backs up the buckets.
	Tier string `yaml:"tier" required:"true" syntax:"tier"`
	// Tag lists the tags that a bucket must have, all of them: values by keys. Empty: the tag of the tier, tag_key=<tier>.
	Tag TagValues `yaml:"tag,omitempty" syntax:"condition_value"`
	// ExceptTag lists tags: values by keys. A bucket that has one of them is not selected; one without the key is (F-LIM-10).
	// Empty: none.
	ExceptTag TagValues `yaml:"except_tag,omitempty" syntax:"condition_value"`
}

// RestoreTesting is a restore testing plan (F-RST-11).
type RestoreTesting struct {
	// Schedule is the cron expression of the tests. Default: cron(0 6 ? * SUN *).
	Schedule string `yaml:"schedule" syntax:"cron"`
	// Tiers to test. Empty: all tiers of the workload that have backups.
	Tiers []string `yaml:"tiers,omitempty" syntax:"tier"`
	// Canaries are objects that never change. Each test of their bucket reads them and compares their bytes with the hash.
	Canaries []Canary `yaml:"canaries,omitempty"`
}

// Canary is an object whose content is known.
type Canary struct {
	// Bucket of the object, in a tested tier of the workload.
	Bucket string `yaml:"bucket" required:"true" syntax:"bucket_name"`
	// Key of the object, 1 to 1,024 bytes in UTF-8.
	Key string `yaml:"key" required:"true" syntax:"object_key"`
	// SHA256 of the object's bytes, as 64 lowercase hexadecimal digits, such as sha256sum prints.
	SHA256 string `yaml:"sha256" required:"true" syntax:"sha256"`
}

// CentralRestoreTesting is a restore testing plan for the copies in the central vaults (F-RST-12).
type CentralRestoreTesting struct {
	// Schedule is the cron expression of the tests, in UTC. Default: cron(0 6 ? * SUN *).
	Schedule string `yaml:"schedule" syntax:"cron"`
}

// Restore says who brings data back, and what is kept of it.
type Restore struct {
	// Operators are ARNs of the roles of people who restore, or patterns for them with "*" and "?", such as
	// "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_BackupOperator_*". Each may assume the
	// operator role of the workloads in its own account. Empty: there are no operator roles.
	Operators []string `yaml:"operators,omitempty" syntax:"operator"`
	// LandingDays is how long, in days, a copy that came back from the central account is kept. Default: 14.
	LandingDays int `yaml:"landing_days" syntax:"landing_days"`
	// EvidenceDays is how long, in days, nobody may delete the evidence of a restore test. Default: 400.
	EvidenceDays int `yaml:"evidence_days" syntax:"evidence_days"`
	// RemoveDeleteMarkers lets the operator roles delete versions of objects, which is how a delete marker is removed.
	// They could also delete versions whose Object Lock has ended. Default: false.
	RemoveDeleteMarkers bool `yaml:"remove_delete_markers"`
}

// Bucket is an S3 bucket and its data classification.
type Bucket struct {
	// Name of the bucket.
	Name string `yaml:"name" required:"true" syntax:"bucket_name"`
	// Tier names a row of the tier table.
	Tier string `yaml:"tier" required:"true" syntax:"tier"`
	// Existing: the app backs up the bucket but does not create or change it. Default: false.
	Existing bool `yaml:"existing,omitempty"`
	// Encryption of new objects: sse-kms with the workload's key, or sse-s3 with keys that S3 manages. Default: sse-kms.
	Encryption string `yaml:"encryption,omitempty" syntax:"encryption"`
	// BucketKey is the S3 Bucket Key, with which S3 asks KMS less often for a key. False: every object has a KMS data key of its
	// own, and CloudTrail shows each use. Default: true with sse-kms.
	BucketKey *bool `yaml:"bucket_key,omitempty"`
	// IntelligentTieringDays is the age, in days, at which the current version of each object of 128 KB or more moves to S3
	// Intelligent-Tiering (F-OL-19). Zero: at once. Default: never.
	IntelligentTieringDays *int `yaml:"intelligent_tiering_days,omitempty" syntax:"transition_days"`
	// CORS is a JSON file with CORS rules as S3 takes them: {"CORSRules": [...]}, or the list alone. Its path is relative to
	// backup.yaml. Default: no CORS.
	CORS string `yaml:"cors,omitempty" syntax:"json_file"`
	// PolicyStatements is a JSON file with statements for the bucket's policy: one statement, a list, or a policy. Its path is
	// relative to backup.yaml. The statements come after those of the app. Default: none.
	PolicyStatements string `yaml:"policy_statements,omitempty" syntax:"json_file"`

	// CORSRules is the content of the file CORS.
	CORSRules []CORSRule `yaml:"-"`
	// Statements is the content of the file PolicyStatements.
	Statements []PolicyStatement `yaml:"-"`
}

// Rollout deploys the stacks to many accounts.
type Rollout struct {
	// Pipeline deploys to the accounts of the workloads. Null: none.
	Pipeline *Pipeline `yaml:"pipeline,omitempty"`
	// StackSet deploys to all accounts of organizational units. Null: none.
	StackSet *StackSet `yaml:"stack_set,omitempty"`
}

// Pipeline is a CDK pipeline.
type Pipeline struct {
	// Account id of the pipeline, twelve digits.
	Account string `yaml:"account" required:"true" syntax:"account"`
	// Region of the pipeline.
	Region string `yaml:"region" required:"true" syntax:"region"`
	// Repository with backup.yaml, as owner/name.
	Repository string `yaml:"repository" required:"true" syntax:"repository"`
	// Branch to deploy. Default: main.
	Branch string `yaml:"branch" syntax:"branch"`
	// ConnectionARN is the ARN of the CodeConnections connection to the repository.
	ConnectionARN string `yaml:"connection_arn" required:"true" syntax:"connection_arn"`
	// Waves are lists of workloads, each as NAME-ENV. The pipeline deploys one wave after another, and the
	// workloads of a wave together. Empty: one wave for each environment, in file order.
	Waves [][]string `yaml:"waves,omitempty"`
	// ApproveBefore lists workloads, each as NAME-ENV. A person must approve before the pipeline deploys them.
	ApproveBefore []string `yaml:"approve_before,omitempty"`
}

// StackSet is a service-managed CloudFormation StackSet.
type StackSet struct {
	// Account id of the management account or a delegated administrator, twelve digits.
	Account string `yaml:"account" required:"true" syntax:"account"`
	// OrganizationalUnits are the ids of units. Each account in them gets a stack.
	OrganizationalUnits []string `yaml:"organizational_units" required:"true" syntax:"organizational_unit"`
	// Regions in which each account gets a stack.
	Regions []string `yaml:"regions" required:"true" syntax:"region"`
	// Tiers to back up. Buckets are selected by the tag tag_key=<tier>.
	Tiers []string `yaml:"tiers" required:"true" syntax:"tier"`
}
