package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	longAgo    = regexp.MustCompile(`^(\d+d)?(\d+[hms])*$`)
	datesApart = regexp.MustCompile(`^(\d{1,2})[-./](\d{1,2})[-./](\d{4})$`)
)

// moment reads --to: a time with its zone, or how long ago. The second must be over, and S3 lists whole seconds
// (F-RST-14).
func moment(text string, now time.Time) (time.Time, error) {
	if text != "" && longAgo.MatchString(text) {
		ago, err := duration(text)
		if err != nil || ago < time.Second {
			return time.Time{}, wrongTime(text, "this is not a length of time", "30m, 3h or 2d")
		}
		return now.Add(-ago).UTC().Truncate(time.Second), nil
	}
	to, err := time.Parse(time.RFC3339, strings.ToUpper(text))
	if err != nil {
		return time.Time{}, misread(text)
	}
	whole := to.UTC().Truncate(time.Second)
	if !whole.Equal(to) || strings.ContainsAny(text, ".,") {
		return time.Time{}, wrongTime(text, "the time has fractions of a second, which S3 does not list (F-RST-14)", whole.Format(time.RFC3339))
	}
	if last := now.UTC().Truncate(time.Second).Add(-time.Second); whole.After(last) {
		return time.Time{}, wrongTime(
			text,
			"the time is not over: it is "+now.UTC().Format(time.RFC3339)+" now",
			last.Format(time.RFC3339)+" or earlier",
		)
	}
	return whole, nil
}

// duration is time.ParseDuration with days.
func duration(text string) (time.Duration, error) {
	days, rest, ok := strings.Cut(text, "d")
	if !ok {
		return time.ParseDuration(text)
	}
	n, err := strconv.Atoi(days)
	if err != nil || n > 36500 {
		return 0, fmt.Errorf("%s days are too many", days)
	}
	total := time.Duration(n) * 24 * time.Hour
	if rest == "" {
		return total, nil
	}
	more, err := time.ParseDuration(rest)
	return total + more, err
}

// misread says what to write in place of a time that is not complete.
func misread(text string) error {
	for _, form := range []struct{ layout, what string }{
		{"2006-01-02T15:04:05.999999999", "the time has no zone"},
		{"2006-01-02 15:04:05.999999999", "the time has no zone"},
		{"2006-01-02T15:04", "the time has no seconds and no zone"},
		{"2006-01-02 15:04", "the time has no seconds and no zone"},
		{"2006-01-02T15:04Z07:00", "the time has no seconds"},
		{time.DateOnly, "the time has no time of day"},
	} {
		if at, err := time.Parse(form.layout, text); err == nil {
			stamp := at.Truncate(time.Second).Format("2006-01-02T15:04:05")
			return wrongTime(text, form.what, stamp+"Z for UTC, or "+stamp+"+01:00")
		}
	}
	if parts := datesApart.FindStringSubmatch(text); parts != nil {
		var choices []string
		for _, order := range [][2]string{{parts[2], parts[1]}, {parts[1], parts[2]}} {
			if at, err := time.Parse("2006-1-2", parts[3]+"-"+order[0]+"-"+order[1]); err == nil {
				choices = append(choices, at.Format("2006-01-02")+"T00:00:00Z for "+at.Format("2 January"))
			}
		}
		if len(choices) > 0 {
			return wrongTime(text, "this may be another day elsewhere", strings.Join(choices, ", or "))
		}
	}
	return wrongTime(text, "this is not a time", "2026-03-02T10:00:00Z, 2026-03-02T10:00:00+01:00, or how long ago, such as 3h")
}

func wrongTime(text, what, want string) error {
	return fmt.Errorf("--to %s: %s; write %s", text, what, want)
}
