package config

import "fmt"

// centralVault is a vault of the central account, with its lock.
type centralVault struct {
	namePath, name   string
	region           string
	lockPath         string // path of the mapping with its retentions
	minDays, maxDays int    // zero: not set
	graceDays        int    // of a compliance lock; zero: a governance lock
	kind             vaultKind
	index            int    // of a vault that takes copies: mainVault, or that in central.vaults
	key              string // what its key is called in its Region's stack, which must not change
}

type vaultKind int

const (
	current vaultKind = iota // takes copies
	retained
	airGapped
)

// vaultPlace identifies a vault in the central account.
type vaultPlace struct{ region, name string }

func (v centralVault) place() vaultPlace { return vaultPlace{v.region, v.name} }

// centralVaults lists the vault of central.vault_name first, then the retained ones, the air-gapped one, and those of
// central.vaults.
func (c *Config) centralVaults() []centralVault {
	vaults := []centralVault{c.receivingVault(mainVault)}
	for i, v := range c.Central.RetainedVaults {
		at := retainedPath(i)
		vaults = append(vaults, centralVault{
			namePath: at + ".name", name: v.Name, region: c.Central.Region, lockPath: at, kind: retained,
			minDays: v.MinRetentionDays, maxDays: v.MaxRetentionDays, graceDays: v.ChangeableForDays,
		})
	}
	if v := c.Central.AirGappedVault; v != nil {
		vaults = append(vaults, centralVault{
			namePath: airGappedPath + ".name", name: v.Name, region: c.Central.Region, lockPath: airGappedPath, kind: airGapped, index: airGappedIndex,
			minDays: v.MinRetentionDays, maxDays: v.MaxRetentionDays,
		})
	}
	for i := range c.Central.Vaults {
		vaults = append(vaults, c.receivingVault(i))
	}
	return vaults
}

// receivingVault is a vault that takes copies.
func (c *Config) receivingVault(i int) centralVault {
	v := c.centralVaultAt(i)
	return centralVault{
		namePath: vaultNamePath(i), name: v.Name, region: v.Region, lockPath: vaultLockPath(i), index: i, key: c.CentralKeyID(v.Key()),
		minDays: v.VaultLock.MinRetentionDays, maxDays: v.VaultLock.MaxRetentionDays, graceDays: v.VaultLock.ChangeableForDays,
	}
}

// current says whether the vault receives the copies.
func (v centralVault) current() bool { return v.kind == current }

// called is how messages name a vault that takes copies.
func (v centralVault) called() string {
	if v.index == mainVault {
		return "the central vault"
	}
	return v.name
}

// asRetained is the entry of retained_vaults that keeps the vault as it is.
func (v centralVault) asRetained() string {
	entry := fmt.Sprintf("{name: %s, min_retention_days: %d", v.name, v.minDays)
	if v.maxDays > 0 {
		entry += fmt.Sprintf(", max_retention_days: %d", v.maxDays)
	}
	if v.graceDays > 0 {
		entry += fmt.Sprintf(", changeable_for_days: %d", v.graceDays)
	}
	return entry + "}"
}
