package config

import (
	"slices"
	"strings"
)

// Callers are roles of other accounts that a policy of the central account lets in. AWS limits the size of a policy, so
// it names as much as there is room for: the roles of this file with their accounts as principals, or with their accounts
// in a condition, which takes less than half of the bytes, or these accounts with a pattern for their roles, or a
// pattern alone. The organization and its paths limit it in any case.
type Callers struct {
	// RoleARNs are the ARNs of the roles, or one pattern for them. Empty: nobody is let in.
	RoleARNs []string
	// AccountARNs are the root principals of the accounts. Empty where there is no room for them.
	AccountARNs []string
	// Accounts are the accounts for a condition. Empty where AccountARNs has them, and where there is no room for them.
	Accounts []string
	// Unlimited tells that the policy has no room to name even the accounts.
	Unlimited bool
}

// letIn tells whether the callers have a role of an account. A role that is not named is let in by a pattern, in the
// accounts of this file or in all.
func (c Callers) letIn(account, roleARN string) bool {
	if slices.Contains(c.RoleARNs, roleARN) {
		return true
	}
	if len(c.RoleARNs) != 1 || !slices.Contains(c.Accounts, account) && !c.Unlimited {
		return false
	}
	// The account of a pattern is "*".
	_, pattern, _ := strings.Cut(c.RoleARNs[0], ":role/")
	_, role, _ := strings.Cut(roleARN, ":role/")
	prefix, isPattern := strings.CutSuffix(pattern, "*")
	return isPattern && strings.HasPrefix(role, prefix)
}

// caller is a role of an account.
type caller struct{ account, role string }

// policyRoom is the room of a policy that lets callers in.
type policyRoom struct {
	limit      int // bytes
	rest       int // bytes of what does not depend on the callers, at the most
	statements int // that name the callers
}

// VaultCallers are the backup roles that may copy into a central vault. A retained vault has those of the main one.
func (c *Config) VaultCallers(into CentralVault) Callers {
	return c.callersInto(func(v CopyVault) bool { return v.Region == into.Region && v.Name == into.Name })
}

func (c *Config) callersInto(vault func(CopyVault) bool) Callers {
	rest := 2_700 + c.pathBytes()
	for _, arn := range c.CopyBackTargets().VaultARNs {
		rest += len(arn + `"",`)
	}
	if c.Central.Audit.Enabled {
		rest += 600 // the statement that the audit asks for
	}
	return c.callers(c.copyingRoles(vault), c.backupRolePrefix(), policyRoom{MaxPolicyBytes, rest, 1})
}

// AirGappedCallers are the backup roles that may copy into the central air-gapped vault.
func (c *Config) AirGappedCallers() Callers {
	return c.callersInto(func(v CopyVault) bool { return v.AirGapped })
}

// KeyCallers are the backup roles that may use a key of central vaults.
func (c *Config) KeyCallers(key CentralKey) Callers {
	roles := c.copyingRoles(func(v CopyVault) bool { return v.Region == key.Region && v.KeyAlias == key.Alias })
	return c.callers(roles, c.backupRolePrefix(),
		policyRoom{MaxKeyPolicyBytes, 2_700 + 2*c.pathBytes() + c.administratorBytes() + c.shareBytes(key), 2})
}

// BusCallers are the roles that may send events to the central bus.
func (c *Config) BusCallers() Callers {
	var roles []caller
	for _, region := range c.CentralRegions() {
		roles = append(roles, caller{c.Central.Account, c.EventRoleName(c.CentralIDIn(region))})
	}
	for _, w := range c.Workloads {
		if c.Reached(w) {
			roles = append(roles, caller{w.Account, c.EventRoleName(w.ID())})
		}
	}
	return c.callers(roles, c.eventRolePrefix(), policyRoom{MaxBusPolicyBytes, 1_000 + c.pathBytes(), 1})
}

// copyingRoles are the backup roles of the workloads that are copied into certain vaults, in file order.
func (c *Config) copyingRoles(into func(CopyVault) bool) []caller {
	var roles []caller
	for _, w := range c.Workloads {
		if slices.ContainsFunc(c.AllCopyVaults(w), into) {
			roles = append(roles, caller{w.Account, c.BackupRoleName(w)})
		}
	}
	return roles
}

// Copies tells whether any tier of a workload is copied to the central account.
func (c *Config) Copies(w Workload) bool { return copied(c.TierUses(w)) }

func copied(uses []TierUse) bool {
	return slices.ContainsFunc(uses, func(u TierUse) bool { return u.Tier.Copied() })
}

func (c *Config) callers(roles []caller, prefix string, room policyRoom) Callers {
	if len(roles) == 0 {
		return Callers{}
	}
	const quotes = len(`"",`)
	region := c.Central.Region
	fits := func(bytes int) bool { return room.statements*bytes+room.rest <= room.limit }
	var named, limited Callers
	rolesBytes, rootsBytes, accountsBytes := 0, 0, 0
	seen := map[string]bool{}
	for _, r := range roles {
		arn := c.roleARN(region, r.account, r.role)
		named.RoleARNs = append(named.RoleARNs, arn)
		rolesBytes += len(arn) + quotes
		if seen[r.account] {
			continue
		}
		seen[r.account] = true
		root := AccountARN(region, r.account)
		named.AccountARNs = append(named.AccountARNs, root)
		rootsBytes += len(root) + quotes
		limited.Accounts = append(limited.Accounts, r.account)
		accountsBytes += len(r.account) + quotes
	}
	limited.RoleARNs = []string{c.roleARN(region, "*", prefix+"*")}
	switch {
	case fits(rolesBytes + rootsBytes):
		return named
	case fits(rolesBytes + accountsBytes):
		return Callers{RoleARNs: named.RoleARNs, Accounts: limited.Accounts}
	case fits(accountsBytes + 2*len(c.RolePath+c.RolePrefix)): // the pattern, and what is left out of it
		return limited
	}
	return Callers{RoleARNs: limited.RoleARNs, Unlimited: true}
}

// pathBytes is the size, in bytes, of the organization's paths in a statement.
func (c *Config) pathBytes() int {
	n := 0
	for _, p := range c.Organization.Paths {
		n += len(p + `"",`)
	}
	return n
}

// shareBytes is the size, in bytes, of the statements of a key for the accounts that its vault is shared with.
func (c *Config) shareBytes(key CentralKey) int {
	if !c.IsAirGapped(key) {
		return 0
	}
	n := 600
	for _, account := range c.Central.AirGappedVault.ShareWithAccounts {
		n += 2 * len(AccountARN(c.Central.Region, account)+`"",`)
	}
	return n
}

// administratorBytes is the size, in bytes, of the key administrators in the key's policy.
func (c *Config) administratorBytes() int {
	n := 0
	for _, role := range c.Central.KeyAdministrators {
		n += len(c.KeyAdministratorARN(role) + `"",`)
	}
	return n
}
