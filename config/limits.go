package config

// Limits of AWS. The facts (F-…) are in docs/aws-facts.md.
const (
	// MaxCopies is into how many central vaults a tier is copied at the most. AWS allows five copy actions (F-COPY-13).
	MaxCopies = 2
	// MaxRetentionDays is the longest DeleteAfterDays of a backup or copy, in days (F-S3-4).
	MaxRetentionDays = 36500
	// MaxContinuousRetentionDays is the longest retention, in days, of a continuous backup (F-S3-5).
	MaxContinuousRetentionDays = 35
	// MinChangeableForDays is the shortest grace time of a compliance lock, in days (F-LOCK-2).
	MinChangeableForDays = 3
	// MaxChangeableForDays is the longest grace time of a compliance lock, in days (F-LOCK-2).
	MaxChangeableForDays = 36500
	// MinLowCostAfterDays is the least age, in days, for the low-cost warm tier (F-TIER-1).
	MinLowCostAfterDays = 60
	// NeverLowCost is the value of LowCostAfterDays, in days, that means never to AWS (F-TIER-1).
	NeverLowCost = 36500
	// MaxKeyAlias is the greatest length of a key's alias without "alias/", in characters.
	// https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html
	MaxKeyAlias = 250
	// MinAirGappedRetentionDays is the least MinRetentionDays of an air-gapped vault, in days (F-LAG-1).
	MinAirGappedRetentionDays = 7
	// MinIncrementalRetentionDays is the shortest retention, in days, with which backups stay incremental (F-SCH-8).
	MinIncrementalRetentionDays = 7
	// FirstBackupMinutes is one day, in minutes. The first backup of a large bucket takes longer (F-S3-19).
	FirstBackupMinutes = 24 * 60
	// MaxTieringSelections is the largest number of resource selections in a tiering configuration (F-TIER-2).
	MaxTieringSelections = 5
	// MaxTieringResources is the largest number of ARNs in a tiering configuration (F-TIER-2).
	MaxTieringResources = 100
	// MinStartWindowMinutes is the shortest start window, in minutes (F-SCH-3).
	MinStartWindowMinutes = 60
	// MaxWindowMinutes is the longest start or completion window, in minutes: 100 years (F-SCH-3).
	MaxWindowMinutes = 52560000
	// ContinuousRPOMinutes is the greatest age, in minutes, of the latest restorable second of a continuous backup (F-S3-4).
	ContinuousRPOMinutes = 15
	// MinBackupFrequencyMinutes is the shortest time, in minutes, between two runs of a backup rule (F-SCH-1).
	MinBackupFrequencyMinutes = 60

	// MaxVaultName is the greatest length of the name of a vault or plan, in characters (F-LIM-3).
	MaxVaultName = 50
	// MaxRuleName is the greatest length of the name of a rule or selection, in characters (F-LIM-3).
	MaxRuleName = 50
	// MaxSnapshotRuleName is the greatest length of the name of a snapshot rule in backup.yaml, in characters. It leaves
	// room for the names of project, workload and tier, shortened, within MaxRuleName.
	MaxSnapshotRuleName = 36
	// MaxPlanRules is the largest number of rules in a backup plan (F-LIM-1).
	MaxPlanRules = 10
	// DefaultRecoveryPoints is the default quota of recovery points in a vault (F-LIM-1).
	DefaultRecoveryPoints = 1_000_000
	// MaxConcurrentCopies is how many copy jobs of an account run at a time (F-COPY-10).
	MaxConcurrentCopies = 100
	// MaxRoleName is the greatest length of an IAM role's name, in characters.
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
	MaxRoleName = 64
	// MaxRolePrefix is the greatest length of role_prefix, in characters. With it, a role's name has room for the longest
	// project, "-validate-" and the mark of a shortened name: the policies of the central account match what is before the mark.
	MaxRolePrefix = 25
	// MaxRolePath is the greatest length of a role's path, in characters (F-IAM-16).
	MaxRolePath = 512
	// MaxResourceTags is the largest number of tags of a resource (F-LIM-8).
	MaxResourceTags = 50
	// MaxRecoveryPointTags is the largest number of tags that a backup rule adds to its recovery points (F-LIM-1).
	MaxRecoveryPointTags = 10
	// MaxBucketName is the greatest length of a bucket's name, in characters (F-OL-11).
	MaxBucketName = 63

	// MaxSelectionARNs is the largest number of ARNs without a wildcard that a selection lists, and that it excludes (F-LIM-2).
	MaxSelectionARNs = 500
	// MaxTaggedSelections is the largest number of selections by tag in a plan (F-LIM-1).
	MaxTaggedSelections = 10
	// MaxTagConditions is the largest number of conditions on tags in a selection of a plan or of a restore test (F-LIM-1, F-LIM-4).
	MaxTagConditions = 30
	// DefaultBucketsPerAccount is the default quota of buckets with backups in an account (F-S3-15).
	DefaultBucketsPerAccount = 100
	// MaxBucketsPerAccount is the highest value that AWS raises this quota to (F-S3-15).
	MaxBucketsPerAccount = 1000
	// MaxLandingDays is the longest time, in days, that a copy that came back is kept.
	MaxLandingDays = 90
	// MaxRestoreTestingSelections is the largest number of selections of a restore testing plan (F-LIM-4).
	MaxRestoreTestingSelections = 30
	// MaxRestoreTestingARNs is the largest number of buckets that such a selection names (F-LIM-4).
	MaxRestoreTestingARNs = 30
	// MaxTestName is the greatest length of the name of a restore testing plan or selection, in characters (F-LIM-4).
	MaxTestName = 50
	// MaxRestoreTestingPlans is the largest number of restore testing plans in an account (F-LIM-4).
	MaxRestoreTestingPlans = 100
	// MaxAuditName is the greatest length of the name of a framework or a report plan, in characters (F-CFN-40).
	MaxAuditName = 256
	// DefaultFrameworks is the default quota of frameworks in an account and Region (F-CFN-40).
	DefaultFrameworks = 15
	// DefaultControls is that of the controls of all frameworks together (F-CFN-40).
	DefaultControls = 50
	// DefaultReportPlans is the default quota of report plans in an account (F-CFN-40).
	DefaultReportPlans = 20
	// MaxAuditedFrequencyDays is the lowest frequency, in days, that a control can ask for (F-CFN-40).
	MaxAuditedFrequencyDays = 31
	// MaxAuditedAgeHours is the greatest age of a recovery point, in hours, that a control can ask for (F-CFN-40).
	MaxAuditedAgeHours = 744
	// DefaultVaults is the default quota of vaults, and of plans, in an account and Region (F-LIM-1).
	DefaultVaults = 300
	// MaxStackResources is the largest number of resources in a CloudFormation template (F-LIM-6).
	MaxStackResources = 500
	// MaxTemplateBytes is the largest size of a CloudFormation template, in bytes (F-LIM-6).
	MaxTemplateBytes = 1 << 20
	// MaxPolicyBytes is the largest size of a bucket's policy, in bytes (F-LIM-7). AWS documents none for the policy
	// of a vault, for which it is used as well.
	MaxPolicyBytes = 20 * 1024
	// MaxKeyPolicyBytes is the largest size of a key's policy, in bytes (F-LIM-7).
	MaxKeyPolicyBytes = 32 * 1024
	// MaxBusPolicyBytes is the largest size of an event bus's policy, in bytes (F-EVT-21).
	MaxBusPolicyBytes = 10 * 1024
	// MaxRolePolicyBytes is the largest size of all inline policies of a role together, in bytes (F-IAM-12).
	MaxRolePolicyBytes = 10_240
	// MaxTrustPolicyBytes is the default quota of a role's trust policy, in bytes (F-IAM-13).
	MaxTrustPolicyBytes = 2_048
	// MaxPolicyNamesBytes is the space, in bytes, for organization paths and key administrators in the policy
	// of the central key. Each path is in it twice. The rest of the 32 KB of a key policy is for the accounts
	// and the fixed statements (F-LIM-7).
	MaxPolicyNamesBytes = 8 * 1024

	// DefaultEventRules is the default quota of rules on an event bus, FewerEventRules that of some Regions.
	// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
	DefaultEventRules = 300
	FewerEventRules   = 100

	// MaxEventRuleName is the greatest length of the name of an EventBridge rule, in characters.
	// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
	MaxEventRuleName = 64

	// MaxAlarmDays is the longest time, in days, that a CloudWatch alarm looks back.
	// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
	MaxAlarmDays = 7
	// MaxAlarmHours is the same in hours. With periods of less than an hour it would be one day.
	MaxAlarmHours = MaxAlarmDays * 24
	// MetricDelayMinutes is added to what an alarm waits for, in minutes: AWS Backup sends its counts to
	// CloudWatch every five minutes (F-EVT-12).
	MetricDelayMinutes = 15

	// MaxCopyAlarms is the largest number of copy alarms in a stack of the central account. It leaves room for
	// the other resources of the central stack (F-LIM-6).
	MaxCopyAlarms = 400
	// MaxFilterVaults is the largest number of vaults whose copies one metric filter counts. CloudWatch Logs
	// may disable a filter that creates 1,000 different metrics in an hour.
	// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
	MaxFilterVaults = 900

	// MaxPipelineWorkloads is how many workloads one pipeline deploys, each in an account of its own or not, so that its
	// synthesis stays below 700 MB of memory and a stage below MaxStageActions.
	MaxPipelineWorkloads = 40
	// MaxPipelineAccounts is how many accounts all pipelines deploy to. A stack set is for more.
	MaxPipelineAccounts = 400
	// MaxStageActions is how many actions a stage of a pipeline takes (F-PIPE-1).
	MaxStageActions = 50

	// MaxCORSRules is the largest number of CORS rules of a bucket (F-OL-20).
	MaxCORSRules = 100

	// maxJSONFileBytes is the largest size, in bytes, of a file that a bucket names: S3 takes 64 KB of CORS rules, and less of a
	// policy (F-OL-20, F-LIM-7).
	maxJSONFileBytes = 64 << 10
	// maxFileBytes is the largest size of a backup.yaml, in bytes: about 10,000 workloads.
	maxFileBytes = 8 << 20
	// maxProblems is the number of problems after which the checks stop, so that a file of another kind does not use up the memory.
	maxProblems = 10000
)

// fewerEventRulesRegions have FewerEventRules.
var fewerEventRulesRegions = []string{"af-south-1", "eu-south-1"}

// The modes of malware scans, as backup.yaml writes them.
const (
	IncrementalScan = "incremental"
	FullScan        = "full"
)

// The kinds of keys of an air-gapped vault, as backup.yaml writes them (F-LAG-4).
const (
	KeyAWSOwned = "aws_owned"
	KeyOwn      = "own"
)

// The modes of a lock, as backup.yaml writes them.
const (
	Governance = "governance"
	Compliance = "compliance"
)

// The encryption of a bucket, as backup.yaml writes it.
const (
	EncryptionKMS = "sse-kms"
	EncryptionS3  = "sse-s3"
)
