package job

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"

	"central-s3-backup/internal/backupfake"
	"central-s3-backup/internal/restoretest"
)

const daily = `{"version": "0", "source": "aws.events", "detail-type": "Scheduled Event", "account": "111111111111", "detail": {}}`

func (w *world) createAccessPoint(name, point string) {
	w.t.Helper()
	account, _ := w.validator().Connect(context.Background(), w.plan) // never fails
	_, err := account.Backup.CreateBackupAccessPoint(context.Background(), &backup.CreateBackupAccessPointInput{
		Name: aws.String(name), RecoveryPointArn: aws.String(point),
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) looks() []string {
	w.t.Helper()
	before := len(w.told())
	if err := w.validator().Handle(context.Background(), daily); err != nil {
		w.t.Fatal(err)
	}
	var missing []string
	for _, detail := range w.told()[before:] {
		if detail.Outcome != "missing" || detail.Account != dev || detail.Plan != "lake-prod" || !strings.Contains(detail.Message, "336 hours") {
			w.t.Errorf("%+v", detail)
		}
		missing = append(missing, detail.Bucket)
	}
	return missing
}

// TestMissing: a bucket without a successful test within two schedules is an alert every day, and a new bucket has
// that time.
func TestMissing(t *testing.T) {
	w := newWorld(t)
	w.plan.Buckets = append(w.plan.Buckets, restoretest.Bucket{Name: "never", Workload: "lake-prod"})
	want := func(when string, buckets ...string) {
		t.Helper()
		if got := w.looks(); !slices.Equal(got, buckets) {
			t.Errorf("%s: got %v; want %v", when, got, buckets)
		}
	}
	want("on the first day")
	w.restores(w.snapshot(objects), backupfake.TestOptions{})
	w.validates()
	w.clock.Advance(13 * 24 * time.Hour)
	want("after 13 days")
	w.clock.Advance(36 * time.Hour)
	want("after 14 days", "lake", "never")
	w.clock.Advance(24 * time.Hour)
	want("on the next day", "lake", "never")

	// A test that fails is no validated test. The evidence has the day on which the world began.
	b := w.restores(w.snapshot(objects), backupfake.TestOptions{})
	b.Delete("a", w.clock.Now())
	if err := w.validator().Handle(context.Background(), w.event()); err != nil {
		t.Fatal(err)
	}
	want("after a failed test", "lake", "never")
	w.restores(w.snapshot(objects), backupfake.TestOptions{})
	if err := w.validator().Handle(context.Background(), w.event()); err != nil {
		t.Fatal(err)
	}
	want("after a successful test", "never")

	w.plan.WithinHours = 0
	want("without a schedule")
}

// TestSweep: access points that were left are deleted, and those in use and those of others are not.
func TestSweep(t *testing.T) {
	w := newWorld(t)
	p := w.snapshot(objects)
	w.createAccessPoint("dummy-validate-old", p.ARN)
	w.createAccessPoint("dummy-files-old", p.ARN)
	w.createAccessPoint("other-validate-old", p.ARN)
	w.clock.Advance(7 * time.Hour)
	w.createAccessPoint("dummy-validate-new", p.ARN)
	w.looks()
	if left := w.dev.AccessPoints(); !slices.Equal(left, []string{"dummy-files-old", "other-validate-old", "dummy-validate-new"}) {
		t.Error(left)
	}
}

// TestDailyErrors: a plan whose account cannot be reached does not keep the check from the others, and the event comes
// back.
func TestDailyErrors(t *testing.T) {
	w := newWorld(t)
	p := w.snapshot(objects)
	w.createAccessPoint("dummy-validate-old", p.ARN)
	w.clock.Advance(7 * time.Hour)
	v := w.validator()
	broken := w.plan
	broken.Workload, broken.RoleARN = "broken-prod", "arn:aws:iam::222222222222:role/broken"
	v.Tests.Plans = []restoretest.Plan{broken, w.plan}
	connect := v.Connect
	v.Connect = func(ctx context.Context, p restoretest.Plan) (Account, error) {
		if p.Workload == "broken-prod" {
			return Account{}, context.DeadlineExceeded
		}
		return connect(ctx, p)
	}
	err := v.Handle(context.Background(), daily)
	if err == nil || !strings.Contains(err.Error(), "broken-prod") || !strings.Contains(err.Error(), "role/broken") {
		t.Error(err)
	}
	if left := w.dev.AccessPoints(); len(left) > 0 {
		t.Error(left)
	}
}
