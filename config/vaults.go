package config

import "fmt"

// centralVault is a vault of the central account, with its lock.
type centralVault struct {
	namePath, name   string
	lockPath         string // path of the mapping with its retentions
	minDays, maxDays int    // zero: not set
	graceDays        int    // of a compliance lock; zero: a governance lock
	airGapped        bool
}

// centralVaults lists the current vault first, then the retained ones and the air-gapped one.
func (c *Config) centralVaults() []centralVault {
	lock := c.Central.VaultLock
	vaults := []centralVault{{
		"central.vault_name", c.Central.VaultName, lockPath, lock.MinRetentionDays, lock.MaxRetentionDays, lock.ChangeableForDays, false,
	}}
	for i, v := range c.Central.RetainedVaults {
		at := retainedPath(i)
		vaults = append(vaults, centralVault{at + ".name", v.Name, at, v.MinRetentionDays, v.MaxRetentionDays, v.ChangeableForDays, false})
	}
	if v := c.Central.AirGappedVault; v != nil {
		vaults = append(vaults, centralVault{airGappedPath + ".name", v.Name, airGappedPath, v.MinRetentionDays, v.MaxRetentionDays, 0, true})
	}
	return vaults
}

// current says whether the vault receives the copies.
func (v centralVault) current() bool { return v.lockPath == lockPath }

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
