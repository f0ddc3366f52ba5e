package awstest

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
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
	// TreatMissingData is breaching, notBreaching or missing.
	TreatMissingData string
	// Metrics of an alarm on an expression. The first has the expression, see [Alarm.At].
	Metrics []struct {
		ID, Expression string // ID decodes from Id
		MetricStat     struct{ Period int }
	}
}

// State is the alarm's state after some periods, the latest last. They are the alarm's evaluation range.
// AWS does not say how long that is, but that it is longer than the periods that are evaluated.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
func (a Alarm) State(points []float64) string {
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
	premature := filled > 0 && oldestBreaching >= a.DatapointsToAlarm && a.TreatMissingData != "notBreaching"
	if breaching >= a.DatapointsToAlarm || premature {
		return InAlarm
	}
	return OK
}

// At is the state of an alarm on an expression at the end of an hour, counted from 0. hourly has what each metric
// counted in each hour, by its id in the expression. Hours before the first and after the last count nothing.
//
// An alarm on more than a day is evaluated every hour, over whole hours. Its window slides by an hour then.
// more is by how many periods its range is longer than what it evaluates, at least 1.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation-window.html
func (a Alarm) At(t *testing.T, hour, more int, hourly map[string][]float64) string {
	t.Helper()
	points := make([]float64, a.EvaluationPeriods+more)
	for i := range points {
		values := map[string]float64{}
		for _, m := range a.Metrics[1:] {
			length := m.MetricStat.Period / 3600
			end := hour + 1 - (len(points)-1-i)*length
			values[m.ID] = sum(hourly[m.ID], end-length, end)
		}
		points[i] = evaluate(t, a.Metrics[0].Expression, values)
	}
	return a.State(points)
}

// sum adds up the hours from one to another. Without any count, it is missing.
func sum(hourly []float64, from, to int) float64 {
	total := Missing
	for _, n := range hourly[min(len(hourly), max(0, from)):min(len(hourly), max(0, to))] {
		switch {
		case math.IsNaN(n):
		case math.IsNaN(total):
			total = n
		default:
			total += n
		}
	}
	return total
}

// evaluate computes a sum of products of numbers, ids and FILL(id, number), such as "FILL(a, 0) + 24 * FILL(b, 0)".
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
func evaluate(t *testing.T, expression string, values map[string]float64) float64 {
	t.Helper()
	total := 0.0
	for term := range strings.SplitSeq(expression, " + ") {
		product := 1.0
		for factor := range strings.SplitSeq(term, " * ") {
			product *= operand(t, factor, values)
		}
		total += product
	}
	return total
}

func operand(t *testing.T, text string, values map[string]float64) float64 {
	t.Helper()
	if inner, fill := strings.CutPrefix(text, "FILL("); fill {
		id, instead, _ := strings.Cut(strings.TrimSuffix(inner, ")"), ", ")
		if value := operand(t, id, values); !math.IsNaN(value) {
			return value
		}
		return operand(t, instead, values)
	}
	if value, known := values[text]; known {
		return value
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatalf("%q is neither a metric nor a number", text)
	}
	return number
}

// CompositeState is the state of a composite alarm with a rule such as `ALARM("a") AND OK("b")`, by the states of
// the alarms that it names.
func CompositeState(t *testing.T, rule string, states map[string]string) string {
	t.Helper()
	for condition := range strings.SplitSeq(rule, " AND ") {
		state, name, ok := strings.Cut(strings.TrimSuffix(condition, `")`), `("`)
		if known := []string{OK, InAlarm, InsufficientData}; !ok || !slices.Contains(known, state) || states[name] == "" {
			t.Fatalf("%q is not a condition", condition)
		}
		if states[name] != state {
			return OK
		}
	}
	return InAlarm
}
