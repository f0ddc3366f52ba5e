package awstest

import (
	"strings"
	"testing"
)

// TestAlarmState: the rows of AWS's own table about how missing data is treated, for the treatments that
// are known here.
func TestAlarmState(t *testing.T) {
	for _, row := range []struct{ points, missing, breaching, notBreaching string }{
		{"0 - X - X", OK, OK, OK},
		{"0 - - - -", OK, OK, OK},
		{"- - - - -", InsufficientData, InAlarm, OK},
		{"0 X X - X", InAlarm, InAlarm, InAlarm},
		{"- - X - -", InAlarm, InAlarm, OK},
	} {
		var points []float64
		for _, p := range strings.Fields(row.points) {
			points = append(points, map[string]float64{"0": 1, "X": 0, "-": Missing}[p])
		}
		for treatment, want := range map[string]string{"missing": row.missing, "breaching": row.breaching, "notBreaching": row.notBreaching} {
			alarm := Alarm{EvaluationPeriods: 3, DatapointsToAlarm: 3, Threshold: 1, TreatMissingData: treatment}
			if got := alarm.State(points); got != want {
				t.Errorf("%s, %s: %s, want %s", row.points, treatment, got, want)
			}
		}
	}
}
