package awstest

import (
	"math"
	"slices"
	"strings"
)

// States of an alarm.
const (
	OK               = "OK"
	InAlarm          = "ALARM"
	InsufficientData = "INSUFFICIENT_DATA"
)

// Missing is a period without a data point.
var Missing = math.NaN()

// Alarm is what decides about the state of an alarm that compares a count with LessThanThreshold. It
// decodes from the JSON of an alarm's properties, as a template or the props of the CDK have them.
type Alarm struct {
	EvaluationPeriods, DatapointsToAlarm int
	Threshold                            float64
	// TreatMissingData is breaching or missing.
	TreatMissingData string
	// Metrics of an alarm on an expression. The first has the expression, of which FILL(x, 0) is known.
	Metrics []struct{ Expression string }
}

// State is the alarm's state after some periods, the latest last. They are the alarm's evaluation range.
// AWS does not say how long that is, but that it is longer than the periods that are evaluated.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
func (a Alarm) State(points []float64) string {
	points = slices.Clone(points)
	if len(a.Metrics) > 0 && strings.HasPrefix(a.Metrics[0].Expression, "FILL(") {
		for i := range points {
			if math.IsNaN(points[i]) {
				points[i] = 0
			}
		}
	}
	var present []float64
	oldestBreaching := 0 // how many periods old it is, with nothing but breaching and missing ones after it
	for i, p := range points {
		if math.IsNaN(p) {
			continue
		}
		present = append(present, p)
		switch breaches := p < a.Threshold; {
		case !breaches:
			oldestBreaching = 0
		case oldestBreaching == 0:
			oldestBreaching = len(points) - i
		}
	}
	filled := max(0, a.EvaluationPeriods-len(present))
	if filled == a.EvaluationPeriods && a.TreatMissingData == "missing" {
		return InsufficientData
	}
	breaching := 0
	for _, p := range present[max(0, len(present)-a.EvaluationPeriods):] {
		if p < a.Threshold {
			breaching++
		}
	}
	if a.TreatMissingData == "breaching" {
		breaching += filled
	}
	if breaching >= a.DatapointsToAlarm || filled > 0 && oldestBreaching >= a.DatapointsToAlarm {
		return InAlarm
	}
	return OK
}
