package schedule

import (
	"sync"
	"time"
)

// date is a date with what a schedule asks about it.
type date struct {
	year, month, day int // month and day from 1
	last             int // day of the month
	weekday          int // from 0, Sunday
}

// calendar lists so many dates from the start of [FirstYear], or those to the last year in which a schedule can run.
func calendar(days int) []date {
	all := allDates()
	return all[:min(max(days, 0), len(all))]
}

// allDates are computed once: a check of many schedules looks at millions of dates.
var allDates = sync.OnceValue(func() []date {
	first := time.Date(FirstYear, time.January, 1, 0, 0, 0, 0, time.UTC)
	all := make([]date, 0, 366*(maxYear-FirstYear+1))
	weekday := int(first.Weekday())
	for year := FirstYear; year <= maxYear; year++ {
		for month := 1; month <= 12; month++ {
			last := time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
			for day := 1; day <= last; day++ {
				all = append(all, date{year, month, day, last, weekday})
				weekday = (weekday + 1) % 7
			}
		}
	}
	return all
})
