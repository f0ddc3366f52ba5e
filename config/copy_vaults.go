package config

import (
	"slices"
)

// CopyVault is a vault of the central account that backups are copied into.
type CopyVault struct {
	// Name of the vault, and its Region.
	Name, Region string
	// KeyAlias is the alias of its key, with the prefix "alias/".
	KeyAlias string
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
	var vaults []CopyVault
	for _, i := range c.vaultsInto(t, w.Region) {
		v := c.centralVaultAt(i)
		vaults = append(vaults, CopyVault{
			Name: v.Name, Region: v.Region, KeyAlias: v.Key().Alias, ARN: c.VaultARNInCentral(v.Region, v.Name), KeysARN: c.CentralKeysARN(v.Region),
		})
	}
	if v := c.Central.AirGappedVault; v != nil && !t.hasAirGapped() { // else no copy can be scheduled (F-LAG-4)
		key, _ := c.airGappedKey()
		vaults = append(vaults, CopyVault{
			Name: v.Name, Region: c.Central.Region, KeyAlias: key.Alias, ARN: c.AirGappedVaultARNInCentral(),
			KeysARN: c.CentralKeysARN(c.Central.Region), AirGapped: true,
		})
	}
	return vaults
}

// SecondCopies tells whether backups of any workload are copied into more than one vault.
func (c *Config) SecondCopies() bool {
	return slices.ContainsFunc(c.Workloads, func(w Workload) bool {
		return slices.ContainsFunc(c.TierUses(w), func(u TierUse) bool { return len(c.CopyVaults(w, u.Tier)) > 1 })
	})
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

// mainVault stands for the vault of central.vault_name, where others have their index in central.vaults.
const mainVault = -1

// airGappedIndex stands for the central air-gapped vault in the same place.
const airGappedIndex = -2

// CentralVaults lists the vaults of the central account that take copies: that of central.vault_name, and then those of
// central.vaults.
func (c *Config) CentralVaults() []CentralVault {
	return append([]CentralVault{c.centralVaultAt(mainVault)}, c.Central.Vaults...)
}

func (c *Config) centralVaultAt(i int) CentralVault {
	if at := c.Central; i == mainVault {
		return CentralVault{Name: at.VaultName, Region: at.Region, KeyAlias: at.KeyAlias, VaultLock: at.VaultLock}
	}
	return c.Central.Vaults[i]
}

// indexOf is the index of a vault of [Config.CentralVaults] in central.vaults, or mainVault.
func (c *Config) indexOf(v CentralVault) int {
	same := func(other CentralVault) bool { return other.Region == v.Region && other.Name == v.Name }
	return slices.IndexFunc(c.Central.Vaults, same) // -1 is mainVault
}

// CentralVaultsIn are those of a Region.
func (c *Config) CentralVaultsIn(region string) []CentralVault {
	return slices.DeleteFunc(c.CentralVaults(), func(v CentralVault) bool { return v.Region != region })
}

// CentralRegions are the Regions of the central account: that of central.region, and then the others that have vaults.
func (c *Config) CentralRegions() []string {
	var regions []string
	for _, v := range c.CentralVaults() {
		if !slices.Contains(regions, v.Region) {
			regions = append(regions, v.Region)
		}
	}
	return regions
}

// CentralKey is a key of central vaults.
type CentralKey struct {
	// Region of the key.
	Region string
	// Alias of the key, with the prefix "alias/".
	Alias string
}

// Key is the key of the vault.
func (v CentralVault) Key() CentralKey { return CentralKey{v.Region, "alias/" + v.KeyAlias} }

// CentralKeysIn are the keys of the vaults of a Region, each once. That of the air-gapped vault is the last.
func (c *Config) CentralKeysIn(region string) []CentralKey {
	var keys []CentralKey
	for _, v := range c.CentralVaultsIn(region) {
		if !slices.Contains(keys, v.Key()) {
			keys = append(keys, v.Key())
		}
	}
	if key, own := c.airGappedKey(); own && region == key.Region && !slices.Contains(keys, key) { // else reported
		keys = append(keys, key)
	}
	return keys
}

// airGappedKey is the key of the central air-gapped vault, if the app creates one for it.
func (c *Config) airGappedKey() (key CentralKey, own bool) {
	if v := c.Central.AirGappedVault; v == nil || v.EncryptionKey != KeyOwn {
		return CentralKey{}, false
	}
	return CentralKey{c.Central.Region, c.AirGappedKeyAlias()}, true
}

// IsAirGapped tells whether the key is that of the central air-gapped vault.
func (c *Config) IsAirGapped(key CentralKey) bool {
	airGapped, own := c.airGappedKey()
	return own && key == airGapped
}

// takes tells whether the vault takes the copies of a tier from a Region.
func (v CentralVault) takes(t *Tier, region string) bool {
	return (len(v.Tiers) == 0 || slices.Contains(v.Tiers, t.Name)) && (len(v.FromRegions) == 0 || slices.Contains(v.FromRegions, region))
}

// narrow tells whether the vault takes less than everything.
func (v CentralVault) narrow() bool { return len(v.Tiers)+len(v.FromRegions) > 0 }

// takers are the vaults that take the copies of a tier from a Region, in their order: those that name tiers or Regions,
// the main vault, and the others.
func (c *Config) takers(t *Tier, region string) []int {
	var narrow, wide []int
	for i, v := range c.Central.Vaults {
		switch {
		case !v.takes(t, region):
		case v.narrow():
			narrow = append(narrow, i)
		default:
			wide = append(wide, i)
		}
	}
	return slices.Concat(narrow, []int{mainVault}, wide)
}

// vaultsInto are the takers that the tier is copied into.
func (c *Config) vaultsInto(t *Tier, region string) []int {
	takers := c.takers(t, region)
	return takers[:min(len(takers), t.copies())]
}

// copies is into how many vaults the tier is copied.
func (t *Tier) copies() int { return max(1, t.Copies) }

// tiersByVault lists the tiers in use whose copies enter a vault, in table order.
func (c *Config) tiersByVault() map[int][]*Tier {
	entering := map[int][]*Tier{airGappedIndex: c.airGappedCopies()}
	if len(c.Central.Vaults) == 0 {
		entering[mainVault] = c.copied
		return entering
	}
	regions := c.regionsOfTiers()
	for _, t := range c.copied {
		for _, region := range regions[t.Name] {
			for _, i := range c.vaultsInto(t, region) {
				if !slices.Contains(entering[i], t) {
					entering[i] = append(entering[i], t)
				}
			}
		}
	}
	return entering
}

// regionsOfTiers are the Regions in which a tier is used, by its name.
func (c *Config) regionsOfTiers() map[string][]string {
	regions := map[string][]string{}
	for ref := range c.tierReferences() {
		in := []string{""}
		if ref.kind == ofStackSet {
			in = c.Rollout.StackSet.Regions
		} else {
			in[0] = c.Workloads[ref.workload].Region
		}
		for _, region := range in {
			if !slices.Contains(regions[ref.tier], region) {
				regions[ref.tier] = append(regions[ref.tier], region)
			}
		}
	}
	return regions
}
