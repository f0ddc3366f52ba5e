package config

import (
	"fmt"
	"slices"
	"strings"
)

// compareProject finds that every stack would be another one and create what its predecessor has.
func compareProject(c *checker) {
	if now, was := c.cfg.Project, c.previous.cfg.Project; now != was {
		c.report("project", Problem{
			What: "every stack would get another name and create the vaults, keys and buckets that the earlier one has and retains: the deployments would fail, and the earlier stacks be left behind",
			Got:  now, Want: was, See: c.before("project"),
		})
	}
}

// compareComplianceLocks refuses to edit a lock that nobody can change.
func compareComplianceLocks(c *checker) {
	c.sameVaults(func(now, was centralVault) {
		if was.graceDays == 0 || now.airGapped {
			return
		}
		what := fmt.Sprintf("the compliance lock of %s cannot be changed: when its %s are over, the deployment would fail and roll back", was.name, count(was.graceDays, "day"))
		otherwise := ""
		if now.lockPath == lockPath {
			otherwise = ", or a new vault_name for the new lock and retained_vaults: [" + was.asRetained() + "], which keeps the old vault and its copies as they are"
			if now.graceDays == 0 { // all its values are others too
				c.report(lockPath+".mode", Problem{What: what, Got: Governance, Want: Compliance + " as before" + otherwise, See: c.before(was.lockPath + ".mode")})
				return
			}
		}
		for _, value := range []struct {
			key      string
			now, was int
		}{
			{"min_retention_days", now.minDays, was.minDays},
			{"max_retention_days", now.maxDays, was.maxDays},
			{"changeable_for_days", now.graceDays, was.graceDays},
		} {
			if value.now != value.was {
				c.report(now.lockPath+"."+value.key, Problem{What: what, Got: orNone(value.now), Want: orNone(value.was) + " as before" + otherwise, See: c.before(was.lockPath + "." + value.key)})
			}
		}
	})
}

// compareAirGappedVaults: CloudFormation would replace what is changed by a vault of the same name,
// and fail. A vault of one kind cannot become one of the other.
func compareAirGappedVaults(c *checker) {
	c.sameVaults(func(now, was centralVault) {
		if now.airGapped != was.airGapped {
			c.report(now.namePath, Problem{What: "the name belongs to a vault of another kind: a logically air-gapped vault cannot become another one, nor another an air-gapped one", Got: now.name, Want: "a name of its own", See: c.before(was.namePath)})
			return
		}
		if now.airGapped {
			c.reportAirGapped(now.lockPath+".min_retention_days", now.minDays, was.minDays)
			c.reportAirGapped(now.lockPath+".max_retention_days", now.maxDays, was.maxDays)
		}
	})
}

func (c *checker) reportAirGapped(at string, now, was int) {
	if now != was {
		c.report(at, Problem{What: "the lock of an air-gapped vault cannot be changed: CloudFormation would make a second vault of the same name, and fail", Got: fmt.Sprint(now), Want: fmt.Sprintf("%d as before, or a new name", was), See: c.before(at)})
	}
}

// compareComplianceVaults refuses to forget the vault that copies went to when its lock is for good.
func compareComplianceVaults(c *checker) {
	if at := c.centralMoved(); at != "" && c.previous.cfg.Central.VaultLock.Mode == Compliance {
		c.reportCentralMoved(at)
	}
	c.leftBehind(func(was centralVault) {
		if was.current() && was.graceDays > 0 {
			c.report("central.vault_name", Problem{
				What: "copies would go to a new vault, and the one under a compliance lock, with every copy so far, would be left behind: it stays, and no template holds its lock and policy any more",
				Got:  c.cfg.Central.VaultName, Want: was.name + ", or retained_vaults: [" + was.asRetained() + "]", See: c.before(was.namePath),
			})
		}
	})
}

func compareVaults(c *checker) {
	c.leftBehind(func(was centralVault) {
		at, want := "central.vault_name", was.name+", or retained_vaults: ["+was.asRetained()+"]"
		switch {
		case was.airGapped:
			at, want = airGappedPath, "air_gapped_vault with that name"
		case !was.current():
			at, want = "central.retained_vaults", "it listed as long as it has copies"
		case was.graceDays > 0:
			return // an error
		}
		c.report(at, Problem{What: "a vault is left behind: it stays, with its copies, and no template holds its lock and policy any more", Got: "nothing of " + was.name, Want: want, See: c.before(was.namePath)})
	})
}

// compareRetainedVaults refuses a compliance lock that comes in as if it had been there.
func compareRetainedVaults(c *checker) {
	for i, now := range c.cfg.Central.RetainedVaults {
		if was, there := c.previous.vaults[now.Name]; now.ChangeableForDays > 0 && (!there || was.graceDays == 0 && !was.airGapped) {
			c.report(retainedPath(i)+".changeable_for_days", Problem{What: "no vault of this name was under a compliance lock: it would get one that nobody acknowledged", Got: now.Name, Want: "no changeable_for_days, or vault_lock with acknowledge_irreversible", See: c.before(was.namePath)})
		}
	}
}

func compareCentralAccount(c *checker) {
	if at := c.centralMoved(); at != "" && c.previous.cfg.Central.VaultLock.Mode != Compliance {
		c.reportCentralMoved(at)
	}
}

func (c *checker) reportCentralMoved(at string) {
	now, was := c.cfg.Central, c.previous.cfg.Central
	c.report(at, Problem{
		What: "copies would go to another place, and the vaults with every copy so far be left behind: they stay, and first copies are full ones again",
		Got:  fmt.Sprintf("%s in account %s", now.Region, now.Account), Want: fmt.Sprintf("%s in account %s, or the earlier central stack kept until its copies have expired", was.Region, was.Account), See: c.before(at),
	})
}

func compareGovernanceLocks(c *checker) {
	c.sameVaults(func(now, was centralVault) {
		if was.graceDays == 0 && !was.airGapped && now.minDays < was.minDays {
			at := ".min_retention_days"
			c.report(now.lockPath+at, Problem{What: "the lock is weakened: copies that are kept for a shorter time may enter the vault", Got: fmt.Sprint(now.minDays), Want: fmt.Sprintf("%d as before", was.minDays), See: c.before(was.lockPath + at)})
		}
	})
}

func compareOrganization(c *checker) {
	now, was := c.cfg.Organization, c.previous.cfg.Organization
	switch {
	case now.ID != was.ID:
		c.report("organization.id", Problem{What: "copies of accounts that are not in this organization would be refused from now on", Got: now.ID, Want: was.ID + ", unless every account has moved", See: c.before("organization.id")})
	case !slices.Equal(slices.Sorted(slices.Values(now.Paths)), slices.Sorted(slices.Values(was.Paths))):
		c.report("organization.paths", Problem{What: "other accounts than before may copy into the central vault: copies of those that are not below a path any more would be refused", Got: pathsText(now.Paths), Want: pathsText(was.Paths) + " as before, or every workload's account below one", See: c.before("organization.paths")})
	}
}

func pathsText(paths []string) string {
	if len(paths) == 0 {
		return "the whole organization"
	}
	return strings.Join(paths, ", ")
}
