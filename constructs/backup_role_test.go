package constructs_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/constructs"
)

var backupRoleMinimum = inStack("BackupRoleMinimum", func(stack awscdk.Stack) {
	constructs.NewBackupRole(stack, jsii.String("BackupRole"), &constructs.BackupRoleProps{
		Name:              "acme-backup-invoices",
		Account:           "222222222222",
		S3BackupPolicyARN: "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
	})
})

func TestBackupRoleMinimum(t *testing.T) {
	template := backupRoleMinimum.template(t)
	template.HasResource(jsii.String("AWS::IAM::Role"), map[string]any{
		"Properties": map[string]any{
			"RoleName":          "acme-backup-invoices",
			"ManagedPolicyArns": []any{"arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup"},
			"AssumeRolePolicyDocument": map[string]any{"Statement": []any{map[string]any{
				"Effect": "Allow", "Action": []any{"sts:AssumeRole"}, "Principal": map[string]any{"Service": "backup.amazonaws.com"},
				"Condition": map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": "222222222222"}},
			}}},
			"Policies": assertions.Match_Absent(),
		},
		"DeletionPolicy":      "RetainExceptOnCreate",
		"UpdateReplacePolicy": "Retain",
	})
	template.hasID("BackupRole", "AWS::IAM::Role")
}

var backupRoleEverything = inStack("BackupRoleEverything", func(stack awscdk.Stack) {
	constructs.NewBackupRole(stack, jsii.String("BackupRole"), &constructs.BackupRoleProps{
		Name:              "acme-backup-invoices",
		Account:           "222222222222",
		S3BackupPolicyARN: "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
		BucketARNs:        []string{"arn:aws:s3:::invoices", "arn:aws:s3:::ledger"},
		Copy: &constructs.CopyProps{
			DestinationVaultARNs: []string{centralVaultARN},
			KeyARNs:              []string{"arn:aws:kms:eu-central-1:222222222222:key/own", "arn:aws:kms:eu-central-1:111111111111:key/*"},
		},
	})
})

func TestBackupRoleEverything(t *testing.T) {
	template := backupRoleEverything.template(t)
	keys := []any{"arn:aws:kms:eu-central-1:222222222222:key/own", "arn:aws:kms:eu-central-1:111111111111:key/*"}
	viaBackup := map[string]any{"kms:ViaService": "backup.*.amazonaws.com"}
	template.HasResourceProperties(jsii.String("AWS::IAM::Role"), map[string]any{
		"Policies": []any{map[string]any{
			"PolicyName": "OwnBuckets",
			"PolicyDocument": map[string]any{"Statement": []any{map[string]any{
				"Effect": "Deny", "Resource": assertions.Match_Absent(),
				"Condition":   map[string]any{"StringEqualsIfExists": map[string]any{"aws:ResourceAccount": "222222222222"}},
				"NotResource": []any{"arn:aws:s3:::invoices", "arn:aws:s3:::invoices/*", "arn:aws:s3:::ledger", "arn:aws:s3:::ledger/*"},
				// All that AWS's policy allows on every bucket (F-IAM-1), and nothing that has no bucket.
				"Action": []any{
					"s3:GetBucket*", "s3:GetInventoryConfiguration", "s3:GetObject*", "s3:ListBucket*", "s3:ListTagsForResource",
					"s3:PutBucketNotification", "s3:PutInventoryConfiguration",
				},
			}}},
		}, map[string]any{
			"PolicyName": "CopyToCentralVault",
			"PolicyDocument": map[string]any{"Statement": []any{
				map[string]any{
					"Sid":      "CopyIntoCentralVault",
					"Action":   []any{"backup:CopyIntoBackupVault", "backup:DescribeBackupVault"},
					"Resource": []any{centralVaultARN},
				},
				map[string]any{
					"Sid": "CopyToCentralVaultOnly", "Action": []any{"backup:CopyFromBackupVault"}, "Resource": []any{"*"},
					"Condition": map[string]any{ // F-COPY-15
						"ForAllValues:ArnLike": map[string]any{"backup:CopyTargets": []any{centralVaultARN}},
						"Null":                 map[string]any{"backup:CopyTargets": "false"},
					},
				},
				map[string]any{"Sid": "UseVaultKeys", "Resource": keys, "Condition": map[string]any{"StringLike": viaBackup}},
				map[string]any{
					"Sid": "GrantVaultKeysToAWSBackup", "Action": []any{"kms:CreateGrant"}, "Resource": keys,
					"Condition": map[string]any{"StringLike": viaBackup, "Bool": map[string]any{"kms:GrantIsForAWSResource": "true"}},
				},
			}},
		}},
	})
	template.ResourceCountIs(jsii.String("AWS::IAM::Role"), jsii.Number(1))
}

func TestBackupRoleRefuses(t *testing.T) {
	type props = constructs.BackupRoleProps
	refuses(t, constructs.NewBackupRole, func() *props {
		return &props{
			Name: "acme-backup", Account: "222222222222", S3BackupPolicyARN: "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
			Copy: &constructs.CopyProps{DestinationVaultARNs: []string{centralVaultARN}, KeyARNs: []string{"*"}},
		}
	}, []refusal[props]{
		{"NewBackupRole: props.Name is required; AWS Backup needs the same role until the last backup expires", func(p *props) { p.Name = "" }},
		{"NewBackupRole: props.Account is required", func(p *props) { p.Account = "" }},
		{
			"NewBackupRole: props.S3BackupPolicyARN is required; without it every backup of a bucket fails",
			func(p *props) { p.S3BackupPolicyARN = "" },
		},
		{"CopyProps: DestinationVaultARNs and KeyARNs are required", func(p *props) { p.Copy.DestinationVaultARNs = nil }},
		{"CopyProps: DestinationVaultARNs and KeyARNs are required", func(p *props) { p.Copy.KeyARNs = nil }},
	})
}
