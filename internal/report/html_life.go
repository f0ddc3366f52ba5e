package report

import (
	"fmt"
	"math"
	"strings"
)

// life is the picture of a tier: its spans on a logarithmic axis from one minute to years. Lengths across are in percent, so
// that the picture is as wide as the page and its text keeps its size on a phone.
type life struct {
	Tier
	Height int
	Axis   int // y of the axis
	Ticks  []tick
	Bars   []bar
	// Summary is the picture in words.
	Summary string
}

type tick struct {
	X     string
	Label string
	// Anchor of the label.
	Anchor string
	// Wide says that narrow pages have no room for the label.
	Wide bool
}

// bar is a row of the picture.
type bar struct {
	Y, TextY, BarY int
	Class          string
	X, Width       string
	// LowCost is where the low-cost tier begins.
	LowCost, LowCostWidth string
	Label, Says           string
}

const (
	lifeRow    = 44
	lifeTop    = 24
	minutesDay = 24 * 60
	// The axis ends after ten years, or with the longest span of the report.
	axisYears = 10
)

// lives are the pictures of all tiers, on the same axis, so that they can be compared.
func lives(r *Report) []life {
	longest := axisYears * 365
	for _, t := range r.Tiers {
		for _, s := range t.Spans {
			longest = max(longest, s.Days)
		}
		for _, l := range t.Locks() {
			longest = max(longest, l.MaxDays)
		}
	}
	axis := axis{longest * minutesDay}
	var list []life
	for _, t := range r.Tiers {
		list = append(list, axis.draw(t))
	}
	return list
}

// axis is a logarithmic axis from one minute to a number of minutes.
type axis struct{ end int }

// at is where an age is, in percent of the width.
func (a axis) at(minutes int) float64 {
	return math.Log(float64(max(minutes, 1))) / math.Log(float64(a.end)) * 100
}

func (a axis) draw(t Tier) life {
	l := life{Tier: t, Axis: lifeTop}
	var words []string
	for _, s := range t.Spans {
		from, until := s.FromMinutes, s.Days*minutesDay
		b := a.bar(from, until)
		b.Class = string(s.Kind)
		b.Label = spanName(s.Kind, s.Rule)
		b.Says = fmt.Sprintf("deleted after %s", long(s.Days))
		switch s.Kind {
		case ObjectLockSpan:
			b.Says = fmt.Sprintf("%s mode for %s", s.Mode, long(s.Days))
		case PITRSpan:
			b.Says = fmt.Sprintf("any second of %s", long(s.Days))
		}
		if s.Central {
			b.Label += ", central account"
		}
		if s.LowCostAfterDays > 0 {
			start := a.at(s.LowCostAfterDays * minutesDay)
			b.LowCost, b.LowCostWidth = percent(start), percent(a.at(until)-start)
			b.Says += fmt.Sprintf(", in the low-cost tier after %s", days(s.LowCostAfterDays))
		}
		l.Bars = append(l.Bars, b)
		words = append(words, b.Label+": "+b.Says)
	}
	for _, lock := range t.Locks() {
		until := lock.MaxDays * minutesDay
		if lock.MaxDays == 0 {
			until = a.end
		}
		b := a.bar(max(lock.MinDays, 1)*minutesDay, until)
		b.Class, b.Label, b.Says = "range", "Lock of "+lock.Of, lock.String()
		l.Bars = append(l.Bars, b)
		words = append(words, b.Label+": "+b.Says)
	}
	for i := range l.Bars {
		b := &l.Bars[i]
		b.Y = lifeTop + 8 + i*lifeRow
		b.TextY, b.BarY = b.Y+14, b.Y+22
	}
	l.Height = lifeTop + 8 + len(l.Bars)*lifeRow
	l.Ticks = a.ticks()
	l.Summary = strings.Join(words, ". ")
	return l
}

// enteredLock is the lock of a vault that backups of a tier enter.
type enteredLock struct {
	Of string
	Lock
}

// Locks are those that backups of the tier meet: first that in the workloads' accounts. Vaults of the central account are named
// where there are several.
func (t Tier) Locks() []enteredLock {
	var all []enteredLock
	if t.VaultLock != nil {
		all = append(all, enteredLock{"the tier's vault", *t.VaultLock})
	}
	for _, l := range t.CentralLocks {
		of := "the central vault"
		if len(t.CentralLocks) > 1 {
			of = placedVault(l.Vault)
		}
		all = append(all, enteredLock{of, l.Lock})
	}
	return all
}

func (a axis) bar(from, until int) bar {
	start, end := a.at(from), a.at(until)
	return bar{X: percent(start), Width: percent(max(end-start, 0.5))}
}

func (a axis) ticks() []tick {
	const year = 365 * minutesDay
	var list []tick
	for _, t := range []struct {
		minutes int
		label   string
		wide    bool
	}{
		{1, "1 min", false}, {15, "15 min", true}, {60, "1 h", false}, {minutesDay, "1 d", false}, {7 * minutesDay, "7 d", false},
		{30 * minutesDay, "30 d", false}, {90 * minutesDay, "90 d", true}, {year, "1 y", false}, {3 * year, "3 y", true}, {10 * year, "10 y",
			false},
	} {
		at := a.at(t.minutes)
		anchor := "middle"
		switch {
		case at < 1:
			anchor = "start"
		case at > 98:
			anchor = "end"
		}
		list = append(list, tick{X: percent(at), Label: t.label, Anchor: anchor, Wide: t.wide})
	}
	return list
}

func percent(f float64) string { return fmt.Sprintf("%.2f%%", f) }
