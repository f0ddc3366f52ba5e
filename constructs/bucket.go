package constructs

import (
	"cmp"

	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawss3"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// BucketProps are the props of [NewBucket]. Name, AccessLogBucket and, unless Encryption is AES256, Key are required.
type BucketProps struct {
	// Name of the bucket.
	Name string
	// ObjectLockMode is GOVERNANCE or COMPLIANCE. Empty: new versions get no lock. Object Lock is enabled even then, because
	// CloudFormation would replace the bucket when that changes (F-OL-3).
	ObjectLockMode string
	// ObjectLockDays is the default retention of every new object version, in days. Zero without ObjectLockMode.
	ObjectLockDays int
	// NoncurrentDays is how long a noncurrent version is kept, in days. Default: ObjectLockDays.
	NoncurrentDays int
	// Encryption is aws:kms with Key, or AES256 with keys that S3 manages. Default: aws:kms.
	Encryption string
	// Key encrypts the objects. Who reads and writes them needs the use of the key too. Nil with AES256.
	Key interfacesawskms.IKeyRef
	// BucketKeyDisabled: every object has a KMS data key of its own, in place of the S3 Bucket Key.
	BucketKeyDisabled bool
	// IntelligentTieringDays moves current versions to S3 Intelligent-Tiering so many days after they were written. Nil: never.
	IntelligentTieringDays *int
	// CORSRules of the bucket. Empty: no CORS.
	CORSRules []CORSRule
	// Statements of the bucket's policy, after those that every bucket has. Empty: none.
	Statements []Statement
	// AccessLogBucket receives the server access logs, under the bucket's name as prefix. It needs a
	// policy that lets S3 write them ([NewAccessLogBucket]).
	AccessLogBucket interfacesawss3.IBucketRef
	// Tags of the bucket. Empty: none. Tags that awscdk.Tags_Of adds come on top.
	Tags map[string]string
}

// CORSRule lets scripts of other origins use a bucket.
type CORSRule struct {
	// ID of the rule. Empty: S3 chooses one.
	ID string
	// AllowedMethods, such as GET, and AllowedOrigins are required.
	AllowedMethods, AllowedOrigins []string
	// AllowedHeaders of a preflight request, and ExposeHeaders of a response. Empty: none.
	AllowedHeaders, ExposeHeaders []string
	// MaxAgeSeconds is how long a browser keeps the response to a preflight request, in seconds. Nil: S3 sends none.
	MaxAgeSeconds *int
}

// Bucket is a bucket that AWS Backup can protect.
type Bucket struct {
	// Construct is the scope of the resources.
	Construct awsconstructs.Construct
	// Bucket is retained.
	Bucket awss3.CfnBucket
	// Policy of the bucket. It denies requests without TLS, and to bypass governance retention. Statements of the props follow.
	Policy awss3.CfnBucketPolicy
}

// NewBucket creates a versioned bucket with Object Lock (F-OL-2), EventBridge events, encryption, access
// logs and a lifecycle for noncurrent versions.
func NewBucket(scope awsconstructs.Construct, id *string, props *BucketProps) *Bucket {
	require(props.Name != "", "NewBucket: props.Name is required")
	props.check()
	this := awsconstructs.NewConstruct(scope, id)
	bucket := awss3.NewCfnBucket(this, jsii.String(defaultID), &awss3.CfnBucketProps{
		BucketName:                     jsii.String(props.Name),
		VersioningConfiguration:        versioned(),
		PublicAccessBlockConfiguration: blockPublicAccess(),
		OwnershipControls:              ownerEnforced(),
		ObjectLockEnabled:              jsii.Bool(true),
		ObjectLockConfiguration:        props.defaultRetention(),
		CorsConfiguration:              props.cors(),
		// Continuous backups stop where these events stop (F-S3-12).
		NotificationConfiguration: &awss3.CfnBucket_NotificationConfigurationProperty{
			EventBridgeConfiguration: &awss3.CfnBucket_EventBridgeConfigurationProperty{EventBridgeEnabled: jsii.Bool(true)},
		},
		BucketEncryption: encryption(props.encryptionRule()),
		LoggingConfiguration: &awss3.CfnBucket_LoggingConfigurationProperty{
			DestinationBucketName: bucketName(props.AccessLogBucket),
			LogFilePrefix:         jsii.String(props.Name + "/"),
		},
		// Without it a versioned bucket, and its backup, grow without end (F-OL-5, F-S3-20).
		LifecycleConfiguration: lifecycle(props.lifecycleRules()...),
		Tags:                   tagList(props.Tags),
	})
	retain(bucket)
	logicalID := *bucket.LogicalId()
	statements := append([]Statement{keepGovernance(logicalID)}, props.Statements...)
	return &Bucket{Construct: this, Bucket: bucket, Policy: newBucketPolicy(this, bucket, logicalID, statements...)}
}

const (
	sseKMS = "aws:kms"
	sseS3  = "AES256"
)

func (p *BucketProps) check() {
	switch p.Encryption {
	case "", sseKMS:
		require(p.Key != nil, "NewBucket: props.Key is required")
	case sseS3:
		require(p.Key == nil, "NewBucket: AES256 has no props.Key")
	default:
		require(false, "NewBucket: props.Encryption is aws:kms or AES256")
	}
	require(p.AccessLogBucket != nil, "NewBucket: props.AccessLogBucket is required")
	if p.ObjectLockMode == "" {
		require(p.ObjectLockDays == 0, "NewBucket: props.ObjectLockDays needs props.ObjectLockMode")
		require(p.NoncurrentDays >= 1, "NewBucket: props.NoncurrentDays is at least 1 without Object Lock")
	} else {
		require(p.ObjectLockMode == "GOVERNANCE" || p.ObjectLockMode == "COMPLIANCE",
			"NewBucket: props.ObjectLockMode is GOVERNANCE or COMPLIANCE")
		require(p.ObjectLockDays >= 1, "NewBucket: props.ObjectLockDays is at least 1")
	}
}

// defaultRetention is nil where new versions get no lock.
func (p *BucketProps) defaultRetention() any {
	if p.ObjectLockMode == "" {
		return nil
	}
	return objectLock(p.ObjectLockMode, p.ObjectLockDays)
}

func (p *BucketProps) encryptionRule() *awss3.CfnBucket_ServerSideEncryptionRuleProperty {
	if p.Encryption == sseS3 {
		return ownKeyOfS3()
	}
	return &awss3.CfnBucket_ServerSideEncryptionRuleProperty{
		BucketKeyEnabled: jsii.Bool(!p.BucketKeyDisabled),
		ServerSideEncryptionByDefault: &awss3.CfnBucket_ServerSideEncryptionByDefaultProperty{
			SseAlgorithm:   jsii.String(sseKMS),
			KmsMasterKeyId: keyARN(p.Key),
		},
	}
}

func (p *BucketProps) lifecycleRules() []any {
	rules := []any{&awss3.CfnBucket_RuleProperty{
		Id:                        jsii.String("ExpireNoncurrentVersions"),
		Status:                    jsii.String("Enabled"),
		ExpiredObjectDeleteMarker: jsii.Bool(true),
		NoncurrentVersionExpiration: &awss3.CfnBucket_NoncurrentVersionExpirationProperty{
			NoncurrentDays: jsii.Number(cmp.Or(p.NoncurrentDays, p.ObjectLockDays)),
		},
		AbortIncompleteMultipartUpload: afterAWeek(),
	}}
	if p.IntelligentTieringDays != nil {
		rules = append(rules, &awss3.CfnBucket_RuleProperty{
			Id:     jsii.String("IntelligentTiering"),
			Status: jsii.String("Enabled"),
			Transitions: []any{&awss3.CfnBucket_TransitionProperty{
				StorageClass: jsii.String("INTELLIGENT_TIERING"), TransitionInDays: jsii.Number(*p.IntelligentTieringDays),
			}},
		})
	}
	return rules
}

// cors is nil without rules.
func (p *BucketProps) cors() any {
	if len(p.CORSRules) == 0 {
		return nil
	}
	rules := make([]any, len(p.CORSRules))
	for i, r := range p.CORSRules {
		rule := &awss3.CfnBucket_CorsRuleProperty{
			AllowedMethods: jsii.Strings(r.AllowedMethods...), AllowedOrigins: jsii.Strings(r.AllowedOrigins...),
		}
		if r.ID != "" {
			rule.Id = jsii.String(r.ID)
		}
		if r.AllowedHeaders != nil {
			rule.AllowedHeaders = jsii.Strings(r.AllowedHeaders...)
		}
		if r.ExposeHeaders != nil {
			rule.ExposedHeaders = jsii.Strings(r.ExposeHeaders...)
		}
		if r.MaxAgeSeconds != nil {
			rule.MaxAge = jsii.Number(*r.MaxAgeSeconds)
		}
		rules[i] = rule
	}
	return &awss3.CfnBucket_CorsConfigurationProperty{CorsRules: rules}
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
		ServerSideEncryptionByDefault: &awss3.CfnBucket_ServerSideEncryptionByDefaultProperty{SseAlgorithm: jsii.String(sseS3)},
	}
}

// encryption has the rule, and refuses objects under keys of the client's own: AWS Backup does not back them up
// (F-S3-3, F-S3-26).
func encryption(rule *awss3.CfnBucket_ServerSideEncryptionRuleProperty) *awss3.CfnBucket_BucketEncryptionProperty {
	rule.BlockedEncryptionTypes = &awss3.CfnBucket_BlockedEncryptionTypesProperty{EncryptionType: jsii.Strings("SSE-C")}
	return &awss3.CfnBucket_BucketEncryptionProperty{ServerSideEncryptionConfiguration: []any{rule}}
}

func lifecycle(rules ...any) *awss3.CfnBucket_LifecycleConfigurationProperty {
	return &awss3.CfnBucket_LifecycleConfigurationProperty{Rules: rules}
}

// expireAfter is the lifecycle of a bucket whose objects are deleted at an age in days. Versions go a day after they are replaced.
func expireAfter(days int) *awss3.CfnBucket_LifecycleConfigurationProperty {
	return lifecycle(&awss3.CfnBucket_RuleProperty{
		Id:                             jsii.String("Expire"),
		Status:                         jsii.String("Enabled"),
		ExpirationInDays:               jsii.Number(days),
		NoncurrentVersionExpiration:    &awss3.CfnBucket_NoncurrentVersionExpirationProperty{NoncurrentDays: jsii.Number(1)},
		AbortIncompleteMultipartUpload: afterAWeek(),
	})
}

func afterAWeek() *awss3.CfnBucket_AbortIncompleteMultipartUploadProperty {
	return &awss3.CfnBucket_AbortIncompleteMultipartUploadProperty{DaysAfterInitiation: jsii.Number(7)}
}
