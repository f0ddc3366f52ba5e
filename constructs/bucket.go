package constructs

// BucketProps describe a bucket that AWS Backup can protect.
type BucketProps struct {
	// Name of the bucket.
	Name string
	// ObjectLockMode is GOVERNANCE or COMPLIANCE.
	ObjectLockMode string
	// ObjectLockDays is the default retention of every new object version, in days.
	ObjectLockDays int
	// KeyARN of the KMS key that encrypts objects.
	KeyARN Value
	// AccessLogBucket is the name of the bucket that server access logs go to.
	AccessLogBucket Value
	// Tags of the bucket.
	Tags map[string]string
}

// NewBucket makes a versioned bucket with Object Lock (F-OL-2). It is retained.
func NewBucket(scope Scope, id string, props BucketProps) {
	bucket := scope.add(id, resource{
		Type: "AWS::S3::Bucket",
		Properties: properties{
			"BucketName":                     props.Name,
			"VersioningConfiguration":        versioned,
			"PublicAccessBlockConfiguration": blockPublicAccess,
			"OwnershipControls":              ownerEnforced,
			"ObjectLockEnabled":              true,
			"ObjectLockConfiguration": properties{
				"ObjectLockEnabled": "Enabled",
				"Rule":              properties{"DefaultRetention": properties{"Mode": props.ObjectLockMode, "Days": props.ObjectLockDays}},
			},
			// Continuous backups stop where these events do (F-S3-12).
			"NotificationConfiguration": properties{"EventBridgeConfiguration": properties{"EventBridgeEnabled": true}},
			"BucketEncryption": encryption(properties{
				"BucketKeyEnabled":              true,
				"ServerSideEncryptionByDefault": properties{"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": props.KeyARN},
			}),
			"LoggingConfiguration": properties{
				"DestinationBucketName": props.AccessLogBucket,
				"LogFilePrefix":         props.Name + "/",
			},
			// A versioned bucket grows without end unless this is said, and a backup with it (F-OL-5, F-S3-20).
			"LifecycleConfiguration": lifecycle(properties{
				"Id":                             "ExpireNoncurrentVersions",
				"Status":                         "Enabled",
				"ExpiredObjectDeleteMarker":      true,
				"NoncurrentVersionExpiration":    properties{"NoncurrentDays": props.ObjectLockDays},
				"AbortIncompleteMultipartUpload": afterAWeek,
			}),
			"Tags": tagList(props.Tags),
		},
	}.retained())
	bucket.addPolicy()
}

// addPolicy gives a bucket its policy: these statements, and that requests come with TLS.
func (a added) addPolicy(statements ...Statement) {
	a.add("Policy", resource{
		Type: "AWS::S3::BucketPolicy",
		Properties: properties{
			"Bucket":         a.ref(),
			"PolicyDocument": document(append([]Statement{tlsOnly(a.arn(""), a.arn("/*"))}, statements...)...),
		},
	})
}

// tlsOnly denies requests without TLS. AWS services are exempt: between them, S3 does not tell how
// a request came (F-OL-12).
func tlsOnly(bucketARN, objectsARN Value) Statement {
	return Statement{
		Sid:       "TLSOnly",
		Deny:      true,
		Principal: anyone,
		Actions:   []string{"s3:*"},
		Resources: []Value{bucketARN, objectsARN},
		Condition: map[string]map[string]any{
			"Bool": {"aws:SecureTransport": "false", "aws:PrincipalIsAWSService": "false"},
		},
	}
}

var (
	versioned         = properties{"Status": "Enabled"}
	blockPublicAccess = properties{"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true}
	ownerEnforced     = properties{"Rules": []any{properties{"ObjectOwnership": "BucketOwnerEnforced"}}}
	afterAWeek        = properties{"DaysAfterInitiation": 7}
)

func encryption(rule properties) properties {
	return properties{"ServerSideEncryptionConfiguration": []any{rule}}
}

func lifecycle(rule properties) properties { return properties{"Rules": []any{rule}} }
