package config

import (
	"strings"
	"time"
	_ "time/tzdata" // for machines that have no time zones of their own
)

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

// changesClocks says whether a time zone has summer time, or another change of its clocks.
func changesClocks(zone *time.Location) bool {
	start := time.Date(firstYear, time.January, 1, 0, 0, 0, 0, zone)
	_, first := start.Zone()
	for month := range 12 {
		if _, offset := start.AddDate(0, month, 0).Zone(); offset != first {
			return true
		}
	}
	return false
}
