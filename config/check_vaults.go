package config

import (
	"fmt"
	"iter"
	"strconv"
	"strings"
)

func checkDefaultVault(c *checker) {
	for _, v := range c.cfg.centralVaults() {
		if strings.EqualFold(v.name, "Default") {
			c.report(v.namePath, Problem{
				What: "AWS Backup creates the vault Default itself and does not copy into it",
				Got:  v.name, Want: "another name",
			})
		}
	}
}

// checkVaultsNamedTwice also keeps the current vault out of retained_vaults: a lock that cannot be
// changed would have two sets of values.
func checkVaultsNamedTwice(c *checker) {
	first := map[vaultPlace]string{}
	for _, v := range c.cfg.centralVaults() {
		switch other, twice := first[v.place()]; {
		case v.name == "" || v.region == "":
		case !twice:
			first[v.place()] = v.namePath
		case other == "central.vault_name" && v.kind == retained:
			c.report(v.namePath, Problem{
				What: "this is the current vault, which cannot be a retained vault too: its lock would have two sets of values",
				Got:  v.name, Want: "a new vault_name for the new lock, and here the earlier vault with its lock as deployed",
			}, other)
		default:
			in := ""
			if len(c.cfg.Central.Vaults) > 0 {
				in = " in " + v.region
			}
			c.report(v.namePath, Problem{What: other + " uses this name already" + in, Got: v.name, Want: "another name"}, other)
		}
	}
}

func checkLockRanges(c *checker) {
	for _, v := range c.cfg.centralVaults() {
		if v.minDays > v.maxDays && v.maxDays > 0 {
			least, most := v.lockPath+".min_retention_days", v.lockPath+".max_retention_days"
			c.report(c.firstWritten(v.lockPath, "max_retention_days", "min_retention_days"), Problem{
				What: "the lock's minimum is above its maximum, so no copy could enter the vault",
				Got:  fmt.Sprintf("%d to %d days", v.minDays, v.maxDays), Want: "min_retention_days <= max_retention_days",
			}, most, least)
		}
	}
}

// receiving goes through the vaults that take copies.
func (c *checker) receiving() iter.Seq[centralVault] {
	return func(yield func(centralVault) bool) {
		for _, v := range c.cfg.centralVaults() {
			if v.current() && !yield(v) {
				return
			}
		}
	}
}

// locksIn goes through the locks in a mode of the vaults that take copies.
func (c *checker) locksIn(mode string) iter.Seq2[centralVault, VaultLock] {
	return func(yield func(centralVault, VaultLock) bool) {
		for v := range c.receiving() {
			if lock := c.cfg.centralVaultAt(v.index).VaultLock; lock.Mode == mode && !yield(v, lock) {
				return
			}
		}
	}
}

func checkGovernanceLock(c *checker) {
	for v := range c.locksIn(Governance) {
		for _, key := range []string{"changeable_for_days", "acknowledge_irreversible"} {
			if at := v.lockPath + "." + key; c.written(at) {
				c.report(at, Problem{
					What: "only a compliance lock has this key; nobody can change or remove such a lock after its grace time",
					Want: "no " + key + ", or mode: compliance",
				}, v.lockPath+".mode")
			}
		}
	}
}

func checkComplianceLockValues(c *checker) {
	for v := range c.locksIn(Compliance) {
		for _, key := range []string{"min_retention_days", "max_retention_days", "changeable_for_days"} {
			if at := v.lockPath + "." + key; !c.written(at) {
				c.report(at, Problem{What: "a compliance lock needs this value, because nobody can correct it later", Want: "a number of days"})
			}
		}
	}
}

func checkComplianceLockAcknowledgement(c *checker) {
	for v, lock := range c.locksIn(Compliance) {
		got := lock.AcknowledgeIrreversible
		if got == v.name {
			continue
		}
		if got != "" {
			got = strconv.Quote(got)
		}
		c.report(v.lockPath+".acknowledge_irreversible", Problem{
			What: "type the vault's name here: " + v.name, Got: got,
			Want: "the name as confirmation: after the grace time nobody, not even AWS, can change or remove a compliance lock",
		}, v.namePath)
	}
}

func warnOfComplianceLock(c *checker) {
	for v, lock := range c.locksIn(Compliance) {
		if lock.ChangeableForDays > 0 && lock.MaxRetentionDays > 0 {
			c.report(v.lockPath+".mode", Problem{
				What: fmt.Sprintf("%s after the first deployment, nobody, not even AWS, can change or remove the lock of %s or "+
					"delete a copy early: you pay for its copies for up to %d days",
					count(lock.ChangeableForDays, "day"), v.name, lock.MaxRetentionDays),
			})
		}
	}
}

func warnOfAirGappedLock(c *checker) {
	const what = "this vault is locked as soon as it is deployed, without a grace time: nobody, not even AWS, can change its lock or delete a "
	if v := c.cfg.Central.AirGappedVault; v != nil {
		c.report(airGappedPath+".name", Problem{What: what + "copy early", Got: v.Name})
	}
	reported := map[string]bool{}
	c.airGappedUses(func(_ int, t *Tier) {
		if at := c.whereSaid(t, "air_gapped.max_retention_days"); !reported[at] && t.AirGapped.MaxRetentionDays > 0 {
			reported[at] = true
			c.report(at, Problem{
				What: what + "backup early: you pay for its backups for up to " + count(t.AirGapped.MaxRetentionDays, "day"),
				Got:  strconv.Itoa(t.AirGapped.MaxRetentionDays),
			})
		}
	})
}

// warnOfRetainedLocks: the deployment creates a retained vault that does not exist, with its lock.
func warnOfRetainedLocks(c *checker) {
	for i, v := range c.cfg.Central.RetainedVaults {
		if v.ChangeableForDays > 0 {
			c.report(retainedPath(i)+".changeable_for_days", Problem{
				What: fmt.Sprintf("if the vault %s does not exist, the deployment creates it, and %s later nobody, not even AWS, "+
					"can change or remove its lock", v.Name, count(v.ChangeableForDays, "day")),
				Got: fmt.Sprint(v.ChangeableForDays), Want: "a vault that is already deployed with this lock",
			})
		}
	}
}

func warnOfEmptyAirGappedVault(c *checker) {
	if c.cfg.Central.AirGappedVault == nil || len(c.cfg.airGappedCopies()) > 0 {
		return
	}
	what := "no tier in use is copied"
	if len(c.cfg.copied) > 0 {
		what = "every tier in use that is copied has a vault in air_gapped"
	}
	c.report(airGappedPath, Problem{
		What: what + ", so this vault would stay empty, and nobody can remove its lock",
		Want: "a bucket in a tier with copy_to_central and without air_gapped, or no air_gapped_vault",
	})
}

// airGappedIn goes through the air-gapped vaults of the file in partitions: with the path that asks for one, its Region and the
// path of that.
func (c *checker) airGappedIn(partition func(string) bool, report func(path, region, seen string)) {
	if region := c.cfg.Central.Region; c.cfg.Central.AirGappedVault != nil && partition(Partition(region)) {
		report(airGappedPath, region, "central.region")
	}
	reported := map[string]bool{}
	c.airGappedUses(func(i int, t *Tier) {
		at, region := c.whereSaid(t, "air_gapped"), c.cfg.Workloads[i].Region
		if partition(Partition(region)) && !reported[at] {
			reported[at] = true
			report(at, region, workloadPath(i)+".region")
		}
	})
}

func checkAirGappedPartition(c *checker) {
	c.airGappedIn(withoutAirGap, func(path, region, seen string) {
		want := "no " + path[strings.LastIndex(path, ".")+1:]
		c.report(path, Problem{
			What: "AWS has no logically air-gapped vaults in the partition " + Partition(region), Got: region, Want: want,
		}, seen)
	})
}

func withoutAirGap(partition string) bool {
	return partition == partitionChina || partition == partitionGovCloud
}

func warnOfAirGappedRegion(c *checker) {
	c.airGappedIn(func(p string) bool { return p == partitionSovereign }, func(path, region, seen string) {
		c.report(path, Problem{
			What: "AWS does not document logically air-gapped vaults for this partition, so the deployment may fail",
			Got:  region, Want: "a test before you rely on it",
		}, seen)
	})
}
