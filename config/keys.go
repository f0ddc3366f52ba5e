package config

import "slices"

// Key is a KMS key of a workload.
type Key struct {
	// Name of the key within the workload. Its logical id is derived from it.
	Name string
	// Alias of the key, with the prefix "alias/".
	Alias string
}

// VaultKey is the name of the key of a workload's vaults. The buckets have another key, so that the loss
// of a bucket's key does not lose its backups.
const VaultKey = "vaults"

// BucketKey is the name of the key that encrypts a tier's buckets.
func (t *Tier) BucketKey() string {
	if t.DedicatedKey {
		return "buckets-" + t.Name
	}
	return "buckets"
}

// Keys lists the keys of a workload: first those of the buckets that the app creates, then that of the vaults.
func (c *Config) Keys(w Workload) []Key {
	var keys []Key
	for _, name := range keyNames(c.TierUses(w)) {
		keys = append(keys, Key{Name: name, Alias: c.KeyAlias(w, name)})
	}
	return keys
}

func keyNames(uses []TierUse) []string {
	var names []string
	add := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, use := range uses {
		if use.creates() > 0 {
			add(use.Tier.BucketKey())
		}
	}
	for _, use := range uses {
		if use.Tier.BackedUp() {
			add(VaultKey)
		}
	}
	return names
}
