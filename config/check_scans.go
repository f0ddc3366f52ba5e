package config

import (
	"fmt"
	"slices"
)

// checkScansOfNothing finds scans of tiers without backups.
func checkScansOfNothing(c *checker) {
	for t := range c.rows() {
		keys := []string{"malware_scan", "continuous_backup", "snapshot_backup"}
		at := c.firstWritten(c.tierPath(t), keys...)
		reported := t.Copied() || t.VaultLock != nil
		if at != "" && t.MalwareScan != nil && !t.BackedUp() && !reported && !c.doubtful(c.tierKeys(t, keys...)...) {
			c.report(at, Problem{
				What: "this tier has no backups to scan",
				Want: "continuous_backup or snapshot_backup, or malware_scan: null",
			})
		}
	}
}

// undocumentedScans are the partitions of which AWS documents nothing about malware scans of backups.
var undocumentedScans = []string{partitionChina, partitionSovereign}

func warnOfScanPartitions(c *checker) {
	for i, w := range c.cfg.Workloads {
		use := slices.IndexFunc(c.uses[i], func(u TierUse) bool { return u.Tier.Scanned() })
		if p := Partition(w.Region); use >= 0 && slices.Contains(undocumentedScans, p) {
			c.report(workloadPath(i)+".region", Problem{
				What: fmt.Sprintf("%s is scanned for malware, but AWS does not document that for the partition %s, so the deployment may fail",
					c.uses[i][use].Tier.Name, p),
				Got: w.Region, Want: "a test before you rely on it, or a tier without malware_scan",
			}, c.tierKeys(c.uses[i][use].Tier, "malware_scan")...)
		}
	}
}

// fullScansAYear is how often a year a tier may be scanned in full without a warning: once a week.
const fullScansAYear = 53

// warnOfFullScans finds full scans at every run of a frequent rule: GuardDuty charges for all data, each time.
func warnOfFullScans(c *checker) {
	for t := range c.rows() {
		at := c.whereSaid(t, "malware_scan.mode")
		if at == "" || !t.Scanned() || t.MalwareScan.Mode != FullScan {
			continue
		}
		scans, keys := 0, []string{}
		for _, r := range t.rules() {
			scans += r.runs() / 4
			keys = append(keys, c.tierKeys(t, r.cronKey)...)
		}
		if scans > fullScansAYear {
			c.report(at, Problem{
				What: fmt.Sprintf("GuardDuty reads and charges all data of each bucket at every run of a rule: %d times a year", scans),
				Got:  FullScan, Want: "incremental, which reads what changed since the last scan, or rules that run once a week or less",
			}, keys...)
		}
	}
}
