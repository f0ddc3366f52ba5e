package constructs

import "maps"

// CopySources is for the key of a vault that other accounts copy into. It lets the roles that copy use the key
// through AWS Backup, and AWS Backup's service-linked roles of their accounts (F-KMS-4, F-COPY-8). A condition
// matches the roles, since a role that is named as a principal must exist (F-KMS-2). serviceLinkedRoleARN matches
// the service-linked roles: "arn:aws:iam::*:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup".
func CopySources(roles OrganizationRoles, serviceLinkedRoleARN string) []Statement {
	roles.validate()
	if roles.none() {
		return nil
	}
	require(serviceLinkedRoleARN != "", "CopySources: serviceLinkedRoleARN is required; AWS Backup copies with that role")
	return useThroughBackup("WorkloadAccounts", roles.principal(), roles.condition(serviceLinkedRoleARN))
}

// useThroughBackup lets a principal use a key through AWS Backup, and grant its use to AWS Backup alone.
func useThroughBackup(sid string, principal map[string]any, condition map[string]map[string]any) []Statement {
	use, grant := maps.Clone(condition), maps.Clone(condition)
	use["StringLike"], grant["StringLike"] = viaBackup, viaBackup
	grant["Bool"] = map[string]any{"kms:GrantIsForAWSResource": "true"}
	return []Statement{
		{Sid: sid + "Use", Principal: principal, Actions: useKey, Resources: everything, Condition: use},
		{Sid: sid + "Grant", Principal: principal, Actions: []string{"kms:CreateGrant"}, Resources: everything, Condition: grant},
	}
}

// KeyAdministrators lets roles administer a key and its policy. The roles may neither use nor delete it.
// They need not exist (F-KMS-2). account is the key's own, twelve digits.
func KeyAdministrators(account string, roleARNs []string) Statement {
	return Statement{
		Sid:       "KeyAdministrators",
		Principal: anyone,
		Actions: []string{
			"kms:Describe*", "kms:Get*", "kms:List*",
			"kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias",
			"kms:EnableKey", "kms:DisableKey", "kms:EnableKeyRotation", "kms:CancelKeyDeletion",
			"kms:PutKeyPolicy", "kms:RevokeGrant", "kms:UpdateKeyDescription",
			"kms:TagResource", "kms:UntagResource",
		},
		Resources: everything,
		Condition: map[string]map[string]any{
			"StringEquals": {"aws:PrincipalAccount": account},
			"ArnEquals":    {"aws:PrincipalArn": roleARNs},
		},
	}
}

// OwnServiceLinkedRole lets AWS Backup's service-linked role of the key's own account use the key. That
// role writes the copies that arrive there (F-COPY-5). account has twelve digits, and roleARN is
// "arn:aws:iam::111111111111:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup".
func OwnServiceLinkedRole(account, roleARN string) []Statement {
	return useThroughBackup("AWSBackup", anyone, map[string]map[string]any{
		"StringEquals": {"aws:PrincipalAccount": account},
		"ArnEquals":    {"aws:PrincipalArn": roleARN},
	})
}

// CopyDestination is for the key of a vault whose recovery points are copied to another account. It lets AWS
// Backup's service-linked role of that account read with the key (F-COPY-9). accountARN is the root
// principal of that account, and roleARN its service-linked role, as in [OwnServiceLinkedRole]. The
// principal is the account, since the role may not exist yet.
func CopyDestination(organizationID, accountARN, roleARN string) []Statement {
	return useThroughBackup("CentralAccount", map[string]any{"AWS": accountARN}, oneRole(organizationID, roleARN))
}

// CopyBackSource is for the key of a vault that copies come back to ([NewLandingVault]). It lets the role that copies
// use the key through AWS Backup (F-KMS-4). accountARN is the root principal of its account. The key needs
// [OwnServiceLinkedRole] as well, which writes what arrives (F-COPY-5).
func CopyBackSource(organizationID, accountARN, roleARN string) []Statement {
	return useThroughBackup("CopyBack", map[string]any{"AWS": accountARN}, oneRole(organizationID, roleARN))
}

// RecoveryAccounts is for the key of a logically air-gapped vault that is shared with other accounts. It lets these accounts read
// with the key, so that AWS Backup restores there (F-LAG-7). accountARNs are their root principals, such as
// "arn:aws:iam::444444444444:root"; IAM policies there decide which roles. They may be in another organization. Empty: none.
func RecoveryAccounts(accountARNs []string) []Statement {
	if len(accountARNs) == 0 {
		return nil
	}
	principal := map[string]any{"AWS": accountARNs}
	return []Statement{
		// AWS documents these two without kms:ViaService, unlike those for copies into the vault.
		{Sid: "RecoveryAccountsUse", Principal: principal, Actions: useKey, Resources: everything},
		{
			Sid: "RecoveryAccountsGrant", Principal: principal, Actions: []string{"kms:CreateGrant"}, Resources: everything,
			Condition: map[string]map[string]any{"Bool": {"kms:GrantIsForAWSResource": "true"}},
		},
	}
}
