package job

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"central-s3-backup/internal/backupfake"
	"central-s3-backup/internal/restoretest"
	"central-s3-backup/internal/s3fake"
	"central-s3-backup/lambda/validate/internal/compare"
	"central-s3-backup/lambda/validate/internal/evidence"
)

var objects = map[string]string{"a": "one", "b": "two", "c/d": "three", "canary": "sings"}

// summary is the evidence in a few words.
func summary(e *evidence.Evidence) string {
	if e.Comparison == nil {
		return string(e.Outcome)
	}
	var found []string
	for _, d := range e.Comparison.Differences.First {
		found = append(found, d.Kind+" "+d.Key)
	}
	return fmt.Sprintf("%s %d/%d %d: %s", e.Outcome, e.Comparison.RecoveryPoint.Objects, e.Comparison.Restored.Objects,
		e.Comparison.Differences.Total, strings.Join(found, ", "))
}

// TestValidation: what a restore changed is found, the result and the event say so, and the access point is deleted.
func TestValidation(t *testing.T) {
	for _, c := range []struct {
		name    string
		objects map[string]string
		change  func(*s3fake.Bucket)
		canary  string
		want    string
		message string
	}{
		{"equal", objects, nil, "sings", "successful 4/4 0: ", "has the 4 objects of the recovery point"},
		{"one byte", objects, func(b *s3fake.Bucket) { b.Put("b", s3fake.Version{Body: []byte("twp")}) }, "sings",
			"failed 4/4 1: content b", `in 1 places: content "b"`},
		{"one object is missing", objects, func(b *s3fake.Bucket) { b.Delete("c/d", noon.Add(time.Hour)) }, "sings",
			"failed 4/3 1: missing c/d", `missing "c/d"`},
		{"one object too many", objects, func(b *s3fake.Bucket) { b.Put("z", s3fake.Version{Body: []byte("z")}) }, "sings",
			"failed 4/5 1: extra z", `extra "z"`},
		{"another size", objects, func(b *s3fake.Bucket) { b.Put("a", s3fake.Version{Body: []byte("on")}) }, "sings",
			"failed 4/4 1: size a", `size "a"`},
		{"nothing restored", objects, func(b *s3fake.Bucket) {
			for key := range objects {
				b.Delete(key, noon.Add(time.Hour))
			}
		}, "sings", "failed 4/0 5: missing a, missing b, missing c/d, canary canary, missing canary", "Nothing was restored"},
		{"nothing to restore", nil, nil, "", "successful 0/0 0: ", "this proves nothing"},
		{"a canary that changed before the backup", objects, nil, "sang", "failed 4/4 1: canary canary", `canary "canary"`},
		{"a canary that is nowhere", map[string]string{"a": "one"}, nil, "sings", "failed 1/1 1: canary canary", `canary "canary"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			if c.canary != "" {
				w.plan.Buckets[0].Canaries = []restoretest.Canary{{Key: "canary", SHA256: strings.ToUpper(sum(c.canary))}}
			}
			b := w.restores(w.snapshot(c.objects), backupfake.TestOptions{})
			if c.change != nil {
				c.change(b)
			}
			e := w.validates()
			if got := summary(e); got != c.want || !strings.Contains(e.Message, c.message) {
				t.Errorf("got %s; want %s\n%s", got, c.want, e.Message)
			}
			w.check(e.Outcome)
		})
	}
}

// check checks that result, event and access points are as they should be after an outcome.
func (w *world) check(outcome evidence.Outcome) {
	w.t.Helper()
	status, message := w.aws.Validation(w.job)
	want := map[evidence.Outcome]types.RestoreValidationStatus{evidence.Successful: "SUCCESSFUL", evidence.Failed: "FAILED"}[outcome]
	if status != want || !strings.HasSuffix(message, "Evidence: s3://evidence/"+w.key()) {
		w.t.Errorf("the result is %s: %s; want %s", status, message, want)
	}
	told := w.told()
	if len(told) == 0 || string(told[0].Outcome) != string(outcome) || told[0].Bucket != "lake" || told[0].RestoreJobID != w.job {
		w.t.Errorf("told %+v; want %s", told, outcome)
	}
	if left := w.dev.AccessPoints(); len(left) > 0 {
		w.t.Errorf("access points are left: %v", left)
	}
}

// TestEvidence: the evidence says what was compared, when, and by what.
func TestEvidence(t *testing.T) {
	w := newWorld(t)
	w.plan.Buckets[0].RTOMinutes = 9
	w.plan.Buckets[0].Canaries = []restoretest.Canary{{Key: "canary", SHA256: sum("sings")}}
	p := w.snapshot(objects)
	w.restores(p, backupfake.TestOptions{Role: "arn:aws:iam::222222222222:role/dummy-restore-lake-prod"})
	e := w.validates()
	if e.SchemaVersion != 1 || e.Project != "dummy" || e.Workload != "lake-prod" || e.Tier != "standard_data" || e.Bucket != "lake" {
		t.Errorf("%+v", e)
	}
	j := e.Job
	if j.PlanARN != planARN || j.RecoveryPointARN != p.ARN || j.SourceARN != "arn:aws:s3:::lake" ||
		j.RestoredARN != "arn:aws:s3:::"+w.restored || j.VaultARN != w.vault.ARN() || j.RoleARN == "" ||
		!j.Completed.Equal(noon.Add(10*time.Minute)) || j.Bytes != 16 {
		t.Errorf("%+v", j)
	}
	if *e.RestoreMinutes != 10 || *e.RTOMinutes != 9 ||
		!strings.Contains(e.Message, "The restore took 10 minutes, more than the recovery time objective of 9 minutes.") {
		t.Error(*e.RestoreMinutes, *e.RTOMinutes, e.Message)
	}
	if told := w.told(); told[0].Slow != "true" {
		t.Errorf("%+v", told)
	}
	c := e.Comparison
	if !c.Complete || *c.ByteShare != 1 || c.RecoveryPoint != (compare.Count{Objects: 4, Bytes: 16}) || c.Sample.Planned != 4 ||
		len(c.Sample.Checks) != 4 || c.Sample.Checks[0].RestoredSHA256 != sum("one") || !c.Canaries[0].Equal() ||
		!strings.HasSuffix(c.AccessPointARN, "accesspoint/"+restoretest.AccessPointName("dummy", w.job)) {
		t.Errorf("%+v", c)
	}
}

// TestContinuous: a continuous recovery point is read as it was at the moment that was restored, whatever the live
// bucket is now.
func TestContinuous(t *testing.T) {
	w := newWorld(t)
	p := w.vault.AddContinuous("lake", noon.Add(-24*time.Hour), backupfake.PointOptions{Objects: map[string][]s3fake.Version{
		"a": {{Body: []byte("old"), At: noon.Add(-3 * time.Hour)}, {Body: []byte("new"), At: noon.Add(-time.Hour)}},
		"b": {{Body: []byte("later"), At: noon.Add(-time.Hour)}},
	}})
	w.restores(p, backupfake.TestOptions{RestoreTime: noon.Add(-2 * time.Hour)})
	e := w.validates()
	if got := summary(e); got != "successful 1/1 0: " || e.Job.RestoreTime != "2026-03-09T10:00:00Z" {
		t.Error(got, e.Job.RestoreTime)
	}
}

// TestFailedJob: a job that failed has evidence, and no result. AWS Backup's own event is the alert.
func TestFailedJob(t *testing.T) {
	w := newWorld(t)
	w.restores(w.snapshot(objects), backupfake.TestOptions{Steps: []backupfake.Step{
		{State: "PENDING"}, {After: time.Minute, State: "FAILED", Message: "AccessDenied."},
	}})
	e := w.validates()
	if e.Outcome != evidence.NotValidated || e.Comparison != nil ||
		e.Message != "Nothing was compared. The restore job is FAILED: AccessDenied." {
		t.Errorf("%+v", e)
	}
	if status, _ := w.aws.Validation(w.job); status != "VALIDATING" || len(w.told()) > 0 || w.aws.Count("CreateBackupAccessPoint") > 0 {
		t.Error(status, w.told())
	}
}

// TestTooLate: data that AWS Backup deletes is not compared, also if it begins to during the comparison.
func TestTooLate(t *testing.T) {
	for _, at := range []string{"before", "GetRestoreJobMetadata", "DescribeBackupAccessPoint"} {
		w := newWorld(t)
		w.restores(w.snapshot(objects), backupfake.TestOptions{})
		late := func() {
			w.aws.TimeOut(w.job)
			w.dev.S3.CreateBucket(w.restored, s3fake.BucketOptions{Region: region}) // it is there for a while, and empty
		}
		if at == "before" {
			late()
		} else {
			w.aws.SetFault(func(call backupfake.Call) *backupfake.Fault {
				w.clock.Advance(40 * time.Second)
				if call.Operation == at {
					late()
				}
				return nil
			})
		}
		e := w.validates()
		if status, _ := w.aws.Validation(w.job); e.Outcome != evidence.NotValidated || status != "TIMED_OUT" {
			t.Error(at, summary(e), status)
		}
		if told := w.told(); len(told) != 1 || told[0].Outcome != "notValidated" {
			t.Errorf("%s: %+v", at, told)
		}
	}
}

// TestReplay: an event that comes again changes nothing, although AWS Backup has deleted what was restored.
func TestReplay(t *testing.T) {
	w := newWorld(t)
	w.restores(w.snapshot(objects), backupfake.TestOptions{})
	first := w.validates()
	w.clock.Advance(time.Hour)
	again := w.validates()
	if summary(first) != summary(again) || !first.Ended.Equal(again.Ended) {
		t.Error(summary(first), summary(again))
	}
	w.check(evidence.Successful)
	made := slices.DeleteFunc(w.aws.Calls(), func(c backupfake.Call) bool { return c.Action != "backup:CreateBackupAccessPoint" })
	if puts := w.aws.Count("PutRestoreValidationResult"); len(made) != 1 || puts != 1 {
		t.Errorf("%d access points, %d results", len(made), puts)
	}
}

// TestResultIsThere: a result that somebody else put stays, and the evidence does not claim another.
func TestResultIsThere(t *testing.T) {
	w := newWorld(t)
	w.restores(w.snapshot(objects), backupfake.TestOptions{})
	w.aws.SetFault(func(call backupfake.Call) *backupfake.Fault {
		w.clock.Advance(40 * time.Second)
		if call.Operation == "PutRestoreValidationResult" { // just before ours
			w.aws.TimeOut(w.job)
		}
		return nil
	})
	e := w.validates()
	status, _ := w.aws.Validation(w.job)
	if e.Outcome != evidence.Successful || status != "TIMED_OUT" || !strings.Contains(w.log.String(), "another validation result") {
		t.Error(e.Outcome, status, w.log.String())
	}
}

// TestCrash: the function dies at every request, before it is carried out and after it. It leaves nothing false, and
// the next attempt ends as if nothing had been.
func TestCrash(t *testing.T) {
	for at := 1; ; at++ {
		if ended := crash(t, evidence.Successful, at, false); ended {
			if at < 15 {
				t.Errorf("%d requests", at)
			}
			return
		}
		crash(t, evidence.Failed, at, true)
	}
}

// crash returns true if the function ended before that request.
func crash(t *testing.T, outcome evidence.Outcome, at int, after bool) bool {
	w := newWorld(t)
	w.plan.Buckets[0].Canaries = []restoretest.Canary{{Key: "canary", SHA256: sum("sings")}}
	b := w.restores(w.snapshot(map[string]string{"a": "one", "canary": "sings"}), backupfake.TestOptions{})
	if outcome == evidence.Failed {
		b.Put("a", s3fake.Version{Body: []byte("onf")})
	}
	w.dies(at, after)
	err := w.validator().Handle(context.Background(), w.event())
	if err == nil && !w.dead {
		return true
	}
	if err == nil {
		t.Errorf("request %d: the function died, and its event was handled", at)
	}
	// Nothing is false: there is no result, or that of the evidence.
	e := w.evidence()
	status, _ := w.aws.Validation(w.job)
	if status != "VALIDATING" && (e == nil || status != result(e.Outcome)) || e != nil && e.Outcome != outcome {
		t.Errorf("request %d, %t: after the crash the result is %s", at, after, status)
	}
	w.dies(0, false)
	for attempt := 0; ; attempt++ {
		w.clock.Advance(90 * time.Minute) // the visibility timeout of the queue
		err := w.validator().Handle(context.Background(), w.event())
		if err == nil {
			break
		}
		if attempt == 2 {
			t.Fatalf("request %d, %t: %v", at, after, err)
		}
	}
	if e := w.evidence(); e == nil || e.Outcome != outcome {
		t.Errorf("request %d, %t: %+v", at, after, e)
	}
	w.check(outcome)
	return false
}

// TestErrors: each call that fails for a while is an error, no difference, and the next attempt ends well.
func TestErrors(t *testing.T) {
	for _, operation := range []string{
		"DescribeRestoreJob", "GetRestoreJobMetadata", "ListBackupAccessPoints", "CreateBackupAccessPoint", "DescribeBackupAccessPoint",
		"DeleteBackupAccessPoint", "PutRestoreValidationResult", "PutEvents",
	} {
		w := newWorld(t)
		w.restores(w.snapshot(objects), backupfake.TestOptions{})
		fails := true
		w.aws.SetFault(func(call backupfake.Call) *backupfake.Fault {
			w.clock.Advance(40 * time.Second)
			if fails && call.Operation == operation {
				return backupfake.Denied(call)
			}
			return nil
		})
		err := w.validator().Handle(context.Background(), w.event())
		if err == nil || !strings.Contains(err.Error(), "AccessDenied") || !strings.Contains(err.Error(), w.job) {
			t.Errorf("%s: %v", operation, err)
		}
		if status, _ := w.aws.Validation(w.job); status == "FAILED" {
			t.Errorf("%s made a false result", operation)
		}
		fails = false
		compared := w.evidence() != nil
		w.validates()
		w.check(evidence.Successful)
		if n := w.aws.Count("GetRestoreJobMetadata"); compared && n != 1 {
			t.Errorf("%s: with evidence, the next attempt compared again", operation)
		}
	}
}

// TestAccessPoints: one that failed is replaced by the next attempt, those that were left make room, and those of
// others stay.
func TestAccessPoints(t *testing.T) {
	handle := func(w *world) error { return w.validator().Handle(context.Background(), w.event()) }
	w := newWorld(t)
	w.restores(w.snapshot(objects), backupfake.TestOptions{})
	failing := true
	w.aws.SetFault(func(call backupfake.Call) *backupfake.Fault {
		if call.Operation == "DescribeBackupAccessPoint" && failing {
			w.aws.FailAccessPoints("no KMS permission")
		}
		w.clock.Advance(40 * time.Second)
		return nil
	})
	if err := handle(w); err == nil || !strings.Contains(err.Error(), "FAILED: no KMS permission") {
		t.Error(err)
	}
	failing = false
	w.clock.Advance(time.Hour)
	w.validates()
	w.check(evidence.Successful)

	for name, c := range map[string]struct {
		prefix string
		age    time.Duration
		want   string
	}{
		"left by this function":    {"dummy-validate-", 7 * time.Hour, "5 that were left are deleted now"},
		"in use by this function":  {"dummy-validate-", time.Hour, "all in use"},
		"of people who read files": {"dummy-files-", 7 * time.Hour, "all in use"},
	} {
		w := newWorld(t)
		p := w.snapshot(objects)
		w.restores(p, backupfake.TestOptions{})
		for i := range 5 {
			w.createAccessPoint(fmt.Sprintf("%s%d", c.prefix, i), p.ARN)
		}
		w.clock.Advance(c.age)
		if err := handle(w); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %s", name, err, c.want)
		}
		w.clock.Advance(time.Hour)
		left := w.dev.AccessPoints()
		if c.want == "all in use" {
			if len(left) != 5 {
				t.Errorf("%s: %v", name, left)
			}
			continue
		}
		w.validates()
		w.check(evidence.Successful)
	}
}

// TestStrangers: a plan of somebody else is left alone, and what is no event comes back.
func TestStrangers(t *testing.T) {
	w := newWorld(t)
	w.restores(w.snapshot(objects), backupfake.TestOptions{})
	for _, event := range []string{
		strings.Replace(w.event(), "restore-testing-plan:dummy_lake_prod", "restore-testing-plan:theirs", 1),
		strings.Replace(w.event(), `"account": "222222222222"`, `"account": "333333333333"`, 1),
	} {
		if err := w.validator().Handle(context.Background(), event); err != nil || len(w.aws.Calls()) > 0 {
			t.Error(err, w.aws.Calls())
		}
	}
	for _, body := range []string{"", "x", "{}", `{"source": "aws.backup", "detail-type": "Backup Job State Change"}`,
		strings.Replace(w.event(), w.job, "", 1)} {
		if err := w.validator().Handle(context.Background(), body); err == nil {
			t.Errorf("%q was handled", body)
		}
	}
}

// TestCopies: the test of a copy is that of the bucket's workload, beside the workload's own tests.
func TestCopies(t *testing.T) {
	w := newWorld(t)
	w.plan.Workload = "central"
	w.restores(w.snapshot(objects), backupfake.TestOptions{})
	if err := w.validator().Handle(context.Background(), w.event()); err != nil {
		t.Fatal(err)
	}
	keys := w.aws.Account(central).S3.Bucket("evidence").Keys()
	if want := []string{evidence.Key("central", "lake", noon, w.job)}; !slices.Equal(keys, want) {
		t.Error(keys)
	}
}

// TestDeadline: what does not fit into the time is no difference, and the evidence says how much was compared.
func TestDeadline(t *testing.T) {
	w := newWorld(t)
	w.restores(w.snapshot(objects), backupfake.TestOptions{})
	large := s3fake.BucketOptions{Region: region, Generated: &s3fake.Generated{
		Keys: 20_000, Key: func(n int) string { return fmt.Sprintf("part-%06d", n) },
		Versions: func(int) []s3fake.Version { return []s3fake.Version{{Size: 1, At: noon}} },
	}}
	w.dev.S3.CreateBucket(w.restored, large)
	w.dev.S3.SetFault(func(r *http.Request) *s3fake.Fault {
		asked := s3fake.Describe(r)
		if asked.Operation == "ListObjectsV2" && asked.Bucket != w.restored && w.dev.S3.Bucket(asked.Bucket).Versions("part-000000") == nil {
			w.dev.S3.CreateBucket(asked.Bucket, large)
		}
		return nil
	})
	v := w.validator()
	var ticks atomic.Int64
	v.Now = func() time.Time { return noon.Add(time.Duration(ticks.Add(1)) * 100 * time.Millisecond) }
	v.Most = 2 * time.Second
	if err := v.Handle(context.Background(), w.event()); err != nil {
		t.Fatal(err)
	}
	e := w.evidence()
	c := e.Comparison
	if e.Outcome != evidence.Successful || c.Complete || len(c.NotCompared) == 0 || c.RecoveryPoint.Objects < 5_000 ||
		c.ByteShare != nil || !strings.Contains(e.Message, "The time did not suffice for all keys") {
		t.Errorf("%s: %d ranges, not compared %v", e.Message, c.Ranges, c.NotCompared)
	}
	if n := len(c.Sample.Checks); c.Sample.Planned != 100 || n < 2 || n > 50 || c.Sample.Checks[n-1].Key < c.Sample.Checks[0].Key {
		t.Errorf("%d of %d objects were read", n, c.Sample.Planned)
	}
	w.check(evidence.Successful)
}

// TestNoTime: an invocation that has too little time for a comparison is an error, and the next one uses its access
// point.
func TestNoTime(t *testing.T) {
	w := newWorld(t)
	w.restores(w.snapshot(objects), backupfake.TestOptions{})
	v := w.validator()
	v.Now, v.Rest = time.Now, time.Hour
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := v.Handle(ctx, w.event()); !errors.Is(err, errTime) {
		t.Error(err)
	}
	if status, _ := w.aws.Validation(w.job); status != "VALIDATING" || w.evidence() != nil {
		t.Error(status)
	}
	w.validates()
	w.check(evidence.Successful)
}
