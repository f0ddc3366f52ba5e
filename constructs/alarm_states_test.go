package constructs

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"

	"central-s3-backup/internal/awstest"
)

// ranges are evaluation ranges, in days, that an alarm on seven days may have.
var ranges = []int{8, 10, 14}

// TestMissingBackupsAreNoticed: what a user sees of a tier from the hour in which it is deployed on. Its alarm stays
// in OK until the first backup has completed, at most for the tier's first hours. Then it goes into ALARM when no
// backup has completed for the alarm's hours, and returns to OK in the hour of the next one.
func TestMissingBackupsAreNoticed(t *testing.T) {
	const never = -1
	every := func(hours, from, to int) []int {
		var jobs []int
		for h := from; h <= to; h += hours {
			jobs = append(jobs, h)
		}
		return jobs
	}
	for _, try := range []struct {
		what         string
		hours, first int   // of the tier's alarm
		jobs         []int // hours in which a backup completes
		alarm, ok    int   // the hours in which the alarm goes into ALARM, and returns to OK
	}{
		{"hourly, an hour to lose: the first backup takes three days, backups stop and resume",
			3, 168, append(every(1, 72, 100), every(1, 130, 400)...), 103, 130},
		{"hourly: the same", 4, 168, append(every(1, 72, 100), every(1, 130, 400)...), 104, 130},
		{"hourly: no backup at all", 4, 168, nil, 166, never},
		{"hourly: the first one is very late", 4, 168, every(1, 200, 400), 166, 200},
		{"hourly, to be completed within two hours: no backup at all", 4, 5, nil, 3, never},
		{"hourly, to be completed within two hours: the first one is in time", 4, 5, every(1, 3, 400), never, never},
		{"hourly: a job skips three hours", 4, 168, append(every(1, 2, 100), every(1, 104, 400)...), never, never},
		{"daily: the first backup takes three days, backups stop and resume",
			50, 168, append(every(24, 74, 122), every(24, 194, 400)...), 172, 194},
		{"daily, a day to lose: the same", 26, 168, append(every(24, 74, 122), every(24, 194, 400)...), 148, 194},
		{"daily, a day to lose: a backup takes two hours longer than the one before",
			26, 168, append([]int{2, 26, 52}, every(24, 74, 400)...), never, never},
		{"daily, a day to lose: three hours", 26, 168, append([]int{2, 29}, every(24, 50, 400)...), 28, 29},
		{"daily: they stop after the first", 50, 168, []int{74}, 124, never},
		{"daily: no backup at all", 50, 168, nil, 166, never},
		{"daily: the second one takes almost a day", 50, 168, append([]int{2}, every(24, 49, 400)...), never, never},
		{"daily: the first backup takes more than a week", 50, 168, every(24, 190, 400), 166, 190},
		{"every six days, each later in its window", 168, 168, []int{2, 146, 291}, never, never},
		{"weekly, if it had the longest alarm that there is: every week that is a little later", 168, 168, []int{2, 171}, 170, 171},
	} {
		backups := SilenceAlarm{
			Name: "a", Vault: "v", Metric: "NumberOfBackupJobsCompleted", Hours: try.hours, ClockName: "c", FirstHours: try.first,
		}
		// The age of the stack is of no account: a tier is the same in a new one and in one that is a year old.
		for _, deployed := range []int{0, 365 * 24} {
			for _, more := range []int{1, 12} {
				alarm, ok := backups.seen(t, deployed, more, map[string][]int{backups.Metric: try.jobs})
				if alarm != try.alarm || ok != try.ok {
					t.Errorf("%s, deployed at hour %d, with a range of %d more: ALARM at hour %d and OK at %d, want %d and %d",
						try.what, deployed, more, alarm, ok, try.alarm, try.ok)
				}
			}
		}
	}
}

// seen are the first hours, from the one in which the alarm and its clock are deployed, in which it goes into ALARM
// and returns to OK. Negative: never, in 260 hours. jobs are the hours in which one completes, by AWS Backup's metric.
func (a SilenceAlarm) seen(t *testing.T, deployed, more int, jobs map[string][]int) (alarm, ok int) {
	t.Helper()
	const hours = 260
	// counts are those of what one of the alarms counts.
	counts := func(props *awscloudwatch.CfnAlarmProps) map[string][]float64 {
		text, err := json.Marshal(props)
		if err != nil {
			t.Fatal(err)
		}
		clock, completed := make([]float64, deployed+hours), make([]float64, deployed+hours)
		for h := range clock {
			clock[h], completed[h] = awstest.Missing, awstest.Missing
			if h >= deployed {
				clock[h] = 1
			}
		}
		for metric, at := range jobs {
			for _, h := range at {
				if strings.Contains(string(text), `"`+metric+`"`) && h < hours && deployed+h >= 0 {
					completed[deployed+h] = 1
				}
			}
		}
		return map[string][]float64{"jobs": completed, "hours": clock}
	}
	none, waits := alarmOf(t, a.noneCompleted()), alarmOf(t, a.waits())
	ofNone, ofWaits := counts(a.noneCompleted()), counts(a.waits())
	alarm, ok = -1, -1
	for h := range hours {
		state := awstest.CompositeState(t, silenceRule("none", "waits"), map[string]string{
			"none": none.At(t, deployed+h, more, ofNone), "waits": waits.At(t, deployed+h, more, ofWaits),
		})
		switch {
		case alarm < 0 && state == awstest.InAlarm:
			alarm = h
		case alarm >= 0 && ok < 0 && state == awstest.OK:
			ok = h
		}
	}
	return alarm, ok
}

// TestCopiesHaveAFirstOneToo: an alarm on copies waits for the first copy, which a first backup does not end. An alarm
// on backups does not wait for copies. The clock of copies that are added to an old tier is as new as they are.
func TestCopiesHaveAFirstOneToo(t *testing.T) {
	const never, year = -1, 365 * 24
	const ofBackups, ofCopies = "NumberOfBackupJobsCompleted", "NumberOfCopyJobsCompleted"
	every := func(hours, from, to int) []int {
		var jobs []int
		for h := from; h <= to; h += hours {
			jobs = append(jobs, h)
		}
		return jobs
	}
	for _, try := range []struct {
		what, metric string // of the alarm
		deployed     int    // the age of the stack when the alarm and its clock are added
		hours        int
		jobs         map[string][]int
		alarm, ok    int
	}{
		{"copies are added to a tier that is a year old, and the first one takes three days", ofCopies, year, 4,
			map[string][]int{ofBackups: every(1, -year, 400), ofCopies: every(1, 72, 400)}, never, never},
		{"the same, and they stop", ofCopies, year, 4,
			map[string][]int{ofBackups: every(1, -year, 400), ofCopies: every(1, 72, 100)}, 104, never},
		{"the same, and there is no copy at all", ofCopies, year, 50,
			map[string][]int{ofBackups: every(24, -year, 400)}, 166, never},
		{"hourly backups stop after a day, before the first copy", ofBackups, 0, 4,
			map[string][]int{ofBackups: every(1, 1, 24)}, 28, never},
		{"they resume, still without a copy", ofBackups, 0, 4,
			map[string][]int{ofBackups: append(every(1, 1, 24), every(1, 40, 400)...)}, 28, 40},
	} {
		a := SilenceAlarm{Name: "a", Vault: "v", Metric: try.metric, Hours: try.hours, ClockName: "c", FirstHours: 168}
		if alarm, ok := a.seen(t, try.deployed, 1, try.jobs); alarm != try.alarm || ok != try.ok {
			t.Errorf("%s: ALARM at hour %d and OK at %d, want %d and %d", try.what, alarm, ok, try.alarm, try.ok)
		}
	}
}

// TestAClockMayBeLate: a tier does not wait for ever if its clock triggers a little late, so that an hour has no trigger.
func TestAClockMayBeLate(t *testing.T) {
	a := SilenceAlarm{Name: "a", Vault: "v", Metric: "m", Hours: 50, ClockName: "c", FirstHours: 168}
	clock := make([]float64, 400)
	for h := range clock {
		clock[h] = 1
	}
	clock[100] = awstest.Missing
	if state := alarmOf(t, a.waits()).At(t, 200, 1, map[string][]float64{"hours": clock}); state != awstest.OK {
		t.Errorf("it waits: %s", state)
	}
}

// TestMissingCopiesAreNoticed: an alarm on copies is in OK until there has been a week of backups without a
// copy. It has insufficient data when nothing arrives any more, and before anything did.
func TestMissingCopiesAreNoticed(t *testing.T) {
	alarm := alarmOf(t, CopyAlarm{VaultARN: "v", Days: 7}.noneCompleted(&CopyAlarmsProps{TopicARN: "t", Namespace: "n"}))
	for _, try := range []struct{ what, copies, state string }{
		{"not deployed yet", "-", awstest.InsufficientData},
		{"the first copy", "1", awstest.OK},
		{"six days of backups without any copy", "000000", awstest.OK},
		{"a week of them: the state too when copies are added to a tier that has had backups for a week", "0000000", awstest.InAlarm},
		{"a copy every day", "11111111111111", awstest.OK},
		{"six days without a copy", "11111111000000", awstest.OK},
		{"a week without a copy", "11111110000000", awstest.InAlarm},
		{"a backup a week and no copy of it", "1------0------0------", awstest.InAlarm},
		{"nothing arrives any more", "1--------------", awstest.InsufficientData},
	} {
		for _, length := range ranges {
			if state := alarm.State(days(try.copies, length)); state != try.state {
				t.Errorf("%s, with a range of %d days: %s, want %s", try.what, length, state, try.state)
			}
		}
	}
}

// alarmOf is what decides about the state of an alarm.
func alarmOf(t *testing.T, props *awscloudwatch.CfnAlarmProps) awstest.Alarm {
	t.Helper()
	if *props.ComparisonOperator != "LessThanThreshold" {
		t.Errorf("compares with %s", *props.ComparisonOperator)
	}
	text, err := json.Marshal(props)
	if err != nil {
		t.Fatal(err)
	}
	var alarm awstest.Alarm
	if err := json.Unmarshal(text, &alarm); err != nil {
		t.Fatal(err)
	}
	return alarm
}

// days are points of one day after the other: "1" a count, "0" a count of none, "-" none at all.
func days(history string, length int) []float64 {
	points := make([]float64, length)
	history = strings.Repeat("-", length) + history
	for i := range points {
		if c := history[len(history)-length+i]; c == '-' {
			points[i] = awstest.Missing
		} else {
			points[i] = float64(c - '0')
		}
	}
	return points
}
