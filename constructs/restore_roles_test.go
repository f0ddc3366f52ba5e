package constructs_test

import (
	"testing"

	"central-s3-backup/constructs"
)

func access() constructs.RecoveryPointAccess {
	return constructs.RecoveryPointAccess{
		RecoveryPointARNs:     []string{"arn:aws:backup:eu-central-1:222222222222:recovery-point:*"},
		BackupAccessPointARNs: []string{"arn:aws:backup:eu-central-1:222222222222:accesspoint/acme-*"},
		S3AccessPointARNs:     []string{"arn:aws:s3:eu-central-1:222222222222:accesspoint/acme-*"},
		VaultKeyARNs:          []string{"arn:aws:kms:eu-central-1:222222222222:key/own"},
	}
}

func operators() constructs.OperatorTrust {
	return constructs.OperatorTrust{
		AccountARN: "arn:aws:iam::222222222222:root", RoleARNs: []string{"arn:aws:iam::222222222222:role/restore"},
	}
}

func TestRestoreRoleRefuses(t *testing.T) {
	refuses(t, constructs.NewRestoreRole, func() *constructs.RestoreRoleProps {
		return &constructs.RestoreRoleProps{
			Name: "acme-restore", Account: "222222222222", VaultKeyARNs: access().VaultKeyARNs,
			S3RestorePolicyARN: "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Restore",
		}
	}, []refusal[constructs.RestoreRoleProps]{
		{"NewRestoreRole: props.Name and props.Account are required", func(p *constructs.RestoreRoleProps) { p.Account = "" }},
		{
			"NewRestoreRole: props.S3RestorePolicyARN is required; without it every restore fails",
			func(p *constructs.RestoreRoleProps) { p.S3RestorePolicyARN = "" },
		},
		{
			"NewRestoreRole: props.VaultKeyARNs is required; without the key no backup can be read",
			func(p *constructs.RestoreRoleProps) { p.VaultKeyARNs = nil },
		},
	})
}

func TestOperateRoleRefuses(t *testing.T) {
	refuses(t, constructs.NewOperateRole, func() *constructs.OperateRoleProps {
		return &constructs.OperateRoleProps{
			Name: "acme-operate", Account: "222222222222", Operators: operators(), RestoredBucketARN: "arn:aws:s3:::*-restored-*",
			BucketKeysARN: "arn:aws:kms:eu-central-1:222222222222:key/*",
			Backups:       &constructs.OperatedBackups{Access: access(), RestoreRole: someRole{}},
		}
	}, []refusal[constructs.OperateRoleProps]{
		{"NewOperateRole: props.Name and props.Account are required", func(p *constructs.OperateRoleProps) { p.Name = "" }},
		{
			"NewOperateRole: props.Operators is required; otherwise nobody could assume the role",
			func(p *constructs.OperateRoleProps) { p.Operators.RoleARNs = nil },
		},
		{
			"NewOperateRole: props.Backups.RestoreRole is required; people pass it to AWS Backup",
			func(p *constructs.OperateRoleProps) { p.Backups.RestoreRole = nil },
		},
		{
			"NewOperateRole: RecoveryPointAccess: all fields are required",
			func(p *constructs.OperateRoleProps) { p.Backups.Access.VaultKeyARNs = nil },
		},
	})
}

func TestLandingVaultRefuses(t *testing.T) {
	refuses(t, constructs.NewLandingVault, func() *constructs.LandingVaultProps {
		return &constructs.LandingVaultProps{
			Name: "acme-landing", Key: someKey{}, OrganizationID: "o-a1b2c3d4e5", AccountARN: "arn:aws:iam::111111111111:root",
			RoleARN: "arn:aws:iam::111111111111:role/acme-copy-back",
		}
	}, []refusal[constructs.LandingVaultProps]{
		{"NewLandingVault: props.Name is required", func(p *constructs.LandingVaultProps) { p.Name = "" }},
		{"NewLandingVault: props.Key is required", func(p *constructs.LandingVaultProps) { p.Key = nil }},
		{
			"NewLandingVault: props.OrganizationID, props.AccountARN and props.RoleARN are required; otherwise no copy could come back",
			func(p *constructs.LandingVaultProps) { p.OrganizationID = "" },
		},
	})
}

func TestRestoreTestingRefuses(t *testing.T) {
	refuses(t, constructs.NewRestoreTesting, func() *constructs.RestoreTestingProps {
		return &constructs.RestoreTestingProps{
			PlanName: "acme", Schedule: "cron(0 6 ? * SUN *)", VaultARNs: []string{centralVaultARN}, RecoveryPointTypes: []string{"SNAPSHOT"},
			Role: someRole{}, Selections: []constructs.RestoreTest{{Name: "copies", Everything: true}},
		}
	}, []refusal[constructs.RestoreTestingProps]{
		{
			"NewRestoreTesting: props.Selections has 1 to 30 selections",
			func(p *constructs.RestoreTestingProps) { p.Selections = make([]constructs.RestoreTest, 31) },
		},
		{
			"RestoreTest copies: either BucketARNs or Tags is required",
			func(p *constructs.RestoreTestingProps) { p.Selections[0].Everything = false },
		},
		{
			"RestoreTest copies: BucketARNs has at most 30 buckets",
			func(p *constructs.RestoreTestingProps) { p.Selections[0].BucketARNs = make([]string, 31) },
		},
	})
}
