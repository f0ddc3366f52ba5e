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
	everyDay := s.daysOfWeek != nil || s.dates == upTo(31)
	return !byWeekday || !everyDay || s.months != upTo(12) || s.FirstYearWithout() > 0
}

// FirstYearWithout returns the first year, from [FirstYear] on, in which the year field keeps a
// schedule from running. Zero: there is none.
func (s *Schedule) FirstYearWithout() int {
	for y := FirstYear; y <= maxYear; y++ {
		if !s.years.has(y - minYear) {
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
func (s *Schedule) runsOn(d date) bool {
	if !s.months.has(d.month) || !s.years.has(d.year-minYear) {
		return false
	}
	if s.dates.has(d.day) {
		return true
	}
	for _, day := range s.daysOfMonth {
		if day.on(d) {
			return true
		}
	}
	for _, day := range s.daysOfWeek {
		if d.weekday == day.day && (day.nth == 0 || (d.day+6)/7 == day.nth) && (!day.last || d.day+7 > d.last) {
			return true
		}
	}
	return false
}

func (m dayOfMonth) on(d date) bool {
	day := m.day
	if day == 0 {
		day = d.last
	}
	if !m.weekday || day > d.last {
		return d.day == day
	}
	// The nearest weekday in the same month. 35 makes the number positive and changes no weekday.
	switch time.Weekday((d.weekday + day - d.day + 35) % 7) {
	case time.Saturday:
		if day--; day == 0 {
			day = 3
		}
	case time.Sunday:
		if day++; day > d.last {
			day = d.last - 2
		}
	}
	return d.day == day
}

// times lists when a schedule runs, in order, for a number of days from the start of FirstYear.
func (s *Schedule) times(zone *time.Location, days int) []time.Time {
	var times []time.Time
	for _, d := range calendar(days) {
		if !s.runsOn(d) {
			continue
		}
		for _, hour := range s.hours {
			times = append(times, time.Date(d.year, time.Month(d.month), d.day, hour, s.minute, 0, 0, zone))
		}
	}
	return times
}

// Runs says whether a schedule has any time at all from [FirstYear] on.
func (s *Schedule) Runs() bool { return slices.ContainsFunc(allDates(), s.runsOn) }

// Count says how often a schedule runs in so many days from the start of [FirstYear].
func (s *Schedule) Count(days int) int {
	n := 0
	for _, d := range calendar(days) {
		if s.runsOn(d) {
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
	for d, date := range calendar(days) {
		if s.runsOn(date) {
			longest = max(longest, d*day+first-last)
			last = d*day + final
		}
	}
	return time.Duration(max(longest, days*day-last)) * time.Minute
}
