package config

import "slices"

// Tiers is the table of data classification tiers.
type Tiers []Tier

// builtinTiers returns the built-in rows. The numbers are days: the lock keeps object versions, the other
// columns keep backups. The caller may change what it gets.
func builtinTiers() Tiers {
	return Tiers{
		tier("standard_data", lock(15), nil, nil, nil, sharedKey),
		tier("sensitive_data", lock(15), pitr(15), nil, nil, dedicatedKey),
		tier("curated_data", lock(35), pitr(35), snapshots(365), nil, sharedKey),
		tier("curated_sensitive_data", lock(35), pitr(35), snapshots(365), nil, dedicatedKey),
		tier("critical_data", lock(35), pitr(35), nil, copies(1825), sharedKey),
		tier("critical_sensitive_data", lock(35), pitr(35), nil, copies(setByTheBusiness), dedicatedKey),
	}
}

const (
	sharedKey    = false
	dedicatedKey = true

	// setByTheBusiness is a retention without a default: no bucket can use the tier until backup.yaml sets
	// a number of days.
	setByTheBusiness = 0

	defaultCron         = "cron(5 2 * * ? *)"
	defaultSnapshotCron = "cron(5 5 * * ? *)"
)

func tier(name string, lock *ObjectLock, pitr *ContinuousBackup, snapshots SnapshotRules, copies *CopyToCentral, dedicatedKey bool) Tier {
	return Tier{
		Name:             name,
		ObjectLock:       lock,
		ContinuousBackup: pitr,
		SnapshotBackup:   snapshots,
		CopyToCentral:    copies,
		DedicatedKey:     dedicatedKey,
		Schedule: Schedule{
			Cron:                    defaultCron,
			Timezone:                "Etc/UTC",
			StartWindowMinutes:      60,
			CompletionWindowMinutes: 7 * 24 * 60,
		},
	}
}

func lock(days int) *ObjectLock { return &ObjectLock{Mode: Governance, Days: days} }

func pitr(days int) *ContinuousBackup { return &ContinuousBackup{DeleteAfterDays: days} }

func snapshots(days int) SnapshotRules {
	return SnapshotRules{{Name: SnapshotRule, DeleteAfterDays: days, Schedule: defaultSnapshotCron}}
}

func copies(days int) *CopyToCentral { return &CopyToCentral{DeleteAfterDays: days} }

// clone returns a deep copy.
func (t *Tier) clone() Tier {
	c := *t
	c.ObjectLock = clonePointer(t.ObjectLock)
	c.ContinuousBackup = clonePointer(t.ContinuousBackup)
	c.SnapshotBackup = t.SnapshotBackup.clone()
	c.CopyToCentral = clonePointer(t.CopyToCentral)
	c.VaultLock = clonePointer(t.VaultLock)
	c.MalwareScan = clonePointer(t.MalwareScan)
	c.AirGapped = clonePointer(t.AirGapped)
	return c
}

func clonePointer[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}

// BackedUp says whether the tier has backups. If not, Object Lock is all that it can have.
func (t *Tier) BackedUp() bool { return t.ContinuousBackup != nil || len(t.SnapshotBackup) > 0 }

// Copied says whether backups of the tier are copied to the central vault, those of one rule at least.
func (t *Tier) Copied() bool {
	return t.CopyToCentral != nil || slices.ContainsFunc(t.SnapshotBackup, func(s SnapshotBackup) bool { return s.CopyToCentral != nil })
}

// find returns the row of that name, or nil.
func (ts Tiers) find(name string) *Tier {
	for i := range ts {
		if ts[i].Name == name {
			return &ts[i]
		}
	}
	return nil
}

func (ts Tiers) names() []string {
	var names []string
	for i := range ts {
		if ts[i].Name != "" {
			names = append(names, ts[i].Name)
		}
	}
	return names
}

// NoncurrentDays is how long, in days, the buckets of the tier keep a version that is no longer the current one: as long as
// it is locked (F-OL-5). Without a lock it is as long as the longest point-in-time recovery, from which it could come back.
func (t *Tier) NoncurrentDays() int {
	if t.ObjectLock == nil {
		return MaxContinuousRetentionDays
	}
	return t.ObjectLock.Days
}

func (t *Tier) lockMode() string {
	if t.ObjectLock == nil {
		return ""
	}
	return t.ObjectLock.Mode
}

func (t *Tier) continuousDays() int {
	if t.ContinuousBackup == nil {
		return 0
	}
	return t.ContinuousBackup.DeleteAfterDays
}

// scanMode is the mode of the tier's malware scans. Empty: there are none.
func (t *Tier) scanMode() string {
	if t.MalwareScan == nil {
		return ""
	}
	return t.MalwareScan.Mode
}
