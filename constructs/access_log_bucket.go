package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// AccessLogBucketProps are the props of [NewAccessLogBucket]. All are required, except MaxPolicyBytes and
// what is required with it.
type AccessLogBucketProps struct {
	// Name of the bucket.
	Name string
	// Account of the logged buckets, twelve digits.
	Account string
	// SourceARNs are the ARNs of the buckets that log here, such as "arn:aws:s3:::invoices".
	SourceARNs []string
	// MaxPolicyBytes is the largest bucket policy, in bytes, in which SourceARNs are listed. S3 takes 20 KB,
	// which is room for more than 200 buckets (F-LIM-7). Zero: they are always listed.
	MaxPolicyBytes int
	// AnySourceARN matches every bucket, such as "arn:aws:s3:::*". It replaces SourceARNs in a policy that
	// would be too large. The account still limits who logs here. Required with MaxPolicyBytes.
	AnySourceARN string
	// ARN of this bucket, with which the size of its policy is computed. Required with MaxPolicyBytes.
	ARN string
	// ExpireAfterDays is the age in days at which logs are deleted.
	ExpireAfterDays int
}

// AccessLogBucket is a bucket for server access logs.
type AccessLogBucket struct {
	// Construct is the scope of the resources.
	Construct awsconstructs.Construct
	// Bucket is retained.
	Bucket awss3.CfnBucket
	// Policy of the bucket. It denies requests without TLS and lets S3 write access logs.
	Policy awss3.CfnBucketPolicy
}

// NewAccessLogBucket creates a bucket to which S3 delivers server access logs. Such a bucket can have
// neither Object Lock nor a KMS key (F-OL-7).
func NewAccessLogBucket(scope awsconstructs.Construct, id *string, props *AccessLogBucketProps) *AccessLogBucket {
	require(props.Name != "", "NewAccessLogBucket: props.Name is required")
	require(props.Account != "", "NewAccessLogBucket: props.Account is required")
	require(len(props.SourceARNs) > 0, "NewAccessLogBucket: props.SourceARNs is required; otherwise no bucket could log here")
	require(props.MaxPolicyBytes == 0 || props.AnySourceARN != "" && props.ARN != "",
		"NewAccessLogBucket: props.AnySourceARN and props.ARN are required with props.MaxPolicyBytes")
	require(props.ExpireAfterDays >= 1, "NewAccessLogBucket: props.ExpireAfterDays is at least 1")
	this := awsconstructs.NewConstruct(scope, id)
	bucket := awss3.NewCfnBucket(this, jsii.String(defaultID), &awss3.CfnBucketProps{
		BucketName:                     jsii.String(props.Name),
		VersioningConfiguration:        versioned(),
		PublicAccessBlockConfiguration: blockPublicAccess(),
		OwnershipControls:              ownerEnforced(),
		BucketEncryption:               encryption(ownKeyOfS3()),
		LifecycleConfiguration:         expireAfter(props.ExpireAfterDays),
	})
	retain(bucket)
	logicalID := *bucket.LogicalId()
	delivery := props.logDelivery()
	delivery.Resources, delivery.intrinsics = nil, []any{objectsOf(logicalID)}
	return &AccessLogBucket{Construct: this, Bucket: bucket, Policy: newBucketPolicy(this, bucket, logicalID, delivery)}
}

// logDelivery lets S3 write access logs. It names the buckets that log while the policy may be that large.
func (p *AccessLogBucketProps) logDelivery() Statement {
	delivery := Statement{
		Sid:       "ServerAccessLogs",
		Principal: service("logging.s3.amazonaws.com"),
		Actions:   []string{"s3:PutObject"},
		Resources: []string{p.ARN + "/*"},
		Condition: map[string]map[string]any{
			"ArnLike":      {"aws:SourceArn": p.SourceARNs},
			"StringEquals": {"aws:SourceAccount": p.Account},
		},
	}
	if p.MaxPolicyBytes > 0 && size(delivery, withoutTLS("s3:*", p.ARN, p.ARN+"/*")) > p.MaxPolicyBytes {
		delivery.Condition["ArnLike"] = map[string]any{"aws:SourceArn": p.AnySourceARN}
	}
	return delivery
}
