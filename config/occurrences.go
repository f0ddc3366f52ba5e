package config

import "time"

// Schedules are looked at from the year of this release on. There is no clock here: the same
// backup.yaml must be answered the same tomorrow.
const firstYear = 2026

// from is the last second before the schedules are looked at, in a time zone.
func from(zone *time.Location) time.Time {
	return time.Date(firstYear, time.January, 1, 0, 0, -1, 0, zone)
}

// comes says whether a schedule has any time at all.
func (s *schedule) comes() bool { return !s.Next(from(time.UTC)).IsZero() }

// overlap returns times at which the start windows of two schedules overlap, in order; found says
// whether there are any. It asks of each time whether the other schedule has one near, and is done as
// soon as one of the two has no more: a monthly rule is compared with an hourly one in as many steps
// as there are months.
func overlap(a, b *schedule, zone *time.Location, window time.Duration) (first, second time.Time, found bool) {
	years := 1 // in which the clocks change as in every other year
	if a.ofDates || b.ofDates {
		years = 11 // in which every date, but for the 29th of February, is every day of the week
	}
	end := from(zone).AddDate(years, 0, 0)
	ofA, ofB := a.Next(from(zone)), b.Next(from(zone))
	for !ofA.IsZero() && !ofB.IsZero() && ofA.Before(end) && ofB.Before(end) {
		if first, second, found = b.near(ofA, window); found {
			return first, second, true
		}
		if first, second, found = a.near(ofB, window); found {
			return first, second, true
		}
		ofA, ofB = a.Next(ofA), b.Next(ofB)
	}
	return time.Time{}, time.Time{}, false
}

// near returns a time and one of the schedule that is no more than a window before or after it, in
// order: to be apart, two must be so "by more than the start window" (F-SCH-5).
func (s *schedule) near(t time.Time, window time.Duration) (first, second time.Time, found bool) {
	other := s.Next(t.Add(-window - time.Second))
	found = !other.IsZero() && !other.After(t.Add(window))
	if other.Before(t) {
		return other, t, found
	}
	return t, other, found
}

// longestInterval is the longest time between two runs, by the clock on the wall.
func (s *schedule) longestInterval() time.Duration {
	end := from(time.UTC).AddDate(0, 0, 15) // two weeks, in which each day of the week meets itself
	if s.ofDates {
		end = from(time.UTC).AddDate(2, 0, 0)
	}
	longest := time.Duration(0)
	for last := from(time.UTC); last.Before(end); {
		next := s.Next(last)
		if next.IsZero() {
			return max(longest, end.Sub(last))
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
