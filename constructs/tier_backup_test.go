package constructs_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/constructs"
)

const centralVaultARN = "arn:aws:backup:eu-central-1:111111111111:backup-vault:central"

// nightly is a rule with all that a rule requires.
func nightly(name string, days int) constructs.BackupRule {
	return constructs.BackupRule{
		Name:                    name,
		Schedule:                "cron(5 2 * * ? *)",
		Timezone:                "Etc/UTC",
		StartWindowMinutes:      60,
		CompletionWindowMinutes: 10080,
		DeleteAfterDays:         days,
	}
}

var tierBackupMinimum = inStack("TierBackupMinimum", func(stack awscdk.Stack) {
	key := constructs.NewKey(stack, jsii.String("Key"), &constructs.KeyProps{
		Alias:      "alias/vaults",
		AccountARN: "arn:aws:iam::222222222222:root",
	})
	role := constructs.NewBackupRole(stack, jsii.String("Role"), &constructs.BackupRoleProps{
		Name:              "acme-backup",
		Account:           "222222222222",
		S3BackupPolicyARN: "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
	})
	constructs.NewTierBackup(stack, jsii.String("Critical"), &constructs.TierBackupProps{
		VaultName: "critical",
		PlanName:  "critical",
		Key:       key.Key,
		Role:      role.Role,
		Rules:     []constructs.BackupRule{nightly("snapshots", 365)},
	})
})

func TestTierBackupMinimum(t *testing.T) {
	template := tierBackupMinimum.template(t)
	template.HasResource(jsii.String("AWS::Backup::BackupVault"), map[string]any{
		"Properties": map[string]any{
			"BackupVaultName":  "critical",
			"EncryptionKeyArn": map[string]any{"Fn::GetAtt": []any{"Key", "Arn"}},
			"AccessPolicy": map[string]any{"Statement": []any{
				map[string]any{
					"Sid": "ProtectRecoveryPoints", "Effect": "Deny", "Principal": map[string]any{"AWS": "*"},
					"Action": []any{ // F-RST-8, F-RST-17
						"backup:DeleteRecoveryPoint", "backup:DisassociateRecoveryPoint", "backup:UpdateRecoveryPointLifecycle",
					},
					"Condition": map[string]any{"BoolIfExists": map[string]any{"aws:PrincipalIsAWSService": "false"}},
				},
				map[string]any{"Sid": "KeepVault", "Effect": "Deny", "Action": []any{"backup:DeleteBackupVault"}},
				map[string]any{
					"Sid": "NoComplianceLock", "Effect": "Deny", "Action": []any{"backup:PutBackupVaultLockConfiguration"},
				},
				map[string]any{
					"Sid": "NoCopies", "Effect": "Deny", "Principal": map[string]any{"AWS": "*"},
					"Action":    []any{"backup:CopyFromBackupVault"},
					"Condition": map[string]any{"BoolIfExists": map[string]any{"aws:PrincipalIsAWSService": "false"}},
				},
			}},
			"Notifications":     assertions.Match_Absent(),
			"LockConfiguration": assertions.Match_Absent(),
		},
		"DeletionPolicy":      "RetainExceptOnCreate",
		"UpdateReplacePolicy": "Retain",
	})
	template.HasResourceProperties(jsii.String("AWS::Backup::BackupPlan"), map[string]any{
		"BackupPlan": map[string]any{
			"BackupPlanName": "critical",
			"BackupPlanRule": []any{map[string]any{
				"RuleName":                   "snapshots",
				"TargetBackupVault":          map[string]any{"Ref": "Critical"},
				"ScheduleExpression":         "cron(5 2 * * ? *)",
				"ScheduleExpressionTimezone": "Etc/UTC",
				"StartWindowMinutes":         60,
				"CompletionWindowMinutes":    10080,
				"EnableContinuousBackup":     false,
				"Lifecycle":                  map[string]any{"DeleteAfterDays": 365},
				"CopyActions":                assertions.Match_Absent(),
				"ScanActions":                assertions.Match_Absent(),
			}},
			"ScanSettings": assertions.Match_Absent(),
		},
	})
	template.ResourceCountIs(jsii.String("AWS::Backup::BackupSelection"), jsii.Number(0))
	template.ResourceCountIs(jsii.String("AWS::Backup::TieringConfiguration"), jsii.Number(0))
	template.hasID("Critical", "AWS::Backup::BackupVault")
	template.hasID("CriticalPlan997CD8C4", "AWS::Backup::BackupPlan")
}

var tierBackupEverything = inStack("TierBackupEverything", func(stack awscdk.Stack) {
	continuous, snapshots := nightly("continuous", 35), nightly("snapshots", 365)
	continuous.Continuous = true
	continuous.Copies = []constructs.CopyAction{{DestinationVaultARN: centralVaultARN, DeleteAfterDays: 1825}}
	snapshots.Schedule = "cron(5 5 * * ? *)"
	constructs.NewTierBackup(stack, jsii.String("Critical"), &constructs.TierBackupProps{
		VaultName: "critical",
		PlanName:  "critical",
		Key: awskms.Key_FromKeyArn(stack, jsii.String("Key"),
			jsii.String("arn:aws:kms:eu-central-1:222222222222:key/12345678-1234-1234-1234-123456789012")),
		Role: awsiam.NewRole(stack, jsii.String("Role"), &awsiam.RoleProps{
			AssumedBy: awsiam.NewServicePrincipal(jsii.String("backup.amazonaws.com"), nil),
		}),
		CopyDestinations: []string{centralVaultARN},
		DeployRoleARN:    deployRole,
		KeepPolicy:       true,
		Rules:            []constructs.BackupRule{continuous, snapshots},
		Selections: []constructs.BackupSelection{
			{Name: "named", Resources: []string{"arn:aws:s3:::invoices", "arn:aws:s3:::ledger-*"}},
			{
				ID:                 "Tagged",
				Name:               "tagged",
				Resources:          []string{"arn:aws:s3:::*"},
				Except:             []string{"arn:aws:s3:::invoices"},
				ResourceTags:       map[string]string{"backup:tier": "critical", "backup:local": "yes"},
				ExceptResourceTags: map[string]string{"team": "lake", "backup": "no"},
			},
			{ID: "Untagged", Name: "untagged", Resources: []string{"arn:aws:s3:::*"}, ExceptResourceTags: map[string]string{"backup": "no"}},
		},
		Topic: awssns.NewTopic(stack, jsii.String("Topic"), nil),
		LowCost: &constructs.LowCostProps{
			Name:       "critical",
			Selections: []constructs.LowCostSelection{{Resources: []string{"*"}, AfterDays: 90}},
		},
		Tags: map[string]string{"team": "billing"},
	})
})

func TestTierBackupEverything(t *testing.T) {
	template := tierBackupEverything.template(t)
	tags := map[string]any{"team": "billing"}
	template.HasResourceProperties(jsii.String("AWS::Backup::BackupVault"), map[string]any{
		"EncryptionKeyArn": "arn:aws:kms:eu-central-1:222222222222:key/12345678-1234-1234-1234-123456789012",
		"AccessPolicy": map[string]any{"Statement": []any{
			map[string]any{"Sid": "ProtectRecoveryPoints"},
			map[string]any{
				"Sid": "KeepVault",
				"Condition": assertions.Match_ObjectEquals(&map[string]any{
					"BoolIfExists": map[string]any{"aws:PrincipalIsAWSService": "false"},
					"ArnNotLike":   map[string]any{"aws:PrincipalArn": deployRole},
				}),
			},
			map[string]any{ // F-LOCK-14
				"Sid": "NoComplianceLock",
				"Condition": assertions.Match_ObjectEquals(&map[string]any{
					"Null":       map[string]any{"backup:ChangeableForDays": "false"},
					"ArnNotLike": map[string]any{"aws:PrincipalArn": deployRole},
				}),
			},
			auditedDeletion,
			map[string]any{ // F-COPY-15
				"Sid": "CopyOnlyToApprovedVaults", "Effect": "Deny", "Action": []any{"backup:CopyFromBackupVault"},
				"Condition": map[string]any{"ForAnyValue:ArnNotLike": map[string]any{"backup:CopyTargets": []any{centralVaultARN}}},
			},
			map[string]any{
				"Sid": "CopyOnlyToNamedVaults", "Effect": "Deny", "Action": []any{"backup:CopyFromBackupVault"},
				"Condition": map[string]any{"Null": map[string]any{"backup:CopyTargets": "true"}},
			},
		}},
		"Notifications": map[string]any{
			"SNSTopicArn": template.ref("AWS::SNS::Topic"),
			"BackupVaultEvents": []any{
				"BACKUP_JOB_COMPLETED", "CONTINUOUS_BACKUP_INTERRUPTED", "COPY_JOB_FAILED",
				"RESTORE_JOB_COMPLETED", "S3_BACKUP_OBJECT_FAILED", "S3_RESTORE_OBJECT_FAILED",
			},
		},
		"BackupVaultTags": tags,
	})
	template.HasResourceProperties(jsii.String("AWS::Backup::BackupPlan"), map[string]any{
		"BackupPlan": map[string]any{
			"BackupPlanRule": []any{
				map[string]any{
					"RuleName":               "continuous",
					"EnableContinuousBackup": true,
					"Lifecycle":              map[string]any{"DeleteAfterDays": 35},
					"RecoveryPointTags":      tags,
					"CopyActions": []any{map[string]any{
						"DestinationBackupVaultArn": centralVaultARN,
						"Lifecycle":                 map[string]any{"DeleteAfterDays": 1825},
					}},
				},
				map[string]any{"RuleName": "snapshots", "ScheduleExpression": "cron(5 5 * * ? *)", "CopyActions": assertions.Match_Absent()},
			},
		},
		"BackupPlanTags": tags,
	})
	template.HasResourceProperties(jsii.String("AWS::Backup::BackupSelection"), map[string]any{
		"BackupPlanId": template.ref("AWS::Backup::BackupPlan"),
		"BackupSelection": map[string]any{
			"SelectionName": "named",
			"IamRoleArn":    template.arn("AWS::IAM::Role"),
			"Resources":     []any{"arn:aws:s3:::invoices", "arn:aws:s3:::ledger-*"},
			"NotResources":  assertions.Match_Absent(),
			"Conditions":    assertions.Match_Absent(),
		},
	})
	template.HasResourceProperties(jsii.String("AWS::Backup::BackupSelection"), map[string]any{
		"BackupSelection": map[string]any{
			"SelectionName": "tagged",
			"Resources":     []any{"arn:aws:s3:::*"},
			"NotResources":  []any{"arn:aws:s3:::invoices"},
			"Conditions": map[string]any{
				"StringEquals": []any{
					map[string]any{"ConditionKey": "aws:ResourceTag/backup:local", "ConditionValue": "yes"},
					map[string]any{"ConditionKey": "aws:ResourceTag/backup:tier", "ConditionValue": "critical"},
				},
				"StringNotEquals": []any{
					map[string]any{"ConditionKey": "aws:ResourceTag/backup", "ConditionValue": "no"},
					map[string]any{"ConditionKey": "aws:ResourceTag/team", "ConditionValue": "lake"},
				},
			},
			"ListOfTags": assertions.Match_Absent(),
		},
	})
	template.HasResourceProperties(jsii.String("AWS::Backup::BackupSelection"), map[string]any{
		"BackupSelection": map[string]any{
			"SelectionName": "untagged",
			"Conditions": map[string]any{
				"StringEquals":    assertions.Match_Absent(),
				"StringNotEquals": []any{map[string]any{"ConditionKey": "aws:ResourceTag/backup", "ConditionValue": "no"}},
			},
		},
	})
	template.HasResourceProperties(jsii.String("AWS::Backup::TieringConfiguration"), map[string]any{
		"TieringConfigurationName": "critical",
		"BackupVaultName":          map[string]any{"Ref": "Critical"},
		"ResourceSelection":        []any{map[string]any{"ResourceType": "S3", "Resources": []any{"*"}, "TieringDownSettingsInDays": 90}},
	})
	template.ResourceCountIs(jsii.String("AWS::Backup::BackupSelection"), jsii.Number(3))
}

var tierBackupAirGapped = inStack("TierBackupAirGapped", func(stack awscdk.Stack) {
	rule := nightly("continuous", 35)
	rule.Continuous = true
	rule.Copies = []constructs.CopyAction{{DestinationVaultARN: centralVaultARN, DeleteAfterDays: 1825}}
	constructs.NewTierBackup(stack, jsii.String("Critical"), &constructs.TierBackupProps{
		VaultName: "critical", PlanName: "critical",
		Key: awskms.NewKey(stack, jsii.String("Key"), nil),
		Role: awsiam.NewRole(stack, jsii.String("Role"), &awsiam.RoleProps{
			AssumedBy: awsiam.NewServicePrincipal(jsii.String("backup.amazonaws.com"), nil),
		}),
		CopyDestinations: []string{centralVaultARN},
		Rules:            []constructs.BackupRule{rule, nightly("snapshots", 365)},
		AirGapped: &constructs.AirGappedVaultProps{
			Name: "critical-air-gapped", Account: "222222222222", MinRetentionDays: 35, MaxRetentionDays: 365,
			CopyTargets: []string{centralVaultARN},
		},
	})
})

// TestTierBackupAirGapped: all rules write into the air-gapped vault, and copies are copies of what is in it.
func TestTierBackupAirGapped(t *testing.T) {
	template := tierBackupAirGapped.template(t)
	template.hasID("CriticalAirGappedE40386E0", airGapped)
	target := map[string]any{
		"TargetBackupVault":                      map[string]any{"Ref": "Critical"}, // AWS Backup wants it all the same
		"TargetLogicallyAirGappedBackupVaultArn": map[string]any{"Fn::GetAtt": []any{template.only(airGapped), "BackupVaultArn"}},
	}
	template.HasResourceProperties(jsii.String("AWS::Backup::BackupPlan"), map[string]any{
		"BackupPlan": map[string]any{"BackupPlanRule": []any{target, target}},
	})
	template.HasResourceProperties(jsii.String(airGapped), map[string]any{
		"AccessPolicy": map[string]any{"Statement": []any{
			map[string]any{"Sid": "KeepVault"},
			map[string]any{
				"Sid":       "CopyOnlyToApprovedVaults",
				"Condition": map[string]any{"ForAnyValue:ArnNotLike": map[string]any{"backup:CopyTargets": []any{centralVaultARN}}},
			},
			map[string]any{"Sid": "CopyOnlyToNamedVaults"},
		}},
	})
}

func TestTierBackupRefuses(t *testing.T) {
	type props = constructs.TierBackupProps
	refuses(t, constructs.NewTierBackup, func() *props {
		rule := nightly("nightly", 35)
		rule.Copies = []constructs.CopyAction{{DestinationVaultARN: centralVaultARN, DeleteAfterDays: 1}}
		return &props{
			VaultName: "critical", PlanName: "critical", Key: someKey{}, Role: someRole{},
			CopyDestinations: []string{centralVaultARN},
			DeployRoleARN:    deployRole,
			Rules:            []constructs.BackupRule{rule},
			Selections:       []constructs.BackupSelection{{Name: "invoices", Resources: []string{"arn:aws:s3:::invoices"}}},
			LowCost: &constructs.LowCostProps{
				Name:       "critical",
				Selections: []constructs.LowCostSelection{{Resources: []string{"*"}, AfterDays: 60}},
			},
		}
	}, []refusal[props]{
		{"NewTierBackup: props.VaultName and props.PlanName are required", func(p *props) { p.VaultName = "" }},
		{"NewTierBackup: props.VaultName and props.PlanName are required", func(p *props) { p.PlanName = "" }},
		{
			"NewTierBackup: props.DeployRoleARN is required with KeepPolicy; otherwise nobody could ever change the policy",
			func(p *props) { p.KeepPolicy, p.DeployRoleARN = true, "" },
		},
		{"NewTierBackup: props.Key is required", func(p *props) { p.Key = nil }},
		{"NewTierBackup: props.Role is required; AWS Backup assumes it", func(p *props) { p.Role = nil }},
		{"NewTierBackup: props.Rules is required; a plan has at least one rule", func(p *props) { p.Rules = nil }},
		{"BackupRule: Name, Schedule and Timezone are required", func(p *props) { p.Rules[0].Name = "" }},
		{"BackupRule: Name, Schedule and Timezone are required", func(p *props) { p.Rules[0].Schedule = "" }},
		{"BackupRule: Name, Schedule and Timezone are required", func(p *props) { p.Rules[0].Timezone = "" }},
		{"BackupRule nightly: StartWindowMinutes is at least 60", func(p *props) { p.Rules[0].StartWindowMinutes = 59 }},
		{
			"BackupRule nightly: CompletionWindowMinutes is more than StartWindowMinutes; a job that starts late would be cancelled at once",
			func(p *props) { p.Rules[0].CompletionWindowMinutes = 60 },
		},
		{
			"BackupRule nightly: DeleteAfterDays is at least 1; otherwise backups are kept for ever",
			func(p *props) { p.Rules[0].DeleteAfterDays = 0 },
		},
		{
			"BackupRule nightly: DeleteAfterDays of a continuous backup is at most 35",
			func(p *props) { p.Rules[0].Continuous, p.Rules[0].DeleteAfterDays = true, 36 },
		},
		{
			"BackupRule nightly: every backup would fail; DeleteAfterDays is outside of the lock of AirGapped",
			func(p *props) {
				p.AirGapped = &constructs.AirGappedVaultProps{MinRetentionDays: 7, MaxRetentionDays: 34, CopyTargets: p.CopyDestinations}
			},
		},
		{
			"BackupRule nightly: every copy would fail; add the DestinationVaultARN to CopyTargets of AirGapped",
			func(p *props) {
				p.AirGapped = &constructs.AirGappedVaultProps{MinRetentionDays: 7, MaxRetentionDays: 35}
			},
		},
		{
			"BackupRule nightly: every copy would fail; add the DestinationVaultARN to CopyDestinations of the vault",
			func(p *props) { p.CopyDestinations = nil },
		},
		{
			"BackupRule nightly: DeleteAfterDays of a copy is at least 1; otherwise copies are kept for ever",
			func(p *props) { p.Rules[0].Copies[0].DeleteAfterDays = 0 },
		},
		{"BackupSelection: Name is required", func(p *props) { p.Selections[0].Name = "" }},
		{
			"BackupSelection invoices: Resources is required; otherwise every bucket would be selected",
			func(p *props) { p.Selections[0].Resources = nil },
		},
		{"LowCostProps: Name and Selections are required", func(p *props) { p.LowCost.Name = "" }},
		{"LowCostProps: Name and Selections are required", func(p *props) { p.LowCost.Selections = nil }},
		{"LowCostSelection: Resources is required", func(p *props) { p.LowCost.Selections[0].Resources = nil }},
		{"LowCostSelection: AfterDays is at least 60", func(p *props) { p.LowCost.Selections[0].AfterDays = 59 }},
	})
}
