package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// BucketProps describe a bucket that AWS Backup can protect.
type BucketProps struct {
	// Name and ARN of the bucket.
	Name, ARN string
	// ObjectLockMode is GOVERNANCE or COMPLIANCE.
	ObjectLockMode string
	// ObjectLockDays is the default retention of every new object version, in days.
	ObjectLockDays int
	// KeyARN of the KMS key that encrypts objects.
	KeyARN string
	// AccessLogBucket is the name of the bucket that server access logs go to.
	AccessLogBucket string
	// Tags of the bucket.
	Tags map[string]string
}

// NewBucket makes a versioned bucket with Object Lock (F-OL-2). It is retained.
func NewBucket(scope awsconstructs.Construct, id string, props BucketProps) awss3.CfnBucket {
	bucket := awss3.NewCfnBucket(scope, jsii.String(id), &awss3.CfnBucketProps{
		BucketName:                     jsii.String(props.Name),
		VersioningConfiguration:        versioned(),
		PublicAccessBlockConfiguration: blockPublicAccess(),
		OwnershipControls:              ownerEnforced(),
		ObjectLockEnabled:              jsii.Bool(true),
		ObjectLockConfiguration: &awss3.CfnBucket_ObjectLockConfigurationProperty{
			ObjectLockEnabled: jsii.String("Enabled"),
			Rule: &awss3.CfnBucket_ObjectLockRuleProperty{
				DefaultRetention: &awss3.CfnBucket_DefaultRetentionProperty{
					Mode: jsii.String(props.ObjectLockMode),
					Days: jsii.Number(props.ObjectLockDays),
				},
			},
		},
		// Continuous backups stop where these events do (F-S3-12).
		NotificationConfiguration: &awss3.CfnBucket_NotificationConfigurationProperty{
			EventBridgeConfiguration: &awss3.CfnBucket_EventBridgeConfigurationProperty{
				EventBridgeEnabled: jsii.Bool(true),
			},
		},
		BucketEncryption: &awss3.CfnBucket_BucketEncryptionProperty{
			ServerSideEncryptionConfiguration: []any{&awss3.CfnBucket_ServerSideEncryptionRuleProperty{
				BucketKeyEnabled: jsii.Bool(true),
				ServerSideEncryptionByDefault: &awss3.CfnBucket_ServerSideEncryptionByDefaultProperty{
					SseAlgorithm:   jsii.String("aws:kms"),
					KmsMasterKeyId: jsii.String(props.KeyARN),
				},
			}},
		},
		LoggingConfiguration: &awss3.CfnBucket_LoggingConfigurationProperty{
			DestinationBucketName: jsii.String(props.AccessLogBucket),
			LogFilePrefix:         jsii.String(props.Name + "/"),
		},
		// A versioned bucket grows without end unless this is said, and a backup with it (F-OL-5, F-S3-20).
		LifecycleConfiguration: &awss3.CfnBucket_LifecycleConfigurationProperty{
			Rules: []any{&awss3.CfnBucket_RuleProperty{
				Id:                        jsii.String("ExpireNoncurrentVersions"),
				Status:                    jsii.String("Enabled"),
				ExpiredObjectDeleteMarker: jsii.Bool(true),
				NoncurrentVersionExpiration: &awss3.CfnBucket_NoncurrentVersionExpirationProperty{
					NoncurrentDays: jsii.Number(props.ObjectLockDays),
				},
				AbortIncompleteMultipartUpload: abortIncompleteUploads(),
			}},
		},
		Tags: cfnTags(props.Tags),
	})
	bucket.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN, nil)
	newBucketPolicy(bucket, props.Name, props.ARN)
	return bucket
}

func newBucketPolicy(bucket awss3.CfnBucket, name, arn string, statements ...Statement) {
	policy := awss3.NewCfnBucketPolicy(bucket, jsii.String("Policy"), &awss3.CfnBucketPolicyProps{
		Bucket:         jsii.String(name),
		PolicyDocument: document(append([]Statement{tlsOnly(arn)}, statements...)...),
	})
	policy.AddDependency(bucket)
}

// tlsOnly denies requests without TLS. AWS services are exempt: between them, S3 does not tell how
// a request came (F-OL-12).
func tlsOnly(bucketARN string) Statement {
	return Statement{
		Sid:       "TLSOnly",
		Deny:      true,
		Principal: anyone,
		Actions:   []string{"s3:*"},
		Resources: []string{bucketARN, bucketARN + "/*"},
		Condition: map[string]map[string]any{
			"Bool": {"aws:SecureTransport": "false", "aws:PrincipalIsAWSService": "false"},
		},
	}
}

func versioned() *awss3.CfnBucket_VersioningConfigurationProperty {
	return &awss3.CfnBucket_VersioningConfigurationProperty{Status: jsii.String("Enabled")}
}

func blockPublicAccess() *awss3.CfnBucket_PublicAccessBlockConfigurationProperty {
	return &awss3.CfnBucket_PublicAccessBlockConfigurationProperty{
		BlockPublicAcls:       jsii.Bool(true),
		BlockPublicPolicy:     jsii.Bool(true),
		IgnorePublicAcls:      jsii.Bool(true),
		RestrictPublicBuckets: jsii.Bool(true),
	}
}

func ownerEnforced() *awss3.CfnBucket_OwnershipControlsProperty {
	return &awss3.CfnBucket_OwnershipControlsProperty{
		Rules: []any{&awss3.CfnBucket_OwnershipControlsRuleProperty{
			ObjectOwnership: jsii.String("BucketOwnerEnforced"),
		}},
	}
}

func abortIncompleteUploads() *awss3.CfnBucket_AbortIncompleteMultipartUploadProperty {
	return &awss3.CfnBucket_AbortIncompleteMultipartUploadProperty{DaysAfterInitiation: jsii.Number(7)}
}
