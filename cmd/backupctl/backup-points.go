package main

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"central-s3-backup/config"
)

// restorableLag is how far the latest restorable second of a continuous recovery point may be behind (F-S3-4, F-RST-16).
const restorableLag = config.ContinuousRPOMinutes * time.Minute

// recoveryPoint is a recovery point of a bucket.
type recoveryPoint struct {
	arn, vault string
	// created is when the backup was made; a copy has the time of its source (F-S3-11).
	created    time.Time
	continuous bool
	status     types.RecoveryPointStatus
	message    string
	// days is the retention. Zero: unknown, or for ever.
	days int
	// expires is when it expires. Its zero value: unknown, or never.
	expires time.Time
	bytes   int64
	// source is the ARN of the vault that a copy came from.
	source string
}

// snapshotARN ends the ARN of a periodic recovery point. A continuous one has no time in its ARN (F-S3-23).
var snapshotARN = regexp.MustCompile(`-\d{14}-[0-9a-f]{8}$`)

// usable says whether AWS Backup restores the recovery point.
func (p recoveryPoint) usable() bool {
	return slices.Contains([]types.RecoveryPointStatus{
		types.RecoveryPointStatusCompleted, types.RecoveryPointStatusAvailable, types.RecoveryPointStatusStopped,
	}, p.status)
}

func (p recoveryPoint) stopped() bool { return p.status == types.RecoveryPointStatusStopped }

// earliest is the first second that can be restored: a continuous recovery point keeps its first days no longer than its retention.
func (p recoveryPoint) earliest(now time.Time) time.Time {
	first := p.created
	if kept := now.AddDate(0, 0, -p.days); p.continuous && p.days > 0 && kept.After(first) {
		first = kept
	}
	if whole := first.Truncate(time.Second); p.continuous && whole.Before(first) {
		return whole.Add(time.Second)
	}
	return first
}

func (p recoveryPoint) kind() string {
	if p.continuous {
		return "continuous, since " + stamp(p.created)
	}
	return "snapshot of " + stamp(p.created)
}

// stamp is a time for people, in UTC.
func stamp(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }

// listPoints lists the recovery points of a bucket in vaults, oldest first.
func (c *clients) listPoints(ctx context.Context, bucket string, vaults []string) ([]recoveryPoint, error) {
	var all []recoveryPoint
	for _, vault := range vaults {
		pages := backup.NewListRecoveryPointsByBackupVaultPaginator(c.backup, &backup.ListRecoveryPointsByBackupVaultInput{
			BackupVaultName: aws.String(vault), ByResourceArn: aws.String(config.BucketARN(c.account.region, bucket)),
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, c.explainVault(err, vault)
			}
			for i := range page.RecoveryPoints {
				all = append(all, pointOf(&page.RecoveryPoints[i], vault))
			}
		}
	}
	slices.SortStableFunc(all, func(a, b recoveryPoint) int { return a.created.Compare(b.created) })
	return all, nil
}

// explainVault says what an answer about a vault means. AWS does not tell one that is not there from one that is denied.
func (c *clients) explainVault(err error, vault string) error {
	a := c.account
	if isDenied(err) && !lackedAction.MatchString(err.Error()) || isMissing(err) {
		return fmt.Errorf(
			"the vault %s of %s is not there, or %s may not read it; deploy it with npx cdk deploy %s, or write %s NAME of the "+
				"role %s",
			vault,
			a,
			a.credentials(),
			a.stack,
			a.flag,
			a.operator,
		)
	}
	return a.explain(err)
}

func pointOf(p *types.RecoveryPointByBackupVault, vault string) recoveryPoint {
	point := recoveryPoint{
		arn: aws.ToString(p.RecoveryPointArn), vault: vault, created: aws.ToTime(p.CreationDate).UTC(), status: p.Status,
		message: aws.ToString(p.StatusMessage), bytes: aws.ToInt64(p.BackupSizeInBytes), source: aws.ToString(p.SourceBackupVaultArn),
	}
	point.continuous = !snapshotARN.MatchString(point.arn)
	if p.Lifecycle != nil {
		point.days = int(aws.ToInt64(p.Lifecycle.DeleteAfterDays))
	}
	if p.CalculatedLifecycle != nil {
		point.expires = aws.ToTime(p.CalculatedLifecycle.DeleteAt).UTC()
	}
	return point
}

// choice is a recovery point, and the bucket's moment that comes back from it.
type choice struct {
	recoveryPoint
	moment time.Time
}

// wanted is what a recovery point is chosen for.
type wanted struct {
	bucket string
	// text is --to as it was written. to is its time; its zero value is the latest.
	text string
	to   time.Time
	// snapshots leaves out continuous recovery points.
	snapshots bool
	now       time.Time
}

// newWanted reads --to of a command.
func newWanted(bucket, text string, snapshots bool, now time.Time) (wanted, error) {
	w := wanted{bucket: bucket, text: text, snapshots: snapshots, now: now}
	if text == "" {
		return w, nil
	}
	var err error
	w.to, err = moment(text, now)
	return w, err
}

// moment is the bucket's moment that a recovery point would bring back: at the time or before it, as late as it can.
func (w wanted) moment(p recoveryPoint) (time.Time, bool) {
	target := w.to
	if target.IsZero() {
		target = w.now
	}
	if p.continuous {
		if latest := w.now.Add(-restorableLag).UTC().Truncate(time.Second); target.After(latest) {
			target = latest
		}
		return target, !w.snapshots && !target.Before(p.earliest(w.now))
	}
	return p.created, !p.created.Truncate(time.Second).After(target) // the second of --to counts as a whole
}

// choose takes the recovery point whose moment is the latest at the time or before it. Of two, the later one was made after the
// earlier one had stopped.
func (w wanted) choose(points []recoveryPoint) (choice, error) {
	var best choice
	found, unusable := false, []recoveryPoint{}
	for _, p := range points {
		moment, ok := w.moment(p)
		switch {
		case !ok:
		case !p.usable():
			unusable = append(unusable, p)
		case p.stopped() && w.to.IsZero(): // nobody tells when it stopped
			unusable = append(unusable, p)
		case !found || !moment.Before(best.moment):
			best, found = choice{p, moment}, true
		}
	}
	if found {
		return best, nil
	}
	return best, w.none(points, unusable)
}

// none says why there is no recovery point, and which there are.
func (w wanted) none(points, unusable []recoveryPoint) error {
	at := ""
	if w.text != "" {
		at = "--to " + w.text + ": "
	}
	if len(unusable) > 0 {
		last := unusable[len(unusable)-1]
		name := fmt.Sprintf("%sthe recovery point %s (%s) ", at, last.arn, last.kind())
		if last.stopped() {
			return fmt.Errorf("%sis STOPPED: it has nothing after it stopped, and AWS Backup does not tell when that was (F-RST-16); "+
				"write --to TIME before that", name)
		}
		return fmt.Errorf("%sis %s, so AWS Backup does not restore it%s%s", name, last.status, w.reason(last), w.others(points))
	}
	if len(points) == 0 {
		return fmt.Errorf("%sbucket %s has no recovery point", at, w.bucket)
	}
	return fmt.Errorf("%sbucket %s has no recovery point of that time or before%s", at, w.bucket, w.others(points))
}

func (w wanted) reason(p recoveryPoint) string {
	if p.message == "" {
		return ""
	}
	return " (" + strings.TrimRight(p.message, ".") + ")"
}

// others names the earliest and the latest moment that can be restored.
func (w wanted) others(points []recoveryPoint) string {
	var times []time.Time
	for _, p := range points {
		if !p.usable() || w.snapshots && p.continuous {
			continue
		}
		times = append(times, p.earliest(w.now))
		if latest, ok := (wanted{now: w.now}).moment(p); ok {
			times = append(times, latest)
		}
	}
	if len(times) == 0 {
		return "; there is no other"
	}
	slices.SortFunc(times, func(a, b time.Time) int { return cmp.Compare(a.UnixNano(), b.UnixNano()) })
	return fmt.Sprintf("; the earliest is of %s, the latest of %s", upToSecond(times[0]), stamp(times[len(times)-1]))
}

// upToSecond is the first whole second that is not before a time.
func upToSecond(t time.Time) string {
	if whole := t.Truncate(time.Second); whole.Before(t) {
		return stamp(whole.Add(time.Second))
	}
	return stamp(t)
}

// warnings are what the choice means besides.
func (w wanted) warnings(c choice) []string {
	var all []string
	if behind := w.to.Sub(c.moment).Truncate(time.Second); !w.to.IsZero() && behind > 0 {
		why := "no recovery point is nearer"
		if c.continuous {
			why = fmt.Sprintf("the last %d minutes cannot be restored yet (F-S3-4)", config.ContinuousRPOMinutes)
		}
		all = append(all, fmt.Sprintf("the bucket comes back as it was %s before --to: %s", age(behind), why))
	}
	if c.stopped() {
		all = append(all, "the continuous recovery point is STOPPED, and AWS Backup does not tell when (F-RST-16): "+
			"if it refuses the time, write an earlier --to, or add --snapshot")
	}
	if !c.expires.IsZero() && !c.continuous && c.expires.Before(w.now.AddDate(0, 0, 1)) {
		all = append(all, "the recovery point expires at "+stamp(c.expires))
	}
	return all
}

// age is a length of time for people, by its two largest units.
func age(d time.Duration) string {
	var parts []string
	for _, unit := range []struct {
		length time.Duration
		name   string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}} {
		if n := d / unit.length; n > 0 && len(parts) < 2 {
			parts = append(parts, fmt.Sprintf("%d %s", n, unit.name))
			d %= unit.length
		} else if len(parts) > 0 {
			break
		}
	}
	if len(parts) == 0 {
		return "0 s"
	}
	return strings.Join(parts, " ")
}
