package schedule

import (
	"strings"
	"time"
	_ "time/tzdata" // for machines that have no time zones of their own
)

// Location returns the time zone of an IANA name, or nil where there is none of that name (F-SCH-2).
func Location(name string) *time.Location {
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

// ChangesClocks says whether a time zone has summer time, or another change of its clocks.
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
