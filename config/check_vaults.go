package config

import (
	"fmt"
	"strconv"
	"strings"
)

func checkDefaultVault(c *checker) {
	for _, v := range c.cfg.centralVaults() {
		if strings.EqualFold(v.name, "Default") {
			c.report(v.namePath, Problem{What: "is the vault that AWS Backup makes itself, which takes no copies", Got: v.name, Want: "a name of its own"})
		}
	}
}

// checkVaultsNamedTwice keeps a retained vault from being the present one too, which is how a lock
// that cannot be changed would be changed.
func checkVaultsNamedTwice(c *checker) {
	first := map[string]string{}
	for _, v := range c.cfg.centralVaults() {
		switch other, twice := first[v.name]; {
		case v.name == "":
		case !twice:
			first[v.name] = v.namePath
		case other == "central.vault_name" && strings.HasPrefix(v.namePath, "central.retained_vaults"):
			c.report(v.namePath, Problem{
				What: "the vault that copies go to is listed as an earlier one too: its lock cannot be changed and would have two sets of values",
				Got:  v.name, Want: "a new vault_name for the new lock, and here the earlier vault with its lock as it was deployed",
			}, other)
		default:
			c.report(v.namePath, Problem{What: "the central account has a vault of this name already, by " + other, Got: v.name, Want: "a name of its own"}, other)
		}
	}
}

func checkLockRanges(c *checker) {
	for _, v := range c.cfg.centralVaults() {
		if v.minDays > v.maxDays && v.maxDays > 0 {
			least, most := v.lockPath+".min_retention_days", v.lockPath+".max_retention_days"
			c.report(c.firstWritten(v.lockPath, "max_retention_days", "min_retention_days"), Problem{
				What: "the lock's minimum is above its maximum: no copy could enter the vault",
				Got:  fmt.Sprintf("%d to %d days", v.minDays, v.maxDays), Want: "min_retention_days <= max_retention_days",
			}, most, least)
		}
	}
}

func checkGovernanceLock(c *checker) {
	if c.cfg.Central.VaultLock.Mode != Governance {
		return
	}
	for _, key := range []string{"changeable_for_days", "acknowledge_irreversible"} {
		if at := lockPath + "." + key; c.written(at) {
			c.report(at, Problem{What: "belongs to a compliance lock, which after its grace time nobody can change or remove", Want: "no " + key + ", or mode: compliance"}, lockPath+".mode")
		}
	}
}

func checkComplianceLockValues(c *checker) {
	if c.cfg.Central.VaultLock.Mode != Compliance {
		return
	}
	for _, key := range []string{"min_retention_days", "max_retention_days", "changeable_for_days"} {
		if at := lockPath + "." + key; !c.written(at) {
			c.report(at, Problem{What: "is required of a compliance lock, which cannot be corrected later", Want: "a number of days"})
		}
	}
}

func checkComplianceLockAcknowledgement(c *checker) {
	central := c.cfg.Central
	if got := central.VaultLock.AcknowledgeIrreversible; central.VaultLock.Mode == Compliance && got != central.VaultName {
		c.report(lockPath+".acknowledge_irreversible", Problem{
			What: "a compliance lock is synthesized only where the vault's name is typed out here, since nobody, AWS included, can undo it",
			Got:  strconv.Quote(got), Want: central.VaultName,
		}, "central.vault_name")
	}
}

func warnOfComplianceLock(c *checker) {
	lock := c.cfg.Central.VaultLock
	if lock.Mode == Compliance && lock.ChangeableForDays > 0 && lock.MaxRetentionDays > 0 {
		c.report(lockPath+".mode", Problem{
			What: fmt.Sprintf("%s after its first deployment nobody, AWS included, can change or remove the lock of %s, nor delete a copy in it before its time: a copy that is kept %d days is paid for that long",
				count(lock.ChangeableForDays, "day"), c.cfg.Central.VaultName, lock.MaxRetentionDays),
		})
	}
}

func warnOfAirGappedLock(c *checker) {
	if v := c.cfg.Central.AirGappedVault; v != nil {
		c.report(airGappedPath+".name", Problem{What: "from the moment it is deployed, without a grace time, nobody, AWS included, can change the lock of this vault, nor delete a copy in it before its time", Got: v.Name})
	}
}

// warnOfRetainedLocks: a vault that is listed as deployed and is not would be made, with its lock.
func warnOfRetainedLocks(c *checker) {
	for i, v := range c.cfg.Central.RetainedVaults {
		if v.ChangeableForDays > 0 {
			c.report(retainedPath(i)+".changeable_for_days", Problem{What: fmt.Sprintf("if the vault %s is not deployed yet it is made now, and %s later nobody, AWS included, can change or remove its lock", v.Name, count(v.ChangeableForDays, "day")), Got: fmt.Sprint(v.ChangeableForDays), Want: "a vault that is deployed with this lock"})
		}
	}
}

func warnOfEmptyAirGappedVault(c *checker) {
	if c.cfg.Central.AirGappedVault != nil && len(c.cfg.copied) == 0 {
		c.report(airGappedPath, Problem{What: "no tier in use is copied: nothing would ever enter this vault, which cannot be unlocked", Want: "a bucket in a tier with copy_to_central, or no air_gapped_vault"})
	}
}

func checkAirGappedPartition(c *checker) {
	if p := Partition(c.cfg.Central.Region); c.cfg.Central.AirGappedVault != nil && (p == partitionChina || p == partitionGovCloud) {
		c.report(airGappedPath, Problem{What: "AWS has no logically air-gapped vaults in the partition " + p, Got: c.cfg.Central.Region, Want: "no air_gapped_vault"}, "central.region")
	}
}

func warnOfAirGappedRegion(c *checker) {
	if c.cfg.Central.AirGappedVault != nil && Partition(c.cfg.Central.Region) == partitionSovereign {
		c.report(airGappedPath, Problem{What: "AWS documents a minimal set of AWS Backup's features for this partition; whether it has logically air-gapped vaults is not confirmed", Got: c.cfg.Central.Region, Want: "a test before anybody relies on it"}, "central.region")
	}
}
