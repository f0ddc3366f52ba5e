package constructs

// protectRecoveryPoints denies people and roles what would cost a recovery point its life before
// its time (F-RST-8). It does not keep AWS Backup from deleting what has expired (F-CFN-10). Changing
// the policy itself is not denied: that would lock CloudFormation out as well. more are further actions to deny.
func protectRecoveryPoints(more ...string) Statement {
	return Statement{
		Sid:       "ProtectRecoveryPoints",
		Deny:      true,
		Principal: anyone,
		Actions:   append([]string{"backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"}, more...),
		Resources: everything,
		Condition: exceptServices,
	}
}

// copyOnlyTo denies copies out of a vault to any other than the destinations (F-COPY-4).
func copyOnlyTo(destinations []string) Statement {
	s := Statement{
		Sid:       "CopyOnlyToApprovedVaults",
		Deny:      true,
		Principal: anyone,
		Actions:   []string{"backup:CopyFromBackupVault"},
		Resources: everything,
		Condition: map[string]map[string]any{"ForAllValues:ArnNotLike": {"backup:CopyTargets": destinations}},
	}
	if len(destinations) == 0 {
		s.Condition = exceptServices
	}
	return s
}
