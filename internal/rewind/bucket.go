package rewind

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Bucket is what a bucket's configuration means for a run.
type Bucket struct {
	// Versioning is Enabled, Suspended, or empty if the bucket never had any.
	Versioning types.BucketVersioningStatus
	// Expiry has the lifecycle rules that delete noncurrent versions.
	Expiry []ExpiryRule
	// Lock is the default retention of new objects, such as "GOVERNANCE, 14 days". Empty: none.
	Lock string
	// Retention is the same. Nil: none.
	Retention *types.DefaultRetention
	// Replicated, Notified and RequesterPays say that the bucket replicates objects, sends events of them, and lets
	// others pay. ACLs says that objects may have ACLs.
	Replicated, Notified, RequesterPays, ACLs bool
	// ACLsDisabled says that objects have none. Both false: it could not be read.
	ACLsDisabled bool
	// Unchecked names what could not be read, and why.
	Unchecked []string
}

// ExpiryRule is a lifecycle rule that deletes noncurrent versions.
type ExpiryRule struct {
	ID string
	// Prefix of the keys. Empty: all.
	Prefix string
	// Days for which a version is kept after it became noncurrent.
	Days int
}

// NoBucketError says that there is no such bucket.
type NoBucketError struct{ Name string }

func (e *NoBucketError) Error() string { return fmt.Sprintf("bucket %s does not exist", e.Name) }

// RegionError says that a bucket is in another Region.
type RegionError struct {
	Name string
	// Region is where it is. Empty: S3 does not tell.
	Region string
}

func (e *RegionError) Error() string {
	return fmt.Sprintf("bucket %s is in another Region: %s", e.Name, e.Region)
}

// OwnerError says that a bucket is of another account.
type OwnerError struct {
	Name string
	// Owner is the account that was expected.
	Owner string
}

func (e *OwnerError) Error() string {
	return fmt.Sprintf("bucket %s does not belong to account %s", e.Name, e.Owner)
}

// Inspect reads a bucket's configuration. Owner is its account; empty: unknown.
func Inspect(ctx context.Context, client *s3.Client, name, owner string) (Bucket, error) {
	r := &Run{Owner: owner}
	bucket, account := aws.String(name), r.owner()
	if _, err := client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: bucket, ExpectedBucketOwner: account}); err != nil {
		if owner != "" && status(err) == http.StatusForbidden { // S3 does not say whether that is because of the owner
			if _, other := client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: bucket}); other == nil {
				return Bucket{}, &OwnerError{name, owner}
			}
		}
		return Bucket{}, bucketError(name, err)
	}
	var b Bucket
	var versioning error
	var mu sync.Mutex
	var all sync.WaitGroup
	read := func(what string, call func() error) {
		all.Go(func() {
			err := call()
			mu.Lock()
			defer mu.Unlock()
			if err != nil && status(err) != http.StatusNotFound && !isUnknown(err) { // 404: there is no such configuration
				b.Unchecked = append(b.Unchecked, what+" ("+plain(err)+")")
			}
		})
	}
	all.Go(func() {
		output, err := client.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: bucket, ExpectedBucketOwner: account})
		if versioning = err; err == nil {
			b.Versioning = output.Status
		}
	})
	read("lifecycle", func() error {
		output, err := client.GetBucketLifecycleConfiguration(
			ctx,
			&s3.GetBucketLifecycleConfigurationInput{Bucket: bucket, ExpectedBucketOwner: account},
		)
		if err == nil {
			b.Expiry = expiry(output.Rules)
		}
		return err
	})
	read("Object Lock", func() error {
		output, err := client.GetObjectLockConfiguration(ctx, &s3.GetObjectLockConfigurationInput{Bucket: bucket, ExpectedBucketOwner: account})
		if err == nil {
			b.Retention = defaultRetention(output.ObjectLockConfiguration)
			b.Lock = lockText(b.Retention)
		}
		return err
	})
	read("replication", func() error {
		output, err := client.GetBucketReplication(ctx, &s3.GetBucketReplicationInput{Bucket: bucket, ExpectedBucketOwner: account})
		b.Replicated = err == nil && output.ReplicationConfiguration != nil && slices.ContainsFunc(output.ReplicationConfiguration.Rules,
			func(rule types.ReplicationRule) bool { return rule.Status == types.ReplicationRuleStatusEnabled })
		return err
	})
	read("notifications", func() error {
		output, err := client.GetBucketNotificationConfiguration(
			ctx,
			&s3.GetBucketNotificationConfigurationInput{Bucket: bucket, ExpectedBucketOwner: account},
		)
		b.Notified = err == nil && (output.EventBridgeConfiguration != nil ||
			len(output.LambdaFunctionConfigurations)+len(output.QueueConfigurations)+len(output.TopicConfigurations) > 0)
		return err
	})
	read("requester pays", func() error {
		output, err := client.GetBucketRequestPayment(ctx, &s3.GetBucketRequestPaymentInput{Bucket: bucket, ExpectedBucketOwner: account})
		b.RequesterPays = err == nil && output.Payer == types.PayerRequester
		return err
	})
	read("object ownership", func() error {
		output, err := client.GetBucketOwnershipControls(ctx, &s3.GetBucketOwnershipControlsInput{Bucket: bucket, ExpectedBucketOwner: account})
		b.ACLs = status(err) == http.StatusNotFound // without the setting, ACLs are enabled
		if err == nil && output.OwnershipControls != nil {
			b.ACLs = slices.ContainsFunc(output.OwnershipControls.Rules, func(rule types.OwnershipControlsRule) bool {
				return rule.ObjectOwnership != types.ObjectOwnershipBucketOwnerEnforced
			})
			b.ACLsDisabled = !b.ACLs
		}
		return err
	})
	all.Wait()
	slices.Sort(b.Unchecked)
	if versioning != nil {
		return b, fmt.Errorf("whether bucket %s has versions cannot be read: %s", name, plain(versioning))
	}
	return b, nil
}

// bucketError says what HeadBucket means, which has no body to say so itself.
func bucketError(name string, err error) error {
	answer, ok := errors.AsType[*smithyhttp.ResponseError](err)
	if !ok || answer.Response == nil {
		return err
	}
	switch answer.HTTPStatusCode() {
	case http.StatusNotFound:
		return &NoBucketError{name}
	case http.StatusMovedPermanently:
		return &RegionError{name, answer.Response.Header.Get("X-Amz-Bucket-Region")}
	}
	return err
}

func expiry(rules []types.LifecycleRule) []ExpiryRule {
	var found []ExpiryRule
	for _, rule := range rules {
		expires := rule.NoncurrentVersionExpiration
		if rule.Status != types.ExpirationStatusEnabled || expires == nil {
			continue
		}
		prefix := aws.ToString(rule.Prefix) //nolint:staticcheck // old rules have it here
		if rule.Filter != nil {
			prefix = aws.ToString(rule.Filter.Prefix)
			if rule.Filter.And != nil {
				prefix = aws.ToString(rule.Filter.And.Prefix)
			}
		}
		found = append(found, ExpiryRule{aws.ToString(rule.ID), prefix, int(aws.ToInt32(expires.NoncurrentDays))})
	}
	return found
}

// defaultRetention is the retention that new objects get. Nil: none.
func defaultRetention(configuration *types.ObjectLockConfiguration) *types.DefaultRetention {
	if configuration == nil || configuration.Rule == nil {
		return nil
	}
	return configuration.Rule.DefaultRetention
}

func lockText(retention *types.DefaultRetention) string {
	if retention == nil {
		return ""
	}
	if years := aws.ToInt32(retention.Years); years > 0 {
		return fmt.Sprintf("%s, %d years", retention.Mode, years)
	}
	return fmt.Sprintf("%s, %d days", retention.Mode, aws.ToInt32(retention.Days))
}

// KeptSince is the earliest moment of which the lifecycle keeps all versions of the keys, and the rule that limits
// it. A version is deleted some days after it became noncurrent, at midnight UTC or later (F-OL-5). Its zero value:
// all moments.
func (b Bucket) KeptSince(now time.Time, prefix string, keys []string) (time.Time, ExpiryRule) {
	var since time.Time
	var by ExpiryRule
	for _, rule := range b.Expiry {
		concerns := strings.HasPrefix(prefix, rule.Prefix) || strings.HasPrefix(rule.Prefix, prefix)
		if len(keys) > 0 {
			concerns = slices.ContainsFunc(keys, func(key string) bool { return strings.HasPrefix(key, rule.Prefix) })
		}
		if kept := now.UTC().AddDate(0, 0, -rule.Days); concerns && kept.After(since) {
			since, by = kept, rule
		}
	}
	return since, by
}
