package config

import (
	"fmt"
	"strconv"
	"strings"
)

const lockPath = "central.vault_lock"

func checkOrganizationPaths(c *checker) {
	for i, p := range c.cfg.Organization.Paths {
		if id, _, _ := strings.Cut(p, "/"); id != c.cfg.Organization.ID && c.cfg.Organization.ID != "" {
			c.report(Problem{
				Path: fmt.Sprintf("organization.paths[%d]", i),
				What: "is a path of another organization: no account would be allowed to copy",
				Got:  strconv.Quote(p), Want: "a path that starts with " + c.cfg.Organization.ID, Fact: "F-COPY-3",
			})
		}
	}
}

// checkPolicyNames keeps the central policies within AWS's sizes. Accounts need no check: where there
// are too many to list, the organization's conditions stand for them.
func checkPolicyNames(c *checker) {
	paths, administrators := 0, 0
	for _, p := range c.cfg.Organization.Paths {
		paths += 2 * len(p+`"",`)
	}
	for _, role := range c.cfg.Central.KeyAdministrators {
		administrators += len(c.cfg.CentralRoleARN(role) + `"",`)
	}
	if paths+administrators <= MaxPolicyNamesBytes {
		return
	}
	p := Problem{Path: "organization.paths", What: "the paths and key administrators do not fit into the policy of the central key", Got: fmt.Sprintf("%d bytes", paths+administrators), Want: fmt.Sprintf("%d bytes at most: name an organizational unit further up, or fewer roles", MaxPolicyNamesBytes), Fact: "F-LIM-7"}
	if administrators > paths {
		p.Path = "central.key_administrators"
	}
	c.report(p)
}

// checkVaultLock is about the lock on its own; checkCopiesWithinLock compares it with the copies.
func checkVaultLock(c *checker) {
	central := c.cfg.Central
	lock := central.VaultLock
	c.checkNotDefaultVault("central.vault_name", central.VaultName)
	if lock.MinRetentionDays > 0 && lock.MaxRetentionDays > 0 && lock.MinRetentionDays > lock.MaxRetentionDays {
		at := lockPath + ".max_retention_days"
		if !c.written(at) {
			at = lockPath + ".min_retention_days"
		}
		c.report(Problem{Path: at, What: "the lock's minimum is above its maximum: no copy could enter the vault", Got: fmt.Sprintf("%d to %d days", lock.MinRetentionDays, lock.MaxRetentionDays), Want: "min_retention_days <= max_retention_days", Fact: "F-LOCK-2"})
	}
	switch lock.Mode {
	case Governance:
		checkGovernanceLock(c)
	case Compliance:
		checkComplianceLock(c, central)
	}
}

func (c *checker) checkNotDefaultVault(at, name string) {
	if strings.EqualFold(name, "Default") {
		c.report(Problem{Path: at, What: "is the vault that AWS Backup makes itself, which takes no copies", Got: name, Want: "a name of its own", Fact: "F-COPY-7"})
	}
}

func checkGovernanceLock(c *checker) {
	for _, key := range []string{"changeable_for_days", "acknowledge_irreversible"} {
		if c.written(lockPath + "." + key) {
			c.report(Problem{Path: lockPath + "." + key, What: "belongs to a compliance lock, which after its grace time nobody can change or remove", Want: "no " + key + ", or mode: compliance", Fact: "F-LOCK-1"})
		}
	}
}

func checkComplianceLock(c *checker, central Central) {
	for _, key := range []string{"min_retention_days", "max_retention_days", "changeable_for_days"} {
		if !c.written(lockPath + "." + key) {
			c.report(Problem{Path: lockPath + "." + key, What: "is required of a compliance lock, which cannot be corrected later", Want: "a number of days", Fact: "F-LOCK-6"})
		}
	}
	if got := central.VaultLock.AcknowledgeIrreversible; got != central.VaultName {
		c.report(Problem{Path: lockPath + ".acknowledge_irreversible", What: "a compliance lock is synthesized only where the vault's name is typed out here, since nobody, AWS included, can undo it", Got: strconv.Quote(got), Want: central.VaultName, Fact: "F-LOCK-6"})
		return
	}
	if days := central.VaultLock.ChangeableForDays; days > 0 {
		c.report(Problem{
			Path: lockPath + ".mode", Warning: true,
			What: fmt.Sprintf("%d days after its first deployment nobody, AWS included, can change or remove the lock of %s, nor delete a copy in it before its time", days, central.VaultName),
			Fact: "F-LOCK-6",
		})
	}
}

func checkRetainedVaults(c *checker) {
	seen := map[string]string{c.cfg.Central.VaultName: "central.vault_name"}
	for i, v := range c.cfg.Central.RetainedVaults {
		at := fmt.Sprintf("central.retained_vaults[%d]", i)
		c.checkNotDefaultVault(at+".name", v.Name)
		if first, twice := seen[v.Name]; twice && v.Name != "" {
			c.report(Problem{Path: at + ".name", What: "the vault is there already, as " + first + " in " + c.where(first), Got: v.Name, Want: "the name of another, earlier vault", Fact: "F-CFN-2"})
		} else {
			seen[v.Name] = at + ".name"
		}
		if v.MaxRetentionDays > 0 && v.MinRetentionDays > v.MaxRetentionDays {
			c.report(Problem{Path: at + ".max_retention_days", What: "the lock's minimum is above its maximum", Got: fmt.Sprintf("%d to %d days", v.MinRetentionDays, v.MaxRetentionDays), Want: "min_retention_days <= max_retention_days", Fact: "F-LOCK-2"})
		}
	}
}

// checkCopiesWithinLock finds copies that the central vault would refuse, job after job (F-LOCK-4).
// The problem is at the copy where the file says how long it is kept, and at the lock where that is
// the built-in tier's.
func checkCopiesWithinLock(c *checker) {
	lock := c.cfg.Central.VaultLock
	for _, t := range c.cfg.copied {
		days := t.CopyToCentral.DeleteAfterDays
		if days == setByTheBusiness {
			continue
		}
		if lock.MaxRetentionDays > 0 && days > lock.MaxRetentionDays {
			c.reportLockedOut(t, "max_retention_days", fmt.Sprintf("at most %d days", lock.MaxRetentionDays))
		}
		if days < lock.MinRetentionDays {
			c.reportLockedOut(t, "min_retention_days", fmt.Sprintf("at least %d days", lock.MinRetentionDays))
		}
	}
}

func (c *checker) reportLockedOut(t *Tier, lockKey, lockWants string) {
	p := Problem{
		Path: lockPath + "." + lockKey,
		What: fmt.Sprintf("every copy job of %s, at %s, would fail and nothing would say so: the copy is kept %d days", t.Name, t.copyCron(), t.CopyToCentral.DeleteAfterDays),
		Got:  "a lock that takes " + lockWants,
		Want: fmt.Sprintf("a lock that takes %d days", t.CopyToCentral.DeleteAfterDays),
		Fact: "F-LOCK-3",
	}
	if at := c.tierPath(t) + ".copy_to_central.delete_after_days"; c.written(at) {
		lockedBy := "the central vault's lock"
		if c.written(p.Path) {
			lockedBy += " (" + p.Path + " in " + c.where(p.Path) + ")"
		}
		p.Path, p.Got = at, fmt.Sprintf("%d", t.CopyToCentral.DeleteAfterDays)
		p.Want = lockWants + ", which is what " + lockedBy + " takes"
	}
	c.report(p)
}
