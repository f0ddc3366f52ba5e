package constructs_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/constructs"
)

var keyMinimum = inStack("KeyMinimum", func(stack awscdk.Stack) {
	constructs.NewKey(stack, jsii.String("Key"), &constructs.KeyProps{
		Alias:      "alias/invoices",
		AccountARN: "arn:aws:iam::222222222222:root",
	})
})

func TestKeyMinimum(t *testing.T) {
	template := keyMinimum.template(t)
	template.HasResource(jsii.String("AWS::KMS::Key"), map[string]any{
		"Properties": map[string]any{
			"EnableKeyRotation":   true,
			"PendingWindowInDays": 30,
			"KeyPolicy": map[string]any{
				"Statement": []any{
					map[string]any{
						"Sid": "Account", "Effect": "Allow", "Action": []any{"kms:*"},
						"Principal": map[string]any{"AWS": "arn:aws:iam::222222222222:root"},
					},
					map[string]any{
						"Sid": "KeepKey", "Effect": "Deny", "Action": []any{"kms:ScheduleKeyDeletion"},
						"Condition": map[string]any{"BoolIfExists": map[string]any{"aws:PrincipalIsAWSService": "false"}},
					},
				},
			},
		},
		"DeletionPolicy":      "Retain",
		"UpdateReplacePolicy": "Retain",
	})
	template.HasResourceProperties(jsii.String("AWS::KMS::Alias"), map[string]any{
		"AliasName":   "alias/invoices",
		"TargetKeyId": map[string]any{"Fn::GetAtt": []any{"Key", "Arn"}},
	})
}

var keyEverything = inStack("KeyEverything", func(stack awscdk.Stack) {
	backupRole := "arn:aws:iam::*:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
	grants := constructs.CopySources(constructs.OrganizationRoles{
		OrganizationID:    "o-a1b2c3d4e5",
		OrganizationPaths: []string{"o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"},
		AccountARNs:       []string{"arn:aws:iam::222222222222:root"},
		RoleARNs:          []string{"arn:aws:iam::222222222222:role/acme-backup-invoices", "arn:aws:iam::*:role/acme-backup-*"},
	}, backupRole)
	grants = append(grants, constructs.OwnServiceLinkedRole("111111111111", backupRole)...)
	grants = append(grants, constructs.CopyDestination("o-a1b2c3d4e5", "arn:aws:iam::333333333333:root", backupRole)...)
	grants = append(grants, constructs.KeyAdministrators("111111111111", []string{"arn:aws:iam::111111111111:role/github_ci"}))
	constructs.NewKey(stack, jsii.String("Key"), &constructs.KeyProps{
		Alias:       "alias/vaults",
		Description: "Encrypts vaults",
		AccountARN:  "arn:aws:iam::111111111111:root",
		Grants:      grants,
	})
})

func TestKeyEverything(t *testing.T) {
	template := keyEverything.template(t)
	template.HasResourceProperties(jsii.String("AWS::KMS::Key"), map[string]any{
		"Description": "Encrypts vaults",
		"KeyPolicy": map[string]any{
			"Version": "2012-10-17",
			"Statement": []any{
				map[string]any{"Sid": "Account"},
				map[string]any{"Sid": "KeepKey"},
				map[string]any{
					"Sid": "WorkloadAccountsUse", "Effect": "Allow",
					"Principal": map[string]any{"AWS": []any{"arn:aws:iam::222222222222:root"}},
					"Action":    []any{"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"},
					"Condition": map[string]any{
						"StringEquals":           map[string]any{"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
						"ForAnyValue:StringLike": map[string]any{"aws:PrincipalOrgPaths": []any{"o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"}},
						"StringLike":             map[string]any{"kms:ViaService": "backup.*.amazonaws.com"},
						"ArnNotLike":             map[string]any{"aws:PrincipalArn": []any{"arn:aws:iam::*:role/acme-backup-*/*"}},
						"ArnLike": map[string]any{"aws:PrincipalArn": []any{
							"arn:aws:iam::222222222222:role/acme-backup-invoices",
							"arn:aws:iam::*:role/acme-backup-*",
							"arn:aws:iam::*:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
						}},
					},
				},
				map[string]any{
					"Sid": "WorkloadAccountsGrant", "Action": []any{"kms:CreateGrant"},
					"Condition": map[string]any{"Bool": map[string]any{"kms:GrantIsForAWSResource": "true"}},
				},
				map[string]any{
					"Sid":       "AWSBackupUse",
					"Condition": map[string]any{"StringEquals": map[string]any{"aws:PrincipalAccount": "111111111111"}},
				},
				map[string]any{"Sid": "AWSBackupGrant"},
				map[string]any{"Sid": "CentralAccountUse", "Principal": map[string]any{"AWS": "arn:aws:iam::333333333333:root"}},
				map[string]any{"Sid": "CentralAccountGrant"},
				map[string]any{
					"Sid":       "KeyAdministrators",
					"Action":    assertions.Match_Not(assertions.Match_ArrayWith(&[]any{"kms:ScheduleKeyDeletion"})),
					"Condition": map[string]any{"ArnEquals": map[string]any{"aws:PrincipalArn": []any{"arn:aws:iam::111111111111:role/github_ci"}}},
				},
			},
		},
	})
	template.ResourceCountIs(jsii.String("AWS::KMS::Key"), jsii.Number(1))
	template.ResourceCountIs(jsii.String("AWS::KMS::Alias"), jsii.Number(1))
}

func TestKeyRefuses(t *testing.T) {
	type props = constructs.KeyProps
	refuses(t, constructs.NewKey, func() *props {
		return &props{Alias: "alias/invoices", AccountARN: "arn:aws:iam::222222222222:root"}
	}, []refusal[props]{
		{"NewKey: props.Alias is required", func(p *props) { p.Alias = "" }},
		{"NewKey: props.AccountARN is required; without it nobody could administer the key", func(p *props) { p.AccountARN = "" }},
	})
}
