package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"central-s3-backup/config"
)

// lookBuckets looks at the buckets that the workload names.
func (p *place) lookBuckets(ctx context.Context) error {
	for _, use := range p.cfg.TierUses(*p.workload) {
		for _, b := range use.Buckets {
			there, err := p.lookBucket(ctx, b)
			if err != nil {
				return err
			}
			if !there {
				continue
			}
			if err := p.lookSettings(ctx, b.Name, use.Tier); err != nil {
				return err
			}
		}
	}
	return nil
}

// lookSettings looks at what backups need of a bucket that is there.
func (p *place) lookSettings(ctx context.Context, bucket string, tier *config.Tier) error {
	checks := []func(context.Context, string, *config.Tier) error{p.lookVersioning}
	if tier.BackedUp() {
		checks = append(checks, p.lookLifecycle, p.lookEncryption)
	}
	if tier.ContinuousBackup != nil {
		checks = append(checks, p.lookEvents)
	}
	for _, check := range checks {
		if err := check(ctx, bucket, tier); err != nil {
			return err
		}
	}
	return nil
}

// lookBucket looks whether the bucket is there.
func (p *place) lookBucket(ctx context.Context, b config.Bucket) (there bool, err error) {
	subject := "bucket " + b.Name
	_, err = p.s3.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: aws.String(b.Name), ExpectedBucketOwner: aws.String(p.account.id)})
	if err == nil {
		p.ok(subject, "it is in "+p.account.region)
		return true, nil
	}
	answer, _ := errors.AsType[*smithyhttp.ResponseError](err)
	switch {
	case answer == nil || answer.Response == nil:
	case answer.HTTPStatusCode() == http.StatusNotFound && b.Existing:
		p.wrong(subject, "it does not exist, so there is nothing to back up", p.aws("s3", "mb", "s3://"+b.Name))
		return false, nil
	case answer.HTTPStatusCode() == http.StatusNotFound:
		p.wrong(subject, "it does not exist", p.deploy())
		return false, nil
	case answer.HTTPStatusCode() == http.StatusMovedPermanently:
		p.wrong(subject, fmt.Sprintf("it is in %s; want %s, since a plan backs up buckets of its own Region alone (F-S3-28)",
			answer.Response.Header.Get("X-Amz-Bucket-Region"), p.account.region), "")
		return false, nil
	case answer.HTTPStatusCode() == http.StatusForbidden && !isExpired(err):
		p.add(finding{Result: resultUnknown, Subject: subject, MissingRight: "s3:ListBucket", What: fmt.Sprintf(
			"%s may not use s3:ListBucket on %s, or another account has the bucket", p.account.credentials(), p.bucketARN(b.Name))})
		return false, nil
	}
	return false, p.unread(subject, err)
}

func (p *place) lookVersioning(ctx context.Context, bucket string, tier *config.Tier) error {
	subject := "versioning of bucket " + bucket
	output, err := p.s3.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: aws.String(bucket)})
	if err != nil {
		return p.unread(subject, err)
	}
	if output.Status == types.BucketVersioningStatusEnabled {
		p.ok(subject, "it is on")
		return nil
	}
	what := "it is off, so what is overwritten or deleted is lost"
	if tier.BackedUp() {
		what = "it is off, so every backup fails (F-S3-1)"
	}
	p.wrong(subject, what, p.aws("s3api", "put-bucket-versioning", "--bucket", bucket, "--versioning-configuration", "Status=Enabled"))
	return nil
}

// lookEvents looks whether S3 tells AWS Backup of changes (F-S3-12). --fix adds that to what the bucket has.
func (p *place) lookEvents(ctx context.Context, bucket string, _ *config.Tier) error {
	subject := "EventBridge of bucket " + bucket
	input := &s3.GetBucketNotificationConfigurationInput{Bucket: aws.String(bucket)}
	output, err := p.s3.GetBucketNotificationConfiguration(ctx, input)
	if err != nil {
		return p.unread(subject, err)
	}
	if output.EventBridgeConfiguration != nil {
		p.ok(subject, "it is on")
		return nil
	}
	at := p.wrong(subject, "it is off, so continuous backups stop (F-S3-12)",
		p.command.again("preflight", "--workload", p.workload.ID())+" --fix")
	p.mayFix(at, "turn on EventBridge of bucket "+bucket+", and keep its other notifications", func(ctx context.Context) error {
		now, err := p.s3.GetBucketNotificationConfiguration(ctx, input)
		if err != nil {
			return err
		}
		_, err = p.s3.PutBucketNotificationConfiguration(ctx, &s3.PutBucketNotificationConfigurationInput{
			Bucket: aws.String(bucket), ExpectedBucketOwner: aws.String(p.account.id),
			// The others are as they were: a queue that is gone must not keep EventBridge off.
			SkipDestinationValidation: aws.Bool(true),
			NotificationConfiguration: &types.NotificationConfiguration{
				EventBridgeConfiguration:     &types.EventBridgeConfiguration{},
				LambdaFunctionConfigurations: now.LambdaFunctionConfigurations,
				QueueConfigurations:          now.QueueConfigurations,
				TopicConfigurations:          now.TopicConfigurations,
			},
		})
		return err
	})
	return nil
}

// lookLifecycle looks for rules that take objects out of backups, and for those that Object Lock holds up.
func (p *place) lookLifecycle(ctx context.Context, bucket string, _ *config.Tier) error {
	subject := "lifecycle of bucket " + bucket
	output, err := p.s3.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: aws.String(bucket)})
	if hasCode(err, "NoSuchLifecycleConfiguration") {
		p.ok(subject, "there is none")
		return nil
	}
	if err != nil {
		return p.unread(subject, err)
	}
	locked, err := p.lockDays(ctx, bucket)
	if err != nil {
		if err := p.unread("Object Lock of bucket "+bucket, err); err != nil {
			return err
		}
	}
	fine := true
	for _, rule := range output.Rules {
		if rule.Status != types.ExpirationStatusEnabled {
			continue
		}
		name := "rule " + cmp.Or(aws.ToString(rule.ID), "without an ID")
		edit := p.aws(
			"s3api",
			"put-bucket-lifecycle-configuration",
			"--bucket",
			bucket,
			"--lifecycle-configuration",
			"file://lifecycle.json",
		)
		if class := archive(rule); class != "" {
			fine = false
			p.wrong(subject, fmt.Sprintf("%s moves objects to %s, which AWS Backup does not back up (F-S3-2)", name, class), edit)
		}
		days := 0
		if rule.NoncurrentVersionExpiration != nil {
			days = int(aws.ToInt32(rule.NoncurrentVersionExpiration.NoncurrentDays))
		}
		if days > 0 && days < locked {
			fine = false
			p.wrong(
				subject,
				fmt.Sprintf("%s deletes noncurrent versions after %d days, and Object Lock keeps each for %d: the rule waits, "+
					"and they cost until then (F-OL-5)", name, days, locked),
				edit,
			)
		}
	}
	if fine && err == nil {
		p.ok(subject, "no rule takes objects out of backups or works against Object Lock")
	} else if fine {
		p.ok(subject, "no rule takes objects out of backups")
	}
	return nil
}

// archive is a storage class that is not backed up (F-S3-2), of a rule that moves objects to it. Empty: it does not.
func archive(rule types.LifecycleRule) string {
	var classes []types.TransitionStorageClass
	for _, t := range rule.Transitions {
		classes = append(classes, t.StorageClass)
	}
	for _, t := range rule.NoncurrentVersionTransitions {
		classes = append(classes, t.StorageClass)
	}
	for _, class := range classes {
		if class == types.TransitionStorageClassGlacier || class == types.TransitionStorageClassDeepArchive {
			return string(class)
		}
	}
	return ""
}

// lockDays is the default retention of the bucket in days, a year being 365. Zero: there is none.
func (p *place) lockDays(ctx context.Context, bucket string) (int, error) {
	output, err := p.s3.GetObjectLockConfiguration(ctx, &s3.GetObjectLockConfigurationInput{Bucket: aws.String(bucket)})
	if statusOf(err) == http.StatusNotFound {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if c := output.ObjectLockConfiguration; c != nil && c.Rule != nil && c.Rule.DefaultRetention != nil {
		return int(aws.ToInt32(c.Rule.DefaultRetention.Days) + 365*aws.ToInt32(c.Rule.DefaultRetention.Years)), nil
	}
	return 0, nil
}

// lookEncryption looks whether the bucket refuses objects under SSE-C, which are not backed up (F-S3-3, F-S3-26).
func (p *place) lookEncryption(ctx context.Context, bucket string, _ *config.Tier) error {
	subject := "SSE-C of bucket " + bucket
	output, err := p.s3.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: aws.String(bucket)})
	if err != nil && !hasCode(err, "ServerSideEncryptionConfigurationNotFoundError") {
		return p.unread(subject, err)
	}
	rules := []types.ServerSideEncryptionRule{{ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{
		SSEAlgorithm: types.ServerSideEncryptionAes256,
	}}}
	if err == nil && output.ServerSideEncryptionConfiguration != nil && len(output.ServerSideEncryptionConfiguration.Rules) > 0 {
		rules = output.ServerSideEncryptionConfiguration.Rules
	}
	if b := rules[0].BlockedEncryptionTypes; b != nil && slices.Contains(b.EncryptionType, types.EncryptionTypeSseC) {
		p.ok(subject, "it is blocked")
		return nil
	}
	p.wrong(subject, "it is not blocked, and objects under it are not backed up (F-S3-3)",
		p.aws("s3api", "put-bucket-encryption", "--bucket", bucket, "--server-side-encryption-configuration", blocking(rules[0])))
	return nil
}

// blocking is a bucket's encryption as it is, with SSE-C blocked, for the AWS CLI.
func blocking(rule types.ServerSideEncryptionRule) string {
	document := map[string]any{"BlockedEncryptionTypes": map[string]any{"EncryptionType": []string{"SSE-C"}}}
	if by := rule.ApplyServerSideEncryptionByDefault; by != nil {
		encryption := map[string]any{"SSEAlgorithm": by.SSEAlgorithm}
		if by.KMSMasterKeyID != nil {
			encryption["KMSMasterKeyID"] = *by.KMSMasterKeyID
		}
		document["ApplyServerSideEncryptionByDefault"] = encryption
	}
	if rule.BucketKeyEnabled != nil {
		document["BucketKeyEnabled"] = *rule.BucketKeyEnabled
	}
	text, _ := json.Marshal(map[string]any{"Rules": []any{document}}) // of texts
	return strings.TrimSpace(string(text))
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
