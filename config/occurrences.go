package config

import (
	"slices"
	"time"
)

// firstYear is where looking ahead starts, since there is no clock here: the same backup.yaml must be
// answered the same tomorrow. Earlier years are past for whoever reads the answer; that later ones
// become so makes a check less strict, never wrong.
const firstYear = 2026

// ofDates says whether a schedule depends on dates; else every week is like the next.
func (s *schedule) ofDates() bool {
	byWeekday := !slices.ContainsFunc(s.daysOfWeek, func(d dayOfWeek) bool { return d.nth > 0 || d.last })
	everyDay := s.daysOfMonth == nil || len(s.daysOfMonth) == 31
	return !byWeekday || !everyDay || len(s.months) < 12 || s.pauses() > 0
}

// pauses returns the first year from now on in which a schedule does not run, or 0.
func (s *schedule) pauses() int {
	for y := firstYear; y <= maxYear; y++ {
		if _, runs := slices.BinarySearch(s.years, y); !runs {
			return y
		}
	}
	return 0
}

// horizon is how many years ahead a schedule has to be looked at to know it: one, in which the clocks
// change as in every other, or eleven, in which every date but for the 29th of February has been
// every day of the week.
func (s *schedule) horizon() int {
	if s.ofDates() {
		return 11
	}
	return 1
}

// runsOn says whether a schedule has times on a date.
func (s *schedule) runsOn(date time.Time) bool {
	if !slices.Contains(s.months, int(date.Month())) {
		return false
	}
	if _, runs := slices.BinarySearch(s.years, date.Year()); !runs {
		return false
	}
	last := lastDay(date)
	for _, d := range s.daysOfMonth {
		if d.on(date, last) {
			return true
		}
	}
	for _, d := range s.daysOfWeek {
		if int(date.Weekday()) == d.day && (d.nth == 0 || (date.Day()+6)/7 == d.nth) && (!d.last || date.Day()+7 > last) {
			return true
		}
	}
	return false
}

func lastDay(date time.Time) int {
	return time.Date(date.Year(), date.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func (d dayOfMonth) on(date time.Time, last int) bool {
	day := d.day
	if day == 0 {
		day = last
	}
	if !d.weekday || day > last {
		return date.Day() == day
	}
	// The weekday that is nearest, but not in another month.
	switch time.Date(date.Year(), date.Month(), day, 0, 0, 0, 0, time.UTC).Weekday() {
	case time.Saturday:
		if day--; day == 0 {
			day = 3
		}
	case time.Sunday:
		if day++; day > last {
			day = last - 2
		}
	}
	return date.Day() == day
}

// times lists when a schedule runs, from the first year on for a number of years, in order.
func (s *schedule) times(zone *time.Location, years int) []time.Time {
	var times []time.Time
	end := time.Date(firstYear+years, time.January, 1, 0, 0, 0, 0, time.UTC)
	for date := firstDate; date.Before(end); date = date.AddDate(0, 0, 1) {
		if !s.runsOn(date) {
			continue
		}
		for _, hour := range s.hours {
			times = append(times, time.Date(date.Year(), date.Month(), date.Day(), hour, s.minute, 0, 0, zone))
		}
	}
	return times
}

var firstDate = time.Date(firstYear, time.January, 1, 0, 0, 0, 0, time.UTC)

// comes says whether a schedule has any time at all.
func (s *schedule) comes() bool {
	for date := firstDate; date.Year() <= maxYear; date = date.AddDate(0, 0, 1) {
		if s.runsOn(date) {
			return true
		}
	}
	return false
}

// overlap returns the first times at which the start windows of two schedules overlap, in order;
// found says whether there are any. To be apart, two must be so "by more than the start window" (F-SCH-5).
func overlap(a, b *schedule, zone *time.Location, window time.Duration) (first, second time.Time, found bool) {
	years := max(a.horizon(), b.horizon())
	ofA, ofB := a.times(zone, years), b.times(zone, years)
	for len(ofA) > 0 && len(ofB) > 0 {
		first, second = ofA[0], ofB[0]
		if second.Before(first) {
			first, second = second, first
		}
		if second.Sub(first) <= window {
			return first, second, true
		}
		if first.Equal(ofA[0]) {
			ofA = ofA[1:]
		} else {
			ofB = ofB[1:]
		}
	}
	return time.Time{}, time.Time{}, false
}

// longestInterval is the longest time between two runs, by the clock on the wall.
func (s *schedule) longestInterval() time.Duration {
	years := s.horizon()
	longest, last := time.Duration(0), firstDate
	for _, t := range append(s.times(time.UTC, years), firstDate.AddDate(years, 0, 0)) {
		longest = max(longest, t.Sub(last))
		last = t
	}
	return longest
}
