package config

import "slices"

// Key is a KMS key of a workload.
type Key struct {
	// Name of the key within the workload, which its logical id is made from.
	Name string
	// Alias of the key, with its prefix.
	Alias string
}

// VaultKey is the name of the key of a workload's vaults: of another key than the buckets', so that
// losing a bucket's key does not lose its backups.
const VaultKey = "vaults"

// BucketKey is the name of the key that a tier's buckets are encrypted with.
func (t *Tier) BucketKey() string {
	if t.DedicatedKey {
		return "buckets-" + t.Name
	}
	return "buckets"
}

// Keys lists the keys that a workload needs: for the buckets that are created, then for its vaults.
func (c *Config) Keys(w Workload) []Key { return c.keysFor(w, c.TierUses(w)) }

func (c *Config) keysFor(w Workload, uses []TierUse) []Key {
	var keys []Key
	add := func(name string) {
		if !slices.ContainsFunc(keys, func(k Key) bool { return k.Name == name }) {
			keys = append(keys, Key{Name: name, Alias: c.KeyAlias(w, name)})
		}
	}
	for _, use := range uses {
		if len(use.Created()) > 0 {
			add(use.Tier.BucketKey())
		}
	}
	for _, use := range uses {
		if use.Tier.BackedUp() {
			add(VaultKey)
		}
	}
	return keys
}
