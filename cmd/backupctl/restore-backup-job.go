package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"
)

const (
	// pollJobEvery is the wait between two looks at a job.
	pollJobEvery = 30 * time.Second
	// maxTries is how many jobs of one request may have failed before the command gives up.
	maxTries = 20
)

// tokenOf is an idempotency token: the same request gives the same one, so that it is one job. The first try has number 0.
func tokenOf(try int, parts ...string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", strings.Join(parts, "\x00"), try))
	return hex.EncodeToString(sum[:16])
}

// start creates the bucket if there is none, and starts the job. The same command again finds the same job; if that has failed,
// the next token starts another.
func (r *restoring) start(ctx context.Context) error {
	if r.report.NewBucket {
		if err := r.create(ctx); err != nil {
			return err
		}
	}
	parts := []string{r.choice.arn, r.report.Role}
	for _, name := range slices.Sorted(maps.Keys(r.report.Metadata)) {
		parts = append(parts, name, r.report.Metadata[name])
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	whole, done := uninterrupted(ctx)
	defer done()
	for try := range maxTries {
		output, err := r.clients.backup.StartRestoreJob(whole, &backup.StartRestoreJobInput{
			RecoveryPointArn: aws.String(r.choice.arn), Metadata: r.report.Metadata, IamRoleArn: aws.String(r.report.Role),
			ResourceType: aws.String("S3"), IdempotencyToken: aws.String(tokenOf(try, parts...)),
		})
		if err != nil {
			return r.refused(err)
		}
		r.report.Job = aws.ToString(output.RestoreJobId)
		job, err := r.describe(ctx)
		if err != nil || !r.over(job) {
			return err
		}
	}
	return fmt.Errorf("%d jobs of this request have failed; the last is %s", maxTries, r.report.Job)
}

// over says whether a job that was just started is an earlier one that does not count: it failed, or its bucket was deleted since.
func (r *restoring) over(job *backup.DescribeRestoreJobOutput) bool {
	switch job.Status {
	case types.RestoreJobStatusFailed, types.RestoreJobStatusAborted:
		return true
	case types.RestoreJobStatusCompleted:
		return r.created
	}
	return false
}

// refused says why AWS Backup did not start the job.
func (r *restoring) refused(err error) error {
	if isDenied(err) || isExpired(err) {
		return r.account.explain(err)
	}
	text := plain(err).Error()
	switch {
	case strings.Contains(text, "RestoreTime") && r.choice.stopped():
		return fmt.Errorf("AWS Backup refused the time, because the continuous recovery point stopped before it: %s; "+
			"write an earlier --to, or add --snapshot", text)
	case strings.Contains(text, r.report.Role):
		return fmt.Errorf("AWS Backup cannot use the role %s: %s; deploy it with npx cdk deploy %s", r.report.Role, text, r.account.stack)
	}
	return fmt.Errorf("AWS Backup did not start the job: %s", text)
}

func (r *restoring) describe(ctx context.Context) (*backup.DescribeRestoreJobOutput, error) {
	job, err := r.clients.backup.DescribeRestoreJob(ctx, &backup.DescribeRestoreJobInput{RestoreJobId: aws.String(r.report.Job)})
	switch {
	case err == nil:
		return job, nil
	case ctx.Err() != nil:
		return nil, r.left("interrupted", exitCodeOf(ctx))
	case isMissing(err):
		return nil, fmt.Errorf("--follow %s: %s has no such restore job; list them with aws backup list-restore-jobs --region %s",
			r.report.Job, r.account, r.account.region)
	case isExpired(err):
		return nil, r.left(r.account.credentials()+" have expired", exitWrong)
	}
	return nil, fmt.Errorf("%w\nthe job goes on; follow it with %s", r.account.explain(err), r.followCommand())
}

// exitCodeOf is the exit code of the signal that ended a context.
func exitCodeOf(ctx context.Context) int {
	if coded, ok := errors.AsType[*exitError](context.Cause(ctx)); ok {
		return coded.code
	}
	return exitWrong
}

// left says that the job goes on without the command.
func (r *restoring) left(why string, code int) error {
	return &exitError{code, fmt.Errorf("%s; the job goes on; follow it with %s", why, r.followCommand())}
}

func (r *restoring) followCommand() string {
	return r.command.again("restore backup", "--bucket", r.command.Bucket, "--workload", r.command.Workload, "--follow", r.report.Job)
}

// follow waits for the end of the job, and tells of its progress.
func (r *restoring) follow(ctx context.Context, clock clock, streams streams) error {
	last := ""
	for {
		job, err := r.describe(ctx)
		if err != nil {
			return err
		}
		if now := progress(job); now != last {
			last = now
			fmt.Fprintln(streams.stderr, now)
		}
		switch job.Status {
		case types.RestoreJobStatusCompleted, types.RestoreJobStatusFailed, types.RestoreJobStatusAborted:
			return r.ended(ctx, clock, job, streams)
		}
		if clock.wait(ctx, pollJobEvery) != nil {
			return r.left("interrupted", exitCodeOf(ctx))
		}
	}
}

// progress is a line about a job.
func progress(job *backup.DescribeRestoreJobOutput) string {
	text := fmt.Sprintf("restore job %s: %s", aws.ToString(job.RestoreJobId), job.Status)
	if job.Status != types.RestoreJobStatusRunning {
		return text
	}
	if percent := aws.ToString(job.PercentDone); percent != "" {
		text += " " + percent
	}
	if minutes := aws.ToInt64(job.ExpectedCompletionTimeMinutes); minutes > 0 && job.CreationDate != nil {
		text += ", expected to end at " + stamp(job.CreationDate.Add(time.Duration(minutes)*time.Minute))
	}
	return text
}

// ended prints the report, and chooses the exit code.
func (r *restoring) ended(ctx context.Context, clock clock, job *backup.DescribeRestoreJobOutput, streams streams) error {
	r.report.Status, r.report.Message = string(job.Status), aws.ToString(job.StatusMessage)
	r.report.Started, r.report.Ended = aws.ToTime(job.CreationDate).UTC(), aws.ToTime(job.CompletionDate).UTC()
	if into, ok := strings.CutPrefix(aws.ToString(job.CreatedResourceArn), "arn:"); ok {
		r.report.Into = into[strings.LastIndex(into, ":")+1:]
	}
	if r.report.RecoveryPoint == "" {
		r.report.Bytes = aws.ToInt64(job.BackupSizeInBytes)
	}
	var unverified error
	if r.command.Verify && job.Status == types.RestoreJobStatusCompleted {
		unverified = r.verify(ctx, clock)
	}
	if err := errors.Join(printReport(streams.stdout, r.command.Output, r.report, r.text), unverified); err != nil {
		return err
	}
	message := strings.ToLower(r.report.Message)
	switch {
	case job.Status != types.RestoreJobStatusCompleted:
		return fmt.Errorf("restore job %s: %s: %s\n%s", r.report.Job, job.Status, orUnknown(r.report.Message), r.advice())
	case strings.Contains(message, "no objects that match"):
		return fmt.Errorf("nothing was restored: no object matches; a folder ends in /, and an object has its whole key; "+
			"look at what was there with %s", r.command.again("restore files", "--bucket", r.command.Bucket)+" --list")
	case strings.Contains(message, "objects failed"):
		return &exitError{exitSomeNotRestored, fmt.Errorf("some objects were not restored: %s\n"+
			"the vault's events S3_RESTORE_OBJECT_FAILED name them (F-RST-6)", r.report.Message)}
	case r.report.Comparison != nil && r.report.Comparison.differences() > 0:
		return &exitError{exitSomeNotRestored, fmt.Errorf("%s from the recovery point",
			count(r.report.Comparison.differences(), "object differs", "objects differ"))}
	}
	return nil
}

func orUnknown(message string) string {
	if message == "" {
		return "AWS Backup gives no reason"
	}
	return message
}

// advice says what a job that failed needs.
func (r *restoring) advice() string {
	text := strings.ToLower(r.report.Message)
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) })
	}
	switch {
	case has("kms"):
		return fmt.Sprintf("the role %s needs kms:Decrypt on the vault's key, and kms:GenerateDataKey on %s; "+
			"look whether a key is disabled or pending deletion, then run the same command again", r.report.Role, r.keyName())
	case has("access denied", "not authorized", "permission"):
		return rightOf(errors.New(r.report.Message), "the role "+r.report.Role).advice(r.account.stack)
	case has("acl"):
		return "the destination's Object Ownership must be BucketOwnerEnforced (F-RST-5)"
	case has("versioning"):
		return "enable versioning on the destination (F-RST-3)"
	case has("region"):
		return "the destination must be in " + r.account.region + ", where the recovery point is (F-RST-3)"
	}
	return "run the same command again to start another job"
}

func (r *restoring) keyName() string {
	if key := r.report.Metadata["KMSKey"]; key != "" {
		return key
	}
	return "the destination's key"
}

// advice says what gives a role of the app the right that it lacks.
func (r right) advice(stack string) string {
	text := r.who + " lacks a right"
	if r.action != "" {
		text = r.String()
	}
	return fmt.Sprintf(
		"%s; npx cdk deploy %s gives it the rights that it needs; look also at the policies of the bucket, the key and the "+
			"organization",
		text,
		stack,
	)
}

// unfinished finds a job that restores the same bucket now. Without --to the same command would start another.
func (r *restoring) unfinished(ctx context.Context, now time.Time) error {
	for _, status := range []types.RestoreJobStatus{types.RestoreJobStatusPending, types.RestoreJobStatusRunning} {
		pages := backup.NewListRestoreJobsPaginator(r.clients.backup, &backup.ListRestoreJobsInput{
			ByResourceType: aws.String("S3"), ByStatus: status, ByCreatedAfter: aws.Time(now.AddDate(0, 0, -30)),
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return r.account.explain(err)
			}
			for _, job := range page.RestoreJobs {
				if aws.ToString(job.RecoveryPointArn) == r.choice.arn && job.CreatedBy == nil {
					r.report.Job = aws.ToString(job.RestoreJobId)
					return fmt.Errorf(
						"restore job %s restores this bucket since %s; follow it with %s\nor write --to TIME to start another",
						r.report.Job,
						stamp(aws.ToTime(job.CreationDate)),
						r.followCommand(),
					)
				}
			}
		}
	}
	return nil
}
