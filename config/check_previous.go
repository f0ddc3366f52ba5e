package config

import (
	"fmt"
	"slices"
	"strconv"
)

// comparisons are made with an earlier backup.yaml, which -previous names: what of it is deployed is
// taken to be as that file says. What AWS or CloudFormation would refuse, and what would lose data,
// is an error; protection that is left behind, started anew or weakened is a warning.
var comparisons = []check{
	{"compliance-lock-changed", Error, "F-LOCK-8", compareComplianceLock},
	{"compliance-vault-left-behind", Error, "F-LOCK-6", compareComplianceVaultName},
	{"retained-vault-changed", Error, "F-LOCK-8", compareRetainedVaults},
	{"air-gapped-vault-changed", Error, "F-LAG-1", compareAirGappedVault},
	{"bucket-created-twice", Error, "F-CFN-2", compareCreatedBuckets},

	{"governance-vault-left-behind", Warning, "F-CFN-2", compareGovernanceVaultName},
	{"central-account-left-behind", Warning, "F-CFN-2", compareCentralAccount},
	{"retained-vault-left-behind", Warning, "F-LOCK-11", compareRetainedVaultsLeft},
	{"air-gapped-vault-left-behind", Warning, "F-LOCK-11", compareAirGappedVaultLeft},
	{"lock-weakened", Warning, "F-LOCK-3", compareGovernanceLock},
	{"workload-left-behind", Warning, "F-COPY-2", compareWorkloads},
	{"bucket-left-behind", Warning, "F-SCH-7", compareBuckets},
	{"bucket-unmanaged", Warning, "F-CFN-2", compareManagedBuckets},
	{"tag-left-behind", Warning, "F-SCH-7", compareTagSelections},
	{"tier-weakened", Warning, "F-SCH-7", compareProtection},
	{"continuous-backup-restarts", Warning, "F-S3-13", compareContinuousBackups},
}

// before returns the places of paths in the earlier file.
func (c *checker) before(paths ...string) []Place {
	found := places(c.previous.root, paths...)
	for i := range found {
		found[i].locate(c.previous.file, linesOf(c.previous.text))
	}
	return found
}

// sameCentral says whether the central vaults are where they were: in another account or Region
// they are others, whatever their names.
func (c *checker) sameCentral() bool {
	now, was := c.cfg.Central, c.previous.cfg.Central
	return now.Account == was.Account && now.Region == was.Region
}

// asRetained is the entry of retained_vaults that keeps a vault as it is.
func asRetained(name string, lock VaultLock) string {
	entry := fmt.Sprintf("{name: %s, min_retention_days: %d", name, lock.MinRetentionDays)
	if lock.MaxRetentionDays > 0 {
		entry += fmt.Sprintf(", max_retention_days: %d", lock.MaxRetentionDays)
	}
	if lock.ChangeableForDays > 0 {
		entry += fmt.Sprintf(", changeable_for_days: %d", lock.ChangeableForDays)
	}
	return entry + "}"
}

// compareComplianceLock refuses to edit a lock that nobody can change.
func compareComplianceLock(c *checker) {
	now, was := c.cfg.Central, c.previous.cfg.Central
	if was.VaultLock.Mode != Compliance || now.VaultName != was.VaultName || !c.sameCentral() {
		return
	}
	what := fmt.Sprintf("the compliance lock of %s cannot be changed: when its %d days are over, the deployment would fail and roll back", was.VaultName, was.VaultLock.ChangeableForDays)
	otherwise := fmt.Sprintf(", or a new vault_name for the new lock and retained_vaults: [%s], which keeps the old vault and its copies as they are", asRetained(was.VaultName, was.VaultLock))
	if now.VaultLock.Mode != Compliance { // all other values are others too
		c.report(lockPath+".mode", Problem{What: what, Got: now.VaultLock.Mode, Want: was.VaultLock.Mode + " as before" + otherwise, See: c.before(lockPath + ".mode")})
		return
	}
	c.compareLock(lockPath, what, otherwise, lockPath,
		lockValue{"min_retention_days", now.VaultLock.MinRetentionDays, was.VaultLock.MinRetentionDays},
		lockValue{"max_retention_days", now.VaultLock.MaxRetentionDays, was.VaultLock.MaxRetentionDays},
		lockValue{"changeable_for_days", now.VaultLock.ChangeableForDays, was.VaultLock.ChangeableForDays})
}

// compareComplianceVaultName refuses to forget a vault whose lock cannot be removed any more.
func compareComplianceVaultName(c *checker) { c.compareVaultName(Compliance) }

func compareGovernanceVaultName(c *checker) { c.compareVaultName(Governance) }

func (c *checker) compareVaultName(mode string) {
	now, was := c.cfg.Central, c.previous.cfg.Central
	listed := slices.ContainsFunc(now.RetainedVaults, func(v RetainedVault) bool { return v.Name == was.VaultName })
	if now.VaultName == was.VaultName || listed || !c.sameCentral() || was.VaultLock.Mode != mode {
		return
	}
	c.report("central.vault_name", Problem{
		What: fmt.Sprintf("copies would go to a new vault, and the vault %s, with every copy so far, would be left behind: it stays, and no template holds its lock and policy any more", was.VaultName),
		Got:  now.VaultName, Want: fmt.Sprintf("%s, or retained_vaults: [%s]", was.VaultName, asRetained(was.VaultName, was.VaultLock)), See: c.before("central.vault_name"),
	})
}

// retainedBefore lists the vaults whose lock was deployed: the earlier ones and the one that was current.
func (c *checker) retainedBefore() []RetainedVault {
	was := c.previous.cfg.Central
	return append([]RetainedVault{{was.VaultName, was.VaultLock.MinRetentionDays, was.VaultLock.MaxRetentionDays, was.VaultLock.ChangeableForDays}}, was.RetainedVaults...)
}

// lockValue is a value of a lock that cannot be changed, now and before.
type lockValue struct {
	key      string
	now, was int
}

// compareLock reports the values of a lock that are others than before.
func (c *checker) compareLock(at, what, otherwise string, before string, values ...lockValue) {
	for _, v := range values {
		if v.now != v.was {
			c.report(at+"."+v.key, Problem{What: what, Got: fmt.Sprint(v.now), Want: fmt.Sprintf("%d as before%s", v.was, otherwise), See: c.before(before + "." + v.key)})
		}
	}
}

func compareRetainedVaults(c *checker) {
	if !c.sameCentral() {
		return
	}
	for i, now := range c.cfg.Central.RetainedVaults {
		for j, was := range c.retainedBefore() {
			if now.Name != was.Name {
				continue
			}
			before := lockPath
			if j > 0 {
				before = retainedPath(j - 1)
			}
			c.compareLock(retainedPath(i), fmt.Sprintf("the vault %s was deployed with another lock, and stays as it is", was.Name), "", before,
				lockValue{"min_retention_days", now.MinRetentionDays, was.MinRetentionDays},
				lockValue{"max_retention_days", now.MaxRetentionDays, was.MaxRetentionDays},
				lockValue{"changeable_for_days", now.ChangeableForDays, was.ChangeableForDays})
		}
	}
}

func compareRetainedVaultsLeft(c *checker) {
	if !c.sameCentral() {
		return
	}
	for i, was := range c.previous.cfg.Central.RetainedVaults {
		if !slices.ContainsFunc(c.cfg.centralVaults(), func(v centralVault) bool { return v.name == was.Name }) {
			c.report("central.retained_vaults", Problem{What: fmt.Sprintf("the vault %s is left behind: it stays, with its copies, and no template holds its lock and policy any more", was.Name), Want: "it listed as long as it has copies", See: c.before(retainedPath(i) + ".name")})
		}
	}
}

func compareAirGappedVault(c *checker) {
	now, was := c.cfg.Central.AirGappedVault, c.previous.cfg.Central.AirGappedVault
	if now == nil || was == nil || now.Name != was.Name || !c.sameCentral() {
		return
	}
	c.compareLock(airGappedPath, "the lock of an air-gapped vault cannot be changed: CloudFormation would make a second vault of the same name, and fail", ", or a new name", airGappedPath,
		lockValue{"min_retention_days", now.MinRetentionDays, was.MinRetentionDays},
		lockValue{"max_retention_days", now.MaxRetentionDays, was.MaxRetentionDays})
}

func compareAirGappedVaultLeft(c *checker) {
	now, was := c.cfg.Central.AirGappedVault, c.previous.cfg.Central.AirGappedVault
	if was == nil || now != nil && now.Name == was.Name || !c.sameCentral() {
		return
	}
	at := airGappedPath
	if now != nil {
		at += ".name"
	}
	c.report(at, Problem{What: fmt.Sprintf("the air-gapped vault %s is left behind: it stays, with its copies, and no template manages it any more", was.Name), Want: "air_gapped_vault with the name " + was.Name, See: c.before(airGappedPath + ".name")})
}

func compareCentralAccount(c *checker) {
	now, was := c.cfg.Central, c.previous.cfg.Central
	if c.sameCentral() {
		return
	}
	at := "central.region"
	if now.Account != was.Account {
		at = "central.account"
	}
	c.report(at, Problem{
		What: "copies would go to another place, and the vaults with every copy so far would be left behind there: first copies are full ones again",
		Got:  fmt.Sprintf("%s in account %s", now.Region, now.Account), Want: fmt.Sprintf("%s in account %s, or the earlier central stack kept until its copies have expired", was.Region, was.Account), See: c.before(at),
	})
}

func compareGovernanceLock(c *checker) {
	now, was := c.cfg.Central.VaultLock, c.previous.cfg.Central.VaultLock
	if was.Mode != Governance || now.MinRetentionDays >= was.MinRetentionDays || !c.sameCentral() {
		return
	}
	c.report(lockPath+".min_retention_days", Problem{What: "the lock is weakened: copies that are kept for a shorter time may enter the vault", Got: strconv.Itoa(now.MinRetentionDays), Want: fmt.Sprintf("%d, as before", was.MinRetentionDays), See: c.before(lockPath + ".min_retention_days")})
}
