package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"central-s3-backup/config"
)

// destination decides into which bucket the job restores, and checks one that exists (F-RST-3).
func (r *restoring) destination(ctx context.Context) error {
	c := r.command
	r.report.Into = c.Into
	if c.FillGaps {
		r.report.Into = c.Bucket
	}
	if r.report.Into == "" {
		r.report.Into, r.report.NewBucket = config.RestoredBucketName(c.Bucket, r.choice.moment), true
		return nil
	}
	flag := "--into " + r.report.Into
	if c.FillGaps {
		flag = "--fill-gaps: bucket " + r.report.Into
	}
	return r.checkDestination(ctx, flag)
}

func (r *restoring) checkDestination(ctx context.Context, flag string) error {
	bucket, client := aws.String(r.report.Into), r.clients.s3
	if _, err := client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: bucket}); err != nil {
		switch answer, _ := errors.AsType[*smithyhttp.ResponseError](err); {
		case answer == nil || answer.Response == nil:
		case answer.HTTPStatusCode() == http.StatusNotFound:
			return fmt.Errorf("%s: there is no such bucket; leave out --into, and the command creates one", flag)
		case answer.HTTPStatusCode() == http.StatusMovedPermanently:
			return fmt.Errorf("%s: the bucket is in %s; the recovery point is in %s, and AWS Backup restores it there alone (F-RST-3)",
				flag, answer.Response.Header.Get("X-Amz-Bucket-Region"), r.account.region)
		}
		return r.account.explain(err)
	}
	versioning, err := client.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: bucket})
	if err != nil {
		return r.account.explain(err)
	}
	if versioning.Status != types.BucketVersioningStatusEnabled {
		return fmt.Errorf("%s: versioning is not enabled, so AWS Backup would fail the job (F-RST-3); enable it first", flag)
	}
	ownership, err := client.GetBucketOwnershipControls(ctx, &s3.GetBucketOwnershipControlsInput{Bucket: bucket})
	if err != nil && statusOf(err) != http.StatusNotFound { // 404: the setting is not there, and ACLs are enabled
		return r.account.explain(err)
	}
	if err != nil || !slices.ContainsFunc(ownership.OwnershipControls.Rules, func(rule types.OwnershipControlsRule) bool {
		return rule.ObjectOwnership == types.ObjectOwnershipBucketOwnerEnforced
	}) {
		return fmt.Errorf("%s: the bucket has ACLs enabled, and this command restores none (F-RST-5); "+
			"set its Object Ownership to BucketOwnerEnforced first", flag)
	}
	if r.command.IntoNonempty || r.command.FillGaps {
		return nil
	}
	page, err := client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket, MaxKeys: aws.Int32(1)})
	if err != nil {
		return r.account.explain(err)
	}
	if len(page.Contents) > 0 {
		return fmt.Errorf("%s: the bucket is not empty, and a restore overwrites nothing (F-RST-3); "+
			"write --into-nonempty to accept that its objects stay as they are", flag)
	}
	return nil
}

// statusOf is the HTTP status of an answer. Zero: there was none.
func statusOf(err error) int {
	if answer, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		return answer.HTTPStatusCode()
	}
	return 0
}

// key is the key of the bucket's tier. The bucket itself knows it, or another bucket of the workload with the same key; if
// none of them exists, it is the key's alias. Empty: there is none.
func (r *restoring) key(ctx context.Context) (key, warning string) {
	buckets, alias := r.keyHolders()
	for _, bucket := range buckets {
		output, err := r.clients.s3.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: aws.String(bucket)})
		if err != nil || output.ServerSideEncryptionConfiguration == nil {
			continue
		}
		for _, rule := range output.ServerSideEncryptionConfiguration.Rules {
			if by := rule.ApplyServerSideEncryptionByDefault; by != nil && aws.ToString(by.KMSMasterKeyID) != "" {
				return *by.KMSMasterKeyID, ""
			}
		}
	}
	if alias == "" {
		return "", "no bucket tells the key of the tier: the objects are encrypted with SSE-S3"
	}
	return fmt.Sprintf("arn:%s:kms:%s:%s:%s", config.Partition(r.account.region), r.account.region, r.account.id, alias), ""
}

// keyHolders are the buckets that may have the key of the bucket's tier, and the key's alias if the app creates it.
func (r *restoring) keyHolders() (buckets []string, alias string) {
	tier := r.tier()
	if r.workload.HasBucket(r.command.Bucket) {
		buckets = []string{r.command.Bucket}
	}
	if tier == nil {
		return buckets, ""
	}
	for _, use := range r.cfg.TierUses(r.workload) {
		if use.Tier.BucketKey() != tier.BucketKey() {
			continue
		}
		for _, b := range use.Created() {
			if !b.UsesKMS() {
				continue
			}
			if b.Name != r.command.Bucket {
				buckets = append(buckets, b.Name)
			}
			alias = r.cfg.KeyAlias(r.workload, tier.BucketKey())
		}
	}
	return buckets, alias
}

// tier is the tier of the bucket, whichever workload names it. Nil: none does.
func (r *restoring) tier() *config.Tier {
	for _, w := range r.cfg.Workloads {
		for _, use := range r.cfg.TierUses(w) {
			if slices.ContainsFunc(use.Buckets, func(b config.Bucket) bool { return b.Name == r.command.Bucket }) {
				return use.Tier
			}
		}
	}
	return nil
}

// create creates the bucket that the job restores into, with the settings of a bucket of the app. It may be there from an earlier
// run, which may have ended in the middle: settings are put again.
func (r *restoring) create(ctx context.Context) error {
	name, client, region := r.report.Into, r.clients.s3, r.account.region
	bucket := aws.String(name)
	input := &s3.CreateBucketInput{Bucket: bucket, ObjectOwnership: types.ObjectOwnershipBucketOwnerEnforced}
	if region != "us-east-1" {
		input.CreateBucketConfiguration = &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(region)}
	}
	_, err := client.CreateBucket(ctx, input)
	switch answer, _ := errors.AsType[smithy.APIError](err); {
	case err == nil:
		r.created = true
	case answer != nil && answer.ErrorCode() == "BucketAlreadyExists":
		return fmt.Errorf("another account has a bucket %s; create a bucket, and write --into NAME", name)
	case answer != nil && answer.ErrorCode() == "BucketAlreadyOwnedByYou":
	default:
		return r.account.explain(err)
	}
	for _, put := range []func() error{
		func() error {
			_, err := client.PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{
				Bucket: bucket, PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{
					BlockPublicAcls: aws.Bool(true), IgnorePublicAcls: aws.Bool(true),
					BlockPublicPolicy: aws.Bool(true), RestrictPublicBuckets: aws.Bool(true),
				},
			})
			return err
		},
		func() error {
			_, err := client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
				Bucket: bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
			})
			return err
		},
		func() error {
			_, err := client.PutBucketEncryption(ctx, &s3.PutBucketEncryptionInput{
				Bucket: bucket, ServerSideEncryptionConfiguration: encryptionBy(r.report.Metadata["KMSKey"]),
			})
			return err
		},
		func() error {
			_, err := client.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{
				Bucket: bucket, Policy: aws.String(tlsOnly(config.BucketARN(region, name))),
			})
			return err
		},
		func() error { // so that the bucket can be backed up (F-S3-12)
			_, err := client.PutBucketNotificationConfiguration(ctx, &s3.PutBucketNotificationConfigurationInput{
				Bucket: bucket, NotificationConfiguration: &types.NotificationConfiguration{
					EventBridgeConfiguration: &types.EventBridgeConfiguration{},
				},
			})
			return err
		},
	} {
		if err := put(); err != nil {
			return r.account.explain(err)
		}
	}
	return nil
}

func encryptionBy(key string) *types.ServerSideEncryptionConfiguration {
	rule := types.ServerSideEncryptionRule{
		ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{SSEAlgorithm: types.ServerSideEncryptionAes256},
		BlockedEncryptionTypes:             &types.BlockedEncryptionTypes{EncryptionType: []types.EncryptionType{types.EncryptionTypeSseC}},
	}
	if key != "" {
		rule.BucketKeyEnabled = aws.Bool(true)
		rule.ApplyServerSideEncryptionByDefault = &types.ServerSideEncryptionByDefault{
			SSEAlgorithm: types.ServerSideEncryptionAwsKms, KMSMasterKeyID: aws.String(key),
		}
	}
	return &types.ServerSideEncryptionConfiguration{Rules: []types.ServerSideEncryptionRule{rule}}
}

// tlsOnly is the policy that a bucket of the app has: it denies requests without TLS.
func tlsOnly(arn string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Sid":"DenyWithoutTLS","Effect":"Deny","Principal":{"AWS":"*"},`+
		`"Action":"s3:*","Resource":["%s","%s/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`, arn, arn)
}
