package config

// completeLock fills in the retentions of a governance lock: it takes the backups of all rules of the tier.
func (t *Tier) completeLock() {
	lock := t.VaultLock
	if lock == nil || lock.Mode != Governance {
		return
	}
	lock.ChangeableForDays = 0 // may come from a tier that this one extends; where present, it makes a compliance lock
	shortest, longest := defaultMinRetentionDays, 0
	if lock.MaxRetentionDays > 0 {
		shortest = min(shortest, lock.MaxRetentionDays)
	}
	for _, r := range t.Rules() {
		if r.DeleteAfterDays > 0 {
			shortest, longest = min(shortest, r.DeleteAfterDays), max(longest, r.DeleteAfterDays)
		}
	}
	if t.ContinuousBackup != nil {
		longest = max(longest, MaxContinuousRetentionDays) // F-LOCK-15
	}
	if lock.MinRetentionDays == 0 {
		lock.MinRetentionDays = shortest
	}
	if lock.MaxRetentionDays == 0 && longest > 0 {
		lock.MaxRetentionDays = max(longest, lock.MinRetentionDays)
	}
}

// belongsTo says where the confirmation of a compliance lock belongs.
func (l *TierVaultLock) belongsTo(key string) string {
	if key == "acknowledge_irreversible" {
		return "it in each workload that uses the tier, with the names of its vaults: workloads: [{name: …, acknowledge_irreversible: [VAULT]}]"
	}
	return ""
}

// compliant says whether the tier's vaults have a compliance lock, which nobody can undo.
func (t *Tier) compliant() bool { return t.VaultLock != nil && t.VaultLock.Mode == Compliance }

// vaultOf is a tier's vault in a workload's account.
type vaultOf struct {
	tier *Tier
	name string
}

// vaultsOf lists the vaults of a workload that its tiers fill, in the order of the tier table.
func (c *Config) vaultsOf(w Workload, uses []TierUse) []vaultOf {
	var vaults []vaultOf
	for _, use := range uses {
		if use.Tier.BackedUp() {
			vaults = append(vaults, vaultOf{use.Tier, c.TierName(w, use.Tier)})
		}
	}
	return vaults
}

// ComplianceVaults are the names of a workload's own vaults under a compliance lock, which its acknowledge_irreversible has to name.
func (c *Config) ComplianceVaults(w Workload) []string {
	var names []string
	for _, v := range c.vaultsOf(w, c.TierUses(w)) {
		if v.tier.compliant() {
			names = append(names, v.name)
		}
	}
	return names
}
