package schedule

import (
	"slices"
	"time"
)

// FirstYear is the year from which times are computed. It is fixed, because the same backup.yaml must get
// the same answer tomorrow. As years pass, the computed times include past ones; that makes a check less
// strict, never wrong.
const FirstYear = 2026

// ofDates says whether a schedule depends on dates. If not, all weeks are alike.
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

// These numbers of days show everything about a schedule. One year has all clock changes. In eleven years
// every date, except the 29th of February, falls on every day of the week.
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
	// The nearest weekday in the same month.
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

// times lists when a schedule runs, in order, for a number of days from the start of FirstYear.
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

// Count says how often a schedule runs in so many days from the start of [FirstYear].
func (s *Schedule) Count(days int) int {
	n := 0
	for day := range days {
		if s.runsOn(firstDate.AddDate(0, 0, day)) {
			n += len(s.hours)
		}
	}
	return n
}

// Windows are the times in which the jobs of a schedule start: from each run on, for a while.
type Windows struct {
	// Schedule of the runs.
	Schedule *Schedule
	// Length of each window.
	Length time.Duration
}

// Overlap returns the first two times, in order, at which the start windows of two schedules overlap.
// found says whether there are any.
func Overlap(a, b Windows, zone *time.Location) (first, second time.Time, found bool) {
	// Most schedules that overlap do so within a month.
	for _, days := range []int{aMonth, max(a.Schedule.horizon(), b.Schedule.horizon())} {
		if first, second, found = meet(a.Schedule.times(zone, days), b.Schedule.times(zone, days), a.Length, b.Length); found {
			break
		}
	}
	return first, second, found
}

// meet returns the first two times that are no more than the start window of the earlier one apart (F-SCH-5).
func meet(a, b []time.Time, windowA, windowB time.Duration) (first, second time.Time, found bool) {
	for len(a) > 0 && len(b) > 0 {
		first, second = a[0], b[0]
		window := windowA
		if second.Before(first) {
			first, second, window = second, first, windowB
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

// LongestInterval is the longest time between two runs, by the wall clock. The time before the first run
// and after the last one counts too.
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
