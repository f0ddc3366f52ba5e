package alert

import (
	"maps"
	"slices"
)

// settings is the detail of a change of a vault, a plan or a Region's settings (F-EVT-7). Who made
// it, only CloudTrail's event says.
type settings struct {
	State                       text
	BackupVaultName             text
	IsLocked                    text
	BackupPlanID                text
	ResourceTypeOptInPreference map[string]text
}

func readVault(ev event, e *Estate) (Alert, bool) {
	var s settings
	decode(ev.Detail, &s)
	a := ev.alert("backup vault")
	a.Vault = first(text(vaultOf(ev.resource().String())), s.BackupVaultName)
	switch {
	case s.State == "CREATED":
		a.Quiet = true
		a.Title = "Backup vault created"
	case s.State == "DELETED":
		a.Action = Trigger
		a.Title = "Backup vault deleted"
		a.Advice = "It was empty, or AWS would not have deleted it (F-LOCK-11), but plans and copies still go to it. Deploy the stack again with --revert-drift."
	case s.State == "MODIFIED" && s.IsLocked == "false":
		a.Action = Trigger
		a.Title = "Backup vault is no longer locked"
		a.Advice = "Its recovery points can be deleted. Put the lock back: deploy the stack again with --revert-drift. CloudTrail says who took it away."
	case s.State == "MODIFIED":
		a.Title = "Backup vault modified"
		a.Advice = "Nothing, if you know of the change. CloudTrail says who made it."
	default:
		return Alert{}, false
	}
	a.add("State", s.State.String())
	a.add("Locked", s.IsLocked.String())
	a.Link = vaultPage(a.Region, a.Vault)
	a.Key = key(a.Account, a.Vault, a.Kind)
	e.own(&a, ev.resource().String())
	return a, true
}

func readPlan(ev event, e *Estate) (Alert, bool) {
	var s settings
	decode(ev.Detail, &s)
	a := ev.alert("backup plan")
	a.Resource = first(s.BackupPlanID, ev.resource())
	switch s.State {
	case "CREATED":
		a.Quiet = true
		a.Title = "Backup plan created"
	case "DELETED":
		a.Action = Trigger
		a.Title = "Backup plan deleted"
		a.Advice = "Nothing backs its buckets up any more. Deploy the stack again with --revert-drift. CloudTrail says who deleted it."
	case "MODIFIED":
		a.Title = "Backup plan modified"
		a.Advice = "Nothing, if you know of the change. CloudTrail says who made it."
	default:
		return Alert{}, false
	}
	a.add("State", s.State.String())
	a.Link = console(a.Region, "backup", "/backupplan/details", a.Resource)
	a.Key = key(a.Account, a.Resource, a.Kind)
	e.own(&a)
	return a, true
}

func readRegionSetting(ev event, e *Estate) (Alert, bool) {
	var s settings
	if decode(ev.Detail, &s); s.State == "" {
		return Alert{}, false
	}
	a := ev.alert("region setting")
	a.Title = "Types of resources that AWS Backup backs up were changed"
	a.Advice = "Nothing, if you know of the change. A bucket that a plan names is backed up all the same; one that is selected by its tag is not, once S3 is opted out (F-REG-1)."
	if s.ResourceTypeOptInPreference["S3"] == "false" {
		a.Action = Trigger
		a.Title = "S3 is opted out of AWS Backup"
		a.Advice = "Buckets that are selected by their tag are no longer backed up (F-REG-1). Opt S3 in again in AWS Backup's settings."
	}
	for _, resourceType := range slices.Sorted(maps.Keys(s.ResourceTypeOptInPreference)) {
		a.add(resourceType, s.ResourceTypeOptInPreference[resourceType].String())
	}
	a.Link = console(a.Region, "backup", "/settings")
	a.Key = key(a.Account, a.Region, a.Kind)
	e.own(&a)
	return a, true
}
