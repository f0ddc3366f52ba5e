package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// AccessLogBucketProps describe a bucket for server access logs.
type AccessLogBucketProps struct {
	// Name and ARN of the bucket.
	Name, ARN string
	// Account that the logged buckets are in, twelve digits.
	Account string
	// SourceARNs are those of the buckets that log here.
	SourceARNs []string
	// AnySourceARN matches every bucket. It stands for SourceARNs where these make the bucket's
	// policy larger than MaxPolicyBytes; the account still limits them.
	AnySourceARN string
	// MaxPolicyBytes is the size, in bytes, that a policy with listed buckets may have.
	MaxPolicyBytes int
	// ExpireAfterDays deletes logs of that age, in days.
	ExpireAfterDays int
}

// NewAccessLogBucket makes a bucket that S3 may deliver server access logs to. Such a bucket can
// have neither Object Lock nor a KMS key (F-OL-7).
func NewAccessLogBucket(scope awsconstructs.Construct, id string, props AccessLogBucketProps) awss3.CfnBucket {
	bucket := awss3.NewCfnBucket(scope, jsii.String(id), &awss3.CfnBucketProps{
		BucketName:                     jsii.String(props.Name),
		VersioningConfiguration:        versioned(),
		PublicAccessBlockConfiguration: blockPublicAccess(),
		OwnershipControls:              ownerEnforced(),
		BucketEncryption: &awss3.CfnBucket_BucketEncryptionProperty{
			ServerSideEncryptionConfiguration: []any{&awss3.CfnBucket_ServerSideEncryptionRuleProperty{
				ServerSideEncryptionByDefault: &awss3.CfnBucket_ServerSideEncryptionByDefaultProperty{
					SseAlgorithm: jsii.String("AES256"),
				},
			}},
		},
		LifecycleConfiguration: &awss3.CfnBucket_LifecycleConfigurationProperty{
			Rules: []any{&awss3.CfnBucket_RuleProperty{
				Id:               jsii.String("Expire"),
				Status:           jsii.String("Enabled"),
				ExpirationInDays: jsii.Number(props.ExpireAfterDays),
				NoncurrentVersionExpiration: &awss3.CfnBucket_NoncurrentVersionExpirationProperty{
					NoncurrentDays: jsii.Number(1),
				},
				AbortIncompleteMultipartUpload: abortIncompleteUploads(),
			}},
		},
	})
	bucket.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN, nil)
	newBucketPolicy(bucket, props.Name, props.ARN, props.logDelivery())
	return bucket
}

func (p AccessLogBucketProps) logDelivery() Statement {
	s := Statement{
		Sid:       "ServerAccessLogs",
		Principal: service("logging.s3.amazonaws.com"),
		Actions:   []string{"s3:PutObject"},
		Resources: []string{p.ARN + "/*"},
		Condition: map[string]map[string]any{
			"ArnLike":      {"aws:SourceArn": p.SourceARNs},
			"StringEquals": {"aws:SourceAccount": p.Account},
		},
	}
	if size([]Statement{s, tlsOnly(p.ARN)}) > p.MaxPolicyBytes {
		s.Condition["ArnLike"] = map[string]any{"aws:SourceArn": p.AnySourceARN}
	}
	return s
}
