package config

// Limits of AWS. Numbers that start with F- are those of docs/aws-facts.md.
const (
	// MaxRetentionDays is the longest DeleteAfterDays of a backup or copy, in days (F-S3-4).
	MaxRetentionDays = 36500
	// MaxContinuousRetentionDays is how far back, in days, a continuous backup reaches at most (F-S3-5).
	MaxContinuousRetentionDays = 35
	// MinChangeableForDays is the shortest grace time of a compliance lock, in days (F-LOCK-2).
	MinChangeableForDays = 3
	// MaxChangeableForDays is the longest grace time of a compliance lock, in days (F-LOCK-2).
	MaxChangeableForDays = 36500
	// MinLowCostAfterDays is the least age, in days, for the low-cost warm tier (F-TIER-1).
	MinLowCostAfterDays = 60
	// NeverLowCost is the value of LowCostAfterDays, in days, that AWS takes for never (F-TIER-1).
	NeverLowCost = 36500
	// MinAirGappedRetentionDays is the least MinRetentionDays of an air-gapped vault, in days (F-LAG-1).
	MinAirGappedRetentionDays = 7
	// MinIncrementalRetentionDays is the retention, in days, below which backups do not stay incremental (F-SCH-8).
	MinIncrementalRetentionDays = 7
	// FirstBackupMinutes is a completion window, in minutes, that a first backup of a large bucket
	// does not fit into: a day (F-S3-19).
	FirstBackupMinutes = 24 * 60
	// MaxTieringSelections is how many resource selections a tiering configuration has at most (F-TIER-2).
	MaxTieringSelections = 5
	// MaxTieringResources is how many ARNs a tiering configuration names at most (F-TIER-2).
	MaxTieringResources = 100
	// MinStartWindowMinutes is the shortest start window, in minutes (F-SCH-3).
	MinStartWindowMinutes = 60
	// MaxWindowMinutes is the longest start or completion window, in minutes: 100 years (F-SCH-3).
	MaxWindowMinutes = 52560000
	// ContinuousRPOMinutes is how recent, in minutes, the latest restorable second of a continuous backup is (F-S3-4).
	ContinuousRPOMinutes = 15
	// MinBackupFrequencyMinutes is the shortest time, in minutes, between two runs of a backup rule (F-SCH-1).
	MinBackupFrequencyMinutes = 60

	// MaxVaultName is the length of a vault's name, and of a plan's, in characters (F-LIM-3).
	MaxVaultName = 50
	// MaxRuleName is the length of a rule's name, and of a selection's, in characters (F-LIM-3).
	MaxRuleName = 50
	// MaxRoleName is the length of an IAM role's name, in characters.
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
	MaxRoleName = 64
	// MaxBucketName is the length of a bucket's name, in characters (F-OL-11).
	MaxBucketName = 63

	// MaxSelectionARNs is how many ARNs without a wildcard a selection takes, and how many it excludes (F-LIM-2).
	MaxSelectionARNs = 500
	// DefaultBucketsPerAccount is the quota of buckets backed up in an account; AWS raises it on request (F-S3-15).
	DefaultBucketsPerAccount = 100
	// MaxBucketsPerAccount is how far AWS raises it (F-S3-15).
	MaxBucketsPerAccount = 1000
	// MaxRestoreTestingPlans is how many restore testing plans an account has at most (F-LIM-4).
	MaxRestoreTestingPlans = 100
	// DefaultVaults is the quota of vaults, and of plans, in an account and Region; AWS raises it on request (F-LIM-1).
	DefaultVaults = 300
	// MaxStackResources is how many resources a CloudFormation template has at most (F-LIM-6).
	MaxStackResources = 500
	// MaxTemplateBytes is the size of a CloudFormation template, in bytes (F-LIM-6).
	MaxTemplateBytes = 1 << 20
	// MaxPolicyBytes is the size, in bytes, above which a policy lists no accounts. Bucket policies
	// end there (F-LIM-7); for vault policies AWS documents no limit, so the smaller one is kept.
	MaxPolicyBytes = 20 * 1024
	// MaxPolicyNamesBytes is how many bytes the central key's policy has for organization paths, which
	// are in it twice, and key administrators, beside the accounts and what is always there, within
	// the 32 KB of a key policy (F-LIM-7).
	MaxPolicyNamesBytes = 8 * 1024

	// DefaultEventRules is the quota of rules on an event bus, and FewerEventRules that of some Regions;
	// AWS raises them on request. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
	DefaultEventRules = 300
	FewerEventRules   = 100

	// MaxAlarmDays is how far back, in days, a CloudWatch alarm looks.
	// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
	MaxAlarmDays = 7

	// MaxCopyAlarms is how many alarms on copies a stack of the central account has: so many that the
	// first one has room for what else is in it (F-LIM-6).
	MaxCopyAlarms = 400
	// MaxFilterVaults is how many vaults one metric filter counts the copies of. CloudWatch Logs may disable
	// one of a thousand. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
	MaxFilterVaults = 900

	// maxFileBytes is the size of a backup.yaml, in bytes, that is read at all: some 10,000 workloads.
	maxFileBytes = 8 << 20
	// maxProblems is how many problems are looked for, so that a file of another kind does not take all memory.
	maxProblems = 10000
)

// fewerEventRulesRegions have FewerEventRules.
var fewerEventRulesRegions = []string{"af-south-1", "eu-south-1"}

// The modes of a lock, as backup.yaml writes them.
const (
	Governance = "governance"
	Compliance = "compliance"
)
