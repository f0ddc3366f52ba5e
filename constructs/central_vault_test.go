package constructs_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/constructs"
)

var centralVaultMinimum = inStack("CentralVaultMinimum", func(stack awscdk.Stack) {
	constructs.NewCentralVault(stack, jsii.String("Central"), &constructs.CentralVaultProps{
		Name: "central",
		Key:  awskms.NewKey(stack, jsii.String("Key"), nil),
		Lock: constructs.VaultLock{MinRetentionDays: 15},
	})
})

func TestCentralVaultMinimum(t *testing.T) {
	template := centralVaultMinimum.template(t)
	template.HasResource(jsii.String("AWS::Backup::BackupVault"), map[string]any{
		"Properties": map[string]any{
			"BackupVaultName": "central",
			// Without ChangeableForDays it is a governance lock.
			"LockConfiguration": assertions.Match_ObjectEquals(&map[string]any{"MinRetentionDays": 15}),
			// Nobody may copy into it.
			"AccessPolicy": map[string]any{"Statement": []any{
				map[string]any{
					"Sid": "ProtectRecoveryPoints", "Effect": "Deny",
					"Action": []any{"backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle", "backup:DeleteBackupVaultLockConfiguration"},
				},
			}},
			"Notifications": assertions.Match_Absent(),
		},
		"DeletionPolicy":      "Retain",
		"UpdateReplacePolicy": "Retain",
	})
	template.ResourceCountIs(jsii.String("AWS::Backup::TieringConfiguration"), jsii.Number(0))
	template.hasID("Central", "AWS::Backup::BackupVault")
}

var centralVaultEverything = inStack("CentralVaultEverything", func(stack awscdk.Stack) {
	constructs.NewCentralVault(stack, jsii.String("Central"), &constructs.CentralVaultProps{
		Name: "central",
		Key:  awskms.NewKey(stack, jsii.String("Key"), nil),
		Lock: constructs.VaultLock{MinRetentionDays: 15, MaxRetentionDays: 1825, ChangeableForDays: 3},
		Sources: constructs.CopySources{
			OrganizationID:       "o-a1b2c3d4e5",
			OrganizationPaths:    []string{"o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"},
			AccountARNs:          []string{"arn:aws:iam::222222222222:root", "arn:aws:iam::333333333333:root"},
			RoleARN:              "arn:aws:iam::*:role/acme-backup-*",
			ServiceLinkedRoleARN: "arn:aws:iam::*:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
			MaxPolicyBytes:       20 * 1024,
		},
		Topic: awssns.NewTopic(stack, jsii.String("Topic"), nil),
		LowCost: &constructs.LowCostProps{
			Name: "central",
			Selections: []constructs.LowCostSelection{
				{Resources: []string{"arn:aws:s3:::invoices"}, AfterDays: 60},
				{Resources: []string{"arn:aws:s3:::ledger"}, AfterDays: 90},
			},
		},
	})
})

func TestCentralVaultEverything(t *testing.T) {
	template := centralVaultEverything.template(t)
	template.HasResourceProperties(jsii.String("AWS::Backup::BackupVault"), map[string]any{
		"EncryptionKeyArn":  template.arn("AWS::KMS::Key"),
		"LockConfiguration": map[string]any{"MinRetentionDays": 15, "MaxRetentionDays": 1825, "ChangeableForDays": 3},
		"AccessPolicy": map[string]any{"Statement": []any{
			map[string]any{
				"Sid": "CopyFromWorkloadAccounts", "Effect": "Allow", "Action": []any{"backup:CopyIntoBackupVault"},
				"Principal": map[string]any{"AWS": []any{"arn:aws:iam::222222222222:root", "arn:aws:iam::333333333333:root"}},
				"Condition": map[string]any{
					"StringEquals":           map[string]any{"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
					"ForAnyValue:StringLike": map[string]any{"aws:PrincipalOrgPaths": []any{"o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"}},
					"ArnLike":                map[string]any{"aws:PrincipalArn": []any{"arn:aws:iam::*:role/acme-backup-*"}},
				},
			},
			map[string]any{"Sid": "ProtectRecoveryPoints"},
		}},
		"Notifications": map[string]any{"SNSTopicArn": template.ref("AWS::SNS::Topic")},
	})
	template.HasResourceProperties(jsii.String("AWS::Backup::TieringConfiguration"), map[string]any{
		"TieringConfigurationName": "central",
		"BackupVaultName":          map[string]any{"Ref": "Central"},
		"ResourceSelection": []any{
			map[string]any{"Resources": []any{"arn:aws:s3:::invoices"}, "TieringDownSettingsInDays": 60},
			map[string]any{"Resources": []any{"arn:aws:s3:::ledger"}, "TieringDownSettingsInDays": 90},
		},
	})
}
