package backupfake

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"
	"github.com/aws/smithy-go"
)

func startCopyJob(q *request, in *backup.StartCopyJobInput) (smithy.Serializable, error) {
	j, err := q.start(in.IdempotencyToken, *in, func() (*job, error) {
		v, err := q.vault(*in.SourceBackupVaultName)
		if err != nil {
			return nil, err
		}
		p, err := q.point(*in.RecoveryPointArn)
		if err != nil || p.vault != v {
			return nil, notFound("Recovery point not found: " + *in.RecoveryPointArn)
		}
		if p.Status != types.RecoveryPointStatusCompleted {
			return nil, invalidRequest("The recovery point is in state " + string(p.Status))
		}
		destination, err := arn.Parse(*in.DestinationBackupVaultArn)
		if err != nil || destination.Service != "backup" || !strings.HasPrefix(destination.Resource, "backup-vault:") {
			return nil, invalidParameter("Invalid vault ARN: " + *in.DestinationBackupVaultArn)
		}
		if err := q.pass(*in.IamRoleArn); err != nil {
			return nil, err
		}
		j := &job{point: p, destination: *in.DestinationBackupVaultArn, role: *in.IamRoleArn, days: p.DeleteAfterDays, steps: Copied}
		if in.Lifecycle != nil {
			days := aws.ToInt64(in.Lifecycle.DeleteAfterDays)
			if in.Lifecycle.MoveToColdStorageAfterDays != nil || days != -1 && (days < 1 || days > 36500) {
				return nil, invalidParameter("Invalid lifecycle. DeleteAfterDays is 1 to 36500; S3 has no cold storage")
			}
			j.days = max(0, int(days))
		}
		if message := q.refused(v, j); message != "" {
			j.steps = failing(message)
		}
		return j, nil
	})
	if err != nil {
		return nil, err
	}
	return &backup.StartCopyJobOutput{CopyJobId: aws.String(j.id), CreationDate: aws.Time(j.created)}, nil
}

// landing finds the vault that a copy goes to. Nil: there is none.
func (s *Server) landing(vaultARN string) *Vault {
	parsed, err := arn.Parse(vaultARN)
	if err != nil {
		return nil
	}
	return s.account(parsed.AccountID).vaults[parsed.Region+"/"+strings.TrimPrefix(parsed.Resource, "backup-vault:")]
}

// refused says why a copy job fails that AWS Backup starts (F-COPY-1, F-COPY-2, F-KMS-4). Empty: it does not.
func (q *request) refused(from *Vault, j *job) string {
	to := q.landing(j.destination)
	elsewhere := !strings.Contains(j.destination, ":"+q.account.ID+":")
	switch {
	case elsewhere && (q.options.NoCrossAccountBackup || to != nil && to.account.organization != q.account.organization):
		return "Copy job failed. Both source and destination account must be a member of the same organization."
	case to == nil:
		return "Copy job failed because the destination Backup vault does not exist."
	case from.options.CopyTo != nil && !from.options.CopyTo(j.destination),
		elsewhere && (to.options.CopyFrom == nil || !to.options.CopyFrom(j.role)):
		return "Access Denied trying to call AWS Backup service"
	case from.options.KeyDenied, to.options.KeyDenied:
		return "The source snapshot KMS key does not exist, is not enabled or you do not have permissions to access it"
	}
	return ""
}

// copied puts the recovery point of a job that completed into its vault. A copy is a snapshot, whatever its source (F-S3-10).
// Its retention counts from the creation of the source (F-RST-15).
func (j *job) copied(s *Server) {
	to := s.landing(j.destination)
	if to == nil || j.steps[len(j.steps)-1].State != "COMPLETED" {
		return
	}
	options := j.point.PointOptions
	options.Source, options.DeleteAfterDays, options.Status = j.point.vault.ARN(), j.days, types.RecoveryPointStatusCompleted
	p := to.insert(j.point.Bucket, j.point.Created, false, options)
	j.result = p.ARN
	if j.days > 0 && !p.Created.AddDate(0, 0, j.days).After(j.end()) {
		to.points = to.points[:len(to.points)-1] // it expires on arrival
	}
}

func (j *job) describeCopy(now time.Time) *types.CopyJob {
	step := j.now(now)
	out := &types.CopyJob{
		CopyJobId: aws.String(j.id), AccountId: aws.String(j.account.ID), CreationDate: aws.Time(j.created),
		SourceBackupVaultArn: aws.String(j.point.vault.ARN()), SourceRecoveryPointArn: aws.String(j.point.ARN),
		DestinationBackupVaultArn: aws.String(j.destination), State: types.CopyJobState(step.State),
		IamRoleArn: aws.String(j.role), ResourceArn: aws.String(j.point.resource()), ResourceType: aws.String("S3"),
		BackupSizeInBytes: aws.Int64(j.point.size()),
	}
	if step.Message != "" {
		out.StatusMessage = aws.String(step.Message)
	}
	if j.days > 0 {
		out.DestinationRecoveryPointLifecycle = &types.Lifecycle{DeleteAfterDays: aws.Int64(int64(j.days))}
	}
	if j.ended(now) {
		out.CompletionDate = aws.Time(j.end())
	}
	if j.result != "" {
		out.DestinationRecoveryPointArn = aws.String(j.result)
	}
	return out
}

func describeCopyJob(q *request, in *backup.DescribeCopyJobInput) (smithy.Serializable, error) {
	j, err := q.jobNamed(*in.CopyJobId, "StartCopyJob")
	if err != nil {
		return nil, err
	}
	return &backup.DescribeCopyJobOutput{CopyJob: j.describeCopy(q.now)}, nil
}

func listCopyJobs(q *request, in *backup.ListCopyJobsInput) (smithy.Serializable, error) {
	var all []types.CopyJob
	for _, j := range slices.Backward(q.jobs) {
		if j.operation != "StartCopyJob" || j.account != q.account || j.region != q.region ||
			in.BySourceRecoveryPointArn != nil && *in.BySourceRecoveryPointArn != j.point.ARN ||
			in.ByDestinationVaultArn != nil && *in.ByDestinationVaultArn != j.destination ||
			in.ByState != "" && string(in.ByState) != j.now(q.now).State {
			continue
		}
		all = append(all, *j.describeCopy(q.now))
	}
	shown, next, err := page(q, all, in.MaxResults, in.NextToken)
	return &backup.ListCopyJobsOutput{CopyJobs: shown, NextToken: next}, err
}
