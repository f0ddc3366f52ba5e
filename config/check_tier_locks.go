package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// lockedTiers are the tiers of the table with a vault lock, each with the path of the mapping that says so. at is "" for a
// lock that another tier hands down: it is reported there.
func (c *checker) lockedTiers(look func(t *Tier, at string)) {
	for t := range c.rows() {
		if t.VaultLock == nil {
			continue
		}
		at := c.tierPath(t) + ".vault_lock"
		if !c.written(at) {
			at = ""
		}
		look(t, at)
	}
}

// checkLocksOfNothing finds locks of tiers without a vault.
func checkLocksOfNothing(c *checker) {
	c.lockedTiers(func(t *Tier, _ string) {
		keys := []string{"vault_lock", "continuous_backup", "snapshot_backup"}
		at := c.firstWritten(c.tierPath(t), keys...)
		if at != "" && !t.BackedUp() && !t.Copied() && !c.doubtful(c.tierKeys(t, keys...)...) { // copies of nothing are reported
			c.report(at, Problem{
				What: "this tier has no backups, so it has no vault to lock",
				Want: "continuous_backup or snapshot_backup, or vault_lock: null",
			})
		}
	})
}

func checkTierLockRanges(c *checker) {
	c.lockedTiers(func(t *Tier, at string) {
		lock := t.VaultLock
		if at == "" || lock.MaxRetentionDays == 0 || lock.MinRetentionDays <= lock.MaxRetentionDays {
			return
		}
		c.report(c.firstWritten(at, "max_retention_days", "min_retention_days"), Problem{
			What: "the lock's minimum is above its maximum, so no backup could enter the vault",
			Got:  fmt.Sprintf("%d to %d days", lock.MinRetentionDays, lock.MaxRetentionDays), Want: "min_retention_days <= max_retention_days",
		}, c.tierKeys(t, "vault_lock.max_retention_days", "vault_lock.min_retention_days")...)
	})
}

func checkTierGovernanceLocks(c *checker) {
	c.lockedTiers(func(t *Tier, at string) {
		if key := at + ".changeable_for_days"; at != "" && t.VaultLock.Mode == Governance && c.written(key) {
			c.report(key, Problem{
				What: "only a compliance lock has this key; nobody can change or remove such a lock after its grace time",
				Want: "no changeable_for_days, or mode: compliance",
			}, c.tierKeys(t, "vault_lock.mode")...)
		}
	})
}

func checkTierComplianceLockValues(c *checker) {
	c.lockedTiers(func(t *Tier, at string) {
		if at == "" || !t.compliant() {
			return
		}
		for _, value := range []struct {
			key  string
			days int
		}{
			{"min_retention_days", t.VaultLock.MinRetentionDays},
			{"max_retention_days", t.VaultLock.MaxRetentionDays},
			{"changeable_for_days", t.VaultLock.ChangeableForDays},
		} {
			if value.days == 0 && !c.doubtful(c.tierKeys(t, "vault_lock."+value.key)...) {
				c.report(at+"."+value.key, Problem{
					What: "a compliance lock needs this value, because nobody can correct it later", Want: "a number of days",
				})
			}
		}
	})
}

// checkRulesWithinLocks finds rules whose backups the tier's own vault would refuse, job after job (F-LOCK-3).
func checkRulesWithinLocks(c *checker) {
	c.lockedTiers(func(t *Tier, _ string) {
		least, most := t.VaultLock.MinRetentionDays, t.VaultLock.MaxRetentionDays
		if least > most && most > 0 {
			return // nothing could enter, which has been reported
		}
		for _, r := range c.rulesOf(t) {
			switch days := r.DeleteAfterDays; {
			case days == 0 || c.doubtful(c.tierKeys(t, retentionKeyOf(r))...):
			case most > 0 && days > most:
				c.reportRuleLockedOut(t, r, "vault_lock.max_retention_days", most)
			case days < least:
				c.reportRuleLockedOut(t, r, "vault_lock.min_retention_days", least)
			}
		}
	})
}

// reportRuleLockedOut reports a rule whose backups a lock refuses. The limit is the lock's minimum or maximum, in days. Where the
// file says how long the backup is kept, the problem is there; else it is at the lock.
func (c *checker) reportRuleLockedOut(t *Tier, r placedRule, key string, limit int) {
	days := r.DeleteAfterDays
	allows, ofRule, ofLock := "allows at most", "at most", "at least"
	if days < limit {
		allows, ofRule, ofLock = "wants at least", "at least", "at most"
	}
	p := Problem{What: fmt.Sprintf("every backup of the %s of %s would fail: it is kept %s, the lock of the tier's own vault %s %d",
		r.words(), t.Name, count(days, "day"), allows, limit)}
	lock := c.whereSaid(t, key)
	if lock == "" { // a default: the mapping
		lock = c.changePath(t, "vault_lock")
	}
	if at := c.whereSaid(t, retentionKeyOf(r)); at != "" {
		p.Got, p.Want = strconv.Itoa(days), fmt.Sprintf("%s %d", ofRule, limit)
		if ofRule == "at least" && r.Continuous && limit > MaxContinuousRetentionDays {
			p.Want = fmt.Sprintf("a min_retention_days of at most %d, the limit of a continuous backup", MaxContinuousRetentionDays)
		}
		c.report(at, p, lock)
		return
	}
	p.Got, p.Want = strconv.Itoa(limit), fmt.Sprintf("%s %d", ofLock, days)
	c.report(lock, p)
}

// warnOfNarrowLocks finds maxima below the longest retention of a continuous backup. Its rule fits, but AWS documents nothing about
// such a lock.
func warnOfNarrowLocks(c *checker) {
	c.lockedTiers(func(t *Tier, _ string) {
		at := c.whereSaid(t, "vault_lock.max_retention_days")
		most, days := t.VaultLock.MaxRetentionDays, t.continuousDays()
		if at == "" || days == 0 || days > most || most >= MaxContinuousRetentionDays || t.VaultLock.MinRetentionDays > most {
			return
		}
		c.report(at, Problem{
			What: fmt.Sprintf("point-in-time recovery in this vault can never reach back more than %s, and AWS does not document whether "+
				"continuous backups work with such a lock", count(most, "day")),
			Got:  strconv.Itoa(most),
			Want: fmt.Sprintf("%d or more, the limit of a continuous backup", MaxContinuousRetentionDays),
		}, c.tierKeys(t, "continuous_backup.delete_after_days")...)
	})
}

func warnOfTierLockAboveRules(c *checker) {
	c.lockedTiers(func(t *Tier, _ string) {
		longest := 0
		for _, r := range c.rulesOf(t) {
			if c.doubtful(c.tierKeys(t, retentionKeyOf(r))...) {
				return
			}
			longest = max(longest, r.DeleteAfterDays)
		}
		if t.ContinuousBackup != nil {
			longest = max(longest, MaxContinuousRetentionDays)
		}
		at := c.whereSaid(t, "vault_lock.max_retention_days")
		if most := t.VaultLock.MaxRetentionDays; at != "" && longest > 0 && most > lockFarAbove*longest {
			c.report(at, Problem{
				What: fmt.Sprintf("the lock's maximum is far above the longest backup: with a mistyped retention, you would pay for "+
					"backups for up to %d days", most),
				Got: fmt.Sprint(most), Want: fmt.Sprintf("about %d, the longest backup", longest),
			})
		}
	})
}

// warnOfTierComplianceLocks says what nobody can undo any more, once for each tier that a workload uses.
func warnOfTierComplianceLocks(c *checker) {
	vaults := map[string][]string{}
	for i, w := range c.cfg.Workloads {
		for _, v := range c.cfg.vaultsOf(w, c.uses[i]) {
			vaults[v.tier.Name] = append(vaults[v.tier.Name], v.name)
		}
	}
	c.lockedTiers(func(t *Tier, _ string) {
		lock, names := t.VaultLock, vaults[t.Name]
		if !t.compliant() || len(names) == 0 || lock.ChangeableForDays == 0 || lock.MaxRetentionDays == 0 {
			return
		}
		of := "the lock of " + names[0]
		if len(names) > 1 {
			of = fmt.Sprintf("the locks of %d vaults of %s", len(names), t.Name)
		}
		c.report(c.changePath(t, "vault_lock.mode"), Problem{
			What: fmt.Sprintf("%s after the first deployment, nobody, not even AWS, can change or remove %s, delete a backup early, or "+
				"delete a vault with backups: you pay for its backups for up to %d days",
				count(lock.ChangeableForDays, "day"), of, lock.MaxRetentionDays),
		})
	})
}

// checkVaultAcknowledgements wants the name of each vault under a compliance lock in its workload, and no other name.
func checkVaultAcknowledgements(c *checker) {
	named := map[string]int{}
	for _, id := range c.cfg.workloadIDs() {
		named[id]++
	}
	for i, w := range c.cfg.Workloads {
		if named[w.ID()] > 1 || !c.vaultsKnown(i, w) {
			continue
		}
		var missing, others, rests []string
		for _, v := range c.cfg.vaultsOf(w, c.uses[i]) {
			switch rests = append(rests, c.tierKeys(v.tier, "vault_lock.mode")...); {
			case !v.tier.compliant():
				others = append(others, v.name)
			case !slices.Contains(w.AcknowledgeIrreversible, v.name):
				missing = append(missing, v.name)
			}
		}
		if c.doubtful(rests...) {
			continue
		}
		missing = c.checkAcknowledged(i, w, missing, others)
		if len(missing) == 0 {
			continue
		}
		vault := "the vault's name"
		if len(missing) > 1 {
			vault = "the vaults' names"
		}
		c.report(acknowledgePath(i), Problem{
			What: "type " + vault + " here: " + strings.Join(missing, ", "),
			Want: "acknowledge_irreversible: [" + strings.Join(missing, ", ") + "] as confirmation: after the grace time nobody, not even AWS, " +
				"can change or remove a compliance lock",
		}, workloadNamePath(i), workloadPath(i)+".environment")
	}
}

// vaultsKnown says whether nothing that the names of a workload's vaults rest on has a problem of its own.
func (c *checker) vaultsKnown(i int, w Workload) bool {
	if c.tierNamesDoubtful() || c.doubtful("project", workloadNamePath(i), workloadPath(i)+".environment", workloadPath(i)+".buckets") {
		return false
	}
	known := func(tier, path string) bool { return c.cfg.tier(tier) != nil && !c.doubtful(path) }
	for j, b := range w.Buckets {
		if !known(b.Tier, bucketPath(i, j)+".tier") {
			return false
		}
	}
	for j, s := range w.SelectTagged {
		if !known(s.Tier, selectPath(i, j)) {
			return false
		}
	}
	return len(c.uses[i]) > 0 &&
		!slices.ContainsFunc(c.uses[i], func(u TierUse) bool { return u.Tier.VaultLock != nil && !u.Tier.BackedUp() })
}

// checkAcknowledged reports the names that need no acknowledgement. It returns the missing ones without those that a reported name
// is meant for.
func (c *checker) checkAcknowledged(workload int, w Workload, missing, others []string) []string {
	seen := map[string]bool{}
	for j, name := range w.AcknowledgeIrreversible {
		at := fmt.Sprintf("%s[%d]", acknowledgePath(workload), j)
		known := !slices.Contains(others, name) && c.compliantVault(workload, name)
		switch {
		case seen[name]:
			c.report(at, Problem{What: "this vault is in the list twice", Got: name, Want: "each name once"})
		case slices.Contains(others, name):
			c.report(at, Problem{
				What: "this vault has no compliance lock, so there is nothing to acknowledge",
				Got:  name, Want: "no such name, or vault_lock: {mode: compliance} in its tier",
			})
		case !known:
			meant := nearest(name, missing)
			c.report(at, Problem{
				What: "is not a vault of this workload" + c.didYouMean(name, append(slices.Clone(missing), others...)),
				Got:  strconv.Quote(name), Want: wantOneOf(missing, "no such name: no other vault of it has a compliance lock"),
			})
			missing = slices.DeleteFunc(missing, func(n string) bool { return n == meant })
		}
		seen[name] = true
	}
	return missing
}

// compliantVault says whether a workload has a vault of that name under a compliance lock.
func (c *checker) compliantVault(workload int, name string) bool {
	return slices.ContainsFunc(c.cfg.vaultsOf(c.cfg.Workloads[workload], c.uses[workload]), func(v vaultOf) bool {
		return v.name == name && v.tier.compliant()
	})
}

func wantOneOf(names []string, otherwise string) string {
	if len(names) == 0 {
		return otherwise
	}
	return oneOf(names)
}
