package config

import (
	"slices"
	"strings"
)

// OperatorsIn are the patterns for the roles of people who restore that belong to the partition of a Region. The
// trust of a role names its own account besides, so the patterns of other accounts match nobody.
func (c *Config) OperatorsIn(region string) []string {
	var patterns []string
	for _, pattern := range c.Restore.Operators {
		if strings.HasPrefix(pattern, "arn:"+Partition(region)+":") {
			patterns = append(patterns, pattern)
		}
	}
	return patterns
}

// operatorAccount is the account of an operator's pattern, or "*".
func operatorAccount(pattern string) string {
	parts := strings.Split(pattern, ":")
	if len(parts) < 5 {
		return ""
	}
	return parts[4]
}

// hasOperators tells whether anybody can assume the operator role of an account.
func (c *Config) hasOperators(account, region string) bool {
	return slices.ContainsFunc(c.OperatorsIn(region), func(pattern string) bool {
		of := operatorAccount(pattern)
		return of == "*" || of == account
	})
}

// OperatorBuckets are the buckets that objects may come back to with a workload's operator role: those that the file
// names. A tag gives nobody the right to change a bucket.
func (c *Config) OperatorBuckets(w Workload) []string {
	if names, fit := c.operatorBuckets(w); fit {
		return names
	}
	return []string{"*"}
}

// operatorBuckets are these buckets, and whether the role has room for them (F-IAM-12).
func (c *Config) operatorBuckets(w Workload) (names []string, fit bool) {
	const rest = 4_000 // bytes of the policy without buckets, with the ARN of the role that is passed
	bytes := rest + len(c.RolePath+c.RolePrefix)
	for _, b := range w.Buckets {
		names = append(names, b.Name)
		bytes += 2*(len(b.Name)+len(`"arn:aws-us-gov:s3:::",`)) + len("/*")
	}
	return names, bytes <= MaxRolePolicyBytes
}

// RestoredBucketARN matches the buckets that people create to restore into: BUCKET-restored-YYYYMMDDhhmm.
func RestoredBucketARN(region string) string { return BucketARN(region, "*"+RestoredInfix+"*") }

// RestoredInfix is between the name of a bucket and the time, in the name of a bucket that it is restored into.
const RestoredInfix = "-restored-"

// CopyBackTargets are the vaults that copies in the central account may go back to, and the keys of these vaults.
// Empty without copies.
type CopyBackTargets struct {
	// VaultARNs are the landing vaults of the workloads with copies, or one pattern where a role has no room for them.
	VaultARNs []string
	// KeyARNs match all keys of their accounts and Regions, since the ids of keys are not known.
	KeyARNs []string
}

// furtherKeyBytes is the size, in bytes, of the keys of central.vaults in that policy.
func (c *Config) furtherKeyBytes() int {
	bytes := 0
	for i, region := range c.CentralRegions() {
		keys := len(c.CentralKeysIn(region)) - 1 // one is in the rest
		if i > 0 {
			keys = 1 // a pattern for all
		}
		bytes += 2 * keys * (len(c.CentralKeysARN(region)+`"",`) + len("00000000-0000-0000-0000-000000000000"))
	}
	return bytes
}

// CopyBackTargets returns the targets of copies back.
func (c *Config) CopyBackTargets() CopyBackTargets {
	const rest = 1_500 // bytes of the role's policy without the targets, each of which is in it twice
	var t CopyBackTargets
	bytes := rest + c.furtherKeyBytes()
	for _, w := range c.Workloads {
		if !c.Reached(w) || !c.Copies(w) {
			continue
		}
		t.VaultARNs = append(t.VaultARNs, c.LandingVaultARN(w))
		bytes += 2 * len(c.LandingVaultARN(w)+`"",`)
		if keys := keysARN(w.Region, w.Account); !slices.Contains(t.KeyARNs, keys) {
			t.KeyARNs = append(t.KeyARNs, keys)
			bytes += 2 * len(keys+`"",`)
		}
	}
	if bytes <= MaxRolePolicyBytes {
		return t
	}
	return CopyBackTargets{
		VaultARNs: []string{"arn:" + Partition(c.Central.Region) + ":backup:*:*:backup-vault:" + c.Project + "-*" + landingSuffix},
		KeyARNs:   []string{"arn:" + Partition(c.Central.Region) + ":kms:*:*:key/*"},
	}
}
