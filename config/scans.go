package config

import "slices"

// scans says whether any of the uses is scanned for malware.
func scans(uses []TierUse) bool {
	return slices.ContainsFunc(uses, func(u TierUse) bool { return u.Tier.Scanned() })
}

// Scanned says whether GuardDuty scans the tier's backups for malware.
func (t *Tier) Scanned() bool { return t.MalwareScan != nil && t.BackedUp() }

// Scans says whether GuardDuty scans backups of a workload for malware.
func (c *Config) Scans(w Workload) bool { return scans(c.TierUses(w)) }

// ScansAnything says whether GuardDuty scans backups of any workload.
func (c *Config) ScansAnything() bool { return slices.ContainsFunc(c.Workloads, c.Scans) }

// ScannerRoleARNsIn are the roles of an account with which GuardDuty scans backups, in all Regions.
func (c *Config) ScannerRoleARNsIn(account string) []string {
	var arns []string
	for _, w := range c.Workloads {
		if w.Account == account && c.Scans(w) {
			arns = append(arns, c.WorkloadRoleARN(w, c.ScannerRoleName(w)))
		}
	}
	return arns
}
