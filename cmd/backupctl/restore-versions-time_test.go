package main

import (
	"testing"
	"time"
)

// TestMoment: the same moment in every form.
func TestMoment(t *testing.T) {
	for text, want := range map[string]string{
		"2026-03-02T01:17:30Z":      "2026-03-02T01:17:30Z",
		"2026-03-02T02:17:30+01:00": "2026-03-02T01:17:30Z",
		"2026-03-02t01:17:30z":      "2026-03-02T01:17:30Z",
		"2026-03-02T02:17:30Z":      "2026-03-02T02:17:30Z", // the last second that is over
		"3h":                        "2026-03-01T23:17:31Z",
		"1s":                        "2026-03-02T02:17:30Z",
		"2d":                        "2026-02-28T02:17:31Z",
		"1d12h30m":                  "2026-02-28T13:47:31Z",
	} {
		got, err := moment(text, start)
		if err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%s: got %v, %v; want %s", text, got, err, want)
		}
	}
}

// TestWrongMoment: each message says what to write.
func TestWrongMoment(t *testing.T) {
	for text, want := range map[string]string{
		"2026-03-01T10:00:00":       "--to 2026-03-01T10:00:00: the time has no zone; write 2026-03-01T10:00:00Z for UTC, or 2026-03-01T10:00:00+01:00",
		"2026-03-01 10:00:00":       "--to 2026-03-01 10:00:00: the time has no zone; write 2026-03-01T10:00:00Z for UTC, or 2026-03-01T10:00:00+01:00",
		"2026-03-01T10:00Z":         "--to 2026-03-01T10:00Z: the time has no seconds; write 2026-03-01T10:00:00Z for UTC, or 2026-03-01T10:00:00+01:00",
		"2026-03-01":                "--to 2026-03-01: the time has no time of day; write 2026-03-01T00:00:00Z for UTC, or 2026-03-01T00:00:00+01:00",
		"2026-03-01T10:00:00.5Z":    "--to 2026-03-01T10:00:00.5Z: the time has fractions of a second, which S3 does not list (F-RST-14); write 2026-03-01T10:00:00Z",
		"2026-03-01T10:00:00.000Z":  "--to 2026-03-01T10:00:00.000Z: the time has fractions of a second, which S3 does not list (F-RST-14); write 2026-03-01T10:00:00Z",
		"2026-03-02T02:17:31Z":      "--to 2026-03-02T02:17:31Z: the time is not over: it is 2026-03-02T02:17:31Z now; write 2026-03-02T02:17:30Z or earlier",
		"2026-03-02T02:17:31-05:00": "--to 2026-03-02T02:17:31-05:00: the time is not over: it is 2026-03-02T02:17:31Z now; write 2026-03-02T02:17:30Z or earlier",
		"09-03-2019": "--to 09-03-2019: this may be another day elsewhere; " +
			"write 2019-03-09T00:00:00Z for 9 March, or 2019-09-03T00:00:00Z for 3 September",
		"31.12.2019":           "--to 31.12.2019: this may be another day elsewhere; write 2019-12-31T00:00:00Z for 31 December",
		"0s":                   "--to 0s: this is not a length of time; write 30m, 3h or 2d",
		"99999999d":            "--to 99999999d: this is not a length of time; write 30m, 3h or 2d",
		"":                     "--to : this is not a time; write 2026-03-02T10:00:00Z, 2026-03-02T10:00:00+01:00, or how long ago, such as 3h",
		"-3h":                  "--to -3h: this is not a time; write 2026-03-02T10:00:00Z, 2026-03-02T10:00:00+01:00, or how long ago, such as 3h",
		"2026-02-30T10:00:00Z": "--to 2026-02-30T10:00:00Z: this is not a time; write 2026-03-02T10:00:00Z, 2026-03-02T10:00:00+01:00, or how long ago, such as 3h",
	} {
		if got, err := moment(text, start); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, %v\nwant %s", text, got, err, want)
		}
	}
}
