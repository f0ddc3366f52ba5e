package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"
	"github.com/aws/smithy-go"

	"central-s3-backup/config"
)

const (
	// pollPointEvery is the wait between two looks at an access point.
	pollPointEvery = 5 * time.Second
	// removeTimeout limits the deletion of an access point, also after Ctrl-C.
	removeTimeout = time.Minute
	// aliasKey has the name with which S3 takes an access point for a bucket.
	aliasKey = "S3AccessPointAlias"
)

// accessPoint is a backup access point: it reads a recovery point without a restore. While it is there, the recovery point can
// neither expire nor be deleted (F-RST-13).
type accessPoint struct {
	name, arn string
	// asked says that AWS Backup was asked to create it, so that it may be there.
	asked bool
	// alias takes the place of a bucket's name. Empty: it never was available.
	alias string
}

// open creates the access point, and waits until it can be read.
func (r *filing) open(ctx context.Context, clock clock) error {
	var unique [4]byte
	_, _ = rand.Read(unique[:]) // it never fails
	r.point.name = r.cfg.FilesAccessPointPrefix() + hex.EncodeToString(unique[:])
	in := r.reader
	r.point.arn = fmt.Sprintf("arn:%s:backup:%s:%s:accesspoint/%s", config.Partition(in.region), in.region, in.id, r.point.name)
	input := &backup.CreateBackupAccessPointInput{Name: aws.String(r.point.name), RecoveryPointArn: aws.String(r.choice.arn)}
	if r.choice.continuous {
		input.AccessPointMetadata = map[string]string{"AccessPointInTime": stamp(r.choice.moment)}
	}
	r.point.asked = true
	whole, done := uninterrupted(ctx)
	defer done()
	output, err := r.from.backup.CreateBackupAccessPoint(whole, input)
	switch {
	case err == nil:
		r.point.arn = aws.ToString(output.AccessPointArn)
	case hasCode(err, "AlreadyExistsException"): // an attempt whose answer was lost: nobody else has this name
	case hasCode(err, "LimitExceededException"):
		r.point.asked = false
		return fmt.Errorf("the recovery point has five access points already, and takes no more (F-RST-13): %s; "+
			"delete those that earlier runs have left with %s", orNone(r.others(ctx)), r.sweepCommand())
	default:
		r.point.asked = !isDenied(err)
		return r.reader.explain(err)
	}
	return r.await(ctx, clock)
}

func (r *filing) await(ctx context.Context, clock clock) error {
	for {
		output, err := r.from.backup.DescribeBackupAccessPoint(ctx, &backup.DescribeBackupAccessPointInput{
			AccessPointArn: aws.String(r.point.arn),
		})
		if err != nil {
			return r.reader.explain(err)
		}
		switch output.Status {
		case types.AccessPointStatusAvailable:
			r.point.alias = output.AccessPointMetadata[aliasKey]
			if r.point.alias == "" {
				return fmt.Errorf("AWS Backup does not tell the alias of the access point %s", r.point.name)
			}
			return nil
		case types.AccessPointStatusCreating:
		default:
			return fmt.Errorf("the access point became %s: %s", output.Status, orUnknown(aws.ToString(output.StatusMessage)))
		}
		if err := clock.wait(ctx, pollPointEvery); err != nil {
			return err
		}
	}
}

// remove deletes the access point, after Ctrl-C and after errors too.
func (r *filing) remove(ctx context.Context) error {
	if !r.point.asked {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), removeTimeout)
	defer cancel()
	err := r.delete(ctx, r.point.arn)
	if err == nil {
		return nil
	}
	return fmt.Errorf("the access point %s is left, and its recovery point cannot expire until it is deleted (F-RST-13): %w; delete it "+
		"with %s",
		r.point.name, r.reader.explain(err), r.sweepCommand()+" --older-than 0s")
}

func (r *filing) delete(ctx context.Context, arn string) error {
	_, err := r.from.backup.DeleteBackupAccessPoint(ctx, &backup.DeleteBackupAccessPointInput{AccessPointArn: aws.String(arn)})
	if err != nil && isMissing(err) {
		return nil
	}
	return err
}

func (r *filing) sweepCommand() string {
	from := r.command.From
	if from == "local" {
		from = ""
	}
	return r.command.again("restore files", "--workload", r.workload.ID(), "--from", from,
		"--central-profile", r.command.CentralProfile) + " --sweep"
}

// ours lists the access points of this command in the account.
func (r *filing) ours(ctx context.Context) ([]types.ListAccessPointsMember, error) {
	var all []types.ListAccessPointsMember
	pages := backup.NewListBackupAccessPointsPaginator(r.from.backup, &backup.ListBackupAccessPointsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, point := range page.BackupAccessPoints {
			gone := slices.Contains([]types.AccessPointStatus{
				types.AccessPointStatusDeleting, types.AccessPointStatusDisassociating, types.AccessPointStatusDisassociated,
			}, point.Status)
			if strings.HasPrefix(aws.ToString(point.Name), r.cfg.FilesAccessPointPrefix()) && !gone {
				all = append(all, point)
			}
		}
	}
	return all, nil
}

// leftOver warns of access points that earlier runs have left.
func (r *filing) leftOver(ctx context.Context) []string {
	points, err := r.ours(ctx)
	if err != nil {
		return nil // they are not needed for this run
	}
	var names []string
	for _, point := range points {
		if r.wanted.now.Sub(aws.ToTime(point.CreationTime)) >= r.command.OlderThan {
			names = append(names, aws.ToString(point.Name))
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("earlier runs have left access points, and their recovery points cannot expire (F-RST-13): %s; delete "+
		"them with %s",
		strings.Join(names, ", "), r.sweepCommand())}
}

// others names the access points of this command on the recovery point.
func (r *filing) others(ctx context.Context) []string {
	points, _ := r.ours(ctx) // for a message
	var names []string
	for _, point := range points {
		if aws.ToString(point.RecoveryPointArn) == r.choice.arn {
			names = append(names, aws.ToString(point.Name))
		}
	}
	return names
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none of this command"
	}
	return strings.Join(names, ", ")
}

// sweep deletes the access points that earlier runs have left.
func (r *filing) sweep(ctx context.Context, clock clock) error {
	var err error
	if r.from, err = r.command.connect(ctx, r.reader, clock); err != nil {
		return err
	}
	points, err := r.ours(ctx)
	if err != nil {
		return r.reader.explain(err)
	}
	deleted := 0
	for _, point := range points {
		name, old := aws.ToString(point.Name), clock.now().Sub(aws.ToTime(point.CreationTime))
		if old < r.command.OlderThan {
			fmt.Fprintf(r.stdout, "kept: %s, %s old; another run may use it\n", name, age(old))
			continue
		}
		if err := r.delete(ctx, aws.ToString(point.AccessPointArn)); err != nil {
			return r.reader.explain(err)
		}
		deleted++
		fmt.Fprintf(r.stdout, "deleted: %s, %s old, of %s\n", name, age(old), aws.ToString(point.RecoveryPointArn))
	}
	fmt.Fprintf(r.stdout, "%s deleted in %s\n", count(deleted, "access point was", "access points were"), r.reader)
	return nil
}

func hasCode(err error, code string) bool {
	answer, ok := errors.AsType[smithy.APIError](err)
	return ok && answer.ErrorCode() == code
}
