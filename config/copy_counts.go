package config

import (
	"slices"
	"strings"
)

// CopyCount is a count of the copies into one of the two central vaults of tiers with copies: 2. A count of both together would
// hide that one of them gets no copies any more.
type CopyCount struct {
	// ID of the count, unique among them.
	ID string
	// VaultARN of the central vault.
	VaultARN string
	// Sources are the ARNs of the vaults that are copied, with "*" at the start of some. Empty: all vaults.
	Sources []string
	// AccountEndings splits its metric filters, as [Config.AccountEndings] does.
	AccountEndings []string
}

// CopyCounts lists the counts, in the order in which workloads need them. Empty: no tier in use has copies: 2.
func (c *Config) CopyCounts() []CopyCount {
	var counts []CopyCount
	vaults := map[string]int{} // sources of a count
	for _, w := range c.Workloads {
		for _, use := range c.TierUses(w) {
			source := c.copiedVaultARN(w, use.Tier)
			pattern := source
			if end := "-" + use.Tier.Name; strings.HasSuffix(source, end) { // a name that had to be cut has another end
				pattern = "*" + end
			}
			for _, v := range c.vaultsOfTwo(w, use.Tier) {
				i := slices.IndexFunc(counts, func(n CopyCount) bool { return n.VaultARN == v.ARN })
				if i < 0 {
					i = len(counts)
					counts = append(counts, CopyCount{ID: v.countID(), VaultARN: v.ARN})
				}
				if !slices.Contains(counts[i].Sources, pattern) {
					counts[i].Sources = append(counts[i].Sources, pattern)
				}
				vaults[v.ARN]++
			}
		}
	}
	for i, n := range counts {
		counts[i].AccountEndings = accountEndings(vaults[n.VaultARN])
		if len(strings.Join(n.Sources, sourceCondition)) > maxSourceBytes {
			counts[i].Sources, counts[i].AccountEndings = nil, c.AccountEndings()
		}
	}
	return counts
}

// sourceCondition is about as long as what a pattern has around each source, and maxSourceBytes how long the sources may be: a pattern
// has at most 1,024 characters (F-EVT-42).
const (
	sourceCondition = ` || $.detail.sourceBackupVaultArn = ""`
	maxSourceBytes  = 600
)

// vaultsOfTwo are the two central vaults of a tier with copies: 2. Empty: it has one, or none.
func (c *Config) vaultsOfTwo(w Workload, t *Tier) []CopyVault {
	vaults := slices.DeleteFunc(c.CopyVaults(w, t), func(v CopyVault) bool { return v.AirGapped })
	if len(vaults) < 2 {
		return nil
	}
	return vaults
}

func (v CopyVault) countID() string { return v.Region + "-" + v.Name }
