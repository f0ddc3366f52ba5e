package job

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"central-s3-backup/lambda/validate/internal/compare"
	"central-s3-backup/lambda/validate/internal/evidence"
)

// sampled is how many objects of a bucket are compared byte by byte.
const sampled = 100

// compare returns the evidence of the job. An error leaves the access point to the next attempt.
func (r *run) compare(ctx context.Context) (*evidence.Evidence, error) {
	e := r.base()
	if r.job.Status != types.RestoreJobStatusCompleted {
		return r.without(e, fmt.Sprintf("The restore job is %s: %s.", r.job.Status,
			strings.TrimSuffix(aws.ToString(r.job.StatusMessage), "."))), nil
	}
	if why := gone(r.job); why != "" {
		return r.without(e, why), nil
	}
	moment, err := r.moment(ctx)
	if err != nil {
		return nil, err
	}
	e.Job.RestoreTime = moment
	point, err := r.open(ctx, moment)
	if err != nil {
		return nil, err
	}
	c, err := r.both(ctx, point)
	if err != nil {
		return nil, err
	}
	// The comparison of data that was being deleted would find differences that no restore made.
	job, err := r.describe(ctx, e.Job.ID)
	if err != nil {
		return nil, err
	}
	if why := gone(job); why != "" {
		return r.without(e, why), nil
	}
	switch compared := c.RecoveryPoint.Bytes; {
	case c.Complete:
		c.ByteShare = aws.Float64(1)
	case compared < e.Job.Bytes:
		c.ByteShare = aws.Float64(float64(compared) / float64(e.Job.Bytes))
	}
	e.Comparison = c
	e.Outcome = evidence.Successful
	if c.Differences.Total > 0 {
		e.Outcome = evidence.Failed
	}
	e.Message = message(e)
	e.Ended = r.Now().UTC()
	return e, nil
}

// without completes evidence of a job whose data nobody compared.
func (r *run) without(e *evidence.Evidence, why string) *evidence.Evidence {
	e.Outcome, e.Message, e.Ended = evidence.NotValidated, "Nothing was compared. "+why, r.Now().UTC()
	return e
}

// both compares the restored bucket with the recovery point.
func (r *run) both(ctx context.Context, point *accessPoint) (*evidence.Comparison, error) {
	begin := r.Now()
	end := begin.Add(r.Most)
	if deadline, has := ctx.Deadline(); has && deadline.Add(-r.Rest).Before(end) {
		end = deadline.Add(-r.Rest)
	}
	have := end.Sub(begin)
	if have < r.Rest {
		return nil, errTime
	}
	wanted := compare.InS3(r.account.S3, point.alias)
	got := compare.InS3(r.account.S3, bucketOf(aws.ToString(r.job.CreatedResourceArn)))

	// The canaries are few, and the surest sign, so they come first. The sample has a third of the time.
	known := make([]compare.Known, len(r.bucket.Canaries))
	for i, canary := range r.bucket.Canaries {
		known[i] = compare.Known{Key: canary.Key, SHA256: strings.ToLower(canary.SHA256)}
	}
	canaries, err := compare.Canaries(ctx, wanted, got, known, absent)
	if err != nil {
		return nil, fmt.Errorf("a canary cannot be read: %w", err)
	}
	listing, err := compare.Listings(ctx, wanted, got, sampled, r.Now, begin.Add(have*2/3))
	if err != nil {
		return nil, fmt.Errorf("the objects cannot be listed: %w", err)
	}
	checks, err := compare.Sample(ctx, wanted, got, listing.Sample, r.Now, end)
	if err != nil {
		return nil, fmt.Errorf("an object of the sample cannot be read: %w", err)
	}
	if len(listing.Sample) > 0 && len(checks) == 0 {
		return nil, errors.New("the time did not suffice to read a single object")
	}
	return comparison(point, listing, canaries, checks), nil
}

// comparison joins what was found.
func comparison(point *accessPoint, l *compare.Listing, canaries, checks []compare.Check) *evidence.Comparison {
	c := &evidence.Comparison{
		AccessPointARN: point.arn, RecoveryPoint: l.RecoveryPoint, Restored: l.Restored,
		Complete: len(l.NotCompared) == 0, Ranges: l.Ranges, NotCompared: append([]compare.Range{}, l.NotCompared...),
		Differences: evidence.Differences{Total: l.Total, First: append([]compare.Difference{}, l.First...)},
		Sample:      evidence.Sample{Planned: len(l.Sample), Checks: checks},
		Canaries:    canaries,
	}
	for kind, list := range map[string][]compare.Check{compare.Content: checks, compare.Canary: canaries} {
		for _, check := range list {
			if !check.Equal() {
				c.Differences.Total++
				c.Differences.First = compare.Keep(c.Differences.First, compare.Difference{Kind: kind, Key: check.Key})
			}
		}
	}
	return c
}

// absent says whether a read failed because there is no such object.
func absent(err error) bool {
	var none *s3types.NoSuchKey
	return errors.As(err, &none)
}

// message says what evidence means, for people.
func message(e *evidence.Evidence) string {
	c := e.Comparison
	var parts []string
	add := func(format string, values ...any) { parts = append(parts, fmt.Sprintf(format, values...)) }
	differences := c.Differences.Total
	switch {
	case c.RecoveryPoint.Objects > 0 && c.Restored.Objects == 0:
		add("Nothing was restored: the recovery point has %d objects, and the restored bucket has none.", c.RecoveryPoint.Objects)
	case differences > 0:
		add("The restored bucket differs from the recovery point in %d places: %s.", differences, places(c.Differences))
	case c.RecoveryPoint.Objects == 0:
		add("The recovery point and the restored bucket are empty. They are equal, and this proves nothing about objects.")
	default:
		add("The restored bucket has the %d objects of the recovery point with their sizes, %d bytes in all.",
			c.RecoveryPoint.Objects, c.RecoveryPoint.Bytes)
	}
	if c.Sample.Planned > 0 {
		add("The content of %d objects was compared.", len(c.Sample.Checks))
	}
	if n := len(c.Canaries); n > 0 && differences == 0 {
		add("Canaries with the expected content: %d.", n)
	}
	if !c.Complete {
		add("The time did not suffice for all keys: %s were compared, spread over %d ranges.", share(c), c.Ranges)
	}
	if e.RestoreMinutes != nil && e.RTOMinutes != nil {
		words := "within"
		if slow(e) {
			words = "more than"
		}
		add("The restore took %s minutes, %s the recovery time objective of %d minutes.", minutes(*e.RestoreMinutes), words, *e.RTOMinutes)
	}
	return strings.Join(parts, " ")
}

func minutes(n float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", n), ".0") }

// share says how much of the data was compared.
func share(c *evidence.Comparison) string {
	if c.ByteShare == nil {
		return fmt.Sprintf("%d objects", c.RecoveryPoint.Objects)
	}
	return fmt.Sprintf("%d objects with about %.0f %% of the bytes", c.RecoveryPoint.Objects, *c.ByteShare*100)
}

// shown is how many differences a message has.
const shown = 3

// places lists the first differences.
func places(d evidence.Differences) string {
	var words []string
	for _, difference := range d.First[:min(len(d.First), shown)] {
		words = append(words, fmt.Sprintf("%s %q", difference.Kind, difference.Key))
	}
	text := strings.Join(words, ", ")
	if d.Total > shown {
		text += ", …"
	}
	return text
}
