// Package job validates restore jobs, and checks every day that there were some.
package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"central-s3-backup/internal/restoretest"
	"central-s3-backup/lambda/validate/internal/compare"
	"central-s3-backup/lambda/validate/internal/evidence"
)

// Backup is the part of AWS Backup's client that the function needs, in the account of a plan.
type Backup interface {
	DescribeRestoreJob(
		context.Context, *backup.DescribeRestoreJobInput, ...func(*backup.Options),
	) (*backup.DescribeRestoreJobOutput, error)
	GetRestoreJobMetadata(
		context.Context, *backup.GetRestoreJobMetadataInput, ...func(*backup.Options),
	) (*backup.GetRestoreJobMetadataOutput, error)
	CreateBackupAccessPoint(
		context.Context, *backup.CreateBackupAccessPointInput, ...func(*backup.Options),
	) (*backup.CreateBackupAccessPointOutput, error)
	DescribeBackupAccessPoint(
		context.Context, *backup.DescribeBackupAccessPointInput, ...func(*backup.Options),
	) (*backup.DescribeBackupAccessPointOutput, error)
	ListBackupAccessPoints(
		context.Context, *backup.ListBackupAccessPointsInput, ...func(*backup.Options),
	) (*backup.ListBackupAccessPointsOutput, error)
	DeleteBackupAccessPoint(
		context.Context, *backup.DeleteBackupAccessPointInput, ...func(*backup.Options),
	) (*backup.DeleteBackupAccessPointOutput, error)
	PutRestoreValidationResult(
		context.Context, *backup.PutRestoreValidationResultInput, ...func(*backup.Options),
	) (*backup.PutRestoreValidationResultOutput, error)
}

// Events is the part of EventBridge's client that the function needs.
type Events interface {
	PutEvents(context.Context, *eventbridge.PutEventsInput, ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error)
}

// Account has the clients of the account and the Region of a plan, with the role of the plan.
type Account struct {
	Backup Backup
	S3     compare.S3
}

// Validator validates restore jobs. All fields are required.
type Validator struct {
	// Tests are the plans and their buckets.
	Tests restoretest.Tests
	// Connect returns the clients of a plan's account.
	Connect func(context.Context, restoretest.Plan) (Account, error)
	// Store keeps the evidence.
	Store *evidence.Store
	// Events sends events to the bus with the ARN Bus.
	Events Events
	Bus    string
	// Program is written into the evidence.
	Program evidence.Validator
	// Now is the clock.
	Now func() time.Time
	// Poll is the time between two looks at an access point that is being created.
	Poll time.Duration
	// Most is the most time that a comparison takes. Rest is the time before the deadline of the context that is kept for
	// the evidence and the result.
	Most, Rest time.Duration
	// Log receives what was done.
	Log *slog.Logger
}

// event is the envelope of an EventBridge event, with the parts of the detail of a restore job that are read here
// (F-EVT-10). AWS Backup describes the rest.
type event struct {
	DetailType string `json:"detail-type"` //nolint:tagliatelle // the name is EventBridge's
	Source     string `json:"source"`
	Account    string `json:"account"`
	Region     string `json:"region"`
	Detail     struct {
		RestoreJobID          string `json:"restoreJobId"`
		RestoreTestingPlanARN string `json:"restoreTestingPlanArn"`
	} `json:"detail"`
}

// Handle handles one event. After an error, nothing false was reported, and the event can be handled again.
func (v *Validator) Handle(ctx context.Context, body string) error {
	var ev event
	if err := json.Unmarshal([]byte(body), &ev); err != nil {
		return fmt.Errorf("the message is no event: %w", err)
	}
	switch {
	case ev.Source == "aws.backup" && ev.DetailType == "Restore Job State Change":
		return v.job(ctx, ev)
	case ev.Source == "aws.events" && ev.DetailType == "Scheduled Event":
		return v.daily(ctx)
	}
	return fmt.Errorf("the event %q of %q is none that this function handles", ev.DetailType, ev.Source)
}

// plan returns the plan of an event, or nil if it is none of this project.
func (v *Validator) plan(ev event) *restoretest.Plan {
	for i := range v.Tests.Plans {
		if p := &v.Tests.Plans[i]; p.Account == ev.Account && p.Region == ev.Region && p.OfARN(ev.Detail.RestoreTestingPlanARN) {
			return p
		}
	}
	return nil
}

// job handles the end of a restore job.
func (v *Validator) job(ctx context.Context, ev event) error {
	if ev.Detail.RestoreJobID == "" {
		return errors.New("the event of a restore job has no restoreJobId")
	}
	p := v.plan(ev)
	if p == nil {
		v.Log.WarnContext(ctx, "the restore testing plan is not one of this project", "plan", ev.Detail.RestoreTestingPlanARN,
			"job", ev.Detail.RestoreJobID)
		return nil
	}
	account, err := v.Connect(ctx, *p)
	if err != nil {
		return fmt.Errorf("the role %s cannot be assumed: %w", p.RoleARN, err)
	}
	r := &run{Validator: v, plan: *p, account: account, started: v.Now().UTC()}
	if err := r.validate(ctx, ev.Detail.RestoreJobID); err != nil {
		return fmt.Errorf("restore job %s: %w", ev.Detail.RestoreJobID, err)
	}
	return nil
}
