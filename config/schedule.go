package config

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // for machines that have no time zones of their own

	"github.com/hashicorp/cronexpr"
)

// cron returns what is wrong with a schedule expression of AWS Backup, or "" (F-SCH-1).
func cron(expression string) string {
	_, fault := parseCron(expression)
	return fault
}

// The fields of a schedule expression.
const (
	minutesField = iota
	hoursField
	dayOfMonthField
	monthField
	dayOfWeekField
	yearField
	cronFields
)

// schedule is a schedule expression that was read.
type schedule struct {
	*cronexpr.Expression
	// ofDates: it depends on days of the month, months or years. Else every week is like the next.
	ofDates bool
}

// parseCron reads AWS's six fields, or says what is wrong with them. The library counts the days of
// the week from 0 and knows no year after 2099: what AWS counts from 1 and to 2199 is translated.
func parseCron(expression string) (*schedule, string) {
	fields := cronFieldsOf(expression)
	if fields == nil {
		return nil, "is not a cron expression, the only form that AWS Backup takes"
	}
	if len(fields) != cronFields {
		return nil, "does not have six fields: minutes, hours, day of month, month, day of week, year"
	}
	if (fields[dayOfMonthField] == "?") == (fields[dayOfWeekField] == "?") {
		return nil, `needs "?" as day of month or as day of week, and not as both`
	}
	for _, field := range []int{minutesField, hoursField, monthField, yearField} {
		if strings.Contains(fields[field], "?") {
			return nil, `has a "?" outside day of month and day of week`
		}
	}
	if strings.Trim(fields[minutesField], "0123456789") != "" {
		return nil, "can run more than once an hour, more often than AWS Backup does"
	}
	for _, field := range fields {
		if hasReversedRange(field) {
			return nil, "has a range that ends before it starts, in " + field
		}
	}
	weekdays, sound := weekdaysFrom0(fields[dayOfWeekField])
	if !sound {
		return nil, "has a day of week that is not 1 to 7 or SUN to SAT"
	}
	years, sound := yearsTo2099(fields[yearField])
	if !sound {
		return nil, "has a year that is not 1970 to 2199"
	}
	ofDates := strings.Trim(fields[dayOfMonthField]+fields[monthField]+years, "*?") != "" || strings.ContainsAny(weekdays, "#L")
	fields[dayOfWeekField], fields[yearField] = weekdays, years
	parsed, err := cronexpr.Parse("0 " + strings.Join(fields, " "))
	if err != nil {
		return nil, "is malformed (" + err.Error() + ")"
	}
	return &schedule{parsed, ofDates}, ""
}

// cronFieldsOf returns what stands between the brackets, or nil without them.
func cronFieldsOf(expression string) []string {
	inner, opened := strings.CutPrefix(expression, "cron(")
	inner, closed := strings.CutSuffix(inner, ")")
	if !opened || !closed {
		return nil
	}
	return append([]string{}, strings.Fields(inner)...)
}

var numericRange = regexp.MustCompile(`\b([0-9]+)-([0-9]+)\b`)

// hasReversedRange says whether a field has a range that ends before it starts. AWS documents none,
// and the library takes one for a time that never comes.
func hasReversedRange(field string) bool {
	field = monthNumbers.Replace(weekdayNumbers.Replace(strings.ToUpper(field)))
	return slices.ContainsFunc(numericRange.FindAllStringSubmatch(field, -1), func(match []string) bool {
		from, _ := strconv.Atoi(match[1]) // digits; a number too large is refused with its field
		to, _ := strconv.Atoi(match[2])
		return from > to
	})
}

var (
	weekdayNumbers = strings.NewReplacer("SUN", "1", "MON", "2", "TUE", "3", "WED", "4", "THU", "5", "FRI", "6", "SAT", "7")
	monthNumbers   = strings.NewReplacer("JAN", "1", "FEB", "2", "MAR", "3", "APR", "4", "MAY", "5", "JUN", "6", "JUL", "7", "AUG", "8", "SEP", "9", "OCT", "10", "NOV", "11", "DEC", "12")
	weekdayField   = regexp.MustCompile(`^(\*|\?|L|[1-7](-[1-7]|L|#[1-5])?)(/[1-7])?(,[1-7](-[1-7]|L|#[1-5])?(/[1-7])?)*$`)
	weekday        = regexp.MustCompile(`(^|[,-])[1-7]`)
)

// weekdaysFrom0 turns a day of week field, in which Sunday is 1, into one in which it is 0.
func weekdaysFrom0(field string) (string, bool) {
	field = weekdayNumbers.Replace(strings.ToUpper(field))
	if !weekdayField.MatchString(field) {
		return "", false
	}
	if field == "L" { // the last day of the week
		field = "7"
	}
	return weekday.ReplaceAllStringFunc(field, func(match string) string {
		last := len(match) - 1
		return match[:last] + string(match[last]-1)
	}), true
}

// lastYear is the last one that AWS takes in a schedule.
const lastYear = 2199

var year = regexp.MustCompile(`[0-9]{4,}`)

// yearsTo2099 puts 2099 for the years after it.
func yearsTo2099(field string) (string, bool) {
	sound := true
	field = year.ReplaceAllStringFunc(field, func(y string) string {
		sound = sound && len(y) == 4 && "1970" <= y && y <= strconv.Itoa(lastYear)
		return min(y, "2099")
	})
	return field, sound
}

// timezone returns what is wrong with the name of a time zone, or "" (F-SCH-2).
func timezone(name string) string {
	if location(name) == nil {
		return "is unknown"
	}
	return ""
}

// location returns the time zone of an IANA name, or nil.
func location(name string) *time.Location {
	// Names in small letters, such as posixrules, are files of an operating system and no time zones.
	if name == "" || name == "Local" || strings.ToLower(name[:1]) == name[:1] {
		return nil
	}
	loaded, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return loaded
}
