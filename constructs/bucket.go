package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawss3"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// BucketProps are the props of [NewBucket]. All but Tags are required.
type BucketProps struct {
	// Name of the bucket.
	Name string
	// ObjectLockMode is GOVERNANCE or COMPLIANCE.
	ObjectLockMode string
	// ObjectLockDays is the default retention of every new object version, in days.
	ObjectLockDays int
	// Key encrypts the objects. Who reads and writes them needs the use of the key too.
	Key interfacesawskms.IKeyRef
	// AccessLogBucket receives the server access logs, under the bucket's name as prefix. It needs a
	// policy that lets S3 write them ([NewAccessLogBucket]).
	AccessLogBucket interfacesawss3.IBucketRef
	// Tags of the bucket. Empty: none. Tags that awscdk.Tags_Of adds come on top.
	Tags map[string]string
}

// Bucket is a bucket that AWS Backup can protect.
type Bucket struct {
	// Construct is the scope of the resources.
	Construct awsconstructs.Construct
	// Bucket is retained.
	Bucket awss3.CfnBucket
	// Policy of the bucket. It denies requests without TLS, and to bypass governance retention.
	Policy awss3.CfnBucketPolicy
}

// NewBucket creates a versioned bucket with Object Lock (F-OL-2), EventBridge events, encryption, access
// logs and a lifecycle for noncurrent versions.
func NewBucket(scope awsconstructs.Construct, id *string, props *BucketProps) *Bucket {
	require(props.Name != "", "NewBucket: props.Name is required")
	require(props.Key != nil, "NewBucket: props.Key is required")
	require(props.AccessLogBucket != nil, "NewBucket: props.AccessLogBucket is required")
	require(props.ObjectLockMode == "GOVERNANCE" || props.ObjectLockMode == "COMPLIANCE",
		"NewBucket: props.ObjectLockMode is GOVERNANCE or COMPLIANCE")
	require(props.ObjectLockDays >= 1, "NewBucket: props.ObjectLockDays is at least 1")
	this := awsconstructs.NewConstruct(scope, id)
	bucket := awss3.NewCfnBucket(this, jsii.String(defaultID), &awss3.CfnBucketProps{
		BucketName:                     jsii.String(props.Name),
		VersioningConfiguration:        versioned(),
		PublicAccessBlockConfiguration: blockPublicAccess(),
		OwnershipControls:              ownerEnforced(),
		ObjectLockEnabled:              jsii.Bool(true),
		ObjectLockConfiguration:        objectLock(props.ObjectLockMode, props.ObjectLockDays),
		// Continuous backups stop where these events stop (F-S3-12).
		NotificationConfiguration: &awss3.CfnBucket_NotificationConfigurationProperty{
			EventBridgeConfiguration: &awss3.CfnBucket_EventBridgeConfigurationProperty{EventBridgeEnabled: jsii.Bool(true)},
		},
		BucketEncryption: encryption(&awss3.CfnBucket_ServerSideEncryptionRuleProperty{
			BucketKeyEnabled: jsii.Bool(true),
			ServerSideEncryptionByDefault: &awss3.CfnBucket_ServerSideEncryptionByDefaultProperty{
				SseAlgorithm:   jsii.String("aws:kms"),
				KmsMasterKeyId: keyARN(props.Key),
			},
		}),
		LoggingConfiguration: &awss3.CfnBucket_LoggingConfigurationProperty{
			DestinationBucketName: bucketName(props.AccessLogBucket),
			LogFilePrefix:         jsii.String(props.Name + "/"),
		},
		// Without it a versioned bucket, and its backup, grow without end (F-OL-5, F-S3-20).
		LifecycleConfiguration: lifecycle(&awss3.CfnBucket_RuleProperty{
			Id:                        jsii.String("ExpireNoncurrentVersions"),
			Status:                    jsii.String("Enabled"),
			ExpiredObjectDeleteMarker: jsii.Bool(true),
			NoncurrentVersionExpiration: &awss3.CfnBucket_NoncurrentVersionExpirationProperty{
				NoncurrentDays: jsii.Number(props.ObjectLockDays),
			},
			AbortIncompleteMultipartUpload: afterAWeek(),
		}),
		Tags: tagList(props.Tags),
	})
	retain(bucket)
	logicalID := *bucket.LogicalId()
	return &Bucket{Construct: this, Bucket: bucket, Policy: newBucketPolicy(this, bucket, logicalID, keepGovernance(logicalID))}
}

// keepGovernance denies people and roles to bypass the retention of the GOVERNANCE mode. S3 allows that to whoever has
// "s3:*", and its console asks for it by default (F-OL-1). Whoever has to bypass it changes the bucket's policy first.
func keepGovernance(logicalID string) Statement {
	return Statement{
		Sid:        "KeepGovernanceRetention",
		Deny:       true,
		Principal:  anyone,
		Actions:    []string{"s3:BypassGovernanceRetention"},
		Condition:  exceptServices,
		intrinsics: []any{objectsOf(logicalID)},
	}
}

// newBucketPolicy creates a bucket's policy: it denies requests without TLS. more are further statements.
func newBucketPolicy(scope awsconstructs.Construct, bucket awss3.CfnBucket, logicalID string, more ...Statement) awss3.CfnBucketPolicy {
	tls := withoutTLS("s3:*")
	tls.intrinsics = []any{map[string]any{"Fn::GetAtt": []string{logicalID, "Arn"}}, objectsOf(logicalID)}
	return awss3.NewCfnBucketPolicy(scope, jsii.String("Policy"), &awss3.CfnBucketPolicyProps{
		Bucket:         bucket,
		PolicyDocument: document(append([]Statement{tls}, more...)...),
	})
}

// objectsOf is the ARN of all objects of the bucket with that logical id.
func objectsOf(logicalID string) any { return map[string]any{"Fn::Sub": "${" + logicalID + ".Arn}/*"} }

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
		Rules: []any{&awss3.CfnBucket_OwnershipControlsRuleProperty{ObjectOwnership: jsii.String("BucketOwnerEnforced")}},
	}
}

// objectLock gives every new version a retention, in days.
func objectLock(mode string, days int) *awss3.CfnBucket_ObjectLockConfigurationProperty {
	return &awss3.CfnBucket_ObjectLockConfigurationProperty{
		ObjectLockEnabled: jsii.String("Enabled"),
		Rule: &awss3.CfnBucket_ObjectLockRuleProperty{
			DefaultRetention: &awss3.CfnBucket_DefaultRetentionProperty{Mode: jsii.String(mode), Days: jsii.Number(days)},
		},
	}
}

// ownKeyOfS3 is the encryption with keys that S3 manages.
func ownKeyOfS3() *awss3.CfnBucket_ServerSideEncryptionRuleProperty {
	return &awss3.CfnBucket_ServerSideEncryptionRuleProperty{
		ServerSideEncryptionByDefault: &awss3.CfnBucket_ServerSideEncryptionByDefaultProperty{SseAlgorithm: jsii.String("AES256")},
	}
}

// encryption has the rule, and refuses objects under keys of the client's own: AWS Backup does not back them up
// (F-S3-3, F-S3-26).
func encryption(rule *awss3.CfnBucket_ServerSideEncryptionRuleProperty) *awss3.CfnBucket_BucketEncryptionProperty {
	rule.BlockedEncryptionTypes = &awss3.CfnBucket_BlockedEncryptionTypesProperty{EncryptionType: jsii.Strings("SSE-C")}
	return &awss3.CfnBucket_BucketEncryptionProperty{ServerSideEncryptionConfiguration: []any{rule}}
}

func lifecycle(rule *awss3.CfnBucket_RuleProperty) *awss3.CfnBucket_LifecycleConfigurationProperty {
	return &awss3.CfnBucket_LifecycleConfigurationProperty{Rules: []any{rule}}
}

func afterAWeek() *awss3.CfnBucket_AbortIncompleteMultipartUploadProperty {
	return &awss3.CfnBucket_AbortIncompleteMultipartUploadProperty{DaysAfterInitiation: jsii.Number(7)}
}
