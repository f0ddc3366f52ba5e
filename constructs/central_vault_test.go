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

// deployRole matches the roles with which CloudFormation deploys the vaults of these tests.
const deployRole = "arn:aws:iam::111111111111:role/cdk-*-cfn-exec-role-111111111111-eu-central-1"

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
					"Action": []any{
						"backup:DeleteRecoveryPoint", "backup:DisassociateRecoveryPoint", "backup:UpdateRecoveryPointLifecycle",
						"backup:DeleteBackupVaultLockConfiguration",
					},
					"Condition": map[string]any{"BoolIfExists": map[string]any{"aws:PrincipalIsAWSService": "false"}},
				},
				map[string]any{
					"Sid": "KeepVault", "Effect": "Deny", "Action": []any{"backup:DeleteBackupVault"},
					"Condition": assertions.Match_ObjectEquals(&map[string]any{
						"BoolIfExists": map[string]any{"aws:PrincipalIsAWSService": "false"},
					}),
				},
				map[string]any{
					"Sid": "NoComplianceLock", "Effect": "Deny", "Action": []any{"backup:PutBackupVaultLockConfiguration"},
					"Condition": assertions.Match_ObjectEquals(&map[string]any{
						"Null": map[string]any{"backup:ChangeableForDays": "false"},
					}),
				},
				map[string]any{
					"Sid": "NoCopies", "Effect": "Deny", "Action": []any{"backup:CopyFromBackupVault"},
					"Condition": map[string]any{"BoolIfExists": map[string]any{"aws:PrincipalIsAWSService": "false"}},
				},
			}},
			"Notifications": assertions.Match_Absent(),
		},
		"DeletionPolicy":      "RetainExceptOnCreate",
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
		Sources: constructs.OrganizationRoles{
			OrganizationID:    "o-a1b2c3d4e5",
			OrganizationPaths: []string{"o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"},
			AccountARNs:       []string{"arn:aws:iam::222222222222:root", "arn:aws:iam::333333333333:root"},
			RoleARNs:          []string{"arn:aws:iam::*:role/acme-backup-*"},
		},
		DeployRoleARN: deployRole,
		KeepPolicy:    true,
		Topic:         awssns.NewTopic(stack, jsii.String("Topic"), nil),
		LowCost: &constructs.LowCostProps{
			Name: "central",
			Selections: []constructs.LowCostSelection{
				{Resources: []string{"arn:aws:s3:::invoices"}, AfterDays: 60},
				{Resources: []string{"arn:aws:s3:::ledger"}, AfterDays: 90},
			},
		},
	})
})

// auditedDeletion is the statement that the control on manual deletion looks for: its three actions, with wildcards as
// principal and resource. CloudFormation may still change the policy.
var auditedDeletion = map[string]any{
	"Sid": "AuditedDeletion", "Effect": "Deny", "Principal": map[string]any{"AWS": "*"}, "Resource": []any{"*"},
	"Action": []any{
		"backup:DeleteBackupVaultAccessPolicy", "backup:DeleteRecoveryPoint", "backup:PutBackupVaultAccessPolicy",
		"backup:UpdateRecoveryPointLifecycle",
	},
	"Condition": assertions.Match_ObjectEquals(&map[string]any{
		"ArnNotLike":   map[string]any{"aws:PrincipalArn": deployRole},
		"BoolIfExists": map[string]any{"aws:PrincipalIsAWSService": "false"},
	}),
}

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
					"ArnNotLike":             map[string]any{"aws:PrincipalArn": []any{"arn:aws:iam::*:role/acme-backup-*/*"}},
				},
			},
			map[string]any{"Sid": "ProtectRecoveryPoints"},
			map[string]any{"Sid": "KeepVault", "Condition": map[string]any{"ArnNotLike": map[string]any{"aws:PrincipalArn": deployRole}}},
			auditedDeletion,
			map[string]any{"Sid": "NoCopies"}, // and nothing denies the compliance lock that the props ask for
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

func TestCentralVaultRefuses(t *testing.T) {
	type props = constructs.CentralVaultProps
	refuses(t, constructs.NewCentralVault, func() *props {
		return &props{
			Name: "central", Key: someKey{},
			Lock: constructs.VaultLock{MinRetentionDays: 1, MaxRetentionDays: 1, ChangeableForDays: 3},
			Sources: constructs.OrganizationRoles{
				OrganizationID: "o-a1b2c3d4e5",
				AccountARNs:    []string{"arn:aws:iam::222222222222:root"},
				RoleARNs:       []string{"arn:aws:iam::*:role/acme-backup-*"},
			},
			LowCost: &constructs.LowCostProps{
				Name:       "central",
				Selections: []constructs.LowCostSelection{{Resources: []string{"*"}, AfterDays: 60}},
			},
		}
	}, []refusal[props]{
		{"NewCentralVault: props.Name is required", func(p *props) { p.Name = "" }},
		{"NewCentralVault: props.Key is required", func(p *props) { p.Key = nil }},
		{"VaultLock: MinRetentionDays is at least 1", func(p *props) { p.Lock = constructs.VaultLock{} }},
		{
			"VaultLock: MaxRetentionDays is less than MinRetentionDays; no copy could enter the vault",
			func(p *props) { p.Lock.MinRetentionDays = 2 },
		},
		{"VaultLock: ChangeableForDays is at least 3, or 0 for a governance lock", func(p *props) { p.Lock.ChangeableForDays = 2 }},
		{
			"OrganizationRoles: OrganizationID is required with RoleARNs; it limits who is let in",
			func(p *props) { p.Sources.OrganizationID = "" },
		},
		{
			"OrganizationRoles: RoleARNs is required with AccountARNs and Accounts; otherwise nobody is let in",
			func(p *props) { p.Sources.RoleARNs = nil },
		},
		{"LowCostSelection: AfterDays is at least 60", func(p *props) { p.LowCost.Selections[0].AfterDays = 1 }},
		{
			"NewCentralVault: props.DeployRoleARN is required with KeepPolicy; otherwise nobody could ever change the policy",
			func(p *props) { p.KeepPolicy = true },
		},
	})
}

// A role that AWS Backup copies with has to be allowed by the key as well.
func TestCopySourcesRefuses(t *testing.T) {
	roles := constructs.OrganizationRoles{OrganizationID: "o-a1b2c3d4e5", RoleARNs: []string{"arn:aws:iam::*:role/acme-backup-*"}}
	want := "CopySources: serviceLinkedRoleARN is required; AWS Backup copies with that role"
	if got := panicOf(func() { constructs.CopySources(roles, "") }); got != want {
		t.Errorf("%q; want %q", got, want)
	}
	grants := constructs.CopySources(roles, "arn:aws:iam::*:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup")
	if len(grants) != 2 {
		t.Errorf("%d grants; want two", len(grants))
	}
}
