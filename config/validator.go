package config

import (
	"slices"

	"central-s3-backup/internal/restoretest"
)

// Validates tells whether the central account has a validator: it looks at the restore tests of a workload, or at its own.
func (c *Config) Validates() bool {
	return c.TestsCopies() || slices.ContainsFunc(c.Workloads, c.Validated)
}

// TestsCopies tells whether restores of the copies in the central account are tested.
func (c *Config) TestsCopies() bool {
	return c.Central.RestoreTesting != nil && len(c.CopyBackTargets().VaultARNs) > 0
}

// ValidatorTests is what the validator has to know of the restore tests.
func (c *Config) ValidatorTests() restoretest.Tests {
	t := restoretest.Tests{Project: c.Project}
	for _, w := range c.Workloads {
		if !c.Validated(w) {
			continue
		}
		p := restoretest.Plan{
			Name: c.RestoreTestingPlanName(w), Workload: w.ID(), Account: w.Account, Region: w.Region,
			RoleARN: c.WorkloadRoleARN(w, c.ValidateRoleName(w)), WithinHours: RestoreTestHours(w.RestoreTesting.Schedule),
		}
		for _, use := range tested(w, c.TierUses(w)) {
			p.Buckets = append(p.Buckets, testedBuckets(w, use)...)
		}
		for _, canary := range w.RestoreTesting.Canaries { // a bucket with a tag is known by its canaries alone
			if !slices.ContainsFunc(p.Buckets, func(b restoretest.Bucket) bool { return b.Name == canary.Bucket }) {
				p.Buckets = append(p.Buckets, restoretest.Bucket{Name: canary.Bucket, Workload: w.ID(), Canaries: canaries(w, canary.Bucket)})
			}
		}
		t.Plans = append(t.Plans, p)
	}
	if !c.TestsCopies() {
		return t
	}
	at := c.Central
	p := restoretest.Plan{
		Name: c.CentralTestingPlanName(), Workload: CentralID, Account: at.Account, Region: at.Region,
		RoleARN: c.CentralRoleARN(c.ValidateCentralRoleName()), WithinHours: RestoreTestHours(at.RestoreTesting.Schedule),
	}
	for _, w := range c.Workloads {
		for _, use := range c.TierUses(w) {
			in := func(v CopyVault) bool { return v.Region == at.Region && !v.AirGapped } // other copies are not tested
			if slices.ContainsFunc(c.CopyVaults(w, use.Tier), in) {
				p.Buckets = append(p.Buckets, testedBuckets(w, use)...)
			}
		}
	}
	t.Plans = append(t.Plans, p)
	return t
}

// testedBuckets are the named buckets of a tier.
func testedBuckets(w Workload, use TierUse) []restoretest.Bucket {
	var all []restoretest.Bucket
	for _, b := range use.Buckets {
		all = append(all, restoretest.Bucket{
			Name: b.Name, Workload: w.ID(), Tier: use.Tier.Name, RTOMinutes: use.Tier.RTOMinutes, Canaries: canaries(w, b.Name),
		})
	}
	return all
}

// canaries are those of a bucket.
func canaries(w Workload, bucket string) []restoretest.Canary {
	var all []restoretest.Canary
	if w.RestoreTesting != nil {
		for _, canary := range w.RestoreTesting.Canaries {
			if canary.Bucket == bucket {
				all = append(all, restoretest.Canary{Key: canary.Key, SHA256: canary.SHA256})
			}
		}
	}
	return all
}

// ValidateRoleARNsIn are the roles of an account that the validator assumes, in all Regions.
func (c *Config) ValidateRoleARNsIn(account string) []string {
	var arns []string
	for _, p := range c.ValidatorTests().Plans {
		if p.Account == account {
			arns = append(arns, p.RoleARN)
		}
	}
	return arns
}

// ValidatedRoleARNs are the roles that the validator assumes, or one pattern where its own role has no room for them
// (F-IAM-12).
func (c *Config) ValidatedRoleARNs() []string {
	const rest = 2_500 // bytes of the policy without these roles
	var arns []string
	bytes := rest
	for _, p := range c.ValidatorTests().Plans {
		arns = append(arns, p.RoleARN)
		bytes += len(p.RoleARN + `"",`)
	}
	if bytes <= MaxRolePolicyBytes {
		return arns
	}
	return []string{c.roleARN(c.Central.Region, "*", c.rolePrefix()+"validate-*")}
}
