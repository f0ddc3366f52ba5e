package job

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"central-s3-backup/internal/alerting"
	"central-s3-backup/internal/restoretest"
	"central-s3-backup/lambda/validate/internal/evidence"
)

// run is the validation of one restore job.
type run struct {
	*Validator
	plan    restoretest.Plan
	account Account
	started time.Time
	job     *backup.DescribeRestoreJobOutput
	bucket  restoretest.Bucket
}

// validate writes evidence, then puts the result, then sends the event, and then deletes the access point. Each of
// them can happen twice. Evidence that an earlier attempt wrote decides the result, whatever the data is now: the
// result may have been put already, and AWS Backup then deletes what was restored (F-RST-11).
func (r *run) validate(ctx context.Context, id string) (err error) {
	if r.job, err = r.describe(ctx, id); err != nil {
		return err
	}
	if !ended(r.job.Status) {
		return fmt.Errorf("the job is %s", r.job.Status)
	}
	r.bucket = r.plan.Bucket(bucketOf(aws.ToString(r.job.SourceResourceArn)))
	key := evidence.Key(r.plan.Workload, r.bucket.Name, aws.ToTime(r.job.CreationDate), id)
	e, err := r.Store.Read(ctx, key)
	if err != nil {
		return fmt.Errorf("the evidence cannot be read: %w", err)
	}
	if e == nil {
		if e, err = r.compare(ctx); err != nil {
			return err
		}
		if e, err = r.Store.Write(ctx, key, e); err != nil {
			return fmt.Errorf("the evidence cannot be written: %w", err)
		}
	}
	r.Log.InfoContext(ctx, "evidence", "job", id, "outcome", e.Outcome, "key", key)
	uri := "s3://" + r.Store.Bucket + "/" + key
	if err := r.put(ctx, e, uri); err != nil {
		return err
	}
	if r.job.Status == types.RestoreJobStatusCompleted { // AWS Backup itself has the event of a failed job
		if err := r.tell(ctx, e, uri); err != nil {
			return err
		}
	}
	return r.leave(ctx)
}

func (r *run) describe(ctx context.Context, id string) (*backup.DescribeRestoreJobOutput, error) {
	job, err := r.account.Backup.DescribeRestoreJob(ctx, &backup.DescribeRestoreJobInput{RestoreJobId: aws.String(id)})
	if err != nil {
		return nil, fmt.Errorf("the job cannot be described: %w", err)
	}
	return job, nil
}

func ended(status types.RestoreJobStatus) bool {
	return status == types.RestoreJobStatusCompleted || status == types.RestoreJobStatusFailed || status == types.RestoreJobStatusAborted
}

// final says whether a validation status cannot change any more.
func final(status types.RestoreValidationStatus) bool {
	return status == types.RestoreValidationStatusSuccessful || status == types.RestoreValidationStatusFailed ||
		status == types.RestoreValidationStatusTimedOut
}

// gone says why what was restored is not there any more, or may not be. Empty: it is there.
func gone(job *backup.DescribeRestoreJobOutput) string {
	switch {
	case final(job.ValidationStatus):
		return fmt.Sprintf("AWS Backup already had the validation status %s and deletes the restored data.", job.ValidationStatus)
	case job.DeletionStatus != "":
		return "AWS Backup has begun to delete the restored data."
	}
	return ""
}

// bucketOf returns the name in a bucket's ARN.
func bucketOf(arn string) string {
	name, _, _ := strings.Cut(arn[strings.LastIndex(arn, ":")+1:], "/")
	return name
}

// result is the validation status for an outcome. Empty: there is none to put.
func result(outcome evidence.Outcome) types.RestoreValidationStatus {
	switch outcome {
	case evidence.Successful:
		return types.RestoreValidationStatusSuccessful
	case evidence.Failed:
		return types.RestoreValidationStatusFailed
	case evidence.NotValidated:
	}
	return ""
}

// maxMessage is how many characters the message of a result has.
const maxMessage = 1024

// put puts the result. One that is there already is as good: a result is final (F-RST-12).
func (r *run) put(ctx context.Context, e *evidence.Evidence, uri string) error {
	status := result(e.Outcome)
	if status == "" || final(r.job.ValidationStatus) {
		r.putBefore(ctx, r.job.ValidationStatus, status)
		return nil
	}
	_, err := r.account.Backup.PutRestoreValidationResult(ctx, &backup.PutRestoreValidationResultInput{
		RestoreJobId: r.job.RestoreJobId, ValidationStatus: status,
		ValidationStatusMessage: aws.String(cut(e.Message, maxMessage-len(" Evidence: ")-len(uri)) + " Evidence: " + uri),
	})
	if err == nil {
		return nil
	}
	if job, again := r.describe(ctx, aws.ToString(r.job.RestoreJobId)); again == nil && final(job.ValidationStatus) {
		r.putBefore(ctx, job.ValidationStatus, status)
		return nil
	}
	return fmt.Errorf("the validation result cannot be put: %w", err)
}

// putBefore logs that the job has another result than the evidence, which nobody can change.
func (r *run) putBefore(ctx context.Context, have, want types.RestoreValidationStatus) {
	if final(have) && have != want {
		r.Log.WarnContext(ctx, "the job has another validation result than the evidence", "job", aws.ToString(r.job.RestoreJobId),
			"has", have, "evidence", want)
	}
}

// cut shortens a text to a number of characters.
func cut(text string, most int) string {
	characters := []rune(text)
	if len(characters) <= most {
		return text
	}
	return string(characters[:max(most-1, 0)]) + "…"
}

// tell sends the event of the outcome.
func (r *run) tell(ctx context.Context, e *evidence.Evidence, uri string) error {
	detail := alerting.RestoreTestDetail{
		Outcome: alerting.RestoreTestOutcome(e.Outcome), Message: e.Message,
		Plan: r.plan.Workload, Bucket: r.bucket.Name, Account: r.plan.Account, Region: r.plan.Region,
		RestoreJobID: e.Job.ID, RecoveryPointARN: e.Job.RecoveryPointARN, Evidence: uri,
	}
	if slow(e) {
		detail.Slow = "true"
	}
	return r.send(ctx, detail)
}

// base is the evidence without outcome and comparison.
func (r *run) base() *evidence.Evidence {
	j := r.job
	e := &evidence.Evidence{
		SchemaVersion: evidence.SchemaVersion, Validator: r.Program,
		Project: r.Tests.Project, Workload: r.bucket.Workload, Tier: r.bucket.Tier, Bucket: r.bucket.Name,
		Job: evidence.Job{
			ID: aws.ToString(j.RestoreJobId), Status: string(j.Status), StatusMessage: aws.ToString(j.StatusMessage),
			Account: r.plan.Account, Region: r.plan.Region,
			RoleARN: aws.ToString(j.IamRoleArn), SourceARN: aws.ToString(j.SourceResourceArn), RestoredARN: aws.ToString(j.CreatedResourceArn),
			VaultARN: aws.ToString(j.BackupVaultArn), RecoveryPointARN: aws.ToString(j.RecoveryPointArn),
			RecoveryPointCreated: utc(j.RecoveryPointCreationDate), Bytes: aws.ToInt64(j.BackupSizeInBytes),
			Created: utc(j.CreationDate), Completed: utc(j.CompletionDate),
		},
		Started: r.started,
	}
	if j.CreatedBy != nil {
		e.Job.PlanARN = aws.ToString(j.CreatedBy.RestoreTestingPlanArn)
	}
	if j.CreationDate != nil && j.CompletionDate != nil {
		e.RestoreMinutes = aws.Float64(j.CompletionDate.Sub(*j.CreationDate).Round(time.Second).Minutes())
	}
	if r.bucket.RTOMinutes > 0 {
		e.RTOMinutes = aws.Int(r.bucket.RTOMinutes)
	}
	return e
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	return aws.Time(t.UTC())
}

// slow says whether the restore took longer than the recovery time objective.
func slow(e *evidence.Evidence) bool {
	return e.RestoreMinutes != nil && e.RTOMinutes != nil && *e.RestoreMinutes > float64(*e.RTOMinutes)
}

// errTime is the error of an attempt that had too little time. The next one finds the access point.
var errTime = errors.New("too little time is left for the comparison; the next attempt uses the same access point")
