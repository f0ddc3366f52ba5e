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

	"central-s3-backup/internal/restoretest"
)

// leftAfter is the age at which an access point of this function is not in use any more. It is longer than all
// attempts of an event take.
const leftAfter = 6 * time.Hour

// restoreTime is the name in a job's metadata of the moment that a continuous recovery point was restored to
// (F-RST-1). The case of these names does not matter (F-RST-2).
const restoreTime = "RestoreTime"

// moment returns the moment that a continuous recovery point was restored to. Empty: it was a snapshot.
func (r *run) moment(ctx context.Context) (string, error) {
	output, err := r.account.Backup.GetRestoreJobMetadata(ctx, &backup.GetRestoreJobMetadataInput{RestoreJobId: r.job.RestoreJobId})
	if err != nil {
		return "", fmt.Errorf("the metadata of the job cannot be read: %w", err)
	}
	for name, value := range output.Metadata {
		if strings.EqualFold(name, restoreTime) {
			return value, nil
		}
	}
	return "", nil
}

// accessPoint is one of the recovery point, through which S3 reads it.
type accessPoint struct{ arn, alias string }

// open returns the access point of the job, when it can be read. It creates the access point unless an earlier
// attempt did.
func (r *run) open(ctx context.Context, moment string) (*accessPoint, error) {
	arn, err := r.find(ctx)
	if err != nil {
		return nil, err
	}
	if arn == "" {
		if arn, err = r.create(ctx, moment); err != nil {
			return nil, err
		}
	}
	for {
		output, err := r.account.Backup.DescribeBackupAccessPoint(ctx, &backup.DescribeBackupAccessPointInput{AccessPointArn: aws.String(arn)})
		if err != nil {
			return nil, fmt.Errorf("the access point cannot be described: %w", err)
		}
		switch output.Status {
		case types.AccessPointStatusAvailable:
			return readable(arn, output.AccessPointMetadata)
		case types.AccessPointStatusCreating:
		case types.AccessPointStatusDeleting, types.AccessPointStatusDisassociating:
			return nil, fmt.Errorf("the access point of an earlier attempt is %s", output.Status)
		case types.AccessPointStatusFailed, types.AccessPointStatusExpired, types.AccessPointStatusDisassociated:
			err := fmt.Errorf("the access point is %s: %s", output.Status, aws.ToString(output.StatusMessage))
			return nil, errors.Join(err, r.remove(ctx, arn)) // the next attempt creates another
		}
		if err := r.wait(ctx); err != nil {
			return nil, err
		}
	}
}

// readable returns an access point with the name by which S3 reads it.
func readable(arn string, metadata map[string]string) (*accessPoint, error) {
	for _, name := range []string{"S3AccessPointAlias", "S3AccessPointArn"} {
		if metadata[name] != "" {
			return &accessPoint{arn, metadata[name]}, nil
		}
	}
	return nil, errors.New("the access point is AVAILABLE and has neither S3AccessPointAlias nor S3AccessPointArn")
}

// wait waits for the next look. It returns an error if too little time is left after it.
func (r *run) wait(ctx context.Context) error {
	if deadline, has := ctx.Deadline(); has && deadline.Sub(r.Now()) < r.Poll+2*r.Rest {
		return fmt.Errorf("the access point is still being created: %w", errTime)
	}
	select {
	case <-time.After(r.Poll):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// create creates the access point of the job, and returns its ARN.
func (r *run) create(ctx context.Context, moment string) (string, error) {
	input := &backup.CreateBackupAccessPointInput{Name: aws.String(r.name()), RecoveryPointArn: r.job.RecoveryPointArn}
	if moment != "" {
		input.AccessPointMetadata = map[string]string{"AccessPointInTime": moment}
	}
	output, err := r.account.Backup.CreateBackupAccessPoint(ctx, input)
	var exists *types.AlreadyExistsException
	if errors.As(err, &exists) { // the answer to an earlier request was lost
		if arn, err := r.find(ctx); err != nil || arn != "" {
			return arn, err
		}
	}
	var full *types.LimitExceededException
	if errors.As(err, &full) {
		return "", r.makeRoom(ctx, err)
	}
	if err != nil {
		return "", fmt.Errorf("the access point %s cannot be created: %w", r.name(), err)
	}
	return aws.ToString(output.AccessPointArn), nil
}

// makeRoom deletes access points of this function that were left on a recovery point, of which it has at most five
// (F-RST-13). The next attempt can create its own.
func (r *run) makeRoom(ctx context.Context, full error) error {
	left, err := r.left(ctx, r.account, func(a types.ListAccessPointsMember) bool {
		return aws.ToString(a.RecoveryPointArn) == aws.ToString(r.job.RecoveryPointArn)
	})
	if err != nil {
		return err
	}
	for _, arn := range left {
		if err := r.remove(ctx, arn); err != nil {
			return err
		}
	}
	if len(left) > 0 {
		return fmt.Errorf("the recovery point had no room for another access point; %d that were left are deleted now: %w", len(left), full)
	}
	return fmt.Errorf("the recovery point has five access points, all in use: delete one that nobody needs any more: %w", full)
}

// name is the name of the job's access point.
func (r *run) name() string {
	return restoretest.AccessPointName(r.Tests.Project, aws.ToString(r.job.RestoreJobId))
}

// find returns the ARN of the job's access point. Empty: there is none.
func (r *run) find(ctx context.Context) (string, error) {
	arn := ""
	err := eachAccessPoint(ctx, r.account, func(a types.ListAccessPointsMember) {
		if aws.ToString(a.Name) == r.name() {
			arn = aws.ToString(a.AccessPointArn)
		}
	})
	return arn, err
}

// leave deletes the access point of the job, if there is one.
func (r *run) leave(ctx context.Context) error {
	arn, err := r.find(ctx)
	if err != nil || arn == "" {
		return err
	}
	return r.remove(ctx, arn)
}

// remove deletes an access point, which may be deleted already.
func (r *run) remove(ctx context.Context, arn string) error { return remove(ctx, r.account, arn) }

func remove(ctx context.Context, account Account, arn string) error {
	_, err := account.Backup.DeleteBackupAccessPoint(ctx, &backup.DeleteBackupAccessPointInput{AccessPointArn: aws.String(arn)})
	var none *types.ResourceNotFoundException
	if err != nil && !errors.As(err, &none) {
		return fmt.Errorf("the access point %s cannot be deleted: %w", arn, err)
	}
	return nil
}

// left returns the ARNs of this function's access points that are not in use any more.
func (v *Validator) left(ctx context.Context, account Account, also func(types.ListAccessPointsMember) bool) ([]string, error) {
	var arns []string
	err := eachAccessPoint(ctx, account, func(a types.ListAccessPointsMember) {
		if strings.HasPrefix(aws.ToString(a.Name), restoretest.AccessPointPrefix(v.Tests.Project)) &&
			a.Status != types.AccessPointStatusDeleting && v.Now().Sub(aws.ToTime(a.CreationTime)) > leftAfter && also(a) {
			arns = append(arns, aws.ToString(a.AccessPointArn))
		}
	})
	return arns, err
}

// eachAccessPoint lists the access points of an account and Region.
func eachAccessPoint(ctx context.Context, account Account, each func(types.ListAccessPointsMember)) error {
	pages := backup.NewListBackupAccessPointsPaginator(account.Backup, &backup.ListBackupAccessPointsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("the access points cannot be listed: %w", err)
		}
		for _, a := range page.BackupAccessPoints {
			each(a)
		}
	}
	return nil
}
