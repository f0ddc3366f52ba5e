package constructs

import "strings"

// OrganizationRoles are roles of other accounts in an AWS organization, which a policy of this account lets in. The
// more of the fields are set, the fewer roles are meant. Zero: nobody. With RoleARNs OrganizationID is required.
type OrganizationRoles struct {
	// OrganizationID of the AWS organization that the roles belong to.
	OrganizationID string
	// OrganizationPaths limit the roles to accounts below these paths, such as
	// "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*". Empty: no further limit.
	OrganizationPaths []string
	// RoleARNs match the roles. They are ARNs, such as "arn:aws:iam::222222222222:role/acme-backup-invoices", or
	// patterns with "*" for any characters, such as "arn:aws:iam::*:role/acme-backup-*". A "*" at the end does not
	// match roles with an IAM path. The roles need not exist.
	RoleARNs []string
	// AccountARNs are the root principals of the accounts, such as "arn:aws:iam::222222222222:root". They are the
	// policy's principals. Empty: anyone who meets the conditions.
	AccountARNs []string
	// Accounts limit the roles to accounts of twelve digits. It does what AccountARNs do with less than half of the
	// bytes, where a policy would be too large (F-LIM-7). Empty: no further limit.
	Accounts []string
}

func (r OrganizationRoles) validate() {
	require(len(r.RoleARNs) == 0 || r.OrganizationID != "",
		"OrganizationRoles: OrganizationID is required with RoleARNs; it limits who is let in")
	require(len(r.RoleARNs) > 0 || len(r.AccountARNs)+len(r.Accounts) == 0,
		"OrganizationRoles: RoleARNs is required with AccountARNs and Accounts; otherwise nobody is let in")
}

func (r OrganizationRoles) none() bool { return len(r.RoleARNs) == 0 }

func (r OrganizationRoles) principal() map[string]any {
	if len(r.AccountARNs) == 0 {
		return anyone
	}
	return map[string]any{"AWS": r.AccountARNs}
}

// condition holds for the roles, and in the same accounts for roles with the other ARNs.
func (r OrganizationRoles) condition(others ...string) map[string]map[string]any {
	equals := map[string]any{"aws:PrincipalOrgID": r.OrganizationID}
	if len(r.Accounts) > 0 {
		equals["aws:PrincipalAccount"] = r.Accounts
	}
	condition := map[string]map[string]any{
		"StringEquals": equals,
		"ArnLike":      {"aws:PrincipalArn": append(append([]string{}, r.RoleARNs...), others...)},
	}
	var below []string // "*" also matches the "/" of IAM paths
	for _, arn := range r.RoleARNs {
		if strings.HasSuffix(arn, "*") {
			below = append(below, arn+"/*")
		}
	}
	if below != nil {
		condition["ArnNotLike"] = map[string]any{"aws:PrincipalArn": below}
	}
	if len(r.OrganizationPaths) > 0 {
		condition["ForAnyValue:StringLike"] = map[string]any{"aws:PrincipalOrgPaths": r.OrganizationPaths}
	}
	return condition
}
