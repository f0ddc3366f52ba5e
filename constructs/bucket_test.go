package constructs_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/constructs"
)

var bucketMinimum = inStack("BucketMinimum", func(stack awscdk.Stack) {
	key := constructs.NewKey(stack, jsii.String("Key"), &constructs.KeyProps{
		Alias:      "alias/invoices",
		AccountARN: "arn:aws:iam::222222222222:root",
	})
	logs := constructs.NewAccessLogBucket(stack, jsii.String("AccessLogs"), &constructs.AccessLogBucketProps{
		Name:            "invoices-access-logs",
		Account:         "222222222222",
		SourceARNs:      []string{"arn:aws:s3:::invoices"},
		ExpireAfterDays: 365,
	})
	constructs.NewBucket(stack, jsii.String("Invoices"), &constructs.BucketProps{
		Name:            "invoices",
		ObjectLockMode:  "GOVERNANCE",
		ObjectLockDays:  35,
		Key:             key.Key,
		AccessLogBucket: logs.Bucket,
	})
})

func TestBucketMinimum(t *testing.T) {
	template := bucketMinimum.template(t)
	template.HasResource(jsii.String("AWS::S3::Bucket"), map[string]any{
		"Properties": map[string]any{
			"BucketName":              "invoices",
			"VersioningConfiguration": map[string]any{"Status": "Enabled"},
			"PublicAccessBlockConfiguration": map[string]any{
				"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true,
			},
			"OwnershipControls": map[string]any{"Rules": []any{map[string]any{"ObjectOwnership": "BucketOwnerEnforced"}}},
			"ObjectLockEnabled": true,
			"ObjectLockConfiguration": map[string]any{
				"ObjectLockEnabled": "Enabled",
				"Rule":              map[string]any{"DefaultRetention": map[string]any{"Mode": "GOVERNANCE", "Days": 35}},
			},
			"NotificationConfiguration": map[string]any{"EventBridgeConfiguration": map[string]any{"EventBridgeEnabled": true}},
			"BucketEncryption": map[string]any{"ServerSideEncryptionConfiguration": []any{map[string]any{
				"BucketKeyEnabled": true,
				"ServerSideEncryptionByDefault": map[string]any{
					"SSEAlgorithm":   "aws:kms",
					"KMSMasterKeyID": map[string]any{"Fn::GetAtt": []any{"Key", "Arn"}},
				},
			}}},
			"LoggingConfiguration": map[string]any{
				"DestinationBucketName": map[string]any{"Ref": "AccessLogs"},
				"LogFilePrefix":         "invoices/",
			},
			"LifecycleConfiguration": map[string]any{"Rules": []any{map[string]any{
				"Status":                         "Enabled",
				"ExpiredObjectDeleteMarker":      true,
				"NoncurrentVersionExpiration":    map[string]any{"NoncurrentDays": 35},
				"AbortIncompleteMultipartUpload": map[string]any{"DaysAfterInitiation": 7},
			}}},
			"Tags": assertions.Match_Absent(),
		},
		"DeletionPolicy":      "RetainExceptOnCreate",
		"UpdateReplacePolicy": "Retain",
	})
	template.HasResourceProperties(jsii.String("AWS::S3::BucketPolicy"), map[string]any{
		"Bucket": map[string]any{"Ref": "Invoices"},
		"PolicyDocument": map[string]any{"Statement": []any{
			map[string]any{
				"Sid": "TLSOnly", "Effect": "Deny", "Principal": map[string]any{"AWS": "*"}, "Action": []any{"s3:*"},
				"Resource": []any{
					map[string]any{"Fn::GetAtt": []any{"Invoices", "Arn"}},
					map[string]any{"Fn::Sub": "${Invoices.Arn}/*"},
				},
				"Condition": map[string]any{
					"Bool":         map[string]any{"aws:SecureTransport": "false"},
					"BoolIfExists": map[string]any{"aws:PrincipalIsAWSService": "false"},
				},
			},
			map[string]any{ // F-OL-1
				"Sid": "KeepGovernanceRetention", "Effect": "Deny", "Principal": map[string]any{"AWS": "*"},
				"Action": []any{"s3:BypassGovernanceRetention"}, "Resource": []any{map[string]any{"Fn::Sub": "${Invoices.Arn}/*"}},
				"Condition": assertions.Match_ObjectEquals(&map[string]any{
					"BoolIfExists": map[string]any{"aws:PrincipalIsAWSService": "false"},
				}),
			},
		}},
	})
}

var bucketEverything = inStack("BucketEverything", func(stack awscdk.Stack) {
	constructs.NewBucket(stack, jsii.String("Invoices"), &constructs.BucketProps{
		Name:           "invoices",
		ObjectLockMode: "COMPLIANCE",
		ObjectLockDays: 1,
		NoncurrentDays: 90,
		Encryption:     "aws:kms",
		Key:            awskms.NewKey(stack, jsii.String("Key"), nil),

		BucketKeyDisabled: true,

		AccessLogBucket: awss3.Bucket_FromBucketName(stack, jsii.String("AccessLogs"), jsii.String("company-access-logs")),
		Tags:            map[string]string{"team": "billing", "cost-center": "4711"},
	})
})

func TestBucketEverything(t *testing.T) {
	template := bucketEverything.template(t)
	template.HasResourceProperties(jsii.String("AWS::S3::Bucket"), map[string]any{
		"ObjectLockConfiguration": map[string]any{"Rule": map[string]any{"DefaultRetention": map[string]any{"Mode": "COMPLIANCE", "Days": 1}}},
		"LoggingConfiguration":    map[string]any{"DestinationBucketName": "company-access-logs"},
		"BucketEncryption":        map[string]any{"ServerSideEncryptionConfiguration": []any{map[string]any{"BucketKeyEnabled": false}}},
		"LifecycleConfiguration": map[string]any{"Rules": []any{
			map[string]any{"NoncurrentVersionExpiration": map[string]any{"NoncurrentDays": 90}},
		}},
		"Tags": []any{
			map[string]any{"Key": "cost-center", "Value": "4711"},
			map[string]any{"Key": "team", "Value": "billing"},
		},
	})
	template.ResourceCountIs(jsii.String("AWS::S3::Bucket"), jsii.Number(1))
	template.ResourceCountIs(jsii.String("AWS::S3::BucketPolicy"), jsii.Number(1))
}

var bucketOfItsOwn = inStack("BucketOfItsOwn", func(stack awscdk.Stack) {
	constructs.NewBucket(stack, jsii.String("Uploads"), &constructs.BucketProps{
		Name:                   "uploads",
		NoncurrentDays:         30,
		Encryption:             "AES256",
		IntelligentTieringDays: new(0),
		CORSRules: []constructs.CORSRule{
			{AllowedMethods: []string{"GET"}, AllowedOrigins: []string{"*"}},
			{
				ID: "all", AllowedMethods: []string{"PUT"}, AllowedOrigins: []string{"https://example.com"},
				AllowedHeaders: []string{"*"}, ExposeHeaders: []string{"ETag"}, MaxAgeSeconds: new(0),
			},
		},
		Statements: []constructs.Statement{{
			Sid: "Reader", Principal: map[string]any{"AWS": "444444444444"},
			Actions: []string{"s3:GetObject"}, Resources: []string{"arn:aws:s3:::uploads/*"},
		}},
		AccessLogBucket: awss3.Bucket_FromBucketName(stack, jsii.String("AccessLogs"), jsii.String("company-access-logs")),
	})
})

// TestBucketOfItsOwn: what a bucket need not have. Object Lock is enabled even without a default retention, so that a bucket is
// never replaced because of it (F-OL-18).
func TestBucketOfItsOwn(t *testing.T) {
	template := bucketOfItsOwn.template(t)
	template.HasResourceProperties(jsii.String("AWS::S3::Bucket"), map[string]any{
		"ObjectLockEnabled":       true,
		"ObjectLockConfiguration": assertions.Match_Absent(),
		"BucketEncryption": map[string]any{"ServerSideEncryptionConfiguration": []any{assertions.Match_ObjectEquals(&map[string]any{
			"BlockedEncryptionTypes":        map[string]any{"EncryptionType": []any{"SSE-C"}},
			"ServerSideEncryptionByDefault": map[string]any{"SSEAlgorithm": "AES256"},
		})}},
		"LifecycleConfiguration": map[string]any{"Rules": []any{
			map[string]any{"NoncurrentVersionExpiration": map[string]any{"NoncurrentDays": 30}},
			map[string]any{
				"Status":      "Enabled",
				"Transitions": []any{map[string]any{"StorageClass": "INTELLIGENT_TIERING", "TransitionInDays": 0}},
			},
		}},
		"CorsConfiguration": map[string]any{"CorsRules": []any{
			assertions.Match_ObjectEquals(&map[string]any{"AllowedMethods": []any{"GET"}, "AllowedOrigins": []any{"*"}}),
			map[string]any{
				"Id": "all", "AllowedMethods": []any{"PUT"}, "AllowedOrigins": []any{"https://example.com"},
				"AllowedHeaders": []any{"*"}, "ExposedHeaders": []any{"ETag"}, "MaxAge": 0,
			},
		}},
	})
	template.HasResourceProperties(jsii.String("AWS::S3::BucketPolicy"), map[string]any{
		"PolicyDocument": map[string]any{"Statement": []any{
			map[string]any{"Sid": "TLSOnly"}, map[string]any{"Sid": "KeepGovernanceRetention"},
			map[string]any{
				"Sid": "Reader", "Effect": "Allow", "Principal": map[string]any{"AWS": "444444444444"},
				"Action": []any{"s3:GetObject"}, "Resource": []any{"arn:aws:s3:::uploads/*"},
			},
		}},
	})
}

func TestBucketRefuses(t *testing.T) {
	type props = constructs.BucketProps
	refuses(t, constructs.NewBucket, func() *props {
		return &props{Name: "invoices", ObjectLockMode: "GOVERNANCE", ObjectLockDays: 1, Key: someKey{}, AccessLogBucket: someBucket{}}
	}, []refusal[props]{
		{"NewBucket: props.Name is required", func(p *props) { p.Name = "" }},
		{"NewBucket: props.Key is required", func(p *props) { p.Key = nil }},
		{"NewBucket: props.AccessLogBucket is required", func(p *props) { p.AccessLogBucket = nil }},
		{"NewBucket: props.ObjectLockMode is GOVERNANCE or COMPLIANCE", func(p *props) { p.ObjectLockMode = "governance" }},
		{"NewBucket: props.ObjectLockDays is at least 1", func(p *props) { p.ObjectLockDays = 0 }},
		{"NewBucket: props.ObjectLockDays needs props.ObjectLockMode", func(p *props) { p.ObjectLockMode = "" }},
		{"NewBucket: props.NoncurrentDays is at least 1 without Object Lock", func(p *props) { p.ObjectLockMode, p.ObjectLockDays = "", 0 }},
		{"NewBucket: AES256 has no props.Key", func(p *props) { p.Encryption = "AES256" }},
		{"NewBucket: props.Encryption is aws:kms or AES256", func(p *props) { p.Encryption = "aws:kms:dsse" }},
	})
}
