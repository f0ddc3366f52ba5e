package stacks

import (
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/config"
	"central-s3-backup/constructs"
)

// newRestore creates what brings backups back in the workload's account: the role of restores, the vault for copies that
// come back, and the role of people who restore.
func (s workload) newRestore() {
	vaultKey, backedUp := s.keys[config.VaultKey]
	operate := &constructs.OperateRoleProps{
		Name:                s.cfg.OperateRoleName(s.w),
		Account:             s.w.Account,
		Operators:           operatorTrust(s.cfg, s.w.Region, s.w.Account),
		BucketARNs:          bucketARNs(s.w.Region, s.cfg.OperatorBuckets(s.w)),
		RestoredBucketARN:   config.RestoredBucketARN(s.w.Region),
		BucketKeysARN:       config.WorkloadKeysARN(s.w),
		RemoveDeleteMarkers: s.cfg.Restore.RemoveDeleteMarkers,
	}
	if backedUp {
		role := constructs.NewRestoreRole(s.stack, jsii.String("RestoreRole"), &constructs.RestoreRoleProps{
			Name:               s.cfg.RestoreRoleName(s.w),
			Account:            s.w.Account,
			S3RestorePolicyARN: config.ManagedPolicyARN(s.w.Region, "AWSBackupServiceRolePolicyForS3Restore"),
			VaultKeyARN:        *vaultKey.Key.AttrArn(),
		})
		operate.Backups = &constructs.OperatedBackups{
			Access:      recoveryPointAccess(s.cfg.AccessPointPrefix(), s.w.Region, s.w.Account, vaultKey),
			RestoreRole: role.Role,
		}
	}
	if s.cfg.Copies(s.w) {
		central := s.cfg.Central
		constructs.NewLandingVault(s.stack, jsii.String("LandingVault"), &constructs.LandingVaultProps{
			Name:           s.cfg.LandingVaultName(s.w),
			Key:            vaultKey.Key,
			OrganizationID: s.cfg.Organization.ID,
			AccountARN:     config.AccountARN(central.Region, central.Account),
			RoleARN:        s.cfg.CentralRoleARN(s.cfg.CopyBackRoleName()),
			DeployRoleARN:  config.DeployRoleARN(s.w.Region, s.w.Account),
			Topic:          s.topic.Topic,
		})
	}
	if len(operate.Operators.RoleARNs) > 0 {
		constructs.NewOperateRole(s.stack, jsii.String("OperateRole"), operate)
	}
}

// restoreRoles are the names of the roles that bring backups back in the workload's account.
func (s workload) restoreRoles() []string {
	var names []string
	if len(s.tiers) > 0 {
		names = append(names, s.cfg.RestoreRoleName(s.w))
	}
	if len(s.cfg.OperatorsIn(s.w.Region)) > 0 {
		names = append(names, s.cfg.OperateRoleName(s.w))
	}
	return names
}

// newCopyBack creates what brings copies back, in the central account: the role of the copies, and the role of people who
// start them.
func (c central) newCopyBack() {
	targets := c.cfg.CopyBackTargets()
	if targets.VaultARNs == nil {
		return
	}
	at := c.cfg.Central
	role := constructs.NewCopyBackRole(c.stack, jsii.String("CopyBackRole"), &constructs.CopyBackRoleProps{
		Name:             c.cfg.CopyBackRoleName(),
		Account:          at.Account,
		LandingVaultARNs: targets.VaultARNs,
		KeyARNs:          append([]string{*c.key.Key.AttrArn()}, targets.KeyARNs...),
	})
	if operators := operatorTrust(c.cfg, at.Region, at.Account); len(operators.RoleARNs) > 0 {
		constructs.NewOperateCentralRole(c.stack, jsii.String("OperateRole"), &constructs.OperateCentralRoleProps{
			Name:         c.cfg.OperateCentralRoleName(),
			Operators:    operators,
			Access:       recoveryPointAccess(c.cfg.AccessPointPrefix(), at.Region, at.Account, c.key),
			CopyBackRole: role.Role,
		})
	}
}

// copyBackRoles are the names of these roles.
func (c central) copyBackRoles() []string {
	if c.cfg.CopyBackTargets().VaultARNs == nil {
		return nil
	}
	names := []string{c.cfg.CopyBackRoleName()}
	if len(c.cfg.OperatorsIn(c.cfg.Central.Region)) > 0 {
		names = append(names, c.cfg.OperateCentralRoleName())
	}
	return names
}

func operatorTrust(cfg *config.Config, region, account string) constructs.OperatorTrust {
	return constructs.OperatorTrust{AccountARN: config.AccountARN(region, account), RoleARNs: cfg.OperatorsIn(region)}
}

// recoveryPointAccess is the access to all recovery points of an account and Region through access points with a prefix.
func recoveryPointAccess(prefix, region, account string, vaultKey *constructs.Key) constructs.RecoveryPointAccess {
	backup, s3 := config.AccessPointARNs(region, account, prefix)
	return constructs.RecoveryPointAccess{
		RecoveryPointARN:     config.RecoveryPointsARN(region, account),
		BackupAccessPointARN: backup,
		S3AccessPointARN:     s3,
		VaultKeyARN:          *vaultKey.Key.AttrArn(),
	}
}
