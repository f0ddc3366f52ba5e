// Package evidence is the record of a restore test, and the bucket that keeps it. docs/restore/evidence.schema.json
// describes the document.
package evidence

import (
	"net/url"
	"strings"
	"time"

	"central-s3-backup/lambda/validate/internal/compare"
)

const (
	// SchemaVersion is the version of the document. It rises when a field changes its meaning or leaves.
	SchemaVersion = 1
	// ValidatorVersion is the version of the comparison. It rises when the comparison changes what it looks at.
	ValidatorVersion = "1"
)

// Outcome is what a test showed.
type Outcome string

// The outcomes.
const (
	// Successful: no difference was found.
	Successful Outcome = "successful"
	// Failed: there are differences.
	Failed Outcome = "failed"
	// NotValidated: nothing was compared. The message says why.
	NotValidated Outcome = "notValidated"
)

// Evidence is the document.
type Evidence struct {
	// SchemaVersion is [SchemaVersion].
	SchemaVersion int `json:"schemaVersion"`
	// Validator is the program that compared.
	Validator Validator `json:"validator"`
	// Outcome of the test, and what it means in one or two sentences.
	Outcome Outcome `json:"outcome"`
	Message string  `json:"message"`
	// Project is the prefix of the product's names. Workload is the NAME-ENV that owns the bucket, Tier its tier.
	// Bucket is the one that was backed up. Tier is empty if the bucket is not in backup.yaml.
	Project  string `json:"project"`
	Workload string `json:"workload"`
	Tier     string `json:"tier"`
	Bucket   string `json:"bucket"`
	// Job is the restore job.
	Job Job `json:"job"`
	// RestoreMinutes is how long the restore took. Null: AWS Backup does not say. RTOMinutes is the recovery time
	// objective. Null: there is none.
	RestoreMinutes *float64 `json:"restoreMinutes"`
	RTOMinutes     *int     `json:"rtoMinutes"`
	// Started and Ended are when the validation ran.
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended"`
	// Comparison is what was compared. Null: nothing.
	Comparison *Comparison `json:"comparison"`
}

// Validator is the program that compared.
type Validator struct {
	// Version is [ValidatorVersion].
	Version string `json:"version"`
	// SHA256 of the program, in hexadecimal. The same sources give the same program.
	SHA256 string `json:"sha256"`
}

// Job is the restore job, as AWS Backup describes it. A time is null and a text empty if AWS Backup does not say it.
type Job struct {
	ID            string `json:"id"`
	Status        string `json:"status"`
	StatusMessage string `json:"statusMessage"`
	Account       string `json:"account"`
	Region        string `json:"region"`
	// PlanARN is the restore testing plan, and RoleARN the role that restored.
	PlanARN string `json:"planArn"`
	RoleARN string `json:"roleArn"`
	// SourceARN is the bucket that was backed up, and RestoredARN the one that was restored to.
	SourceARN   string `json:"sourceArn"`
	RestoredARN string `json:"restoredArn"`
	VaultARN    string `json:"vaultArn"`
	// RecoveryPointARN is what was restored. RestoreTime is the moment of a continuous one.
	RecoveryPointARN     string     `json:"recoveryPointArn"`
	RecoveryPointCreated *time.Time `json:"recoveryPointCreated"`
	RestoreTime          string     `json:"restoreTime"`
	// Bytes is the size of the restored data.
	Bytes     int64      `json:"bytes"`
	Created   *time.Time `json:"created"`
	Completed *time.Time `json:"completed"`
}

// Comparison is what was compared, and what was found.
type Comparison struct {
	// AccessPointARN is the access point through which the recovery point was read.
	AccessPointARN string `json:"accessPointArn"`
	// RecoveryPoint and Restored count what was compared on both sides.
	RecoveryPoint compare.Count `json:"recoveryPoint"`
	Restored      compare.Count `json:"restored"`
	// Complete: all keys of both sides were compared. Otherwise the time was too short, and each of the ranges that
	// the keys were divided into was compared to the same extent.
	Complete    bool            `json:"complete"`
	Ranges      int             `json:"ranges"`
	NotCompared []compare.Range `json:"notCompared"`
	// ByteShare is the part of the restored bytes whose keys and sizes were compared, from 0 to 1. Null: unknown.
	ByteShare *float64 `json:"byteShare"`
	// Differences counts all differences, and has the first by key.
	Differences Differences `json:"differences"`
	// Sample has the objects whose bytes were compared. Planned is how many should have been.
	Sample Sample `json:"sample"`
	// Canaries are the objects of backup.yaml whose content is known.
	Canaries []compare.Check `json:"canaries"`
}

// Differences counts all differences, and has the first by key.
type Differences struct {
	Total int64                `json:"total"`
	First []compare.Difference `json:"first"`
}

// Sample has the objects whose bytes were compared.
type Sample struct {
	Planned int             `json:"planned"`
	Checks  []compare.Check `json:"checks"`
}

// Prefix starts the keys of the evidence of a bucket in a plan. The plan is its workload's NAME-ENV or "central".
func Prefix(plan, bucket string) string {
	return "evidence/" + url.PathEscape(plan) + "/" + url.PathEscape(bucket) + "/"
}

// Key is the key of the evidence of a restore job. It depends on the job alone, so that a later attempt finds the
// evidence of an earlier one. The listing of a bucket's evidence has it by date.
func Key(plan, bucket string, created time.Time, jobID string) string {
	return Prefix(plan, bucket) + created.UTC().Format(time.DateOnly) + "/" + url.PathEscape(jobID) + ".json"
}

// since is a text before all keys of evidence of that day and later ones.
func since(prefix string, day time.Time) string { return prefix + day.UTC().Format(time.DateOnly) }

// dayOf is the day in a key of evidence. It returns false if the key has none.
func dayOf(prefix, key string) (time.Time, bool) {
	date, _, _ := strings.Cut(strings.TrimPrefix(key, prefix), "/")
	day, err := time.Parse(time.DateOnly, date)
	return day, err == nil
}

// ExpectedKey is the key of the note that says since when tests of a bucket are expected.
func ExpectedKey(plan, bucket string) string {
	return "expected/" + url.PathEscape(plan) + "/" + url.PathEscape(bucket) + ".json"
}
