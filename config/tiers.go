package config

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

func tier(name string, lock ObjectLock, pitr *ContinuousBackup, snapshots *SnapshotBackup, copies *CopyToCentral, dedicatedKey bool) Tier {
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

func lock(days int) ObjectLock { return ObjectLock{Mode: Governance, Days: days} }

func pitr(days int) *ContinuousBackup { return &ContinuousBackup{DeleteAfterDays: days} }

func snapshots(days int) *SnapshotBackup {
	return &SnapshotBackup{DeleteAfterDays: days, Schedule: defaultSnapshotCron}
}

func copies(days int) *CopyToCentral { return &CopyToCentral{DeleteAfterDays: days} }

// clone returns a deep copy.
func (t *Tier) clone() Tier {
	c := *t
	c.ContinuousBackup = clonePointer(t.ContinuousBackup)
	c.SnapshotBackup = clonePointer(t.SnapshotBackup)
	c.CopyToCentral = clonePointer(t.CopyToCentral)
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

// BackedUp says whether the tier has backups. If not, it has only Object Lock.
func (t *Tier) BackedUp() bool { return t.ContinuousBackup != nil || t.SnapshotBackup != nil }

// Copied says whether the tier's backups are copied to the central vault.
func (t *Tier) Copied() bool { return t.CopyToCentral != nil }

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

func (t *Tier) continuousDays() int {
	if t.ContinuousBackup == nil {
		return 0
	}
	return t.ContinuousBackup.DeleteAfterDays
}

func (t *Tier) snapshotDays() int {
	if t.SnapshotBackup == nil {
		return 0
	}
	return t.SnapshotBackup.DeleteAfterDays
}

func (t *Tier) snapshotCron() string {
	if t.SnapshotBackup == nil {
		return ""
	}
	return t.SnapshotBackup.Schedule
}

func (t *Tier) copyDays() int {
	if t.CopyToCentral == nil {
		return 0
	}
	return t.CopyToCentral.DeleteAfterDays
}
