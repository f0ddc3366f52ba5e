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
	for _, region := range c.TestedCentralRegions() {
		t.Plans = append(t.Plans, c.centralTests(region))
	}
	return t
}

// centralTests are those of the copies in a Region of the central account.
func (c *Config) centralTests(region string) restoretest.Plan {
	at := c.Central
	p := restoretest.Plan{
		Name: c.CentralTestingPlanName(region), Workload: c.CentralIDIn(region), Account: at.Account, Region: region,
		RoleARN: c.CentralRoleARN(c.ValidateCentralRoleName()), WithinHours: RestoreTestHours(at.RestoreTesting.Schedule),
	}
	for _, w := range c.Workloads {
		for _, use := range c.TierUses(w) {
			if c.testedIn(region, w, use.Tier) {
				p.Buckets = append(p.Buckets, testedBuckets(w, use)...)
			}
		}
	}
	return p
}

// testedIn tells whether the copies of a tier of a workload that are in a Region are tested. Those in an air-gapped vault are not.
func (c *Config) testedIn(region string, w Workload, t *Tier) bool {
	return slices.ContainsFunc(c.CopyVaults(w, t), func(v CopyVault) bool { return v.Region == region && !v.AirGapped })
}

// TestedCentralBuckets are the named buckets whose copies in a Region of the central account are tested.
func (c *Config) TestedCentralBuckets(region string) []string {
	var names []string
	for _, b := range c.centralTests(region).Buckets {
		names = append(names, b.Name)
	}
	return names
}

// TestsCopiesOf tells whether restores of the copies of a tier of a workload are tested. Those in an air-gapped vault are not.
func (c *Config) TestsCopiesOf(w Workload, t *Tier) bool {
	return c.Central.RestoreTesting != nil && slices.ContainsFunc(c.CopyVaults(w, t), func(v CopyVault) bool { return !v.AirGapped })
}

// TestedCentralRegions are the Regions of the central account with a restore testing plan: that of central.region, and the others that
// copies enter. Empty: there is none.
func (c *Config) TestedCentralRegions() []string {
	if !c.TestsCopies() {
		return nil
	}
	return slices.DeleteFunc(c.CentralRegions(), func(region string) bool {
		return region != c.Central.Region && !slices.ContainsFunc(c.Workloads, func(w Workload) bool {
			return slices.ContainsFunc(c.TierUses(w), func(u TierUse) bool { return c.testedIn(region, w, u.Tier) })
		})
	})
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
		if p.Account == account && !slices.Contains(arns, p.RoleARN) {
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
		if slices.Contains(arns, p.RoleARN) { // the central account has one for all its Regions
			continue
		}
		arns = append(arns, p.RoleARN)
		bytes += len(p.RoleARN + `"",`)
	}
	if bytes <= MaxRolePolicyBytes {
		return arns
	}
	return []string{c.roleARN(c.Central.Region, "*", c.rolePrefix()+"validate-*")}
}
