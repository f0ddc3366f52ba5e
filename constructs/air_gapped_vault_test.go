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

const airGapped = "AWS::Backup::LogicallyAirGappedBackupVault"

var airGappedVaultMinimum = inStack("AirGappedVaultMinimum", func(stack awscdk.Stack) {
	constructs.NewAirGappedVault(stack, jsii.String("Gap"), &constructs.AirGappedVaultProps{
		Name: "gap", Account: "111111111111", MinRetentionDays: 7, MaxRetentionDays: 7,
	})
})

func TestAirGappedVaultMinimum(t *testing.T) {
	template := airGappedVaultMinimum.template(t)
	own := map[string]any{"aws:PrincipalAccount": "111111111111"}
	template.HasResource(jsii.String(airGapped), map[string]any{
		// AWS Backup owns the key, and nobody may copy into the vault.
		"Properties": assertions.Match_ObjectEquals(&map[string]any{
			"BackupVaultName": "gap", "MinRetentionDays": 7, "MaxRetentionDays": 7,
			"AccessPolicy": map[string]any{"Version": "2012-10-17", "Statement": []any{
				map[string]any{
					"Sid": "KeepVault", "Effect": "Deny", "Principal": map[string]any{"AWS": "*"},
					"Action": []any{"backup:DeleteBackupVault"}, "Resource": []any{"*"},
					"Condition": map[string]any{"BoolIfExists": map[string]any{"aws:PrincipalIsAWSService": "false"}},
				},
				map[string]any{
					"Sid": "NoCopies", "Effect": "Deny", "Principal": map[string]any{"AWS": "*"},
					"Action": []any{"backup:CopyFromBackupVault"}, "Resource": []any{"*"},
					"Condition": map[string]any{"BoolIfExists": map[string]any{"aws:PrincipalIsAWSService": "false"}, "StringEquals": own},
				},
			}},
		}),
		"DeletionPolicy":      "RetainExceptOnCreate",
		"UpdateReplacePolicy": "Retain",
	})
	template.ResourceCountIs(jsii.String("AWS::RAM::ResourceShare"), jsii.Number(0))
	template.hasID("Gap", airGapped)
}

var airGappedVaultEverything = inStack("AirGappedVaultEverything", func(stack awscdk.Stack) {
	constructs.NewAirGappedVault(stack, jsii.String("Gap"), &constructs.AirGappedVaultProps{
		Name: "gap", Account: "111111111111", MinRetentionDays: 7, MaxRetentionDays: 1825,
		Key: awskms.NewKey(stack, jsii.String("Key"), nil),
		Sources: constructs.OrganizationRoles{
			OrganizationID: "o-a1b2c3d4e5",
			AccountARNs:    []string{"arn:aws:iam::222222222222:root"},
			RoleARNs:       []string{"arn:aws:iam::222222222222:role/acme-backup-invoices"},
		},
		CopyTargets:     []string{"arn:aws:backup:eu-central-1:222222222222:backup-vault:landing"},
		DeployRoleARN:   deployRole,
		ApprovalTeamARN: "arn:aws:mpa:us-east-1:555555555555:approval-team/backups",
		ShareName:       "gap-share",
		ShareWith:       []string{"444444444444"},
		Topic:           awssns.NewTopic(stack, jsii.String("Topic"), nil),
		LowCost: &constructs.LowCostProps{
			Name:       "gap",
			Selections: []constructs.LowCostSelection{{Resources: []string{"*"}, AfterDays: 60}},
		},
		Tags: map[string]string{"backup:tier": "critical_data"},
	})
})

func TestAirGappedVaultEverything(t *testing.T) {
	template := airGappedVaultEverything.template(t)
	own := map[string]any{"aws:PrincipalAccount": "111111111111"}
	template.HasResourceProperties(jsii.String(airGapped), map[string]any{
		"EncryptionKeyArn":   template.arn("AWS::KMS::Key"),
		"MpaApprovalTeamArn": "arn:aws:mpa:us-east-1:555555555555:approval-team/backups",
		"BackupVaultTags":    map[string]any{"backup:tier": "critical_data"},
		"Notifications": map[string]any{
			"SNSTopicArn":       template.ref("AWS::SNS::Topic"),
			"BackupVaultEvents": assertions.Match_ArrayWith(&[]any{"COPY_JOB_FAILED"}),
		},
		"AccessPolicy": map[string]any{"Statement": []any{
			map[string]any{
				"Sid": "CopyFromWorkloadAccounts", "Effect": "Allow", "Action": []any{"backup:CopyIntoBackupVault"},
				"Principal": map[string]any{"AWS": []any{"arn:aws:iam::222222222222:root"}},
				"Condition": map[string]any{
					"StringEquals": map[string]any{"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
					"ArnLike":      map[string]any{"aws:PrincipalArn": []any{"arn:aws:iam::222222222222:role/acme-backup-invoices"}},
				},
			},
			map[string]any{"Sid": "KeepVault", "Condition": map[string]any{"ArnNotLike": map[string]any{"aws:PrincipalArn": deployRole}}},
			// Only for the vault's own account: others copy with the consent of the approval team (F-LAG-8).
			map[string]any{"Sid": "CopyOnlyToApprovedVaults", "Effect": "Deny", "Condition": map[string]any{
				"ForAnyValue:ArnNotLike": map[string]any{
					"backup:CopyTargets": []any{"arn:aws:backup:eu-central-1:222222222222:backup-vault:landing"},
				},
				"StringEquals": own,
			}},
			map[string]any{"Sid": "CopyOnlyToNamedVaults", "Effect": "Deny", "Condition": map[string]any{"StringEquals": own}},
		}},
	})
	template.HasResourceProperties(jsii.String("AWS::RAM::ResourceShare"), map[string]any{
		"Name":                    "gap-share",
		"ResourceArns":            []any{map[string]any{"Fn::GetAtt": []any{"Gap", "BackupVaultArn"}}},
		"Principals":              []any{"444444444444"},
		"AllowExternalPrincipals": true,
		"Tags":                    []any{map[string]any{"Key": "backup:tier", "Value": "critical_data"}},
	})
	template.HasResourceProperties(jsii.String("AWS::Backup::TieringConfiguration"), map[string]any{
		"TieringConfigurationName": "gap", "BackupVaultName": map[string]any{"Ref": "Gap"},
	})
}

func TestAirGappedVaultRefuses(t *testing.T) {
	type props = constructs.AirGappedVaultProps
	refuses(t, constructs.NewAirGappedVault, func() *props {
		return &props{
			Name:             "gap",
			Account:          "111111111111",
			MinRetentionDays: 7,
			MaxRetentionDays: 7,
			ShareName:        "s",
			ShareWith:        []string{"444444444444"},
		}
	}, []refusal[props]{
		{"NewAirGappedVault: props.Name and props.Account are required", func(p *props) { p.Name = "" }},
		{"NewAirGappedVault: props.Name and props.Account are required", func(p *props) { p.Account = "" }},
		{"NewAirGappedVault: props.MinRetentionDays is at least 7", func(p *props) { p.MinRetentionDays = 6 }},
		{
			"NewAirGappedVault: props.MaxRetentionDays is less than MinRetentionDays; nothing could enter the vault",
			func(p *props) { p.MinRetentionDays = 8 },
		},
		{"NewAirGappedVault: props.ShareName is required with ShareWith", func(p *props) { p.ShareName = "" }},
	})
}

// TestRecoveryAccounts: only the accounts of a share may read with the key, and grant it to AWS services alone.
func TestRecoveryAccounts(t *testing.T) {
	if got := constructs.RecoveryAccounts(nil); got != nil {
		t.Errorf("without accounts: %v", got)
	}
	got := constructs.RecoveryAccounts([]string{"arn:aws:iam::444444444444:root"})
	for _, s := range got {
		accounts, _ := s.Principal["AWS"].([]string)
		if s.Deny || len(s.Principal) != 1 || len(accounts) != 1 || accounts[0] != "arn:aws:iam::444444444444:root" {
			t.Errorf("%s is for %v", s.Sid, s.Principal)
		}
	}
	if len(got) != 2 || got[1].Actions[0] != "kms:CreateGrant" || got[1].Condition["Bool"]["kms:GrantIsForAWSResource"] != "true" {
		t.Errorf("%v", got)
	}
}
