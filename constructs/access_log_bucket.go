package constructs

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

// NewAccessLogBucket makes a bucket that S3 may deliver server access logs to, and returns its name.
// Such a bucket can have neither Object Lock nor a KMS key (F-OL-7). It is retained.
func NewAccessLogBucket(scope Scope, id string, props AccessLogBucketProps) Value {
	bucket := scope.add(id, resource{
		Type: "AWS::S3::Bucket",
		Properties: properties{
			"BucketName":                     props.Name,
			"VersioningConfiguration":        versioned,
			"PublicAccessBlockConfiguration": blockPublicAccess,
			"OwnershipControls":              ownerEnforced,
			"BucketEncryption":               encryption(properties{"ServerSideEncryptionByDefault": properties{"SSEAlgorithm": "AES256"}}),
			"LifecycleConfiguration": lifecycle(properties{
				"Id":                             "Expire",
				"Status":                         "Enabled",
				"ExpirationInDays":               props.ExpireAfterDays,
				"NoncurrentVersionExpiration":    properties{"NoncurrentDays": 1},
				"AbortIncompleteMultipartUpload": afterAWeek,
			}),
		},
	}.retained())
	bucket.addPolicy(props.logDelivery(bucket.arn("/*")))
	return bucket.ref()
}

func (p AccessLogBucketProps) logDelivery(objectsARN Value) Statement {
	delivery := Statement{
		Sid:       "ServerAccessLogs",
		Principal: service("logging.s3.amazonaws.com"),
		Actions:   []string{"s3:PutObject"},
		Resources: []Value{objectsARN},
		Condition: map[string]map[string]any{
			"ArnLike":      {"aws:SourceArn": p.SourceARNs},
			"StringEquals": {"aws:SourceAccount": p.Account},
		},
	}
	// Counted with the ARNs that AWS sees instead of references.
	counted := delivery
	counted.Resources = []Value{p.ARN + "/*"}
	if size([]Statement{counted, tlsOnly(p.ARN, p.ARN+"/*")}) > p.MaxPolicyBytes {
		delivery.Condition["ArnLike"] = map[string]any{"aws:SourceArn": p.AnySourceARN}
	}
	return delivery
}
