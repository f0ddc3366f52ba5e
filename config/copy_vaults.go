package config

import "slices"

// CopyVault is a vault of the central account that backups are copied into.
type CopyVault struct {
	// Name of the vault, and its Region.
	Name, Region string
	// ARN of the vault.
	ARN string
	// KeysARN matches the keys of its account and Region. Their ids are unknown before they are deployed.
	KeysARN string
	// AirGapped: the vault is logically air-gapped. It takes a second copy of what another vault takes as well.
	AirGapped bool
}

// CopyVaults are the vaults that the backups of a workload's tier are copied into, in the order of their copy actions.
// Empty: the tier is not copied, or no copy of the workload reaches the central account.
func (c *Config) CopyVaults(w Workload, t *Tier) []CopyVault {
	if !t.Copied() || !c.Reached(w) {
		return nil
	}
	vaults := []CopyVault{{
		Name: c.Central.VaultName, Region: c.Central.Region, ARN: c.CentralVaultARN(), KeysARN: c.CentralKeysARN(),
	}}
	if v := c.Central.AirGappedVault; v != nil && !t.hasAirGapped() { // else no copy can be scheduled (F-LAG-4)
		vaults = append(vaults, CopyVault{
			Name: v.Name, Region: c.Central.Region, ARN: c.VaultARNInCentral(v.Name), KeysARN: c.CentralKeysARN(), AirGapped: true,
		})
	}
	return vaults
}

// AllCopyVaults are the vaults that any tier of a workload is copied into, each once.
func (c *Config) AllCopyVaults(w Workload) []CopyVault {
	var all []CopyVault
	for _, use := range c.TierUses(w) {
		for _, v := range c.CopyVaults(w, use.Tier) {
			if !slices.Contains(all, v) {
				all = append(all, v)
			}
		}
	}
	return all
}
