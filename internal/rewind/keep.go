package rewind

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

// Keep says what a copy has of its source besides what every copy has. Its zero value: nothing.
type Keep struct {
	// Encryption: the type, the KMS key, and whether the bucket key is used.
	Encryption bool `json:"encryption,omitempty"`
	// Retention: a legal hold, and a retention that ends later than that of the bucket's default.
	Retention bool `json:"retention,omitempty"`
	// ACL: its grants. Bucket policies are not looked at.
	ACL bool `json:"acl,omitempty"`
	// Redirect: where requests to the bucket's website are sent on to.
	Redirect bool `json:"redirect,omitempty"`
}

// soonEnded is how long a retention must last at least to be kept. S3 takes none that has ended when the copy arrives.
const soonEnded = time.Minute

// kept is what a copy is given of a version. Its zero value: nothing, so that it gets what the bucket gives to all.
type kept struct {
	encryption types.ServerSideEncryption
	kmsKey     *string
	bucketKey  *bool
	lock       lock
	redirect   *string
	grants     grants
}

// lock is the Object Lock of a version. Its zero value: none.
type lock struct {
	mode  types.ObjectLockMode
	until time.Time
	held  bool
}

// grants are the grantees of an ACL by permission, each as in the header x-amz-grant-read.
type grants map[types.Permission][]string

// kept reads what a copy of a version is given. Head is that of the version.
func (r *Run) kept(ctx context.Context, key, version string, head *s3.HeadObjectOutput) (kept, error) {
	k, err := r.described(ctx, key, version, head)
	if err != nil {
		return kept{}, err
	}
	if !k.lock.until.After(r.Now().Add(soonEnded)) || !k.lock.until.After(r.defaultRetention()) {
		k.lock.mode, k.lock.until = "", time.Time{}
	}
	return k, nil
}

// described reads what a version has of what is kept.
func (r *Run) described(ctx context.Context, key, version string, head *s3.HeadObjectOutput) (k kept, err error) {
	if r.Keep.Encryption {
		k.encryption, k.kmsKey = head.ServerSideEncryption, head.SSEKMSKeyId
		if k.encryption == types.ServerSideEncryptionAwsKms { // others have no bucket key
			k.bucketKey = aws.Bool(aws.ToBool(head.BucketKeyEnabled))
		}
	}
	if r.Keep.Redirect {
		k.redirect = head.WebsiteRedirectLocation
	}
	if r.Keep.Retention {
		if k.lock, err = r.lockOf(ctx, key, version, head); err != nil {
			return kept{}, err
		}
	}
	if r.Keep.ACL {
		if k.grants, err = r.grantsOf(ctx, key, version); err != nil {
			return kept{}, err
		}
	}
	return k, nil
}

// defaultRetention is when the retention ends that a copy gets now from the bucket. Its zero value: it gets none.
func (r *Run) defaultRetention() time.Time {
	if r.Retention == nil {
		return time.Time{}
	}
	return r.Now().AddDate(int(aws.ToInt32(r.Retention.Years)), 0, int(aws.ToInt32(r.Retention.Days)))
}

// lockOf is the lock of a version. HeadObject leaves out what the caller may not see (F-OL-17), so that where it shows
// nothing, S3 is asked.
func (r *Run) lockOf(ctx context.Context, key, version string, head *s3.HeadObjectOutput) (lock, error) {
	if head.ObjectLockEventHold == types.ObjectLockEventHoldOn {
		return lock{}, &keyError{NotKept, "the version is under an event hold (F-OL-16), which cannot be kept"}
	}
	l := lock{
		head.ObjectLockMode, aws.ToTime(head.ObjectLockRetainUntilDate), head.ObjectLockLegalHoldStatus == types.ObjectLockLegalHoldStatusOn,
	}
	if l.mode == "" {
		output, err := r.Client.GetObjectRetention(ctx, &s3.GetObjectRetentionInput{
			Bucket: aws.String(r.Bucket), Key: aws.String(key), VersionId: aws.String(version),
			ExpectedBucketOwner: r.owner(), RequestPayer: r.payer(),
		}, r.whole)
		if err != nil && !hasNoLock(err) {
			return lock{}, notKept("the retention", err)
		}
		if err == nil && output.Retention != nil {
			l.mode, l.until = types.ObjectLockMode(output.Retention.Mode), aws.ToTime(output.Retention.RetainUntilDate)
		}
	}
	if head.ObjectLockLegalHoldStatus == "" {
		output, err := r.Client.GetObjectLegalHold(ctx, &s3.GetObjectLegalHoldInput{
			Bucket: aws.String(r.Bucket), Key: aws.String(key), VersionId: aws.String(version),
			ExpectedBucketOwner: r.owner(), RequestPayer: r.payer(),
		}, r.whole)
		if err != nil && !hasNoLock(err) {
			return lock{}, notKept("the legal hold", err)
		}
		l.held = err == nil && output.LegalHold != nil && output.LegalHold.Status == types.ObjectLockLegalHoldStatusOn
	}
	return l, nil
}

// hasNoLock says whether an answer means that the version, or its bucket, has no Object Lock.
func hasNoLock(err error) bool {
	answer, ok := errors.AsType[smithy.APIError](err)
	return ok && (answer.ErrorCode() == "NoSuchObjectLockConfiguration" || answer.ErrorCode() == "InvalidRequest") || isUnknown(err)
}

// grantsOf are the grants of a version. WRITE means nothing for an object, and no header of a copy takes it.
func (r *Run) grantsOf(ctx context.Context, key, version string) (grants, error) {
	output, err := r.Client.GetObjectAcl(ctx, &s3.GetObjectAclInput{
		Bucket: aws.String(r.Bucket), Key: aws.String(key), VersionId: aws.String(version),
		ExpectedBucketOwner: r.owner(), RequestPayer: r.payer(),
	}, r.whole)
	if err != nil {
		return nil, notKept("the ACL", err)
	}
	all := grants{}
	for _, g := range output.Grants {
		if g.Grantee == nil || g.Permission == types.PermissionWrite {
			continue
		}
		grantee := `id="` + aws.ToString(g.Grantee.ID) + `"`
		if uri := aws.ToString(g.Grantee.URI); uri != "" {
			grantee = `uri="` + uri + `"`
		}
		all[g.Permission] = append(all[g.Permission], grantee)
	}
	for _, grantees := range all {
		slices.Sort(grantees)
	}
	return all, nil
}

// notKept makes a denied question the reason why a key is not restored. Other failures stay what they are.
func notKept(what string, err error) error {
	if status(err) != http.StatusForbidden {
		return err
	}
	return &keyError{NotKept, what + " cannot be read: " + plain(err)}
}

// header are the grantees with a permission. Nil: there are none.
func (g grants) header(permission types.Permission) *string {
	if len(g[permission]) == 0 {
		return nil
	}
	return aws.String(strings.Join(g[permission], ", "))
}

// copy asks for what is kept in the request that copies a whole object.
func (k kept) copy(input *s3.CopyObjectInput) {
	input.ServerSideEncryption, input.SSEKMSKeyId, input.BucketKeyEnabled = k.encryption, k.kmsKey, k.bucketKey
	input.ObjectLockMode, input.ObjectLockRetainUntilDate, input.ObjectLockLegalHoldStatus = k.lock.request()
	input.WebsiteRedirectLocation = k.redirect
	input.GrantFullControl, input.GrantRead = k.grants.header(types.PermissionFullControl), k.grants.header(types.PermissionRead)
	input.GrantReadACP, input.GrantWriteACP = k.grants.header(types.PermissionReadAcp), k.grants.header(types.PermissionWriteAcp)
}

// create asks for it in the request that begins a copy by parts.
func (k kept) create(input *s3.CreateMultipartUploadInput) {
	input.ServerSideEncryption, input.SSEKMSKeyId, input.BucketKeyEnabled = k.encryption, k.kmsKey, k.bucketKey
	input.ObjectLockMode, input.ObjectLockRetainUntilDate, input.ObjectLockLegalHoldStatus = k.lock.request()
	input.WebsiteRedirectLocation = k.redirect
	input.GrantFullControl, input.GrantRead = k.grants.header(types.PermissionFullControl), k.grants.header(types.PermissionRead)
	input.GrantReadACP, input.GrantWriteACP = k.grants.header(types.PermissionReadAcp), k.grants.header(types.PermissionWriteAcp)
}

// request is a lock as requests have it.
func (l lock) request() (mode types.ObjectLockMode, until *time.Time, hold types.ObjectLockLegalHoldStatus) {
	if l.mode != "" {
		until = aws.Time(l.until)
	}
	if l.held {
		hold = types.ObjectLockLegalHoldStatusOn
	}
	return l.mode, until, hold
}

// sameKept says whether the latest version has what would be kept of an old one. A longer retention is enough, and so
// is a legal hold that the old one had not.
func (r *Run) sameKept(ctx context.Context, key string, old, latest *s3.HeadObjectOutput) (bool, error) {
	if r.Keep == (Keep{}) {
		return true, nil
	}
	want, err := r.described(ctx, key, aws.ToString(old.VersionId), old)
	if err != nil {
		return false, err
	}
	have, err := r.described(ctx, key, aws.ToString(latest.VersionId), latest)
	if err != nil {
		return false, err
	}
	ended := !want.lock.until.After(r.Now().Add(soonEnded))
	locked := ended || have.lock.until.After(want.lock.until) || have.lock.until.Equal(want.lock.until) && have.lock.mode == want.lock.mode
	return locked && (have.lock.held || !want.lock.held) &&
		want.encryption == have.encryption && aws.ToString(want.kmsKey) == aws.ToString(have.kmsKey) &&
		aws.ToBool(want.bucketKey) == aws.ToBool(have.bucketKey) && aws.ToString(want.redirect) == aws.ToString(have.redirect) &&
		maps.EqualFunc(want.grants, have.grants, slices.Equal[[]string]), nil
}
