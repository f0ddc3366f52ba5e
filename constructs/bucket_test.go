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
		Name:            "invoices",
		ObjectLockMode:  "COMPLIANCE",
		ObjectLockDays:  1,
		Key:             awskms.NewKey(stack, jsii.String("Key"), nil),
		AccessLogBucket: awss3.Bucket_FromBucketName(stack, jsii.String("AccessLogs"), jsii.String("company-access-logs")),
		Tags:            map[string]string{"team": "billing", "cost-center": "4711"},
	})
})

func TestBucketEverything(t *testing.T) {
	template := bucketEverything.template(t)
	template.HasResourceProperties(jsii.String("AWS::S3::Bucket"), map[string]any{
		"ObjectLockConfiguration": map[string]any{"Rule": map[string]any{"DefaultRetention": map[string]any{"Mode": "COMPLIANCE", "Days": 1}}},
		"LoggingConfiguration":    map[string]any{"DestinationBucketName": "company-access-logs"},
		"Tags": []any{
			map[string]any{"Key": "cost-center", "Value": "4711"},
			map[string]any{"Key": "team", "Value": "billing"},
		},
	})
	template.ResourceCountIs(jsii.String("AWS::S3::Bucket"), jsii.Number(1))
	template.ResourceCountIs(jsii.String("AWS::S3::BucketPolicy"), jsii.Number(1))
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
	})
}
