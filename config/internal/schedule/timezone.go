package schedule

import (
	"strings"
	"time"
	_ "time/tzdata" // for machines without time zones
)

// Location returns the time zone of an IANA name, or nil if there is none (F-SCH-2).
func Location(name string) *time.Location {
	// Operating systems have files there that are no time zones, such as posixrules: their names start with a small letter.
	if name == "" || name == "Local" || strings.ToLower(name[:1]) == name[:1] {
		return nil
	}
	loaded, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return loaded
}

// ChangesClocks says whether a time zone has summer time or another clock change.
func ChangesClocks(zone *time.Location) bool {
	start := time.Date(FirstYear, time.January, 1, 0, 0, 0, 0, zone)
	_, first := start.Zone()
	for month := range 12 {
		if _, offset := start.AddDate(0, month, 0).Zone(); offset != first {
			return true
		}
	}
	return false
}
