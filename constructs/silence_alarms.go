package constructs

import (
	"fmt"
	"maps"
)

// SilenceAlarmsProps describe alarms on jobs that do not come. No event says that a plan did not run
// (F-EVT-12), but AWS Backup counts for each vault the jobs that completed.
type SilenceAlarmsProps struct {
	// TopicARN of the topic that is told.
	TopicARN Value
	// Clock is the name of the rule that ticks ([ClockRule]).
	Clock Value
	// Alarms to make.
	Alarms []SilenceAlarm
}

// SilenceAlarm is an alarm on a vault.
type SilenceAlarm struct {
	// ID of the construct.
	ID string
	// Name of the alarm.
	Name string
	// Description says what it means, for whoever is woken by it.
	Description string
	// Vault is the name of the vault, and Metric that of AWS Backup's count of jobs.
	Vault, Metric string
	// Days without such a job after which it rings, 1 to 7.
	Days int
}

const dayInSeconds = 24 * 60 * 60

// NewSilenceAlarms makes the alarms. They keep quiet until the stack is as old as the days that they
// look back on: before, there is nothing to be counted, and CloudWatch takes that for breaching. The
// age is for how many days in a row the clock has ticked, which CloudWatch counts as well.
func NewSilenceAlarms(scope Scope, id string, props SilenceAlarmsProps) {
	if len(props.Alarms) == 0 {
		return
	}
	scope = scope.Scope(id)
	young := map[int]added{}
	for _, a := range props.Alarms {
		if _, made := young[a.Days]; !made {
			young[a.Days] = scope.add(fmt.Sprintf("YoungerThan%dDays", a.Days), alarm(properties{
				"AlarmDescription":  fmt.Sprintf("The stack is younger than %d days, so the silence alarms keep quiet", a.Days),
				"Namespace":         "AWS/Events",
				"MetricName":        "TriggeredRules",
				"Dimensions":        []properties{{"Name": "RuleName", "Value": props.Clock}},
				"Statistic":         "Sum",
				"Period":            dayInSeconds,
				"EvaluationPeriods": a.Days,
				"DatapointsToAlarm": 1,
			}))
		}
		none := scope.add(a.ID+"-metric", alarm(properties{
			"AlarmDescription":  "Part of " + a.Name,
			"Metrics":           filled("AWS/Backup", a.Metric, "BackupVaultName", a.Vault),
			"EvaluationPeriods": a.Days,
			"DatapointsToAlarm": a.Days,
		}))
		scope.add(a.ID, resource{
			Type: "AWS::CloudWatch::CompositeAlarm",
			Properties: properties{
				"AlarmName":        a.Name,
				"AlarmDescription": a.Description,
				"AlarmRule":        map[string]any{"Fn::Sub": fmt.Sprintf("ALARM(\"${%s}\") AND OK(\"${%s}\")", none.id, young[a.Days].id)},
				"AlarmActions":     []Value{props.TopicARN}, // not when it is over, as it also is when it was just made
			},
		})
	}
}

// alarm is one on a count that is below one in a period of a day. No count at all is none, unless more says otherwise.
func alarm(more properties) resource {
	p := properties{
		"Threshold":          1,
		"ComparisonOperator": "LessThanThreshold",
		"TreatMissingData":   "breaching",
	}
	maps.Copy(p, more)
	return resource{Type: "AWS::CloudWatch::Alarm", Properties: p}
}

// filled is a count for each day, which is zero on a day without one. It takes more than missing data
// that breaches: an alarm that finds a day without a count looks further back for one that has, and
// stays in order for as long as it finds any.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
func filled(namespace, metric, dimension string, value Value) []properties {
	return []properties{
		{"Id": "filled", "Expression": "FILL(jobs, 0)", "ReturnData": true},
		{"Id": "jobs", "ReturnData": false, "MetricStat": properties{
			"Metric": properties{
				"Namespace": namespace, "MetricName": metric,
				"Dimensions": []properties{{"Name": dimension, "Value": value}},
			},
			"Stat": "Sum", "Period": dayInSeconds,
		}},
	}
}
