package constructs

import "maps"

// CopySources say who may copy into a central vault, and have its key used for that.
type CopySources struct {
	// OrganizationID that every source belongs to.
	OrganizationID string
	// OrganizationPaths limit the sources to accounts below these. Empty: no further limit.
	OrganizationPaths []string
	// AccountARNs are the root principals of the source accounts. They are listed while the policy
	// stays within MaxPolicyBytes; above it the organization's conditions alone carry it. Empty: nobody may copy.
	AccountARNs []string
	// RoleARN matches the roles that copy, with "*" for any characters.
	RoleARN string
	// ServiceLinkedRoleARN matches AWS Backup's service-linked roles of the source accounts.
	ServiceLinkedRoleARN string
	// MaxPolicyBytes is the size, in bytes, that a policy with listed accounts may have.
	MaxPolicyBytes int
}

// otherStatements is room, in bytes, for what else is in a policy that lists accounts.
const otherStatements = 4 * 1024

// vaultPolicy lets the sources copy into the vault, and nobody from outside anything else (F-COPY-2, F-COPY-3).
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

// KeyGrants let the sources use the vault's key through AWS Backup (F-KMS-4, F-COPY-8). Roles are
// matched by condition, since a role that is named as a principal must exist (F-KMS-2).
func (s CopySources) KeyGrants() []Statement {
	return s.withPrincipal(func(principal map[string]any) []Statement {
		return useThroughBackup("WorkloadAccounts", principal, s.condition(s.RoleARN, s.ServiceLinkedRoleARN))
	})
}

// withPrincipal builds statements for the listed accounts, or where these make a policy too large,
// for whoever meets the conditions.
func (s CopySources) withPrincipal(policy func(principal map[string]any) []Statement) []Statement {
	if len(s.AccountARNs) == 0 {
		return nil
	}
	listed := policy(map[string]any{"AWS": s.AccountARNs})
	if size(listed) <= s.MaxPolicyBytes-otherStatements {
		return listed
	}
	return policy(anyone)
}

func (s CopySources) condition(roleARNs ...string) map[string]map[string]any {
	return organizationCondition(s.OrganizationID, s.OrganizationPaths, roleARNs...)
}

// useThroughBackup lets a principal use a key through AWS Backup, and pass that on to AWS Backup alone.
func useThroughBackup(sid string, principal map[string]any, condition map[string]map[string]any) []Statement {
	use, grant := maps.Clone(condition), maps.Clone(condition)
	use["StringLike"], grant["StringLike"] = viaBackup, viaBackup
	grant["Bool"] = map[string]any{"kms:GrantIsForAWSResource": "true"}
	return []Statement{
		{Sid: sid + "Use", Principal: principal, Actions: useKey, Resources: everything, Condition: use},
		{Sid: sid + "Grant", Principal: principal, Actions: []string{"kms:CreateGrant"}, Resources: everything, Condition: grant},
	}
}

// KeyAdministrators lets roles administer a key, its policy included; using or deleting it is not
// among that. They need not exist (F-KMS-2).
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

// OwnServiceLinkedRole lets AWS Backup's service-linked role of the key's own account use the key:
// it makes the copies that arrive there (F-COPY-5).
func OwnServiceLinkedRole(account, roleARN string) []Statement {
	return useThroughBackup("AWSBackup", anyone, map[string]map[string]any{
		"StringEquals": {"aws:PrincipalAccount": account},
		"ArnEquals":    {"aws:PrincipalArn": roleARN},
	})
}

// CopyDestination lets AWS Backup's service-linked role of the account that takes the copies read
// with the source vault's key (F-COPY-9). The account is the principal, since it exists for sure.
func CopyDestination(organizationID, accountARN, roleARN string) []Statement {
	return useThroughBackup("CentralAccount", map[string]any{"AWS": accountARN}, map[string]map[string]any{
		"StringEquals": {"aws:PrincipalOrgID": organizationID},
		"ArnEquals":    {"aws:PrincipalArn": roleARN},
	})
}
