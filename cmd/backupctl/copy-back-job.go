package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"
)

// start starts the job, or finds the one that copies the same now, or has done so.
func (r *copying) start(ctx context.Context) error {
	before, err := r.before(ctx)
	if err != nil || before {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	whole, done := uninterrupted(ctx)
	defer done()
	for try := range maxTries {
		output, err := r.clients.backup.StartCopyJob(whole, &backup.StartCopyJobInput{
			RecoveryPointArn: aws.String(r.choice.arn), SourceBackupVaultName: aws.String(r.choice.vault),
			DestinationBackupVaultArn: aws.String(r.report.Destination), IamRoleArn: aws.String(r.report.Role),
			Lifecycle: &types.Lifecycle{DeleteAfterDays: aws.Int64(int64(r.report.DeleteAfterDays))},
			IdempotencyToken: aws.String(
				tokenOf(try, r.choice.arn, r.report.Destination, r.report.Role, strconv.Itoa(r.report.DeleteAfterDays)),
			),
		})
		if err != nil {
			return r.refused(err)
		}
		r.report.Job = aws.ToString(output.CopyJobId)
		job, err := r.describe(ctx)
		if err != nil || job.State == types.CopyJobStateCreated || job.State == types.CopyJobStateRunning {
			return err
		}
		if job.State == types.CopyJobStateCompleted && !r.gone {
			return nil
		}
	}
	return fmt.Errorf("%w; the last is %s", errManyCopies, r.report.Job)
}

// before finds a job that copies the same recovery point into the same vault, or has done so and the copy is still there. Its
// retention is that of its day, so its token is not today's.
func (r *copying) before(ctx context.Context) (bool, error) {
	pages := backup.NewListCopyJobsPaginator(r.clients.backup, &backup.ListCopyJobsInput{
		BySourceRecoveryPointArn: aws.String(r.choice.arn), ByDestinationVaultArn: aws.String(r.report.Destination),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return false, r.central.explain(err)
		}
		for i := range page.CopyJobs {
			job := &page.CopyJobs[i]
			stays := job.State == types.CopyJobStateCreated || job.State == types.CopyJobStateRunning
			if job.State == types.CopyJobStateCompleted {
				if stays, err = r.isThere(ctx, job); err != nil {
					return false, err
				}
			}
			if stays {
				r.report.Job = aws.ToString(job.CopyJobId)
				return true, nil
			}
		}
	}
	return false, nil
}

// isThere says whether the copy of a job is still in the landing vault, for a day or more. Only the credentials of its account tell
// whether it was deleted.
func (r *copying) isThere(ctx context.Context, job *types.CopyJob) (bool, error) {
	days := 0
	if kept := job.DestinationRecoveryPointLifecycle; kept != nil {
		days = int(aws.ToInt64(kept.DeleteAfterDays))
	}
	if !r.choice.created.AddDate(0, 0, days).After(r.wanted.now.AddDate(0, 0, 1)) {
		return false, nil
	}
	if r.landing == nil {
		return true, nil
	}
	_, err := r.landing.backup.DescribeRecoveryPoint(ctx, &backup.DescribeRecoveryPointInput{
		BackupVaultName: aws.String(r.cfg.LandingVaultName(r.into)), RecoveryPointArn: job.DestinationRecoveryPointArn,
	})
	if isMissing(err) {
		r.gone = true
		return false, nil
	}
	return err == nil, r.landing.account.explain(err)
}

// refused says why AWS Backup did not start the job.
func (r *copying) refused(err error) error {
	if isDenied(err) || isExpired(err) {
		return r.central.explain(err)
	}
	text := plain(err).Error()
	if strings.Contains(text, r.report.Role) {
		return fmt.Errorf("AWS Backup cannot use the role %s: %s; deploy it with npx cdk deploy %s", r.report.Role, text, r.central.stack)
	}
	return fmt.Errorf("AWS Backup did not start the job: %s", text)
}

func (r *copying) describe(ctx context.Context) (*types.CopyJob, error) {
	output, err := r.clients.backup.DescribeCopyJob(ctx, &backup.DescribeCopyJobInput{CopyJobId: aws.String(r.report.Job)})
	switch {
	case err == nil:
		return output.CopyJob, nil
	case ctx.Err() != nil:
		return nil, r.left("interrupted", exitCodeOf(ctx))
	case isExpired(err):
		return nil, r.left(r.central.credentials()+" have expired", exitWrong)
	}
	return nil, fmt.Errorf("%w\nthe job goes on; run the same command again to follow it", r.central.explain(err))
}

// left says that the job goes on without the command.
func (r *copying) left(why string, code int) error {
	return &exitError{code, fmt.Errorf("%s; copy job %s goes on; run the same command again to follow it", why, r.report.Job)}
}

// follow waits for the end of the job, and tells of its progress.
func (r *copying) follow(ctx context.Context, clock clock, streams streams) error {
	last := types.CopyJobState("")
	for {
		job, err := r.describe(ctx)
		if err != nil {
			return err
		}
		if job.State != last {
			last = job.State
			text := fmt.Sprintf("copy job %s: %s", r.report.Job, job.State)
			if job.State == types.CopyJobStateCreated {
				text += "; AWS Backup tries for up to two hours to start it (F-COPY-10)"
			}
			fmt.Fprintln(streams.stderr, text)
		}
		if slices.Contains(
			[]types.CopyJobState{types.CopyJobStateCompleted, types.CopyJobStateFailed, types.CopyJobStatePartial},
			job.State,
		) {
			return r.ended(job, streams)
		}
		if clock.wait(ctx, pollJobEvery) != nil {
			return r.left("interrupted", exitCodeOf(ctx))
		}
	}
}

// ended prints the report, and chooses the exit code.
func (r *copying) ended(job *types.CopyJob, streams streams) error {
	r.report.State, r.report.Message = string(job.State), aws.ToString(job.StatusMessage)
	r.report.Started, r.report.Ended = aws.ToTime(job.CreationDate).UTC(), aws.ToTime(job.CompletionDate).UTC()
	r.report.Landed = aws.ToString(job.DestinationRecoveryPointArn)
	if kept := job.DestinationRecoveryPointLifecycle; kept != nil && aws.ToInt64(kept.DeleteAfterDays) > 0 { // of an earlier day
		r.report.DeleteAfterDays = int(*kept.DeleteAfterDays)
		r.report.Expires = r.choice.created.AddDate(0, 0, r.report.DeleteAfterDays)
	}
	if job.State != types.CopyJobStateFailed {
		c := r.restore()
		r.report.Next = c.again("restore backup", "--bucket", c.Bucket, "--workload", c.Workload, "--from", c.From, "--to", c.To)
	}
	// One document goes to standard output. With --then-restore it is that of the restore.
	stdout := streams.stdout
	if r.command.ThenRestore && r.command.Output == "json" {
		stdout = streams.stderr
	}
	if err := printReport(stdout, r.command.Output, r.report, r.text); err != nil {
		return err
	}
	switch job.State {
	case types.CopyJobStateFailed:
		return fmt.Errorf("copy job %s: FAILED: %s\n%s", r.report.Job, orUnknown(r.report.Message), r.advice())
	case types.CopyJobStatePartial:
		return &exitError{exitSomeNotRestored, fmt.Errorf("copy job %s copied a part: %s", r.report.Job, orUnknown(r.report.Message))}
	}
	if !r.report.Expires.After(r.report.Ended.Add(time.Hour)) {
		return fmt.Errorf("the copy has expired on its arrival (F-RST-15); run the same command again")
	}
	return nil
}

// advice says what a job that failed needs.
func (r *copying) advice() string {
	text := strings.ToLower(r.report.Message)
	both := r.central.stack + " " + r.target.stack
	switch {
	case strings.Contains(text, "organization"):
		return fmt.Sprintf("%s and %s must be members of %s, and its management account must have cross-account backup on (F-COPY-1): "+
			"aws backup update-global-settings --global-settings isCrossAccountBackupEnabled=true",
			r.central.id, r.target.id, r.cfg.Organization.ID)
	case strings.Contains(text, "vault does not exist"), strings.Contains(text, "cannot be found"):
		return fmt.Sprintf("the landing vault %s is not deployed; deploy it with npx cdk deploy %s", r.report.Destination, r.target.stack)
	case strings.Contains(text, "kms"):
		return fmt.Sprintf(
			"a key is disabled, or its policy does not let in the role %s or AWS Backup's service-linked role of %s (F-KMS-4); "+
				"npx cdk deploy %s sets the policies",
			r.report.Role,
			r.target.id,
			both,
		)
	case strings.Contains(text, "access denied"), strings.Contains(text, "not authorized"):
		return fmt.Sprintf(
			"the policies of the central vault and of the landing vault %s must let in the role %s; npx cdk deploy %s sets them",
			r.report.Destination,
			r.report.Role,
			both,
		)
	}
	return "run the same command again to start another job"
}
