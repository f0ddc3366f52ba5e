package constructs

import "maps"

// CopySources say who may copy into a central vault and use its key for that. Zero: nobody. With AccountARNs
// the organization and both roles are required.
type CopySources struct {
	// OrganizationID of the AWS organization that every source belongs to.
	OrganizationID string
	// OrganizationPaths limit the sources to accounts below these paths, such as
	// "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*". Empty: no further limit.
	OrganizationPaths []string
	// AccountARNs are the root principals of the source accounts, such as "arn:aws:iam::222222222222:root". A
	// policy that would be larger than MaxPolicyBytes does not list them: then the conditions on the
	// organization and the roles alone limit the sources. Empty: nobody may copy.
	AccountARNs []string
	// RoleARN matches the backup roles of the source accounts ([NewBackupRole]), with "*" for any characters,
	// such as "arn:aws:iam::*:role/acme-backup-*".
	RoleARN string
	// ServiceLinkedRoleARN matches the service-linked roles of AWS Backup in the source accounts:
	// "arn:aws:iam::*:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup". [CopySources.KeyGrants]
	// alone uses it.
	ServiceLinkedRoleARN string
	// MaxPolicyBytes is the largest policy, in bytes, in which accounts are listed, such as 20 * 1024 (F-LIM-7).
	// Zero: they are always listed.
	MaxPolicyBytes int
}

func (s CopySources) validate() {
	require(len(s.AccountARNs) == 0 || s.OrganizationID != "" && s.RoleARN != "",
		"CopySources: OrganizationID and RoleARN are required with AccountARNs; they limit who may copy")
}

// otherStatements is the room, in bytes, for the other statements of a policy that lists accounts.
const otherStatements = 4 * 1024

// vaultPolicy lets the sources copy into the vault. It allows nobody else anything (F-COPY-2, F-COPY-3).
func (s CopySources) vaultPolicy() []Statement {
	copies := s.withPrincipal(func(principal map[string]any) []Statement {
		return []Statement{{
			Sid:       "CopyFromWorkloadAccounts",
			Principal: principal,
			Actions:   []string{"backup:CopyIntoBackupVault"},
			Resources: everything,
			Condition: s.condition(s.RoleARN),
		}}
	})
	return append(copies, protectRecoveryPoints("backup:DeleteBackupVaultLockConfiguration"))
}

// KeyGrants are statements for the policy of the vault's key ([KeyProps]). They let the sources use the key
// through AWS Backup (F-KMS-4, F-COPY-8). A condition matches the roles, since a role that is named as a
// principal must exist (F-KMS-2).
func (s CopySources) KeyGrants() []Statement {
	s.validate()
	require(len(s.AccountARNs) == 0 || s.ServiceLinkedRoleARN != "",
		"CopySources: ServiceLinkedRoleARN is required with AccountARNs; AWS Backup copies with that role")
	return s.withPrincipal(func(principal map[string]any) []Statement {
		return useThroughBackup("WorkloadAccounts", principal, s.condition(s.RoleARN, s.ServiceLinkedRoleARN))
	})
}

// withPrincipal returns statements for the listed accounts. Where these make a policy too large, it
// returns statements for whoever meets the conditions.
func (s CopySources) withPrincipal(policy func(principal map[string]any) []Statement) []Statement {
	if len(s.AccountARNs) == 0 {
		return nil
	}
	listed := policy(map[string]any{"AWS": s.AccountARNs})
	if s.MaxPolicyBytes == 0 || size(listed...) <= s.MaxPolicyBytes-otherStatements {
		return listed
	}
	return policy(anyone)
}

func (s CopySources) condition(roleARNs ...string) map[string]map[string]any {
	return organizationCondition(s.OrganizationID, s.OrganizationPaths, roleARNs...)
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
	return useThroughBackup("CentralAccount", map[string]any{"AWS": accountARN}, map[string]map[string]any{
		"StringEquals": {"aws:PrincipalOrgID": organizationID},
		"ArnEquals":    {"aws:PrincipalArn": roleARN},
	})
}
