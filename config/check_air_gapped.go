package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// airGappedUses goes through the uses of tiers with a vault in air_gapped, in file order.
func (c *checker) airGappedUses(look func(workload int, t *Tier)) {
	for i := range c.cfg.Workloads {
		for _, use := range c.uses[i] {
			if use.Tier.hasAirGapped() {
				look(i, use.Tier)
			}
		}
	}
}

// hasAirGapped says whether the backups of the tier go into a logically air-gapped vault of the workload.
func (t *Tier) hasAirGapped() bool { return t.AirGapped != nil && t.BackedUp() }

// airGappedCopies lists the tiers in use whose copies go into the central air-gapped vault too. AWS Backup does not schedule
// copies from one such vault into another (F-LAG-4).
func (c *Config) airGappedCopies() []*Tier {
	if c.Central.AirGappedVault == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(c.copied), (*Tier).hasAirGapped)
}

func checkAirGappedShares(c *checker) {
	v := c.cfg.Central.AirGappedVault
	if v == nil {
		return
	}
	for i, account := range v.ShareWithAccounts {
		switch first := slices.Index(v.ShareWithAccounts, account); {
		case account == c.cfg.Central.Account:
			c.report(airGappedSharePath(i), Problem{
				What: "the vault belongs to this account, which restores from it without a share",
				Got:  strconv.Quote(account), Want: "an account that restores if the central account cannot",
			}, "central.account")
		case first < i:
			c.report(
				airGappedSharePath(i),
				Problem{What: "duplicate account", Got: strconv.Quote(account), Want: "each once"},
				airGappedSharePath(first),
			)
		}
	}
}

// warnOfAirGappedShares finds accounts of workloads that could read the backups of other accounts. A share is of the whole vault.
func warnOfAirGappedShares(c *checker) {
	v := c.cfg.Central.AirGappedVault
	if v == nil || c.accountsDoubtful() {
		return
	}
	for i, account := range v.ShareWithAccounts {
		of, others := -1, ""
		for j, w := range c.cfg.Workloads {
			if w.Account == account && of < 0 {
				of = j
			}
			if w.Account != account && c.cfg.Copies(w) && others == "" {
				others = w.ID()
			}
		}
		if of >= 0 && others != "" && slices.Index(v.ShareWithAccounts, account) == i {
			c.report(airGappedSharePath(i), Problem{
				What: "this account has a workload, and a share is of the whole vault: whoever controls the account could read and restore the " +
					"copies of all workloads, such as " + others,
				Got: strconv.Quote(account), Want: "an account that is for recovery alone",
			}, workloadPath(of)+".account")
		}
	}
}

// approvalTeamRegion is the Region of all approval teams (F-LAG-8).
const approvalTeamRegion = "us-east-1"

func checkApprovalTeamPartition(c *checker) {
	if v := c.cfg.Central.AirGappedVault; v != nil && v.ApprovalTeamARN != "" {
		partition, _ := teamPlace(v.ApprovalTeamARN)
		if central := Partition(c.cfg.Central.Region); partition != central {
			c.report(airGappedPath+".approval_team_arn", Problem{
				What: "this team is in another partition than the vault, so CloudFormation could not find it",
				Got:  v.ApprovalTeamARN, Want: "an ARN that starts with arn:" + central + ":mpa:",
			}, "central.region")
		}
	}
}

func warnOfApprovalTeamRegion(c *checker) {
	if v := c.cfg.Central.AirGappedVault; v != nil && v.ApprovalTeamARN != "" {
		partition, region := teamPlace(v.ApprovalTeamARN)
		if partition == partitionCommercial && Partition(c.cfg.Central.Region) == partition && region != approvalTeamRegion {
			c.report(airGappedPath+".approval_team_arn", Problem{
				What: "AWS documents that all approval teams are in " + approvalTeamRegion + ", so the deployment may fail",
				Got:  region, Want: approvalTeamRegion + " in the ARN, as the console shows it",
			})
		}
	}
}

// teamPlace is the partition and the Region in the ARN of an approval team.
func teamPlace(arn string) (partition, region string) {
	if parts := strings.Split(arn, ":"); len(parts) > 3 {
		return parts[1], parts[3]
	}
	return "", ""
}

func warnOfOwnAirGappedKeys(c *checker) {
	what := func(account string) string {
		return "AWS advises against a key in the account of the vault: whoever controls " + account + " could disable the key, and " +
			"nobody could read the vault"
	}
	if v := c.cfg.Central.AirGappedVault; v != nil && v.EncryptionKey == KeyOwn {
		c.report(airGappedPath+".encryption_key", Problem{What: what("the central account"), Got: KeyOwn, Want: KeyAWSOwned})
	}
	for t := range c.rows() {
		if at := c.firstWritten(c.tierPath(t), "air_gapped.encryption_key"); at != "" && t.AirGapped != nil &&
			t.AirGapped.EncryptionKey == KeyOwn {
			c.report(at, Problem{What: what("the account of a workload"), Got: KeyOwn, Want: KeyAWSOwned})
		}
	}
}

func checkAirGappedRanges(c *checker) {
	for t := range c.rows() {
		at := c.firstWritten(c.tierPath(t), "air_gapped.max_retention_days", "air_gapped.min_retention_days")
		if at != "" && t.AirGapped != nil && t.AirGapped.MinRetentionDays > t.AirGapped.MaxRetentionDays {
			c.report(at, Problem{
				What: "the lock's minimum is above its maximum, so no backup could enter the vault",
				Got:  fmt.Sprintf("%d to %d days", t.AirGapped.MinRetentionDays, t.AirGapped.MaxRetentionDays),
				Want: "min_retention_days <= max_retention_days",
			}, c.tierKeys(t, "air_gapped.min_retention_days", "air_gapped.max_retention_days")...)
		}
	}
}

func checkAirGappedNothing(c *checker) {
	for t := range c.rows() {
		keys := []string{"air_gapped", "continuous_backup", "snapshot_backup"}
		at := c.firstWritten(c.tierPath(t), keys...)
		if at != "" && t.AirGapped != nil && !t.BackedUp() && !c.doubtful(c.tierKeys(t, keys...)...) {
			c.report(at, Problem{
				What: "this tier has no backups, so the vault would stay empty, and nobody can remove its lock",
				Want: "continuous_backup or snapshot_backup, or no air_gapped",
			})
		}
	}
}

// checkBackupsWithinAirGappedLock finds rules whose backups the vault in air_gapped would refuse, job after job. Where the file says
// how long they are kept, the problem is there; else it is at the lock.
func checkBackupsWithinAirGappedLock(c *checker) {
	for t := range c.rows() {
		v := t.AirGapped
		if v == nil || v.MinRetentionDays > v.MaxRetentionDays {
			continue
		}
		for _, r := range c.rulesOf(t) {
			switch {
			case r.DeleteAfterDays > v.MaxRetentionDays:
				c.reportBackupLockedOut(t, r, "max_retention_days", "allows at most", "at most", "at least", v.MaxRetentionDays)
			case r.DeleteAfterDays < v.MinRetentionDays:
				c.reportBackupLockedOut(t, r, "min_retention_days", "wants at least", "at least", "at most", v.MinRetentionDays)
			}
		}
	}
}

func (c *checker) reportBackupLockedOut(t *Tier, r placedRule, key, allows, ofBackup, ofLock string, limit int) {
	kept, lock := retentionKeyOf(r), "air_gapped."+key
	rests := c.tierKeys(t, kept, lock)
	own := c.tierPath(t)
	if c.firstWritten(own, kept, lock) == "" || c.doubtful(rests...) {
		return
	}
	p := Problem{What: fmt.Sprintf("every backup of %s by %s would fail: they are kept %s, the lock of the air-gapped vault %s %d",
		t.Name, r.key, count(r.DeleteAfterDays, "day"), allows, limit)}
	if at := c.firstWritten(own, kept); at != "" {
		p.Got, p.Want = strconv.Itoa(r.DeleteAfterDays), fmt.Sprintf("%s %d", ofBackup, limit)
		c.report(at, p, rests...)
		return
	}
	p.Got, p.Want = strconv.Itoa(limit), fmt.Sprintf("%s %d", ofLock, r.DeleteAfterDays)
	c.report(own+"."+lock, p, rests...)
}

// warnOfNoSecondCopies finds tiers whose copies do not go into the central air-gapped vault.
func warnOfNoSecondCopies(c *checker) {
	if c.cfg.Central.AirGappedVault == nil {
		return
	}
	for _, t := range c.cfg.copied {
		if t.hasAirGapped() {
			c.report(c.whereSaid(t, "air_gapped"), Problem{
				What: "no copies of " + t.Name + " go into the central air-gapped vault: AWS Backup does not schedule copies between two " +
					"such vaults. Those into the central vault are made",
				Want: "nothing that relies on a second copy, or a tier without air_gapped",
			}, airGappedPath)
		}
	}
}

// warnOfSecondCopiesElsewhere finds workloads whose copies a vault of central.vaults keeps in its Regions, while the second copies
// leave them.
func warnOfSecondCopiesElsewhere(c *checker) {
	if c.cfg.Central.AirGappedVault == nil {
		return
	}
	reported := map[int]bool{}
	for i, w := range c.cfg.Workloads {
		for _, use := range c.uses[i] {
			if !use.Tier.Copied() || use.Tier.hasAirGapped() {
				continue
			}
			for _, at := range c.cfg.vaultsInto(use.Tier, w.Region) {
				if at == mainVault || reported[at] {
					continue
				}
				if v := c.cfg.Central.Vaults[at]; len(v.FromRegions) > 0 && v.Region != c.cfg.Central.Region {
					reported[at] = true
					c.report(airGappedPath, Problem{
						What: "second copies of " + w.ID() + " go into another Region than the first ones: this vault is in " +
							c.cfg.Central.Region + ", " + v.Name + " takes copies of " + w.Region + " in " + v.Region,
						Got: c.cfg.Central.Region, Want: "data that may leave its Region, or no air_gapped_vault",
					}, vaultPath(at), "central.region")
				}
			}
		}
	}
}

// checkAirGappedNames finds tiers whose vault would have the name of the air-gapped vault of another tier, or of the landing vault.
func checkAirGappedNames(c *checker) {
	if key, own := c.cfg.airGappedKey(); own {
		for i, v := range c.cfg.Central.Vaults {
			if v.Key() == key {
				c.report(vaultPath(i)+".key_alias", Problem{
					What: "the key of the air-gapped vault has this alias: one key would encrypt both copies",
					Got:  v.KeyAlias, Want: "another alias",
				}, airGappedPath+".encryption_key")
			}
		}
	}
	reported := map[*Tier]bool{}
	c.airGappedUses(func(i int, t *Tier) {
		w := c.cfg.Workloads[i]
		name := c.cfg.AirGappedVaultName(w, t)
		for _, use := range c.uses[i] {
			if other := use.Tier; other.BackedUp() && c.cfg.TierName(w, other) == name && !reported[other] {
				reported[other] = true
				c.report(c.tierPath(other)+".name", Problem{
					What: "the vault of this tier would have the name of the air-gapped vault of " + t.Name + " in " + workloadPath(i),
					Got:  name, Want: "another name for the tier",
				}, c.whereSaid(t, "air_gapped"))
			}
		}
	})
}
