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

// UsesKMS says whether a KMS key encrypts the objects of a bucket that the app creates.
func (b *Bucket) UsesKMS() bool { return b.Encryption != EncryptionS3 }

// UsesBucketKey says whether such a bucket has an S3 Bucket Key.
func (b *Bucket) UsesBucketKey() bool { return b.UsesKMS() && (b.BucketKey == nil || *b.BucketKey) }

// UsesKey says whether a created bucket of the use is under the tier's key.
func (u TierUse) UsesKey() bool {
	return slices.ContainsFunc(u.Buckets, func(b Bucket) bool { return !b.Existing && b.UsesKMS() })
}

func keyNames(uses []TierUse) []string {
	var names []string
	add := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, use := range uses {
		if use.UsesKey() {
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
