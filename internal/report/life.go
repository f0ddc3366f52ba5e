package report

import (
	"cmp"
	"slices"

	"central-s3-backup/config"
)

// tier is the entry of a tier.
func (b *builder) tier(t *config.Tier) *Tier {
	i, there := b.tiers[t.Name]
	if !there {
		i = len(b.report.Tiers)
		b.tiers[t.Name] = i
		n := t.RecoveryPoints()
		of := Tier{
			Name: t.Name, DedicatedKey: t.DedicatedKey, RPOMinutes: t.RPOMinutes, RTOMinutes: t.RTOMinutes, Spans: spansOf(t),
			VaultLock: tierLock(t), CentralLocks: []CentralLock{},
			RecoveryPoints: RecoveryPoints{n.Continuous, n.Snapshots, n.Copies, n.KeptSnapshots, n.KeptCopies},
		}
		if t.AirGapped != nil { // the backups go there
			of.VaultLock = airGappedLock(t)
		}
		if t.MalwareScan != nil {
			of.Scan = t.MalwareScan.Mode
		}
		b.report.Tiers = append(b.report.Tiers, of)
	}
	return &b.report.Tiers[i]
}

// centralLock adds the lock of a vault that the tier is copied into, once.
func (t *Tier) centralLock(vault string, airGapped bool, lock *Lock) {
	if !slices.ContainsFunc(t.CentralLocks, func(l CentralLock) bool { return l.Vault == vault }) {
		t.CentralLocks = append(t.CentralLocks, CentralLock{vault, airGapped, *lock})
	}
}

// spansOf is the life of a tier's backups, the shortest span first.
func spansOf(t *config.Tier) []Span {
	spans := []Span{}
	if t.ObjectLock != nil {
		spans = append(spans, Span{Kind: ObjectLockSpan, Mode: t.ObjectLock.Mode, Days: t.ObjectLock.Days})
	}
	for _, r := range t.Rules() {
		s := Span{
			Kind: SnapshotSpan, Rule: r.Name, Schedule: r.Schedule, Timezone: t.Schedule.Timezone,
			FromMinutes: r.IntervalMinutes(), Days: r.DeleteAfterDays,
		}
		if r.Continuous {
			s.Kind, s.FromMinutes = PITRSpan, config.ContinuousRPOMinutes
		} else {
			s.LowCostAfterDays = lowCost(t, r.DeleteAfterDays)
		}
		spans = append(spans, s)
		if r.Copied {
			s.Kind, s.FromMinutes, s.Days, s.Central = CopySpan, r.IntervalMinutes(), r.CopyDeleteAfterDays, true
			s.LowCostAfterDays = lowCost(t, s.Days)
			spans = append(spans, s)
		}
	}
	slices.SortStableFunc(spans, func(a, b Span) int { return cmp.Compare(a.Days, b.Days) })
	return spans
}

// lowCost is the age, in days, at which backups that are kept so long move to the low-cost tier. Zero: never.
func lowCost(t *config.Tier, days int) int {
	if t.LowCostAfterDays > 0 && days > t.LowCostAfterDays {
		return t.LowCostAfterDays
	}
	return 0
}
