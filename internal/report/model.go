// Package report answers what a configuration protects, from what, for how long and at what price. [New] computes the model from
// backup.yaml alone. [Report.AddTemplates] replaces estimates by what the synthesized templates say. The forms of the report,
// such as [Report.Markdown] and [Report.JSON], show the model and compute nothing. docs/report.schema.json describes the JSON.
//
// Nothing in the model depends on the time, the machine or the account: the same input gives the same bytes. A date on which
// something happens is a number of days from today, or from the first backup.
package report

// SchemaVersion is the version of the form of report.json. It rises when a field changes its meaning or leaves.
const SchemaVersion = 1

// Report is the whole model. Lists are in the order of backup.yaml, unless their comment says another.
type Report struct {
	// Schema is [SchemaVersion].
	Schema int `json:"schema"`
	// Project and Organization are those of backup.yaml.
	Project      string `json:"project"`
	Organization string `json:"organization"`
	// Exact says whether the sizes under capacity are those of the synthesized templates. Else they are estimates.
	Exact bool `json:"exact"`
	// Accounts, the central one first.
	Accounts []Account `json:"accounts"`
	// Workloads are the stacks of the workloads.
	Workloads []Workload `json:"workloads"`
	// Vaults: those of the central account first, then those of the workloads.
	Vaults []Vault `json:"vaults"`
	// Flows are what copies where.
	Flows []Flow `json:"flows"`
	// Tiers in use, in the order of the tier table.
	Tiers []Tier `json:"tiers"`
	// Protections say what a tier means for a bucket. A bucket names its own by ID.
	Protections []Protection `json:"protections"`
	// Buckets of all workloads, with an entry for each tier that a workload selects by tag.
	Buckets []Bucket `json:"buckets"`
	// Cost is the estimate. Null: backup.yaml has no estimates.
	Cost *Cost `json:"cost"`
	// Limits are quotas and limits of AWS with what is used of them, those that are passed first.
	Limits []Limit `json:"limits"`
	// Warnings of the checks.
	Warnings []Warning `json:"warnings"`
	// NotKnown are sentences on what the report cannot say, and why.
	NotKnown []Note `json:"notKnown"`
	// Changes against an earlier configuration. Null: there is none to compare with.
	Changes *Changes `json:"changes,omitempty"`
}

// Account is an account with its part in the topology.
type Account struct {
	// ID has twelve digits.
	ID string `json:"id"`
	// Central is the account that receives the copies. It may have workloads, too.
	Central bool `json:"central"`
	// Regions of its stacks, sorted.
	Regions []string `json:"regions"`
	// Workloads are the NAME-ENV of those in the account.
	Workloads []string `json:"workloads"`
	// Buckets is how many buckets of the account backup.yaml names.
	Buckets int `json:"buckets"`
}

// Workload is a workload with its stack.
type Workload struct {
	// ID is NAME-ENV.
	ID          string `json:"id"`
	Name        string `json:"name"`
	Environment string `json:"environment"`
	Account     string `json:"account"`
	Region      string `json:"region"`
	Stack       string `json:"stack"`
	// Buckets is how many buckets the workload names.
	Buckets int `json:"buckets"`
	// TaggedTiers are the tiers whose other buckets its plans select by tag.
	TaggedTiers []string `json:"taggedTiers"`
	// RehearsalSchedule is the cron expression of its restore tests. Empty: there are none.
	RehearsalSchedule string `json:"rehearsalSchedule,omitempty"`
}

// VaultKind is what a vault is for.
type VaultKind string

// The kinds of vaults.
const (
	CentralVault  VaultKind = "central"  // receives the copies
	RetainedVault VaultKind = "retained" // an earlier central vault
	TierVault     VaultKind = "tier"     // of a tier, in a workload's account
	LandingVault  VaultKind = "landing"  // takes copies that come back
	// AirGappedVault is logically air-gapped: in the central account with second copies, or a workload's with backups.
	AirGappedVault VaultKind = "airGapped"
)

// Vault is a backup vault.
type Vault struct {
	// ID is ACCOUNT/REGION/NAME. Flows, spans and limits refer to it.
	ID   string    `json:"id"`
	Kind VaultKind `json:"kind"`
	Name string    `json:"name"`
	// Account and Region of the vault.
	Account string `json:"account"`
	Region  string `json:"region"`
	// Workload is the NAME-ENV of the workload that it belongs to. Empty: it is a vault of the central account.
	Workload string `json:"workload,omitempty"`
	// Tier whose backups are in it. Empty: the vault is not of one tier.
	Tier string `json:"tier,omitempty"`
	// Lock of the vault. Null: none.
	Lock *Lock `json:"lock"`
	// Buckets is how many named buckets have backups in it.
	Buckets int `json:"buckets"`
}

// Lock is an AWS Backup Vault Lock.
type Lock struct {
	// Mode is governance or compliance.
	Mode string `json:"mode"`
	// MinDays and MaxDays are the range of retentions that the vault takes today, in days. Zero MaxDays: no maximum.
	MinDays int `json:"minDays"`
	MaxDays int `json:"maxDays"`
	// GraceDays is for how many days after its first deployment a compliance lock can still be changed. Zero: a governance lock,
	// or that of a logically air-gapped vault, which nobody can change from its creation on.
	GraceDays int `json:"graceDays,omitempty"`
}

// Flow is what copies from one vault into another.
type Flow struct {
	// From and To are ids of vaults.
	From string `json:"from"`
	To   string `json:"to"`
	// Workload and Tier whose backups are copied.
	Workload string `json:"workload"`
	Tier     string `json:"tier"`
	// Copies of each rule of the tier.
	Copies []RuleCopy `json:"copies"`
	// Back says that copies go this way only when somebody restores.
	Back bool `json:"back,omitempty"`
}

// RuleCopy is the copy action of a rule.
type RuleCopy struct {
	// Rule is the name of the rule in the tier.
	Rule string `json:"rule"`
	// Schedule of the rule: a cron expression. Timezone is an IANA time zone.
	Schedule string `json:"schedule"`
	Timezone string `json:"timezone"`
	// Days for which a copy is kept.
	Days int `json:"days"`
}

// Tier is a tier in use with the life of its backups.
type Tier struct {
	Name string `json:"name"`
	// Buckets is how many named buckets use it.
	Buckets int `json:"buckets"`
	// DedicatedKey says that the tier's buckets have a KMS key of their own.
	DedicatedKey bool `json:"dedicatedKey"`
	// Scan is the mode of malware scans. Empty: there are none.
	Scan string `json:"scan,omitempty"`
	// RPOMinutes and RTOMinutes are the objectives of backup.yaml. Zero: none.
	RPOMinutes int `json:"rpoMinutes,omitempty"`
	RTOMinutes int `json:"rtoMinutes,omitempty"`
	// Spans are the life of a backup on one axis, the shortest first.
	Spans []Span `json:"spans"`
	// VaultLock is the lock of the vault that the backups enter in each workload's account. Null: none.
	VaultLock *Lock `json:"vaultLock"`
	// CentralLocks are those of the vaults of the central account that copies of any workload enter. Empty: nothing is copied.
	CentralLocks []CentralLock `json:"centralLocks"`
	// RecoveryPoints of a bucket of the tier.
	RecoveryPoints RecoveryPoints `json:"recoveryPoints"`
}

// CentralLock is the lock of a vault of the central account.
type CentralLock struct {
	// Vault is the id of the vault.
	Vault string `json:"vault"`
	// AirGapped says that the vault is logically air-gapped.
	AirGapped bool `json:"airGapped,omitempty"`
	// Lock of the vault.
	Lock Lock `json:"lock"`
}

// SpanKind is what holds data for a span.
type SpanKind string

// The kinds of spans.
const (
	ObjectLockSpan SpanKind = "objectLock" // Object Lock of a version, in buckets that the app creates
	PITRSpan       SpanKind = "pitr"       // continuous backup: any second can be restored
	SnapshotSpan   SpanKind = "snapshot"   // snapshots of one rule
	CopySpan       SpanKind = "copy"       // copies of one rule in the central vault
)

// Span is a part of the life of a backup: from when data can be brought back, until when.
type Span struct {
	Kind SpanKind `json:"kind"`
	// Rule is the name of the rule in the tier. Empty: Object Lock.
	Rule string `json:"rule,omitempty"`
	// Mode of Object Lock: governance or compliance. Empty: another kind.
	Mode string `json:"mode,omitempty"`
	// Schedule of the rule: a cron expression. Timezone is an IANA time zone. Empty: Object Lock.
	Schedule string `json:"schedule,omitempty"`
	Timezone string `json:"timezone,omitempty"`
	// FromMinutes is the age, in minutes, at which data is in it at the latest, without the time that jobs take. Zero: at once.
	FromMinutes int `json:"fromMinutes"`
	// Days after which it is deleted, or no longer locked.
	Days int `json:"days"`
	// LowCostAfterDays is the age, in days, at which it moves to the low-cost tier. Zero: never.
	LowCostAfterDays int `json:"lowCostAfterDays,omitempty"`
	// Central says that it is in the central account.
	Central bool `json:"central,omitempty"`
}

// RecoveryPoints of a bucket of a tier.
type RecoveryPoints struct {
	// Continuous says that there is a continuous one.
	Continuous bool `json:"continuous"`
	// SnapshotsYearly and CopiesYearly are created in a year.
	SnapshotsYearly int `json:"snapshotsYearly"`
	CopiesYearly    int `json:"copiesYearly"`
	// SnapshotsKept and CopiesKept are there at a time, once the first have expired.
	SnapshotsKept int `json:"snapshotsKept"`
	CopiesKept    int `json:"copiesKept"`
}

// Protection is what a tier means for a bucket: one for buckets that the app creates, one for existing buckets.
type Protection struct {
	// ID is the tier's name, with "/existing" for existing buckets, "/sse-s3" for those without a key, and the names of the central vaults
	// where that is not the main one.
	ID   string `json:"id"`
	Tier string `json:"tier"`
	// Existing: the app did not create the bucket, so whether it has versioning and Object Lock is not known here.
	Existing bool `json:"existing"`
	// WithoutKey: the app created the bucket with SSE-S3, so no KMS key of a bucket can be lost.
	WithoutKey bool `json:"withoutKey,omitempty"`
	// CentralVaults are the ids of the vaults that the copies enter, where that is not the main vault alone.
	CentralVaults []string `json:"centralVaults,omitempty"`
	// RPOMinutes is the greatest age of the newest backup in the workload's account. Zero: there is no backup.
	RPOMinutes int `json:"rpoMinutes"`
	// CentralRPOMinutes is the same of the newest copy, without the time that jobs take. Zero: there is no copy.
	CentralRPOMinutes int `json:"centralRpoMinutes"`
	// Holds are what keeps data that is written today, the one that ends first first.
	Holds []Hold `json:"holds"`
	// GoneAfterDays is the earliest moment at which data written today can be gone for good, in days, if everything happens as
	// backup.yaml says and nobody may do what Deleters says. Zero: at once.
	GoneAfterDays int `json:"goneAfterDays"`
	// Condition of GoneAfterDays, such as that the data is there when a rule runs. Empty: none.
	Condition string `json:"condition,omitempty"`
	// Deleters are who can delete the data before that, and what stops them: for each place, the data and its key.
	Deleters []Deleter `json:"deleters"`
	// Phases say the same by the age of the data: which of them must act together. An age at which nothing has the data for certain is
	// in none of them.
	Phases []Phase `json:"phases"`
	// Ways to restore, the first to try first.
	Ways []Way `json:"ways"`
}

// Hold is what keeps data that is written today.
type Hold struct {
	Kind SpanKind `json:"kind"`
	Rule string   `json:"rule,omitempty"`
	// Days for which it holds the data.
	Days int `json:"days"`
	// CapturedMinutes is after how many minutes, at the latest, it has the data.
	CapturedMinutes int `json:"capturedMinutes"`
	// Certain says that the data is still there by then, whoever deletes the object: Object Lock or an earlier backup holds it.
	Certain bool `json:"certain"`
}

// Place is where data is kept: in the bucket, in the tier's vault in the workload's account, or in the central vault.
type Place string

// The places.
const (
	InBucket  Place = "bucket"
	InVault   Place = "vault"
	InCentral Place = "central"
)

// Deleter says who can delete what is kept in a place before its time. The data is gone for good when it is gone from each place:
// an entry that nobody can answer protects it alone.
type Deleter struct {
	Place Place `json:"place"`
	// Vault is the id of the central vault. Empty: another place.
	Vault string `json:"vault,omitempty"`
	// Key says that the entry is about the KMS key: without it nothing that it encrypts can be read again.
	Key bool `json:"key"`
	// Nobody says that AWS allows it to nobody, from AfterDays on.
	Nobody bool `json:"nobody"`
	// AfterDays is how many days after the first deployment Nobody begins to hold: the grace time of a compliance lock.
	AfterDays int `json:"afterDays,omitempty"`
	// Who can, for people. Empty: nobody.
	Who string `json:"who,omitempty"`
	// How they would do it: calls in their order. Empty: they cannot.
	How []string `json:"how"`
	// Stops is what stops everybody else, in sentences.
	Stops string `json:"stops"`
	// Denied are the calls that a policy denies to everybody. docs/who-can.md has the evaluated decisions.
	Denied []string `json:"denied"`
	// Facts on which it rests.
	Facts []string `json:"facts"`
}

// Phase is an age of data in which the same places have it for certain.
type Phase struct {
	// FromMinutes and UntilMinutes are the age of the data.
	FromMinutes  int `json:"fromMinutes"`
	UntilMinutes int `json:"untilMinutes"`
	// Who must act together for the data to be gone from each of these places. Empty: nobody can.
	Who []string `json:"who"`
	// ThroughKey says that a lock stops everybody in one of the places, and that only the loss of its key has the same effect.
	ThroughKey bool `json:"throughKey,omitempty"`
}

// Way is a way to restore.
type Way struct {
	// Name of the way: versions, files, backup or copyBack.
	Name string `json:"name"`
	// Title for people.
	Title string `json:"title"`
	// Reach is how far back it reaches, in days. Zero: it depends on the bucket, which the app did not create.
	Reach int `json:"reachDays"`
	// Command of backupctl. BUCKET stands for the bucket's name, NAME-ENV for its workload, TIME and KEY for what is wanted.
	// [Report.Command] fills in the first two.
	Command string `json:"command"`
	// Needs is what it needs, in a sentence. Empty: nothing special.
	Needs string `json:"needs,omitempty"`
	// Page of docs/restore that explains it.
	Page string `json:"page"`
}

// Bucket is a bucket with what is known of it alone.
type Bucket struct {
	// Name of the bucket. Empty: all buckets of the account and Region with the tag of the tier that no workload names.
	Name string `json:"name,omitempty"`
	// Tagged says that the entry stands for those.
	Tagged bool `json:"tagged,omitempty"`
	// Workload is the NAME-ENV.
	Workload string `json:"workload"`
	Account  string `json:"account"`
	Region   string `json:"region"`
	Tier     string `json:"tier"`
	// Protection is the ID of its protection.
	Protection string `json:"protection"`
	// Vault is the id of the vault with its backups. Empty: it has none.
	Vault string `json:"vault,omitempty"`
	// Rehearsal says whether its restore is rehearsed.
	Rehearsal Rehearsal `json:"rehearsal"`
	// Cost of the bucket's backups. Null: there are no estimates for it.
	Cost *BucketCost `json:"cost,omitempty"`
}

// Rehearsal says whether a restore is rehearsed, and what evidence says.
type Rehearsal struct {
	// Here: backups in the workload's account are restored by a restore testing plan. Central: the copies are.
	Here    bool `json:"here"`
	Central bool `json:"central"`
	// Validated says that a function compares what a test here restored with the backup.
	Validated bool `json:"validated"`
	// Canaries is how many canaries of the bucket a test reads.
	Canaries int `json:"canaries,omitempty"`
	// TargetMinutes is the tier's recovery time objective. Zero: none.
	TargetMinutes int `json:"targetMinutes,omitempty"`
	// Last is the latest evidence. Null: none is given.
	Last *Evidence `json:"last,omitempty"`
}

// Evidence is what the evidence of a restore test says.
type Evidence struct {
	// Outcome is successful, failed or notValidated.
	Outcome string `json:"outcome"`
	// RestoreMinutes is how long the restore took: the measured RTO. Null: it is not known.
	RestoreMinutes *float64 `json:"restoreMinutes"`
	// Bytes that were restored.
	Bytes int64 `json:"bytes"`
	// Ended is when the validation ended, as in the evidence.
	Ended string `json:"ended"`
}

// Money is an amount in US dollars in a month. Null: a price is not known.
type Money = *float64

// Moments are the days from the first backups for which costs are estimated: now, in one year and in five.
var Moments = []int{0, 365, 1825}

// Cost is the estimate of the monthly cost of backup storage.
type Cost struct {
	// File is the name of the file with the estimates.
	File string `json:"file"`
	// Moments are the days from the first backups, one for each number in the lists of amounts below.
	Moments []int `json:"moments"`
	// Total, and by tier, account and workload, for each moment.
	Total     []Money     `json:"total"`
	Tiers     []NamedCost `json:"tiers"`
	Accounts  []NamedCost `json:"accounts"`
	Workloads []NamedCost `json:"workloads"`
	// Prices that were used, by Region.
	Prices []Price `json:"prices"`
	// Missing are Regions without a price. Amounts that need one are null.
	Missing []string `json:"missing"`
	// WithoutEstimate is how many entries of the list of buckets have no estimate. They are in no sum.
	WithoutEstimate int `json:"withoutEstimate"`
	// Included and NotIncluded are sentences on what the amounts have and what they lack.
	Included    []Note `json:"included"`
	NotIncluded []Note `json:"notIncluded"`
}

// NamedCost is the cost of a tier, account or workload.
type NamedCost struct {
	Name string `json:"name"`
	// Amounts for each moment.
	Amounts []Money `json:"amounts"`
}

// BucketCost is the cost of a bucket's backups.
type BucketCost struct {
	// SizeGB, Objects, DailyChangePercent and YearlyGrowthPercent are the estimates that were used.
	SizeGB              float64 `json:"sizeGb"`
	Objects             int64   `json:"objects"`
	DailyChangePercent  float64 `json:"dailyChangePercent"`
	YearlyGrowthPercent float64 `json:"yearlyGrowthPercent"`
	// Buckets is how many buckets the entry stands for. One, unless it stands for tagged buckets.
	Buckets int `json:"buckets"`
	// Default says that the estimate is the default of the file.
	Default bool `json:"default"`
	// Here and Central are the amounts in the workload's account and in the central account for each moment.
	Here    []Money `json:"here"`
	Central []Money `json:"central"`
	// Others are what other tiers in use would cost: both accounts together.
	Others []NamedCost `json:"others"`
}

// Price are the prices of a Region, in US dollars.
type Price struct {
	Region string `json:"region"`
	// WarmGBMonth and LowCostGBMonth are for a GB of backups for a month.
	WarmGBMonth    float64 `json:"warmGbMonth"`
	LowCostGBMonth float64 `json:"lowCostGbMonth"`
	// LowCostPer1000 is for moving 1,000 objects into the low-cost tier, once.
	LowCostPer1000 float64 `json:"lowCostPer1000"`
	// Source and Date of the prices.
	Source string `json:"source"`
	Date   string `json:"date"`
}

// Limit is a quota or limit of AWS with what is used of it.
type Limit struct {
	// What is counted: recoveryPoints, buckets, copies, vaults, policyBytes, keyPolicyBytes, templateBytes or resources.
	What string `json:"what"`
	// Of is where: the id of a vault, an account, a stack, or a resource of a stack.
	Of string `json:"of"`
	// Used now or, for recovery points, at each of Moments.
	Used    int   `json:"used"`
	Moments []int `json:"moments,omitempty"`
	Over    []int `json:"over,omitempty"`
	// Limit is the default quota, or the limit.
	Limit int `json:"limit"`
	// Adjustable says that AWS can raise it.
	Adjustable bool `json:"adjustable"`
	// PassedAfterDays is the day, counted from the first backup, on which the limit is passed. Zero: now. Null: never.
	PassedAfterDays *int `json:"passedAfterDays"`
	// At is the time of day of copies that start together: a cron expression with its time zone.
	At string `json:"at,omitempty"`
	// Estimate says that Used is an upper estimate, not read from a template.
	Estimate bool `json:"estimate,omitempty"`
	// Facts on which it rests.
	Facts []string `json:"facts"`
}

// Warning is a warning of a check.
type Warning struct {
	Check string `json:"check"`
	// Line of backup.yaml. Zero: the warning is of the whole file.
	Line int    `json:"line"`
	Path string `json:"path"`
	// What is wrong, Got and Want, as the check says.
	What string `json:"what"`
	Got  string `json:"got,omitempty"`
	Want string `json:"want,omitempty"`
	// Fact on which it rests, such as F-LOCK-3. Empty: none.
	Fact string `json:"fact,omitempty"`
}

// Note is a sentence with the facts on which it rests.
type Note struct {
	Text  string   `json:"text"`
	Facts []string `json:"facts"`
}

// Changes are what a change of backup.yaml means, what cannot be undone first.
type Changes struct {
	// Previous is the name of the earlier file.
	Previous string   `json:"previous"`
	List     []Change `json:"list"`
}

// Change is what a change means for some buckets, or for a vault.
type Change struct {
	// Effect is gains, loses or changes.
	Effect string `json:"effect"`
	// Irreversible says that nobody can undo it, or that what is lost does not come back.
	Irreversible bool `json:"irreversible"`
	// Buckets that it is for. Empty: it is for a vault.
	Buckets []string `json:"buckets,omitempty"`
	Vault   string   `json:"vault,omitempty"`
	// What is gained, lost or changed, in a sentence.
	What string `json:"what"`
	// From is from when, in a sentence.
	From string `json:"from"`
	// Facts on which it rests.
	Facts []string `json:"facts"`
}
