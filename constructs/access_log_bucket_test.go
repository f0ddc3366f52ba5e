package constructs_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/constructs"
)

var accessLogBucketMinimum = inStack("AccessLogBucketMinimum", func(stack awscdk.Stack) {
	constructs.NewAccessLogBucket(stack, jsii.String("AccessLogs"), &constructs.AccessLogBucketProps{
		Name:            "invoices-access-logs",
		Account:         "222222222222",
		SourceARNs:      []string{"arn:aws:s3:::invoices", "arn:aws:s3:::ledger"},
		ExpireAfterDays: 365,
	})
})

func TestAccessLogBucketMinimum(t *testing.T) {
	template := accessLogBucketMinimum.template(t)
	template.HasResource(jsii.String("AWS::S3::Bucket"), map[string]any{
		"Properties": map[string]any{
			"BucketName":        "invoices-access-logs",
			"ObjectLockEnabled": assertions.Match_Absent(),
			"BucketEncryption": map[string]any{"ServerSideEncryptionConfiguration": []any{
				map[string]any{"ServerSideEncryptionByDefault": map[string]any{"SSEAlgorithm": "AES256"}},
			}},
			"LifecycleConfiguration": map[string]any{"Rules": []any{map[string]any{
				"ExpirationInDays":            365,
				"NoncurrentVersionExpiration": map[string]any{"NoncurrentDays": 1},
			}}},
		},
		"DeletionPolicy":      "RetainExceptOnCreate",
		"UpdateReplacePolicy": "Retain",
	})
	template.HasResourceProperties(jsii.String("AWS::S3::BucketPolicy"), map[string]any{
		"PolicyDocument": map[string]any{"Statement": []any{
			map[string]any{"Sid": "TLSOnly", "Effect": "Deny"},
			map[string]any{
				"Sid": "ServerAccessLogs", "Effect": "Allow", "Action": []any{"s3:PutObject"},
				"Principal": map[string]any{"Service": "logging.s3.amazonaws.com"},
				"Resource":  []any{map[string]any{"Fn::Sub": "${AccessLogs.Arn}/*"}},
				"Condition": map[string]any{
					"ArnLike":      map[string]any{"aws:SourceArn": []any{"arn:aws:s3:::invoices", "arn:aws:s3:::ledger"}},
					"StringEquals": map[string]any{"aws:SourceAccount": "222222222222"},
				},
			},
		}},
	})
}

var accessLogBucketEverything = inStack("AccessLogBucketEverything", func(stack awscdk.Stack) {
	constructs.NewAccessLogBucket(stack, jsii.String("AccessLogs"), &constructs.AccessLogBucketProps{
		Name:            "invoices-access-logs",
		Account:         "222222222222",
		SourceARNs:      []string{"arn:aws:s3:::invoices", "arn:aws:s3:::ledger"},
		MaxPolicyBytes:  500, // less than a policy needs that lists the sources
		AnySourceARN:    "arn:aws:s3:::*",
		ARN:             "arn:aws:s3:::invoices-access-logs",
		ExpireAfterDays: 1,
	})
})

func TestAccessLogBucketEverything(t *testing.T) {
	template := accessLogBucketEverything.template(t)
	template.HasResourceProperties(jsii.String("AWS::S3::BucketPolicy"), map[string]any{
		"PolicyDocument": map[string]any{"Statement": []any{
			map[string]any{"Sid": "TLSOnly"},
			map[string]any{
				"Sid": "ServerAccessLogs",
				"Condition": map[string]any{
					"ArnLike":      map[string]any{"aws:SourceArn": "arn:aws:s3:::*"},
					"StringEquals": map[string]any{"aws:SourceAccount": "222222222222"},
				},
			},
		}},
	})
	template.ResourceCountIs(jsii.String("AWS::S3::Bucket"), jsii.Number(1))
}

func TestAccessLogBucketRefuses(t *testing.T) {
	type props = constructs.AccessLogBucketProps
	refuses(t, constructs.NewAccessLogBucket, func() *props {
		return &props{
			Name: "logs", Account: "222222222222", SourceARNs: []string{"arn:aws:s3:::invoices"}, ExpireAfterDays: 1,
			MaxPolicyBytes: 20 * 1024, AnySourceARN: "arn:aws:s3:::*", ARN: "arn:aws:s3:::logs",
		}
	}, []refusal[props]{
		{"NewAccessLogBucket: props.Name is required", func(p *props) { p.Name = "" }},
		{"NewAccessLogBucket: props.Account is required", func(p *props) { p.Account = "" }},
		{"NewAccessLogBucket: props.SourceARNs is required; otherwise no bucket could log here", func(p *props) { p.SourceARNs = nil }},
		{"NewAccessLogBucket: props.AnySourceARN and props.ARN are required with props.MaxPolicyBytes", func(p *props) { p.AnySourceARN = "" }},
		{"NewAccessLogBucket: props.AnySourceARN and props.ARN are required with props.MaxPolicyBytes", func(p *props) { p.ARN = "" }},
		{"NewAccessLogBucket: props.ExpireAfterDays is at least 1", func(p *props) { p.ExpireAfterDays = 0 }},
	})
}
