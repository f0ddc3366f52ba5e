package config

import (
	"slices"
	"strconv"
	"strings"
)

// schedule is a schedule expression of AWS Backup that was read: the six fields of AWS's dialect, as
// sets of numbers. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
type schedule struct {
	minute        int
	hours         []int // in order
	months, years []int // in order, months from 1
	daysOfMonth   []dayOfMonth
	daysOfWeek    []dayOfWeek
}

// dayOfMonth is one of the days that a schedule names by their date.
type dayOfMonth struct {
	day     int  // from 1; 0 is the last of the month
	weekday bool // or the day from Monday to Friday that is nearest, in the same month
}

// dayOfWeek is one of the days that a schedule names by their place in the week.
type dayOfWeek struct {
	day  int // from 0, Sunday
	nth  int // of the month, from 1; 0 is every one
	last bool
}

// The years that AWS takes.
const (
	minYear = 1970
	maxYear = 2199
)

var (
	monthNames   = []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
	weekdayNames = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
)

// cron returns what is wrong with a schedule expression, or "" (F-SCH-1).
func cron(expression string) string {
	_, fault := parseCron(expression)
	return fault
}

// parseCron reads a schedule expression, or says what is wrong with it.
func parseCron(expression string) (s *schedule, fault string) {
	if isCutOff(expression) {
		return nil, "is cut off: in braces a comma ends a value that is not in quotes"
	}
	if !strings.HasPrefix(expression, "cron(") || !strings.HasSuffix(expression, ")") {
		return nil, "is not a cron expression, the only form that AWS Backup takes"
	}
	fields := cronFields(expression)
	if len(fields) != 6 {
		return nil, "does not have six fields: minutes, hours, day of month, month, day of week, year"
	}
	if (fields[2] == "?") == (fields[4] == "?") {
		return nil, `needs "?" as day of month or as day of week, and not as both`
	}
	minutes, fault := numbers(fields[0], "minutes", 0, 59, nil)
	if fault == "" && len(minutes) > 1 {
		fault = "can run more than once an hour, more often than AWS Backup does"
	}
	if fault != "" {
		return nil, fault
	}
	s = &schedule{minute: minutes[0]}
	if s.hours, fault = numbers(fields[1], "hours", 0, 23, nil); fault != "" {
		return nil, fault
	}
	if s.daysOfMonth, fault = daysOfMonth(fields[2]); fault != "" {
		return nil, fault
	}
	if s.months, fault = numbers(fields[3], "month", 1, 12, monthNames); fault != "" {
		return nil, fault
	}
	if s.daysOfWeek, fault = daysOfWeek(fields[4]); fault != "" {
		return nil, fault
	}
	if s.years, fault = numbers(fields[5], "year", minYear, maxYear, nil); fault != "" {
		return nil, fault
	}
	return s, ""
}

// cronFields lists what stands between the brackets.
func cronFields(expression string) []string {
	return strings.Fields(strings.ToUpper(strings.TrimSuffix(strings.TrimPrefix(expression, "cron("), ")")))
}

// isCutOff says whether a value is the first part of a cron expression, up to a comma.
func isCutOff(value string) bool {
	return strings.HasPrefix(value, "cron(") && !strings.Contains(value, ")")
}

// numbers reads a list of numbers, ranges and steps, such as 2,8-12,14/3, or *. Names stand for the
// numbers from low on.
func numbers(field, name string, low, high int, names []string) (set []int, fault string) {
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
			return nil, "has " + strconv.Quote(item) + " as " + name + ", which goes from " + bounds(low, high, names)
		case from > to:
			return nil, "has a range that ends before it starts, " + item
		}
		for n := from; n <= to; n += every {
			set = append(set, n)
		}
	}
	slices.Sort(set)
	return slices.Compact(set), ""
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
func daysOfMonth(field string) (days []dayOfMonth, fault string) {
	if field == "?" {
		return nil, ""
	}
	for item := range strings.SplitSeq(field, ",") {
		day, nearest := strings.CutSuffix(item, "W")
		if item == "L" || item == "LW" {
			days = append(days, dayOfMonth{0, nearest})
			continue
		}
		set, fault := numbers(day, "day of month", 1, 31, nil)
		if fault == "" && nearest && strings.Trim(day, "0123456789") != "" {
			fault = "has " + strconv.Quote(item) + " as day of month, where W follows a single day"
		}
		if fault != "" {
			return nil, fault
		}
		for _, d := range set {
			days = append(days, dayOfMonth{d, nearest})
		}
	}
	return days, ""
}

// daysOfWeek reads numbers from 1 for Sunday, L for the last day of the week, 6L for the last Friday
// and 6#3 for the third Friday of the month.
func daysOfWeek(field string) (days []dayOfWeek, fault string) {
	if field == "?" {
		return nil, ""
	}
	if strings.Contains(field, "#") && strings.Contains(field, ",") {
		return nil, "has a list with # as day of week, which takes one such day alone"
	}
	for item := range strings.SplitSeq(field, ",") {
		span, nth, counted := strings.Cut(item, "#")
		span, last := strings.CutSuffix(span, "L")
		if item == "L" {
			span, last = "7", false
		}
		set, fault := numbers(span, "day of week", 1, 7, weekdayNames)
		count := 0
		if counted {
			count = number(nth, 0, nil)
		}
		if fault == "" && (counted && (count < 1 || count > 5) || (counted || last) && len(set) != 1 || counted && last) {
			fault = "has " + strconv.Quote(item) + " as day of week, where # takes 1 to 5 and follows a single day, as L does"
		}
		if fault != "" {
			return nil, fault
		}
		for _, d := range set {
			days = append(days, dayOfWeek{d - 1, count, last})
		}
	}
	return days, ""
}
