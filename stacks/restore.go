package stacks

import (
	"maps"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawsiam"
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
		Path:                s.cfg.RolePath,
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
			Path:               s.cfg.RolePath,
			Account:            s.w.Account,
			S3RestorePolicyARN: config.ManagedPolicyARN(s.w.Region, "AWSBackupServiceRolePolicyForS3Restore"),
			VaultKeyARNs:       []string{*vaultKey.Key.AttrArn()},
		})
		operate.Backups = &constructs.OperatedBackups{
			Access:      recoveryPointAccess(s.cfg.AccessPointPrefix(), s.w.Region, s.w.Account, *vaultKey.Key.AttrArn()),
			RestoreRole: role.Role,
		}
		s.newRestoreTesting(role.Role, vaultKey)
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

// newRestoreTesting creates the plan that tests restores, and the role that the central account's validator reads with.
func (s workload) newRestoreTesting(role interfacesawsiam.IRoleRef, vaultKey *constructs.Key) {
	tests := s.cfg.RestoreTests(s.w)
	if len(tests) == 0 {
		return
	}
	props := &constructs.RestoreTestingProps{
		PlanName:           s.cfg.RestoreTestingPlanName(s.w),
		Schedule:           s.w.RestoreTesting.Schedule,
		RecoveryPointTypes: s.cfg.RecoveryPointTypes(s.w),
		Role:               role,
	}
	for _, name := range s.cfg.TestedVaults(s.w) {
		props.VaultARNs = append(props.VaultARNs, config.WorkloadVaultARN(s.w, name))
	}
	for _, test := range tests {
		selection := constructs.RestoreTest{Name: test.Name, BucketARNs: bucketARNs(s.w.Region, test.Buckets)}
		if test.Tagged != nil { // buckets of the file are in another selection, and those that the app creates have this tag
			conditions := s.cfg.Conditions(*test.Tagged)
			selection.Tags, selection.ExceptTags = conditions.Equal, map[string]string{config.WorkloadTag: s.w.ID()}
			maps.Copy(selection.ExceptTags, conditions.NotEqual)
		}
		if test.Key != "" {
			selection.KeyARN = *s.keys[test.Key].Key.AttrArn()
		}
		props.Selections = append(props.Selections, selection)
	}
	constructs.NewRestoreTesting(s.stack, jsii.String("RestoreTesting"), props)
	if !s.cfg.Validated(s.w) {
		return
	}
	central := s.cfg.Central
	constructs.NewValidateRole(s.stack, jsii.String("ValidateRole"), &constructs.ValidateRoleProps{
		Name:                s.cfg.ValidateRoleName(s.w),
		Path:                s.cfg.RolePath,
		Account:             s.w.Account,
		OrganizationID:      s.cfg.Organization.ID,
		ValidatorAccountARN: config.AccountARN(central.Region, central.Account),
		ValidatorRoleARN:    s.cfg.CentralRoleARN(s.cfg.ValidatorRoleName()),
		Access:              recoveryPointAccess(s.cfg.ValidateAccessPointPrefix(), s.w.Region, s.w.Account, *vaultKey.Key.AttrArn()),
		RestoredBucketARN:   config.BucketARN(s.w.Region, config.TestBucketPrefix+"*"),
		BucketKeysARNs:      []string{config.WorkloadKeysARN(s.w)},
	})
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
	if s.cfg.Validated(s.w) {
		names = append(names, s.cfg.ValidateRoleName(s.w))
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
		Path:             c.cfg.RolePath,
		Account:          at.Account,
		LandingVaultARNs: targets.VaultARNs,
		KeyARNs:          slices.Concat(c.keyARNs(), c.keysElsewhere(), targets.KeyARNs),
	})
	if len(c.cfg.TestedCentralRegions()) > 0 {
		restore := constructs.NewRestoreRole(c.stack, jsii.String("RestoreRole"), &constructs.RestoreRoleProps{
			Name:               c.cfg.RestoreCentralRoleName(),
			Path:               c.cfg.RolePath,
			Account:            at.Account,
			S3RestorePolicyARN: config.ManagedPolicyARN(at.Region, "AWSBackupServiceRolePolicyForS3Restore"),
			VaultKeyARNs:       append(c.keyARNs(), c.keysOfTestsElsewhere()...),
		})
		c.newCopyTests(restore.Role)
		c.newCentralValidateRole()
	}
	if operators := operatorTrust(c.cfg, at.Region, at.Account); len(operators.RoleARNs) > 0 {
		access := recoveryPointAccess(c.cfg.AccessPointPrefix(), at.Region, at.Account, c.keyARNs()...)
		for _, region := range c.cfg.CentralRegions()[1:] {
			access = access.And(recoveryPointAccess(c.cfg.AccessPointPrefix(), region, at.Account, c.cfg.CentralKeysARN(region)))
		}
		constructs.NewOperateCentralRole(c.stack, jsii.String("OperateRole"), &constructs.OperateCentralRoleProps{
			Name:         c.cfg.OperateCentralRoleName(),
			Path:         c.cfg.RolePath,
			Operators:    operators,
			Access:       access,
			CopyBackRole: role.Role,
		})
	}
}

// newCopyTests creates the plan that tests restores of the copies in this Region.
func (c central) newCopyTests(role interfacesawsiam.IRoleRef) {
	constructs.NewRestoreTesting(c.stack, jsii.String("RestoreTesting"), &constructs.RestoreTestingProps{
		PlanName:           c.cfg.CentralTestingPlanName(c.region),
		Schedule:           c.cfg.Central.RestoreTesting.Schedule,
		VaultARNs:          c.vaultARNs(),
		RecoveryPointTypes: []string{"SNAPSHOT"}, // copies have no point-in-time recovery (F-S3-10)
		Role:               role,
		Selections:         []constructs.RestoreTest{{Name: "copies", Everything: true, KeyARN: c.keyARNs()[0]}},
	})
}

// keysOfTestsElsewhere match the keys of the other Regions in which copies are tested.
func (c central) keysOfTestsElsewhere() []string {
	var arns []string
	for _, region := range c.testedElsewhere() {
		arns = append(arns, c.cfg.CentralKeysARN(region))
	}
	return arns
}

// testedElsewhere are the Regions beside that of the central stack in which copies are tested.
func (c central) testedElsewhere() []string {
	return slices.DeleteFunc(c.cfg.TestedCentralRegions(), func(region string) bool { return region == c.cfg.Central.Region })
}

// keysElsewhere match the keys of central vaults in other Regions, whose ids are not known here. Their own policies decide.
func (c central) keysElsewhere() []string {
	var arns []string
	for _, region := range c.cfg.CentralRegions()[1:] {
		arns = append(arns, c.cfg.CentralKeysARN(region))
	}
	return arns
}

// vaultARNs are the ARNs of the vaults of this Region that take copies.
func (c central) vaultARNs() []string {
	var arns []string
	for _, v := range c.cfg.CentralVaultsIn(c.region) {
		arns = append(arns, c.cfg.VaultARNInCentral(v.Region, v.Name))
	}
	return arns
}

func operatorTrust(cfg *config.Config, region, account string) constructs.OperatorTrust {
	return constructs.OperatorTrust{AccountARN: config.AccountARN(region, account), RoleARNs: cfg.OperatorsIn(region)}
}

// recoveryPointAccess is the access to all recovery points of an account and Region through access points with a prefix.
func recoveryPointAccess(prefix, region, account string, vaultKeyARNs ...string) constructs.RecoveryPointAccess {
	backup, s3 := config.AccessPointARNs(region, account, prefix)
	return constructs.RecoveryPointAccess{
		RecoveryPointARNs:     []string{config.RecoveryPointsARN(region, account)},
		BackupAccessPointARNs: []string{backup},
		S3AccessPointARNs:     []string{s3},
		VaultKeyARNs:          vaultKeyARNs,
	}
}
