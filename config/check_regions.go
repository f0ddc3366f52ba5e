package config

import (
	"fmt"
	"slices"
)

// warnOfMissingTypes finds parts of the file that need a resource type which CloudFormation does not have in
// their Region. A warning, because the lists of Regions grow old.
func warnOfMissingTypes(c *checker) {
	warn := func(without []string, region, seen, path, resourceType string) {
		if slices.Contains(without, region) {
			c.report(path, Problem{
				What: "CloudFormation had no " + resourceType + " in this Region in August 2026, so the deployment may fail",
				Got:  region, Want: "it in another Region, or a look at what AWS supports there today",
			}, seen)
		}
	}
	central := c.cfg.Central
	c.airGappedIn(func(p string) bool { return !withoutAirGap(p) }, func(path, region, seen string) { // else an error
		warn(withoutAirGappedVault, region, seen, path, "AWS::Backup::LogicallyAirGappedBackupVault")
	})
	if central.Audit.Enabled {
		warn(withoutAuditManager, central.Region, "central.region", "central.audit", "AWS::Backup::Framework")
		for i, v := range central.Vaults {
			if v.Region != central.Region {
				warn(withoutAuditManager, v.Region, fmt.Sprintf("central.vaults[%d].region", i), "central.audit", "AWS::Backup::Framework")
			}
		}
	}
	if central.RestoreTesting != nil {
		warn(withoutRestoreTesting, central.Region, "central.region", centralTestingPath, "AWS::Backup::RestoreTestingPlan")
	}
	for i, w := range c.cfg.Workloads {
		if c.cfg.audited(c.uses[i]) && w.Region != central.Region {
			warn(withoutAuditManager, w.Region, workloadPath(i)+".region", "central.audit", "AWS::Backup::Framework")
		}
		if w.RestoreTesting != nil {
			warn(withoutRestoreTesting, w.Region, workloadPath(i)+".region", restoreTestingPath(i), "AWS::Backup::RestoreTestingPlan")
		}
	}
}
