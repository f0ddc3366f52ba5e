package alert

import (
	"maps"
	"slices"
)

// settings is the detail of a change of a vault, a plan or the settings of a Region (F-EVT-7). Only
// CloudTrail's event says who made it.
type settings struct {
	State                       text
	BackupVaultName             text
	IsLocked                    text
	BackupPlanID                text
	ResourceTypeOptInPreference map[string]text
}

const adviceChange = "No action is needed if you know of this change. CloudTrail shows who made it."

func readVault(ev event, f *Fleet) (Alert, bool) {
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
		a.Advice = "The vault was empty: AWS deletes no other (F-LOCK-11). Backups and copies into it now fail. Deploy the stack " +
			"again with --revert-drift to create it again."
	case s.State == "MODIFIED" && s.IsLocked == "false":
		a.Action = Trigger
		a.Title = "Backup vault is no longer locked"
		a.Advice = "Its recovery points can now be deleted. Deploy the stack again with --revert-drift to restore the lock. " +
			"CloudTrail shows who removed it."
	case s.State == "MODIFIED":
		a.Title = "Backup vault modified"
		a.Advice = adviceChange
	default:
		return Alert{}, false
	}
	a.add("State", s.State.String())
	a.add("Locked", s.IsLocked.String())
	a.Link = vaultPage(a.Region, a.Vault)
	a.Key = key(a.Account, a.Vault, a.Kind)
	f.own(&a, ev.resource().String())
	return a, true
}

func readPlan(ev event, f *Fleet) (Alert, bool) {
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
		a.Advice = "The plan no longer backs up its buckets. Deploy the stack again with --revert-drift to create it again. " +
			"CloudTrail shows who deleted it."
	case "MODIFIED":
		a.Title = "Backup plan modified"
		a.Advice = adviceChange
	default:
		return Alert{}, false
	}
	a.add("State", s.State.String())
	a.Link = console(a.Region, "backup", "/backupplan/details", a.Resource)
	a.Key = key(a.Account, a.Resource, a.Kind)
	f.own(&a)
	return a, true
}

// regionSetting is the kind of the alerts about a Region's settings.
const regionSetting = "region setting"

func readRegionSetting(ev event, f *Fleet) (Alert, bool) {
	var s settings
	if decode(ev.Detail, &s); s.State == "" {
		return Alert{}, false
	}
	a := ev.alert(regionSetting)
	a.Title = "Resource types that AWS Backup protects were changed"
	a.Advice = "No action is needed if you know of this change. The plans of this app back up their buckets whatever is opted " +
		"in (F-REG-1)."
	if s.ResourceTypeOptInPreference["S3"] == "false" {
		a.Action = Trigger
		a.Title = "S3 is opted out of AWS Backup"
		a.Advice = calls["UpdateRegionSettings"].advice
	}
	for _, resourceType := range slices.Sorted(maps.Keys(s.ResourceTypeOptInPreference)) {
		a.add(resourceType, s.ResourceTypeOptInPreference[resourceType].String())
	}
	a.Link = console(a.Region, "backup", "/settings")
	a.Key = key(a.Account, a.Region, a.Kind)
	f.own(&a)
	return a, true
}
