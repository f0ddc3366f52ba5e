package s3fake

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// TestAbsentSettings: S3's own code where a document is absent, and S3's defaults.
func TestAbsentSettings(t *testing.T) {
	f := start(t, Options{}, BucketOptions{})
	b := aws.String("b")
	lifecycle := &s3.GetBucketLifecycleConfigurationInput{Bucket: b}
	refused(t, "404 NoSuchLifecycleConfiguration")(f.client.GetBucketLifecycleConfiguration(f.ctx, lifecycle))
	refused(t, "404 ReplicationConfigurationNotFoundError")(f.client.GetBucketReplication(f.ctx, &s3.GetBucketReplicationInput{Bucket: b}))
	lock := &s3.GetObjectLockConfigurationInput{Bucket: b}
	refused(t, "404 ObjectLockConfigurationNotFoundError")(f.client.GetObjectLockConfiguration(f.ctx, lock))
	refused(t, "404 NoSuchBucketPolicy")(f.client.GetBucketPolicy(f.ctx, &s3.GetBucketPolicyInput{Bucket: b}))
	refused(t, "404 NoSuchBucketPolicy")(f.client.GetBucketPolicyStatus(f.ctx, &s3.GetBucketPolicyStatusInput{Bucket: b}))
	refused(t, "404 NoSuchTagSet")(f.client.GetBucketTagging(f.ctx, &s3.GetBucketTaggingInput{Bucket: b}))
	notifications := must(f.client.GetBucketNotificationConfiguration(f.ctx, &s3.GetBucketNotificationConfigurationInput{Bucket: b}))
	payment := must(f.client.GetBucketRequestPayment(f.ctx, &s3.GetBucketRequestPaymentInput{Bucket: b}))
	encryption := must(f.client.GetBucketEncryption(f.ctx, &s3.GetBucketEncryptionInput{Bucket: b})).ServerSideEncryptionConfiguration
	ownership := must(f.client.GetBucketOwnershipControls(f.ctx, &s3.GetBucketOwnershipControlsInput{Bucket: b})).OwnershipControls
	got := fmt.Sprintln(len(notifications.QueueConfigurations), notifications.EventBridgeConfiguration == nil, payment.Payer,
		encryption.Rules[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm, ownership.Rules[0].ObjectOwnership)
	if got != "0 true BucketOwner AES256 BucketOwnerEnforced\n" {
		t.Error(got)
	}
}

// TestSettings: a document is given back as it was put, and is gone when deleted.
func TestSettings(t *testing.T) {
	f := versioned(t)
	b := aws.String("b")
	must(f.client.PutBucketLifecycleConfiguration(f.ctx, &s3.PutBucketLifecycleConfigurationInput{
		Bucket: b, LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: []types.LifecycleRule{{
			Status: types.ExpirationStatusEnabled, Filter: &types.LifecycleRuleFilter{Prefix: aws.String("")},
			NoncurrentVersionExpiration: &types.NoncurrentVersionExpiration{NoncurrentDays: aws.Int32(15)},
		}}},
	}))
	lifecycle := &s3.GetBucketLifecycleConfigurationInput{Bucket: b}
	rules := must(f.client.GetBucketLifecycleConfiguration(f.ctx, lifecycle)).Rules
	if *rules[0].NoncurrentVersionExpiration.NoncurrentDays != 15 {
		t.Errorf("%+v", rules)
	}
	must(f.client.DeleteBucketLifecycle(f.ctx, &s3.DeleteBucketLifecycleInput{Bucket: b}))
	refused(t, "404 NoSuchLifecycleConfiguration")(f.client.GetBucketLifecycleConfiguration(f.ctx, lifecycle))

	must(f.client.PutBucketReplication(f.ctx, &s3.PutBucketReplicationInput{
		Bucket: b, ReplicationConfiguration: &types.ReplicationConfiguration{Role: aws.String("r"), Rules: []types.ReplicationRule{{
			Status: types.ReplicationRuleStatusEnabled, Destination: &types.Destination{Bucket: aws.String("d")},
		}}},
	}))
	replication := must(f.client.GetBucketReplication(f.ctx, &s3.GetBucketReplicationInput{Bucket: b}))
	if *replication.ReplicationConfiguration.Rules[0].Destination.Bucket != "d" {
		t.Errorf("%+v", replication)
	}
	must(f.client.PutBucketNotificationConfiguration(f.ctx, &s3.PutBucketNotificationConfigurationInput{
		Bucket: b, NotificationConfiguration: &types.NotificationConfiguration{EventBridgeConfiguration: &types.EventBridgeConfiguration{}},
	}))
	n := must(f.client.GetBucketNotificationConfiguration(f.ctx, &s3.GetBucketNotificationConfigurationInput{Bucket: b}))
	if n.EventBridgeConfiguration == nil {
		t.Errorf("%+v", n)
	}
	must(f.client.PutBucketRequestPayment(f.ctx, &s3.PutBucketRequestPaymentInput{
		Bucket: b, RequestPaymentConfiguration: &types.RequestPaymentConfiguration{Payer: types.PayerRequester},
	}))
	if p := must(f.client.GetBucketRequestPayment(f.ctx, &s3.GetBucketRequestPaymentInput{Bucket: b})); p.Payer != types.PayerRequester {
		t.Errorf("%+v", p)
	}
	encryption := types.ServerSideEncryptionRule{
		BucketKeyEnabled: aws.Bool(true), ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{
			SSEAlgorithm: types.ServerSideEncryptionAwsKms, KMSMasterKeyID: aws.String("arn:key"),
		},
	}
	must(f.client.PutBucketEncryption(f.ctx, &s3.PutBucketEncryptionInput{
		Bucket: b, ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{
			Rules: []types.ServerSideEncryptionRule{encryption},
		},
	}))
	out := must(f.client.PutObject(f.ctx, put("k", "x"))) // the bucket's default
	if out.ServerSideEncryption != types.ServerSideEncryptionAwsKms || *out.SSEKMSKeyId != "arn:key" || !*out.BucketKeyEnabled {
		t.Errorf("%+v", out)
	}
	must(f.client.PutBucketPolicy(f.ctx, &s3.PutBucketPolicyInput{Bucket: b, Policy: aws.String("{}")}))
	if p := must(f.client.GetBucketPolicy(f.ctx, &s3.GetBucketPolicyInput{Bucket: b})); *p.Policy != "{}" {
		t.Errorf("%+v", p)
	}
	if p := must(f.client.GetBucketPolicyStatus(f.ctx, &s3.GetBucketPolicyStatusInput{Bucket: b})); *p.PolicyStatus.IsPublic {
		t.Errorf("%+v", p)
	}
}

// TestVersioning: the three states; with Object Lock versioning stays on (F-OL-2).
func TestVersioning(t *testing.T) {
	f := start(t, Options{}, BucketOptions{})
	get := func() types.BucketVersioningStatus {
		return must(f.client.GetBucketVersioning(f.ctx, &s3.GetBucketVersioningInput{Bucket: inB})).Status
	}
	set := func(status types.BucketVersioningStatus) (*s3.PutBucketVersioningOutput, error) {
		return f.client.PutBucketVersioning(f.ctx, &s3.PutBucketVersioningInput{
			Bucket: inB, VersioningConfiguration: &types.VersioningConfiguration{Status: status},
		})
	}
	lock := &s3.PutObjectLockConfigurationInput{Bucket: inB, ObjectLockConfiguration: &types.ObjectLockConfiguration{
		ObjectLockEnabled: types.ObjectLockEnabledEnabled,
	}}
	if got := get(); got != "" {
		t.Error(got)
	}
	refused(t, "409 InvalidBucketState")(f.client.PutObjectLockConfiguration(f.ctx, lock))
	for _, status := range []types.BucketVersioningStatus{"Enabled", "Suspended", "Enabled"} {
		must(set(status))
		if got := get(); got != status {
			t.Error(got)
		}
	}
	must(f.client.PutObjectLockConfiguration(f.ctx, lock))
	refused(t, "409 InvalidBucketState")(set("Suspended"))
}

// TestForeign: buckets that are not there, of another account, in another Region; requests of nobody.
func TestForeign(t *testing.T) {
	f := start(t, Options{}, BucketOptions{})
	f.server.CreateBucket("other", BucketOptions{Owner: "999988887777"})
	f.server.CreateBucket("far", BucketOptions{Region: "us-east-1"})
	list := func(bucket string, change ...func(*s3.Options)) (any, error) {
		return f.client.ListObjectVersions(f.ctx, &s3.ListObjectVersionsInput{Bucket: &bucket}, change...)
	}
	head := func(bucket string) (*s3.HeadBucketOutput, error) {
		return f.client.HeadBucket(f.ctx, &s3.HeadBucketInput{Bucket: &bucket})
	}
	refused(t, "404 NoSuchBucket")(list("none"))
	refused(t, "404 NotFound")(head("none"))
	refused(t, "403 AccessDenied")(list("other"))
	refused(t, "403 Forbidden")(head("other"))
	refused(t, "301 PermanentRedirect")(list("far"))
	refused(t, "301 MovedPermanently")(head("far"))
	refused(t, "no error")(list("far", func(o *s3.Options) { o.Region = "us-east-1" }))
	nobody := httptest.NewRecorder()
	f.server.ServeHTTP(nobody, httptest.NewRequest(http.MethodGet, "/b?versions", nil))
	if nobody.Code != http.StatusForbidden {
		t.Error(nobody.Code)
	}
	if date := nobody.Header().Get("Date"); date != noon.Format(http.TimeFormat) { // the server's clock
		t.Error(date)
	}
	if out := must(head("b")); *out.BucketRegion != DefaultRegion {
		t.Error(*out.BucketRegion)
	}
	location := must(f.client.GetBucketLocation(f.ctx, &s3.GetBucketLocationInput{Bucket: inB}))
	if location.LocationConstraint != types.BucketLocationConstraint(DefaultRegion) {
		t.Error(location.LocationConstraint)
	}
	if out := must(f.client.ListBuckets(f.ctx, nil)); len(out.Buckets) != 2 {
		t.Errorf("%+v", out.Buckets)
	}
	input := &s3.CreateBucketInput{Bucket: aws.String("new"), ObjectLockEnabledForBucket: aws.Bool(true)}
	refused(t, "400 IllegalLocationConstraintException")(f.client.CreateBucket(f.ctx, input))
	input.CreateBucketConfiguration = &types.CreateBucketConfiguration{LocationConstraint: DefaultRegion}
	must(f.client.CreateBucket(f.ctx, input))
	if b := f.server.Bucket("new"); b == nil || b.versioning != types.BucketVersioningStatusEnabled {
		t.Errorf("%+v", b)
	}
}

// TestCreatedElsewhere: a bucket is created in the Region that is asked, and names are those of all accounts.
func TestCreatedElsewhere(t *testing.T) {
	f := start(t, Options{}, BucketOptions{})
	f.server.CreateBucket("taken", BucketOptions{Owner: "999999999999"})
	refused(t, "409 BucketAlreadyExists")(f.client.CreateBucket(f.ctx, &s3.CreateBucketInput{Bucket: aws.String("taken")}))
	must(f.client.CreateBucket(f.ctx, &s3.CreateBucketInput{
		Bucket: aws.String("west"), CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: "eu-west-1"},
	}, func(o *s3.Options) { o.Region = "eu-west-1" }))
	if b := f.server.Bucket("west"); b.Region != "eu-west-1" || b.Versioning() != "" || !b.OwnerEnforced() || b.Setting("policy") != "" {
		t.Errorf("%+v", b)
	}
	f.server.RemoveBucket("west")
	if b := f.server.Bucket("west"); b != nil {
		t.Errorf("%+v", b)
	}
}

// TestReadOnly: an access point on a backup refuses every write (F-RST-13).
func TestReadOnly(t *testing.T) {
	f := start(t, Options{}, BucketOptions{ReadOnly: true})
	f.server.Bucket("b").Put("a", Version{Body: []byte("1")})
	must(f.client.GetObject(f.ctx, &s3.GetObjectInput{Bucket: aws.String("b"), Key: aws.String("a")}))
	refused(t, "403 AccessDenied")(f.client.PutObject(f.ctx, &s3.PutObjectInput{Bucket: aws.String("b"), Key: aws.String("a")}))
	refused(t, "403 AccessDenied")(f.client.DeleteObject(f.ctx, &s3.DeleteObjectInput{Bucket: aws.String("b"), Key: aws.String("a")}))
}
