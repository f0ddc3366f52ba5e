package constructs_test

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/constructs"
)

func artifactBucketProps() *constructs.ArtifactBucketProps {
	return &constructs.ArtifactBucketProps{
		Name: "acme-pipeline-1", Account: "111111111111", AccountARN: "arn:aws:iam::111111111111:root", Region: "eu-central-1",
		KeyAlias: "alias/acme-pipeline-1", ExpireAfterDays: 90, AccessLogBucket: someBucket{},
		Readers: []constructs.OrganizationRoles{{OrganizationID: "o-a1b2c3d4e5", RoleARNs: []string{"arn:aws:iam::*:role/cdk-*-deploy-role-*"}}},
	}
}

var artifactBucket = inStack("ArtifactBucket", func(stack awscdk.Stack) {
	props := artifactBucketProps()
	props.AccessLogBucket = constructs.NewAccessLogBucket(stack, jsii.String("AccessLogs"), &constructs.AccessLogBucketProps{
		Name: "acme-logs-1", Account: "111111111111", SourceARNs: []string{"arn:aws:s3:::acme-pipeline-1"}, ExpireAfterDays: 365,
	}).Bucket
	props.Readers[0].OrganizationPaths = []string{"o-a1b2c3d4e5/r-ab12/*"}
	constructs.NewArtifactBucket(stack, jsii.String("Artifacts"), props)
})

// TestArtifactBucket: roles that deploy, and no others of the organization, read artifacts and decrypt them through S3; artifacts
// expire, and the policies stay small.
func TestArtifactBucket(t *testing.T) {
	template := artifactBucket.template(t)
	deployers := map[string]any{
		"StringEquals":           map[string]any{"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
		"ArnLike":                map[string]any{"aws:PrincipalArn": []any{"arn:aws:iam::*:role/cdk-*-deploy-role-*"}},
		"ArnNotLike":             map[string]any{"aws:PrincipalArn": []any{"arn:aws:iam::*:role/cdk-*-deploy-role-*/*"}},
		"ForAnyValue:StringLike": map[string]any{"aws:PrincipalOrgPaths": []any{"o-a1b2c3d4e5/r-ab12/*"}},
	}
	template.HasResource(jsii.String("AWS::S3::Bucket"), map[string]any{
		"Properties": map[string]any{
			"BucketName": "acme-pipeline-1",
			"LifecycleConfiguration": map[string]any{"Rules": []any{map[string]any{
				"ExpirationInDays": 90, "NoncurrentVersionExpiration": map[string]any{"NoncurrentDays": 1},
			}}},
			"BucketEncryption": map[string]any{"ServerSideEncryptionConfiguration": []any{
				map[string]any{"ServerSideEncryptionByDefault": map[string]any{"SSEAlgorithm": "aws:kms"}},
			}},
			"LoggingConfiguration": map[string]any{"LogFilePrefix": "acme-pipeline-1/"},
		},
		"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain",
	})
	template.HasResourceProperties(jsii.String("AWS::S3::BucketPolicy"), map[string]any{
		"PolicyDocument": map[string]any{"Statement": []any{
			map[string]any{"Sid": "TLSOnly", "Effect": "Deny"},
			map[string]any{
				"Sid": "DeployRoles1", "Effect": "Allow", "Action": []any{"s3:GetObject*", "s3:GetBucket*", "s3:List*"}, "Condition": deployers,
			},
		}},
	})
	template.HasResource(jsii.String("AWS::KMS::Key"), map[string]any{"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"})
	const viaS3 = "s3.eu-central-1.amazonaws.com"
	deployers["StringEquals"] = map[string]any{"aws:PrincipalOrgID": "o-a1b2c3d4e5", "kms:ViaService": viaS3}
	template.HasResourceProperties(jsii.String("AWS::KMS::Key"), map[string]any{
		"EnableKeyRotation": true,
		"KeyPolicy": map[string]any{"Statement": []any{
			map[string]any{"Sid": "Account"},
			map[string]any{"Sid": "KeepKey", "Effect": "Deny"},
			map[string]any{"Sid": "OwnAccount", "Condition": map[string]any{
				"StringEquals": map[string]any{"kms:CallerAccount": "111111111111", "kms:ViaService": viaS3},
			}},
			map[string]any{"Sid": "DeployRoles1", "Action": []any{"kms:Decrypt", "kms:DescribeKey"}, "Condition": deployers},
		}},
	})
	keys := *template.FindResources(jsii.String("AWS::KMS::Key"), nil)
	for _, key := range keys {
		properties, _ := (*key)["Properties"].(map[string]any)
		if text, err := json.Marshal(properties["KeyPolicy"]); err != nil || len(text) > 1200 {
			t.Errorf("the key's policy has %d bytes: %v", len(text), err)
		}
	}
}

func TestArtifactBucketRefuses(t *testing.T) {
	type props = constructs.ArtifactBucketProps
	refuses(t, constructs.NewArtifactBucket, artifactBucketProps, []refusal[props]{
		{"NewArtifactBucket: props.Name is required", func(p *props) { p.Name = "" }},
		{"NewArtifactBucket: props.Account, props.Region and props.AccountARN are required", func(p *props) { p.Region = "" }},
		{"NewArtifactBucket: props.KeyAlias is required", func(p *props) { p.KeyAlias = "" }},
		{
			"NewArtifactBucket: props.Readers is required; otherwise no other account could be deployed",
			func(p *props) { p.Readers = nil },
		},
		{"NewArtifactBucket: props.ExpireAfterDays is at least 1", func(p *props) { p.ExpireAfterDays = 0 }},
		{"NewArtifactBucket: props.AccessLogBucket is required", func(p *props) { p.AccessLogBucket = nil }},
	})
}
