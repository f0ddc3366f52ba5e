package awstest

import (
	"strings"
	"testing"
)

// TestAlarmState: the rows of AWS's own table about how missing data is treated, for the treatments that
// are known here.
func TestAlarmState(t *testing.T) {
	for _, row := range []struct{ points, missing, breaching string }{
		{"0 - X - X", OK, OK},
		{"0 - - - -", OK, OK},
		{"- - - - -", InsufficientData, InAlarm},
		{"0 X X - X", InAlarm, InAlarm},
		{"- - X - -", InAlarm, InAlarm},
	} {
		var points []float64
		for _, p := range strings.Fields(row.points) {
			points = append(points, map[string]float64{"0": 1, "X": 0, "-": Missing}[p])
		}
		for treatment, want := range map[string]string{"missing": row.missing, "breaching": row.breaching} {
			alarm := Alarm{EvaluationPeriods: 3, DatapointsToAlarm: 3, Threshold: 1, TreatMissingData: treatment}
			if got := alarm.State(points); got != want {
				t.Errorf("%s, %s: %s, want %s", row.points, treatment, got, want)
			}
		}
	}
}
