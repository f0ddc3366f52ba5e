// Package schedule reads the schedule expressions of AWS Backup and computes when they run.
//
// AWS Backup takes cron expressions of six fields (F-SCH-1):
//
//	cron(minutes hours day-of-month month day-of-week year)
//
// [Parse] reads one. Its times are computed from [FirstYear] on, never from today: the same
// backup.yaml must get the same answer tomorrow.
package schedule

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Schedule holds the six fields of an expression as sets of numbers.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
type Schedule struct {
	minute      int
	hours       []int // in order
	months      set   // from 1
	years       set   // from 0, minYear
	dates       set   // days of the month that are named by a number alone
	daysOfMonth []dayOfMonth
	daysOfWeek  []dayOfWeek
	lostStep    int // what LostStep returns
}

// set has numbers from 0 to 255: a check asks millions of times whether a date is in it.
type set [4]uint64

// setOf is the set of numbers of which each is lowered by base.
func setOf(numbers []int, base int) (s set) {
	for _, n := range numbers {
		s.add(n - base)
	}
	return s
}

// upTo is the set of the numbers from 1 to last.
func upTo(last int) (s set) {
	for n := range last {
		s.add(n + 1)
	}
	return s
}

func (s *set) add(n int)      { s[uint(n)/64] |= 1 << (uint(n) % 64) }
func (s *set) has(n int) bool { return s[uint(n)/64]>>(uint(n)%64)&1 != 0 }

// dayOfMonth is a day that a schedule names by L or W.
type dayOfMonth struct {
	day     int  // from 1; 0 is the last day of the month
	weekday bool // the nearest day from Monday to Friday in the same month
}

// dayOfWeek is a day that a schedule names by its place in the week.
type dayOfWeek struct {
	day  int // from 0, Sunday
	nth  int // of the month, from 1; 0 is every week
	last bool
}

// The years that AWS accepts.
const (
	minYear = 1970
	maxYear = 2199
)

var (
	monthNames   = []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
	weekdayNames = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
)

// Parse reads a schedule expression. The error says what is wrong, as the end of a sentence that starts
// with the expression.
func Parse(expression string) (*Schedule, error) {
	if IsCutOff(expression) {
		return nil, errors.New("is cut off at a comma; put the expression in quotes")
	}
	if !strings.HasPrefix(expression, "cron(") || !strings.HasSuffix(expression, ")") {
		return nil, errors.New("is not a cron expression, the only form that AWS Backup accepts")
	}
	fields := strings.Fields(strings.ToUpper(strings.TrimSuffix(strings.TrimPrefix(expression, "cron("), ")")))
	if len(fields) != 6 {
		return nil, errors.New("needs six fields: minutes, hours, day of month, month, day of week, year")
	}
	if (fields[2] == "?") == (fields[4] == "?") {
		return nil, errors.New(`needs one "?", as day of month or as day of week`)
	}
	minutes, err := numbers(fields[0], "minutes", 0, 59, nil)
	if err == nil && len(minutes) > 1 {
		err = errors.New("runs more than once an hour, which AWS Backup does not allow")
	}
	if err != nil {
		return nil, err
	}
	s := &Schedule{minute: minutes[0]}
	if s.hours, err = numbers(fields[1], "hours", 0, 23, nil); err != nil {
		return nil, err
	}
	if s.dates, s.daysOfMonth, err = daysOfMonth(fields[2]); err != nil {
		return nil, err
	}
	months, err := numbers(fields[3], "month", 1, 12, monthNames)
	if err != nil {
		return nil, err
	}
	if s.daysOfWeek, err = daysOfWeek(fields[4]); err != nil {
		return nil, err
	}
	years, err := numbers(fields[5], "year", minYear, maxYear, nil)
	if err != nil {
		return nil, err
	}
	s.months, s.years = setOf(months, 0), setOf(years, minYear)
	if start, step, stepped := strings.Cut(fields[1], "/"); stepped && start != "*" && len(s.hours) == 1 {
		s.lostStep = number(step, 0, nil)
	}
	return s, nil
}

// IsCutOff says whether a value is only the first part of a cron expression, up to a comma: in braces,
// YAML ends a value without quotes there.
func IsCutOff(value string) bool {
	return strings.HasPrefix(value, "cron(") && !strings.Contains(value, ")")
}

// LostStep returns a step of hours that never takes effect, as in cron(5 20/12 * * ? *): AWS Backup counts
// from that hour to midnight, every day again, so the schedule runs once a day. Zero: there is none.
func (s *Schedule) LostStep() (step, hour int) {
	if s.lostStep <= 1 {
		return 0, 0
	}
	return s.lostStep, s.hours[0]
}

// numbers reads a list of numbers, ranges and steps, such as 2,8-12,14/3, or *. names stand for the
// numbers from low on.
func numbers(field, name string, low, high int, names []string) ([]int, error) {
	var set []int
	for item := range strings.SplitSeq(field, ",") {
		span, step, stepped := strings.Cut(item, "/")
		first, last, ranged := strings.Cut(span, "-")
		from, to, every := low, high, 1
		if span != "*" {
			from = number(first, low, names)
			if !stepped {
				to = from
			}
			if ranged {
				to = number(last, low, names)
			}
		}
		if stepped {
			every = number(step, 0, nil)
		}
		switch {
		case from < low || from > high || to < low || to > high || every < 1 || every > high:
			return nil, fmt.Errorf("has %q as %s, outside %s", item, name, bounds(low, high, names))
		case from > to:
			return nil, fmt.Errorf("has the range %s, which ends before it starts", item)
		}
		for n := from; n <= to; n += every {
			set = append(set, n)
		}
	}
	slices.Sort(set)
	return slices.Compact(set), nil
}

func bounds(low, high int, names []string) string {
	text := strconv.Itoa(low) + " to " + strconv.Itoa(high)
	if names != nil {
		text += " or " + names[0] + " to " + names[len(names)-1]
	}
	return text
}

// number reads digits or a name, or returns -1.
func number(text string, low int, names []string) int {
	if i := slices.Index(names, text); i >= 0 {
		return low + i
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return -1
	}
	return int(n)
}

// daysOfMonth reads numbers, L for the last day, and 15W for the weekday that is nearest to the 15th.
func daysOfMonth(field string) (dates set, others []dayOfMonth, err error) {
	if field == "?" {
		return set{}, nil, nil
	}
	var plain []int
	for item := range strings.SplitSeq(field, ",") {
		day, nearest := strings.CutSuffix(item, "W")
		if item == "L" || item == "LW" {
			others = append(others, dayOfMonth{0, nearest})
			continue
		}
		days, err := numbers(day, "day of month", 1, 31, nil)
		if err == nil && nearest && strings.Trim(day, "0123456789") != "" {
			err = fmt.Errorf("has %q as day of month; W follows one day, as in 15W", item)
		}
		switch {
		case err != nil:
			return set{}, nil, err
		case nearest:
			others = append(others, dayOfMonth{days[0], true})
		default:
			plain = append(plain, days...)
		}
	}
	return setOf(plain, 0), others, nil
}

// daysOfWeek reads numbers from 1 for Sunday, L for the last day of the week, 6L for the last Friday
// and 6#3 for the third Friday of the month.
func daysOfWeek(field string) ([]dayOfWeek, error) {
	if field == "?" {
		return nil, nil
	}
	if strings.Contains(field, "#") && strings.Contains(field, ",") {
		return nil, errors.New(`has a list as day of week; with "#" only one day is allowed`)
	}
	var days []dayOfWeek
	for item := range strings.SplitSeq(field, ",") {
		span, nth, counted := strings.Cut(item, "#")
		span, last := strings.CutSuffix(span, "L")
		if item == "L" {
			span, last = "7", false
		}
		set, err := numbers(span, "day of week", 1, 7, weekdayNames)
		count := 0
		if counted {
			count = number(nth, 0, nil)
		}
		if err == nil && (counted && (count < 1 || count > 5) || (counted || last) && len(set) != 1 || counted && last) {
			err = fmt.Errorf("has %q as day of week; want one day before L or #, as in 6L and 6#3, and 1 to 5 after #", item)
		}
		if err != nil {
			return nil, err
		}
		for _, d := range set {
			days = append(days, dayOfWeek{d - 1, count, last})
		}
	}
	return days, nil
}
