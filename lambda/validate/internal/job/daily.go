package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"central-s3-backup/internal/alerting"
	"central-s3-backup/internal/restoretest"
)

// atOnce is how many plans the daily check looks at at the same time.
const atOnce = 8

// daily looks for buckets without a validated test, since AWS Backup passes over a bucket silently, and deletes access
// points that were left. A plan that cannot be looked at does not keep it from the others.
func (v *Validator) daily(ctx context.Context) error {
	errs := make([]error, len(v.Tests.Plans))
	slots := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for i, p := range v.Tests.Plans {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if err := errors.Join(v.missing(ctx, p), v.sweep(ctx, p)); err != nil {
				errs[i] = fmt.Errorf("the restore tests of %s: %w", p.Workload, err)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// missing sends an event for each bucket of a plan without a validated test within the time.
func (v *Validator) missing(ctx context.Context, p restoretest.Plan) error {
	if p.WithinHours == 0 {
		return nil
	}
	now := v.Now().UTC()
	from := now.Add(-time.Duration(p.WithinHours) * time.Hour)
	var errs []error
	for _, b := range p.Buckets {
		history, err := v.Store.Look(ctx, p.Workload, b.Name, from, now)
		if err != nil {
			errs = append(errs, fmt.Errorf("the evidence of %s: %w", b.Name, err))
			continue
		}
		if !history.Validated.IsZero() || history.Expected.After(from) {
			continue
		}
		errs = append(errs, v.send(ctx, alerting.RestoreTestDetail{
			Outcome: alerting.RestoreTestMissing, Plan: p.Workload, Bucket: b.Name, Account: p.Account, Region: p.Region,
			Message: fmt.Sprintf("No restore test of %s was validated successfully within the last %d hours, twice the time between two tests.",
				b.Name, p.WithinHours),
		}))
	}
	return errors.Join(errs...)
}

// sweep deletes access points that were left in the account of a plan.
func (v *Validator) sweep(ctx context.Context, p restoretest.Plan) error {
	account, err := v.Connect(ctx, p)
	if err != nil {
		return fmt.Errorf("the role %s cannot be assumed: %w", p.RoleARN, err)
	}
	left, err := v.left(ctx, account, func(types.ListAccessPointsMember) bool { return true })
	for _, arn := range left {
		v.Log.WarnContext(ctx, "deletes an access point that was left", "arn", arn)
		err = errors.Join(err, remove(ctx, account, arn))
	}
	return err
}

// send sends an event to the central bus.
func (v *Validator) send(ctx context.Context, detail alerting.RestoreTestDetail) error {
	content, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	entry := eventtypes.PutEventsRequestEntry{
		Source: aws.String(alerting.TestSource), DetailType: aws.String(alerting.RestoreTestDetailType), Detail: aws.String(string(content)),
		EventBusName: aws.String(v.Bus),
	}
	if detail.RecoveryPointARN != "" {
		entry.Resources = []string{detail.RecoveryPointARN}
	}
	output, err := v.Events.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []eventtypes.PutEventsRequestEntry{entry}})
	if err != nil {
		return fmt.Errorf("the event cannot be sent: %w", err)
	}
	for _, entry := range output.Entries {
		if entry.ErrorCode != nil {
			return fmt.Errorf("EventBridge does not take the event: %s: %s", aws.ToString(entry.ErrorCode), aws.ToString(entry.ErrorMessage))
		}
	}
	return nil
}
