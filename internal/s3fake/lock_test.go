package s3fake

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

const defaultRetention = `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>` +
	`<Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>15</Days></DefaultRetention></Rule></ObjectLockConfiguration>`

// TestDefaultRetention: each new version gets the bucket's retention, copies too, delete markers not; the
// key can still be overwritten and deleted (F-OL-4).
func TestDefaultRetention(t *testing.T) {
	f := start(t, Options{}, BucketOptions{Settings: map[string]string{"object-lock": defaultRetention}})
	one := must(f.client.PutObject(f.ctx, put("k", "1")))
	f.clock.Advance(time.Hour)
	two := must(f.copy("b/k", "copy"))
	h := must(f.head("copy", ""))
	if h.ObjectLockMode != types.ObjectLockModeCompliance || !h.ObjectLockRetainUntilDate.Equal(noon.Add(time.Hour).AddDate(0, 0, 15)) {
		t.Error(h.ObjectLockMode, h.ObjectLockRetainUntilDate)
	}
	refused(t, "403 AccessDenied")(f.delete("copy", *two.VersionId))
	marker := must(f.delete("k", ""))
	must(f.delete("k", *marker.VersionId))
	f.clock.Advance(15 * 24 * time.Hour)
	must(f.delete("k", *one.VersionId))
	out := must(f.client.GetObjectLockConfiguration(f.ctx, &s3.GetObjectLockConfigurationInput{Bucket: inB}))
	if *out.ObjectLockConfiguration.Rule.DefaultRetention.Days != 15 {
		t.Errorf("%+v", out)
	}
}

// TestGovernance: a header frees of GOVERNANCE, never of a legal hold (F-OL-1); a retention can be extended.
func TestGovernance(t *testing.T) {
	f := start(t, Options{}, BucketOptions{ObjectLock: true})
	bypass := func(in *s3.DeleteObjectInput) { in.BypassGovernanceRetention = aws.Bool(true) }
	v := f.bucket.Put("k", Version{LockMode: types.ObjectLockModeGovernance, RetainUntil: noon.Add(time.Hour), LegalHold: true})
	retain := func(until time.Duration, bypass bool) (*s3.PutObjectRetentionOutput, error) {
		return f.client.PutObjectRetention(f.ctx, &s3.PutObjectRetentionInput{
			Bucket: inB, Key: keyK, VersionId: &v.ID, BypassGovernanceRetention: &bypass,
			Retention: &types.ObjectLockRetention{Mode: types.ObjectLockRetentionModeGovernance, RetainUntilDate: aws.Time(noon.Add(until))},
		})
	}
	must(retain(2*time.Hour, false))
	refused(t, "403 AccessDenied")(retain(time.Hour, false))
	refused(t, "400 InvalidArgument")(retain(-time.Hour, true))
	must(retain(time.Hour, true))
	object := &s3.GetObjectRetentionInput{Bucket: inB, Key: keyK}
	if r := must(f.client.GetObjectRetention(f.ctx, object)).Retention; !r.RetainUntilDate.Equal(noon.Add(time.Hour)) {
		t.Errorf("%+v", r)
	}
	refused(t, "403 AccessDenied")(f.delete("k", v.ID, bypass))
	hold := &s3.GetObjectLegalHoldInput{Bucket: inB, Key: keyK}
	if h := must(f.client.GetObjectLegalHold(f.ctx, hold)).LegalHold; h.Status != types.ObjectLockLegalHoldStatusOn {
		t.Errorf("%+v", h)
	}
	must(f.client.PutObjectLegalHold(f.ctx, &s3.PutObjectLegalHoldInput{
		Bucket: inB, Key: keyK, LegalHold: &types.ObjectLockLegalHold{Status: types.ObjectLockLegalHoldStatusOff},
	}))
	refused(t, "403 AccessDenied")(f.delete("k", v.ID))
	must(f.delete("k", v.ID, bypass))
	f.bucket.Put("free", Version{})
	object.Key = aws.String("free")
	refused(t, "404 NoSuchObjectLockConfiguration")(f.client.GetObjectRetention(f.ctx, object))
}

// TestLockRequests: a lock needs a bucket with Object Lock, both parts of a retention, a date in the future,
// and a digest of the body (F-OL-9).
func TestLockRequests(t *testing.T) {
	f := start(t, Options{}, BucketOptions{ObjectLock: true})
	f.server.CreateBucket("without", BucketOptions{})
	until := func(bucket string, d time.Duration) *s3.PutObjectInput {
		input := put("k", "x")
		input.Bucket, input.ObjectLockMode = &bucket, types.ObjectLockModeCompliance
		if d != 0 {
			input.ObjectLockRetainUntilDate = aws.Time(noon.Add(d))
		}
		return input
	}
	refused(t, "400 InvalidRequest")(f.client.PutObject(f.ctx, until("without", time.Hour)))
	refused(t, "400 InvalidArgument")(f.client.PutObject(f.ctx, until("b", 0)))
	refused(t, "400 InvalidArgument")(f.client.PutObject(f.ctx, until("b", -time.Hour)))
	must(f.client.PutObject(f.ctx, until("b", time.Hour)))
	refused(t, "400 InvalidRequest")(f.client.PutObject(f.ctx, until("b", time.Hour), func(o *s3.Options) {
		o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
	}))
}
