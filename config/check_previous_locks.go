package config

import (
	"fmt"
)

// compareTierComplianceLocks finds changes to the locks of workloads' vaults that nobody can change.
func compareTierComplianceLocks(c *checker) {
	c.tiersInBoth(func(now, was *Tier) {
		if !was.compliant() || !was.BackedUp() {
			return
		}
		what := fmt.Sprintf("the compliance locks of the vaults of %s cannot be changed: after their grace time of %s, the deployments "+
			"would fail and roll back", was.Name, count(was.VaultLock.ChangeableForDays, "day"))
		const otherwise = ", or another tier for the new lock"
		if !now.compliant() { // all its values differ too
			key, got := "vault_lock.mode", Governance
			if now.VaultLock == nil {
				key, got = "vault_lock", "none"
			}
			c.report(c.changePath(now, key), Problem{
				What: what,
				Got:  got, Want: Compliance + " as before" + otherwise, See: c.beforeTier(was, "vault_lock.mode"),
			})
			return
		}
		for _, value := range []struct {
			key      string
			now, was int
		}{
			{"min_retention_days", now.VaultLock.MinRetentionDays, was.VaultLock.MinRetentionDays},
			{"max_retention_days", now.VaultLock.MaxRetentionDays, was.VaultLock.MaxRetentionDays},
			{"changeable_for_days", now.VaultLock.ChangeableForDays, was.VaultLock.ChangeableForDays},
		} {
			if key := "vault_lock." + value.key; value.now != value.was {
				c.report(c.changePath(now, key), Problem{
					What: what,
					Got:  orNone(value.now), Want: orNone(value.was) + " as before" + otherwise, See: c.beforeTier(was, key),
				})
			}
		}
	})
}

// compareTierGovernanceLocks finds locks of workloads' vaults that are gone or take shorter retentions. The vault's policy denies
// the removal of its lock, also to CloudFormation, so a lock that leaves the template needs hands.
func compareTierGovernanceLocks(c *checker) {
	c.tiersInBoth(func(now, was *Tier) {
		if was.VaultLock == nil || was.compliant() || !was.BackedUp() {
			return
		}
		if now.VaultLock == nil {
			c.report(c.changePath(now, "vault_lock"), Problem{
				What: "without the lock, an administrator of the account can delete the backups; the deployments may fail, because the vault's " +
					"policy denies the removal of its lock",
				Got: "no vault_lock", Want: "the lock as before, or its removal by hand before the deployment (docs/lock.md)",
				See: c.beforeTier(was, "vault_lock"),
			})
			return
		}
		const key = "vault_lock.min_retention_days"
		if a, b := now.VaultLock.MinRetentionDays, was.VaultLock.MinRetentionDays; a < b {
			c.report(c.changePath(now, key), Problem{
				What: "this lock is weaker than before: backups with a shorter retention may enter the vaults",
				Got:  fmt.Sprint(a), Want: fmt.Sprintf("%d as before", b), See: c.beforeTier(was, key),
			})
		}
	})
}

// compareLockedVaults finds vaults under a compliance lock that leave the template of their workload. CloudFormation retains them.
func compareLockedVaults(c *checker) {
	stacks, before := c.cfg.byStack(), c.previous.cfg
	for i, w := range before.Workloads {
		at, kept := stacks[w.deployed()]
		if !kept {
			continue // reported as a whole
		}
		still := map[string]bool{}
		for _, v := range c.cfg.vaultsOf(c.cfg.Workloads[at], c.uses[at]) {
			still[v.name] = true
		}
		for _, v := range before.vaultsOf(w, before.TierUses(w)) {
			if still[v.name] || !v.tier.compliant() {
				continue
			}
			c.report(workloadPath(at)+".buckets", Problem{
				What: fmt.Sprintf("the vault %s is retained with its backups, which nobody can delete before they expire, up to %d days "+
					"from now, but no template manages its policy; a deployment that creates it again would fail while it exists",
					v.name, v.tier.VaultLock.MaxRetentionDays),
				Got:  "no bucket in " + v.tier.Name,
				Want: "a bucket in the tier until the last backup has expired, then the empty vault deleted by hand",
				See:  c.before(workloadNamePath(i)),
			})
		}
	}
}
