package main

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The state of an alarm, as AWS documents how it comes about:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html

const (
	isOK      = "OK"
	inAlarm   = "ALARM"
	cannotSay = "INSUFFICIENT_DATA"
)

// missing is a period without a data point.
var missing = math.NaN()

// alarmState is the state of an alarm on a count below a threshold, whose evaluation range is as long
// as the points that are given, the latest last. AWS does not say how long it is, but that it is longer
// than the periods that are evaluated.
func alarmState(alarm map[string]any, points []float64) string {
	evaluated, needed := int(alarm["EvaluationPeriods"].(float64)), int(alarm["DatapointsToAlarm"].(float64))
	points = slices.Clone(points)
	if expression, _ := at(alarm, "Metrics", 0, "Expression").(string); strings.HasPrefix(expression, "FILL(") {
		for i := range points {
			if math.IsNaN(points[i]) {
				points[i] = 0
			}
		}
	}
	var real []float64
	oldestBreaching := 0 // how many periods old it is, with nothing but breaching and missing ones after it
	for i, p := range points {
		if math.IsNaN(p) {
			continue
		}
		real = append(real, p)
		switch breaches := p < alarm["Threshold"].(float64); {
		case !breaches:
			oldestBreaching = 0
		case oldestBreaching == 0:
			oldestBreaching = len(points) - i
		}
	}
	filled := max(0, evaluated-len(real))
	if filled == evaluated && alarm["TreatMissingData"] == "missing" {
		return cannotSay
	}
	breaching := 0
	for _, p := range real[max(0, len(real)-evaluated):] {
		if p < alarm["Threshold"].(float64) {
			breaching++
		}
	}
	if alarm["TreatMissingData"] == "breaching" {
		breaching += filled
	}
	if breaching >= needed || filled > 0 && oldestBreaching >= needed {
		return inAlarm
	}
	return isOK
}

// TestAlarmState: the rows of AWS's own table, as far as they are about how missing data is treated here.
func TestAlarmState(t *testing.T) {
	for _, row := range []struct{ points, missing, breaching string }{
		{"0 - X - X", isOK, isOK},
		{"0 - - - -", isOK, isOK},
		{"- - - - -", cannotSay, inAlarm},
		{"0 X X - X", inAlarm, inAlarm},
		{"- - X - -", inAlarm, inAlarm},
	} {
		var points []float64
		for _, p := range strings.Fields(row.points) {
			points = append(points, map[string]float64{"0": 1, "X": 0, "-": missing}[p])
		}
		for treatment, want := range map[string]string{"missing": row.missing, "breaching": row.breaching} {
			alarm := map[string]any{"EvaluationPeriods": 3.0, "DatapointsToAlarm": 3.0, "Threshold": 1.0, "TreatMissingData": treatment}
			if got := alarmState(alarm, points); got != want {
				t.Errorf("%s, %s: %s, want %s", row.points, treatment, got, want)
			}
		}
	}
}

// days are points of one day after the other: "1" a count, "0" a count of none, "-" none at all.
func days(history string, length int) []float64 {
	points := make([]float64, length)
	history = strings.Repeat("-", length) + history
	for i := range points {
		if c := history[len(history)-length+i]; c == '-' {
			points[i] = missing
		} else {
			points[i] = float64(c - '0')
		}
	}
	return points
}

// TestSilenceIsHeard: an alarm on silence in a workload's account rings when no job has completed for as
// long as it says, not a day later, and not before the stack is as old as that.
func TestSilenceIsHeard(t *testing.T) {
	dev := example.templates["dummy-backup-dummy-dev"]
	tried := 0
	for id, ringing := range dev.ofType("AWS::CloudWatch::CompositeAlarm") {
		parts := regexp.MustCompile(`\$\{(\w+)\}`).FindAllStringSubmatch(at(ringing.Properties, "AlarmRule", "Fn::Sub").(string), -1)
		none, young := dev.Resources[parts[0][1]].Properties, dev.Resources[parts[1][1]].Properties
		for _, try := range []struct {
			what, jobs, ticks string
			rings             bool
		}{
			{"just deployed", "-", "-", false},
			{"six days old, no job yet", "------", "444444", false},
			{"a week old, no job yet", "-------", "4444444", true},
			{"every day", "11111111111111", "44444444444444", false},
			{"six days of silence", "11111111------", "44444444444444", false},
			{"a week of silence", "1111111-------", "44444444444444", true},
			{"once a week", "1------1------", "44444444444444", false},
		} {
			for _, length := range []int{8, 10, 14} {
				rings := alarmState(none, days(try.jobs, length)) == inAlarm && alarmState(young, days(try.ticks, length)) == isOK
				if rings != try.rings {
					t.Errorf("%s: %s, with %d days looked at: rings %v", id, try.what, length, rings)
				}
			}
			tried++
		}
	}
	if tried == 0 {
		t.Error("no alarm at all")
	}
}

// TestCopySilenceIsHeard: an alarm on copies in the central account is quiet until there has been a week
// of backups without one, says so when nothing is heard any more, and of what was never there says nothing.
func TestCopySilenceIsHeard(t *testing.T) {
	tried := 0
	for id, alarm := range example.templates["dummy-backup-central"].ofType("AWS::CloudWatch::Alarm") {
		for _, try := range []struct{ what, copies, state string }{
			{"not deployed yet", "-", cannotSay},
			{"the first copy", "1", isOK},
			{"six days of backups without any copy", "000000", isOK},
			{"a week of them", "0000000", inAlarm},
			{"every day", "11111111111111", isOK},
			{"six days without a copy", "11111111000000", isOK},
			{"a week without a copy", "11111110000000", inAlarm},
			{"a backup a week and no copy of it", "1------0------0------", inAlarm},
			{"nothing is heard any more", "1--------------", cannotSay},
		} {
			for _, length := range []int{8, 10, 14} {
				if state := alarmState(alarm.Properties, days(try.copies, length)); state != try.state {
					t.Errorf("%s: %s, with %d days looked at: %s, want %s", id, try.what, length, state, try.state)
				}
			}
			tried++
		}
	}
	if tried == 0 {
		t.Error("no alarm at all")
	}
}
