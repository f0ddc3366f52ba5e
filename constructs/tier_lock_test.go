package constructs_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/constructs"
)

// lockedTier declares a stack with one tier whose vault has a lock.
func lockedTier(name string, lock constructs.VaultLock) *fixture {
	return inStack(name, func(stack awscdk.Stack) {
		constructs.NewTierBackup(stack, jsii.String("Ledger"), &constructs.TierBackupProps{
			VaultName: "ledger", PlanName: "ledger", Key: ownKey(stack), Role: ownRole(stack), DeployRoleARN: deployRole,
			Rules: []constructs.BackupRule{nightly("snapshots", 365)},
			Lock:  &lock,
		})
	})
}

func ownKey(stack awscdk.Stack) awskms.IKey {
	return awskms.Key_FromKeyArn(stack, jsii.String("Key"), jsii.String("arn:aws:kms:eu-central-1:222222222222:key/own"))
}

func ownRole(stack awscdk.Stack) awsiam.IRole {
	return awsiam.Role_FromRoleArn(stack, jsii.String("Role"), jsii.String("arn:aws:iam::222222222222:role/own"), nil)
}

var (
	tierGovernanceLock = lockedTier("TierGovernanceLock", constructs.VaultLock{MinRetentionDays: 15, MaxRetentionDays: 365})
	tierComplianceLock = lockedTier("TierComplianceLock", constructs.VaultLock{
		MinRetentionDays: 365, MaxRetentionDays: 365, ChangeableForDays: 3,
	})
)

// TestTierGovernanceLock: nobody removes the lock, and nobody but a deployment makes it a compliance lock (F-LOCK-9, F-LOCK-14).
func TestTierGovernanceLock(t *testing.T) {
	tierGovernanceLock.template(t).HasResourceProperties(jsii.String("AWS::Backup::BackupVault"), map[string]any{
		"LockConfiguration": assertions.Match_ObjectEquals(&map[string]any{"MinRetentionDays": 15, "MaxRetentionDays": 365}),
		"AccessPolicy": map[string]any{"Statement": assertions.Match_ArrayWith(&[]any{
			assertions.Match_ObjectLike(&map[string]any{
				"Sid": "ProtectRecoveryPoints", "Effect": "Deny",
				"Action": assertions.Match_ArrayWith(&[]any{"backup:DeleteRecoveryPoint", "backup:DeleteBackupVaultLockConfiguration"}),
			}),
			assertions.Match_ObjectLike(&map[string]any{
				"Sid": "NoComplianceLock", "Effect": "Deny", "Action": []any{"backup:PutBackupVaultLockConfiguration"},
				"Condition": assertions.Match_ObjectEquals(&map[string]any{
					"Null":       map[string]any{"backup:ChangeableForDays": "false"},
					"ArnNotLike": map[string]any{"aws:PrincipalArn": deployRole},
				}),
			}),
		})},
	})
}

// TestTierComplianceLock: a lock with ChangeableForDays is a compliance lock (F-LOCK-1), which the policy does not deny.
func TestTierComplianceLock(t *testing.T) {
	template := tierComplianceLock.template(t)
	template.HasResource(jsii.String("AWS::Backup::BackupVault"), map[string]any{
		"Properties": map[string]any{
			"LockConfiguration": assertions.Match_ObjectEquals(&map[string]any{
				"MinRetentionDays": 365, "MaxRetentionDays": 365, "ChangeableForDays": 3,
			}),
			"AccessPolicy": map[string]any{"Statement": []any{
				map[string]any{"Sid": "ProtectRecoveryPoints"}, map[string]any{"Sid": "KeepVault"}, map[string]any{"Sid": "NoCopies"},
			}},
		},
		"DeletionPolicy":      "RetainExceptOnCreate",
		"UpdateReplacePolicy": "Retain",
	})
	template.hasID("Ledger", "AWS::Backup::BackupVault")
}

func TestTierLockRefuses(t *testing.T) {
	refuses(t, constructs.NewTierBackup, func() *constructs.TierBackupProps {
		return &constructs.TierBackupProps{
			VaultName: "ledger", PlanName: "ledger", Key: someKey{}, Role: someRole{},
			Rules: []constructs.BackupRule{nightly("snapshots", 365)},
			Lock:  &constructs.VaultLock{MinRetentionDays: 15, MaxRetentionDays: 365},
			Scan:  &constructs.ScanProps{Mode: "FULL_SCAN", Role: someRole{}},
		}
	}, []refusal[constructs.TierBackupProps]{
		{"VaultLock: MinRetentionDays is at least 1", func(p *constructs.TierBackupProps) { p.Lock.MinRetentionDays = 0 }},
		{
			"BackupRule snapshots: every backup would fail; the lock of the vault does not take its DeleteAfterDays",
			func(p *constructs.TierBackupProps) { p.Lock.MaxRetentionDays = 364 },
		},
		{
			"BackupRule snapshots: every backup would fail; the lock of the vault does not take its DeleteAfterDays",
			func(p *constructs.TierBackupProps) { p.Lock.MinRetentionDays, p.Lock.MaxRetentionDays = 366, 0 },
		},
		{"ScanProps: Mode is FULL_SCAN or INCREMENTAL_SCAN", func(p *constructs.TierBackupProps) { p.Scan.Mode = "full" }},
		{"ScanProps: Role is required; GuardDuty assumes it", func(p *constructs.TierBackupProps) { p.Scan.Role = nil }},
	})
}
