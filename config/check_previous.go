package config

import (
	"fmt"
	"slices"
	"strings"
)

// compareProject finds a new project name: every stack would be a new one and create what exists already.
func compareProject(c *checker) {
	if now, was := c.cfg.Project, c.previous.cfg.Project; now != was {
		c.report("project", Problem{
			What: "every stack would get a new name and try to create vaults, keys and buckets that exist already, so the deployments would fail",
			Got:  now, Want: was, See: c.before("project"),
		})
	}
}

// compareComplianceLocks finds changes to a lock that nobody can change.
func compareComplianceLocks(c *checker) {
	c.sameVaults(func(now, was centralVault) {
		if was.graceDays == 0 || now.kind == airGapped {
			return
		}
		what := fmt.Sprintf("the compliance lock of %s cannot be changed: after its grace time of %s, the deployment would "+
			"fail and roll back", was.name, count(was.graceDays, "day"))
		otherwise := ""
		if now.current() {
			otherwise = ", or another vault for the new lock, beside this one"
			if now.index == mainVault {
				otherwise = ", or a new vault_name for the new lock, and retained_vaults: [" + was.asRetained() +
					"] to keep the old vault and its copies"
			}
			if now.graceDays == 0 { // all its values differ too
				c.report(now.lockPath+".mode", Problem{
					What: what,
					Got:  Governance, Want: Compliance + " as before" + otherwise, See: c.before(was.lockPath + ".mode"),
				})
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
				c.report(now.lockPath+"."+value.key, Problem{
					What: what,
					Got:  orNone(value.now), Want: orNone(value.was) + " as before" + otherwise, See: c.before(was.lockPath + "." + value.key),
				})
			}
		}
	})
}

// compareAirGappedVaults finds changes to air-gapped vaults. CloudFormation would replace such a vault by
// one of the same name, and fail. A vault of one kind cannot become one of the other.
func compareAirGappedVaults(c *checker) {
	c.sameVaults(func(now, was centralVault) {
		if (now.kind == airGapped) != (was.kind == airGapped) {
			c.report(now.namePath, Problem{
				What: "this name belongs to a vault of another kind: AWS cannot turn an air-gapped vault into another one, or the reverse",
				Got:  now.name, Want: "another name", See: c.before(was.namePath),
			})
			return
		}
		if now.kind == airGapped {
			c.reportAirGapped(now.lockPath+".min_retention_days", now.minDays, was.minDays)
			c.reportAirGapped(now.lockPath+".max_retention_days", now.maxDays, was.maxDays)
			c.reportAirGappedKey(now.lockPath+".encryption_key", c.cfg.Central.AirGappedVault.EncryptionKey,
				c.previous.cfg.Central.AirGappedVault.EncryptionKey)
			if now, was := c.cfg.Central.AirGappedVault.ApprovalTeamARN, c.previous.cfg.Central.AirGappedVault.ApprovalTeamARN; now != was &&
				was != "" {
				c.report(airGappedPath+".approval_team_arn", Problem{
					What: "CloudFormation cannot change the approval team of a vault",
					Got: orNoText(
						now,
					), Want: was + " as before; its members decide whether it is taken off", See: c.before(airGappedPath + ".approval_team_arn"),
				})
			}
		}
	})
}

// compareAirGappedTiers finds changes to the air-gapped vaults of workloads. Their names come from the tier, so another lock or key
// needs another tier.
func compareAirGappedTiers(c *checker) {
	c.tiersInBoth(func(now, was *Tier) {
		if !now.hasAirGapped() || !was.hasAirGapped() {
			return
		}
		change := func(key, what, got, before string) {
			if key = "air_gapped." + key; got != before {
				c.report(c.changePath(now, key), Problem{
					What: what + " of an air-gapped vault cannot be changed: CloudFormation would try to create a second vault of the same " +
						"name, and fail",
					Got: got, Want: before + " as before, or a new tier", See: c.beforeTier(was, key),
				})
			}
		}
		change("min_retention_days", "the lock", fmt.Sprint(now.AirGapped.MinRetentionDays), fmt.Sprint(was.AirGapped.MinRetentionDays))
		change("max_retention_days", "the lock", fmt.Sprint(now.AirGapped.MaxRetentionDays), fmt.Sprint(was.AirGapped.MaxRetentionDays))
		change("encryption_key", "the key", now.AirGapped.EncryptionKey, was.AirGapped.EncryptionKey)
	})
}

// compareAirGappedTargets finds tiers whose backups go into another kind of vault than before.
func compareAirGappedTargets(c *checker) {
	c.tiersInBoth(func(now, was *Tier) {
		if now.hasAirGapped() == was.hasAirGapped() || !now.BackedUp() || !was.BackedUp() {
			return
		}
		what, got, want := "backups go into a new air-gapped vault and start again with a full one", "air_gapped", "no air_gapped"
		if was.hasAirGapped() {
			what = "the air-gapped vault is retained with its backups, but no template manages it, and backups start again with a full one"
			got, want = want, got
		}
		if days := was.continuousDays(); days > 0 && now.continuousDays() > 0 {
			what += fmt.Sprintf("; every continuous backup fails until the continuous recovery point in the earlier vault has expired, for up "+
				"to %s, or was disassociated", count(days, "day"))
		}
		c.report(c.changePath(now, "air_gapped"), Problem{
			What: what,
			Got:  got, Want: want + " as before, or a new tier for new buckets", See: c.beforeTier(was, "air_gapped"),
		})
	})
}

// compareAirGappedShares finds accounts that can no longer restore from the air-gapped vault.
func compareAirGappedShares(c *checker) {
	c.sameVaults(func(now, was centralVault) {
		if now.kind != airGapped || was.kind != airGapped {
			return
		}
		for i, account := range c.previous.cfg.Central.AirGappedVault.ShareWithAccounts {
			if !slices.Contains(c.cfg.Central.AirGappedVault.ShareWithAccounts, account) {
				c.report(airGappedPath+".share_with_accounts", Problem{
					What: "an account could no longer restore from the air-gapped vault",
					Got:  "no " + account, Want: "it as before, or another account for recovery", See: c.before(airGappedSharePath(i)),
				})
			}
		}
	})
}

func (c *checker) reportAirGappedKey(at, now, was string) {
	if now != was {
		c.report(at, Problem{
			What: "the key of an air-gapped vault cannot be changed: CloudFormation would try to create a second vault of the same name, and fail",
			Got:  now, Want: was + " as before, or a new name", See: c.before(at),
		})
	}
}

func orNoText(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

func (c *checker) reportAirGapped(at string, now, was int) {
	if now != was {
		c.report(at, Problem{
			What: "the lock of an air-gapped vault cannot be changed: CloudFormation would try to create a second vault of the same name, and fail",
			Got:  fmt.Sprint(now), Want: fmt.Sprintf("%d as before, or a new name", was), See: c.before(at),
		})
	}
}

// compareComplianceVaults finds that the current vault is gone from the file although its lock is permanent.
func compareComplianceVaults(c *checker) {
	if at := c.centralMoved(); at != "" && c.previous.cfg.Central.VaultLock.Mode == Compliance {
		c.reportCentralMoved(at)
	}
	c.leftBehind(func(was centralVault) {
		switch {
		case !was.current() || was.graceDays == 0:
		case was.index == mainVault:
			c.report("central.vault_name", Problem{
				What: "copies would go to a new vault; the old one, under a compliance lock, is retained with its copies, but no template manages it",
				Got:  c.cfg.Central.VaultName, Want: was.name + ", or retained_vaults: [" + was.asRetained() + "]", See: c.before(was.namePath),
			})
		default:
			c.report("central.vaults", Problem{
				What: "a removed vault, under a compliance lock, is retained with its copies, but no template manages it",
				Got:  "no " + was.name + " in " + was.region, Want: keepVault, See: c.before(was.namePath),
			})
		}
	})
}

const keepVault = "it in the list as long as it has copies; a vault that takes no tier any more gets no further ones"

func compareVaults(c *checker) {
	c.leftBehind(func(was centralVault) {
		at, want := "central.vault_name", was.name+", or retained_vaults: ["+was.asRetained()+"]"
		switch {
		case was.kind == airGapped:
			at, want = airGappedPath, "air_gapped_vault with that name"
		case was.kind == retained:
			at, want = "central.retained_vaults", "it in the list as long as it has copies"
		case was.graceDays > 0:
			return // reported as an error
		case was.index != mainVault:
			at, want = "central.vaults", keepVault
		}
		got := "no " + was.name
		if at == "central.vaults" {
			got += " in " + was.region
		}
		c.report(at, Problem{
			What: "a removed vault is retained with its copies, but no template manages its lock and policy",
			Got:  got, Want: want, See: c.before(was.namePath),
		})
	})
}

// compareRetainedVaults finds a compliance lock that was not there before, and that nobody acknowledged.
func compareRetainedVaults(c *checker) {
	for i, now := range c.cfg.Central.RetainedVaults {
		was, there := c.previous.vaults[vaultPlace{c.cfg.Central.Region, now.Name}]
		if now.ChangeableForDays > 0 && (!there || was.graceDays == 0 && was.kind != airGapped) {
			c.report(retainedPath(i)+".changeable_for_days", Problem{
				What: "no earlier vault of this name has a compliance lock: it would get one that nobody acknowledged",
				Got:  now.Name, Want: "no changeable_for_days, or vault_lock with acknowledge_irreversible", See: c.before(was.namePath),
			})
		}
	}
}

// compareVaultKeys finds vaults with another key. CloudFormation would replace such a vault by one of the same name, and fail.
func compareVaultKeys(c *checker) {
	c.sameVaults(func(now, was centralVault) {
		if now.kind == airGapped || was.kind == airGapped || now.key == was.key {
			return
		}
		at, key := now.namePath, "that of central.key_alias"
		if now.current() && now.index != mainVault {
			at = vaultPath(now.index) + ".key_alias"
		}
		if was.key != "" {
			key = was.key
		}
		got := now.key
		if got == "" {
			got = c.cfg.Central.KeyAlias
		}
		c.report(at, Problem{
			What: "a vault cannot get another key: CloudFormation would try to create a second vault of the same name, and fail",
			Got:  got, Want: key + " as before, or a vault with another name", See: c.before(was.namePath),
		})
	})
}

// compareCopyVaults finds tiers whose copies no longer go into a vault that still takes others. One that takes none any more
// has another name, or is retained, as its line says.
func compareCopyVaults(c *checker) {
	if c.centralMoved() != "" {
		return // reported
	}
	still := map[vaultPlace]bool{}
	for v := range c.receiving() {
		still[v.place()] = true
	}
	reported := map[string]bool{}
	stacks := c.previous.cfg.byStack()
	for i, w := range c.cfg.Workloads {
		at, known := stacks[w.deployed()]
		if !known {
			continue
		}
		before := c.previous.cfg.Workloads[at]
		for _, use := range c.uses[i] {
			was := c.previous.cfg.tier(use.Tier.Name)
			if was == nil || reported[use.Tier.Name] || use.Tier.copies() < was.copies() { // fewer copies are reported
				continue
			}
			now := c.cfg.CopyVaults(w, use.Tier)
			for _, v := range c.previous.cfg.CopyVaults(before, was) {
				stays := slices.ContainsFunc(now, func(n CopyVault) bool { return n.Region == v.Region && n.Name == v.Name })
				if stays || len(now) == 0 || !still[vaultPlace{v.Region, v.Name}] {
					continue
				}
				reported[use.Tier.Name] = true
				c.report("central.vaults", Problem{
					What: "the first copies of " + use.Tier.Name + " into another vault are full ones; its earlier copies stay where they are " +
						"until they expire",
					Got:  now[0].Name + " in " + now[0].Region + " for " + w.ID(),
					Want: v.Name + " in " + v.Region + " as before, unless the cost of full copies is accepted", See: c.before("central.vaults"),
				})
			}
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
	otherwise := ", or the earlier central stack deployed until its copies have expired"
	if was.VaultLock.Mode == Compliance { // an error
		otherwise += ", and a run without -previous"
	}
	c.report(at, Problem{
		What: "copies would go to a new place, and the first ones are full copies; the old vaults are retained with their " +
			"copies, but only the earlier central stack manages them",
		Got:  fmt.Sprintf("%s in account %s", now.Region, now.Account),
		Want: fmt.Sprintf("%s in account %s as before%s", was.Region, was.Account, otherwise), See: c.before(at),
	})
}

func compareGovernanceLocks(c *checker) {
	c.sameVaults(func(now, was centralVault) {
		if was.graceDays == 0 && was.kind != airGapped && now.minDays < was.minDays {
			at := ".min_retention_days"
			c.report(now.lockPath+at, Problem{
				What: "this lock is weaker than before: copies with a shorter retention may enter the vault",
				Got:  fmt.Sprint(now.minDays), Want: fmt.Sprintf("%d as before", was.minDays), See: c.before(was.lockPath + at),
			})
		}
	})
}

func compareOrganization(c *checker) {
	now, was := c.cfg.Organization, c.previous.cfg.Organization
	switch {
	case now.ID != was.ID:
		c.report("organization.id", Problem{
			What: "the central account would refuse copies from accounts outside this organization",
			Got:  now.ID, Want: was.ID + ", unless every account has moved", See: c.before("organization.id"),
		})
	case !slices.Equal(slices.Sorted(slices.Values(now.Paths)), slices.Sorted(slices.Values(was.Paths))):
		c.report("organization.paths", Problem{
			What: "the central account would refuse copies from accounts that are no longer below a path",
			Got:  pathsText(now.Paths), Want: pathsText(was.Paths) + " as before, or every workload's account below a path",
			See: c.before("organization.paths"),
		})
	}
}

func pathsText(paths []string) string {
	if len(paths) == 0 {
		return "the whole organization"
	}
	return strings.Join(paths, ", ")
}
