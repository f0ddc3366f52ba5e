package config

import (
	"time"

	"github.com/hashicorp/cronexpr"
)

// Schedules are looked at from the year of this release on. There is no clock here: the same
// backup.yaml must be answered the same tomorrow.
const (
	firstYear = 2026
	// overlapYears is how far ahead overlaps are searched: in eleven years every date, but for the
	// 29th of February, has been every day of the week.
	overlapYears = 11
	// intervalYears is how far ahead the longest time between two runs is searched.
	intervalYears = 2
)

// from is the last second before the schedules are looked at, in a time zone.
func from(zone *time.Location) time.Time {
	return time.Date(firstYear, time.January, 1, 0, 0, -1, 0, zone)
}

// comes says whether a schedule has any time at all.
func comes(schedule *cronexpr.Expression) bool { return !schedule.Next(from(time.UTC)).IsZero() }

// overlap returns the first times at which the start windows of two schedules overlap, in order;
// found says whether there are any.
func overlap(a, b *cronexpr.Expression, zone *time.Location, window time.Duration) (first, second time.Time, found bool) {
	nextA, nextB := a.Next(from(zone)), b.Next(from(zone))
	for end := from(zone).AddDate(overlapYears, 0, 0); !nextA.IsZero() && !nextB.IsZero() && nextA.Before(end); {
		first, second = nextA, nextB
		if nextB.Before(nextA) {
			first, second = nextB, nextA
		}
		if second.Sub(first) <= window { // "by more than the start window" (F-SCH-5)
			return first, second, true
		}
		if nextA.Before(nextB) {
			nextA = a.Next(nextA)
		} else {
			nextB = b.Next(nextB)
		}
	}
	return time.Time{}, time.Time{}, false
}

// longestInterval is the longest time between two runs of a schedule, by the clock on the wall.
func longestInterval(schedule *cronexpr.Expression) time.Duration {
	end := from(time.UTC).AddDate(intervalYears, 0, 0)
	longest := time.Duration(0)
	last := schedule.Next(from(time.UTC))
	for !last.IsZero() && last.Before(end) {
		next := schedule.Next(last)
		if next.IsZero() {
			break
		}
		longest = max(longest, next.Sub(last))
		last = next
	}
	return longest
}

// changesClocks says whether a time zone has summer time, or another change of its clocks.
func changesClocks(zone *time.Location) bool {
	_, first := from(zone).Zone()
	for month := range 24 {
		if _, offset := from(zone).AddDate(0, month, 0).Zone(); offset != first {
			return true
		}
	}
	return false
}
