package config

import (
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // for machines that have no time zones of their own

	"github.com/reugn/go-quartz/quartz"
)

// cron returns what is wrong with a schedule expression of AWS Backup, or "" (F-SCH-1). AWS's six
// fields are those of Quartz without the seconds.
func cron(expression string) string {
	inner, opened := strings.CutPrefix(expression, "cron(")
	inner, closed := strings.CutSuffix(inner, ")")
	if !opened || !closed {
		return "is not a cron expression, the only form that AWS Backup takes"
	}
	fields := strings.Fields(inner)
	if len(fields) != 6 {
		return "does not have six fields: minutes, hours, day of month, month, day of week, year"
	}
	if (fields[2] == "?") == (fields[4] == "?") {
		return `needs "?" as day of month or as day of week, and not as both`
	}
	for _, i := range []int{0, 1, 3, 5} {
		if strings.Contains(fields[i], "?") {
			return `has a "?" outside day of month and day of week`
		}
	}
	if err := quartz.ValidateCronExpression("0 " + inner); err != nil {
		return "is malformed (" + err.Error() + ")"
	}
	if strings.Trim(fields[0], "0123456789") != "" {
		return "runs more than once an hour, more often than AWS Backup does"
	}
	if years := strings.FieldsFunc(fields[5], func(r rune) bool { return r < '0' || r > '9' }); slices.ContainsFunc(years, func(y string) bool { return y > "2199" }) {
		return "has a year after 2199, the last that AWS takes"
	}
	return ""
}

// timezone returns what is wrong with the name of a time zone, or "" (F-SCH-2).
func timezone(name string) string {
	// Names in small letters, such as posixrules, are files of an operating system and no time zones.
	if name == "" || name == "Local" || strings.ToLower(name[:1]) == name[:1] {
		return "is unknown"
	}
	if _, err := time.LoadLocation(name); err != nil {
		return "is unknown"
	}
	return ""
}
