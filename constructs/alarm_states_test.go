package constructs

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/internal/awstest"
)

// ranges are evaluation ranges, in days, that an alarm on seven days may have.
var ranges = []int{8, 10, 14}

// TestMissingBackupsAreNoticed: a silence alarm goes into ALARM when no job has completed for as many days as
// it says, not a day later, and not before the stack is as old as that.
func TestMissingBackupsAreNoticed(t *testing.T) {
	none := alarmOf(t, SilenceAlarm{ID: "a", Name: "a", Vault: "v", Metric: "NumberOfBackupJobsCompleted", Days: 7}.noneCompleted())
	young := alarmOf(t, youngerThan(7, jsii.String("clock")))
	for _, try := range []struct {
		what, jobs, ticks string
		inAlarm           bool
	}{
		{"just deployed", "-", "-", false},
		{"six days old, no job yet", "------", "444444", false},
		{"a week old, no job yet", "-------", "4444444", true},
		{"a job every day", "11111111111111", "44444444444444", false},
		{"six days without a job", "11111111------", "44444444444444", false},
		{"a week without a job", "1111111-------", "44444444444444", true},
		{"a job once a week", "1------1------", "44444444444444", false},
	} {
		for _, length := range ranges {
			// As the composite alarm's rule says.
			inAlarm := none.State(days(try.jobs, length)) == awstest.InAlarm && young.State(days(try.ticks, length)) == awstest.OK
			if inAlarm != try.inAlarm {
				t.Errorf("%s, with a range of %d days: in ALARM %v", try.what, length, inAlarm)
			}
		}
	}
}

// TestMissingBackupsOfEachLength: an alarm that looks back on fewer days is as exact.
func TestMissingBackupsOfEachLength(t *testing.T) {
	for n := 1; n <= 7; n++ {
		none := alarmOf(t, SilenceAlarm{ID: "a", Name: "a", Vault: "v", Metric: "NumberOfCopyJobsCompleted", Days: n}.noneCompleted())
		young := alarmOf(t, youngerThan(n, jsii.String("clock")))
		for _, length := range ranges {
			before, after := strings.Repeat("-", n-1), strings.Repeat("-", n)
			if state := none.State(days("1111111"+before, length)); state != awstest.OK {
				t.Errorf("%d days: %s a day before", n, state)
			}
			if state := none.State(days("1111111"+after, length)); state != awstest.InAlarm {
				t.Errorf("%d days: %s after them", n, state)
			}
			if state := young.State(days(strings.Repeat("4", n-1), length)); state != awstest.InAlarm {
				t.Errorf("a stack younger than %d days: %s", n, state)
			}
			if state := young.State(days(strings.Repeat("4", n), length)); state != awstest.OK {
				t.Errorf("a stack of %d days: %s", n, state)
			}
		}
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
		{"a week of them", "0000000", awstest.InAlarm},
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
