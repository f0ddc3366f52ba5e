package schedule

import (
	"slices"
	"time"
)

// FirstYear is where looking ahead starts, since there is no clock here: the same backup.yaml must be
// answered the same tomorrow. Earlier years are past for whoever reads the answer; that later ones
// become so makes a check less strict, never wrong.
const FirstYear = 2026

// ofDates says whether a schedule depends on dates; else every week is like the next.
func (s *Schedule) ofDates() bool {
	byWeekday := !slices.ContainsFunc(s.daysOfWeek, func(d dayOfWeek) bool { return d.nth > 0 || d.last })
	everyDay := s.daysOfMonth == nil || len(s.daysOfMonth) == 31
	return !byWeekday || !everyDay || len(s.months) < 12 || s.FirstYearWithout() > 0
}

// FirstYearWithout returns the first year, from [FirstYear] on, in which the year field keeps a
// schedule from running. Zero: there is none.
func (s *Schedule) FirstYearWithout() int {
	for y := FirstYear; y <= maxYear; y++ {
		if _, runs := slices.BinarySearch(s.years, y); !runs {
			return y
		}
	}
	return 0
}

// Days ahead that tell everything about a schedule: a year, in which the clocks change as in every
// other; where it depends on dates, eleven, in which every date but for the 29th of February has been
// every day of the week.
const (
	aMonth      = 31
	aYear       = 366
	elevenYears = 11*365 + 3
)

func (s *Schedule) horizon() int {
	if s.ofDates() {
		return elevenYears
	}
	return aYear
}

// runsOn says whether a schedule has times on a date.
func (s *Schedule) runsOn(date time.Time) bool {
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

// times lists when a schedule runs, from the first year on for a number of days, in order.
func (s *Schedule) times(zone *time.Location, days int) []time.Time {
	var times []time.Time
	for day := range days {
		date := firstDate.AddDate(0, 0, day)
		if !s.runsOn(date) {
			continue
		}
		for _, hour := range s.hours {
			times = append(times, time.Date(date.Year(), date.Month(), date.Day(), hour, s.minute, 0, 0, zone))
		}
	}
	return times
}

var firstDate = time.Date(FirstYear, time.January, 1, 0, 0, 0, 0, time.UTC)

// Runs says whether a schedule has any time at all from [FirstYear] on.
func (s *Schedule) Runs() bool {
	for date := firstDate; date.Year() <= maxYear; date = date.AddDate(0, 0, 1) {
		if s.runsOn(date) {
			return true
		}
	}
	return false
}

// Overlap returns the first times at which the start windows of two schedules overlap, in order;
// found says whether there are any. Most that do meet within a month.
func Overlap(a, b *Schedule, zone *time.Location, window time.Duration) (first, second time.Time, found bool) {
	for _, days := range []int{aMonth, max(a.horizon(), b.horizon())} {
		if first, second, found = meet(a.times(zone, days), b.times(zone, days), window); found {
			break
		}
	}
	return first, second, found
}

// meet returns the first two times that are not apart "by more than the start window" (F-SCH-5).
func meet(a, b []time.Time, window time.Duration) (first, second time.Time, found bool) {
	for len(a) > 0 && len(b) > 0 {
		first, second = a[0], b[0]
		if second.Before(first) {
			first, second = second, first
		}
		if second.Sub(first) <= window {
			return first, second, true
		}
		if first.Equal(a[0]) {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return time.Time{}, time.Time{}, false
}

// LongestInterval is the longest time between two runs, by the clock on the wall, with the time
// before the first and after the last one that is looked at.
func (s *Schedule) LongestInterval() time.Duration {
	const day = 24 * 60 // minutes
	first, final := s.hours[0]*60+s.minute, s.hours[len(s.hours)-1]*60+s.minute
	longest, last, days := 0, 0, s.horizon()
	for i := 1; i < len(s.hours); i++ {
		longest = max(longest, (s.hours[i]-s.hours[i-1])*60)
	}
	for d := range days {
		if s.runsOn(firstDate.AddDate(0, 0, d)) {
			longest = max(longest, d*day+first-last)
			last = d*day + final
		}
	}
	return time.Duration(max(longest, days*day-last)) * time.Minute
}
