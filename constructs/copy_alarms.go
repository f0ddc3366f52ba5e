package constructs

// CopyAlarmsProps describe alarms of the central account on copies that do not come.
type CopyAlarmsProps struct {
	// TopicARN of the topic that is told.
	TopicARN Value
	// Namespace of the counts in CloudWatch ([EventLogProps]).
	Namespace string
	// Alarms to make.
	Alarms []CopyAlarm
}

// CopyAlarm is an alarm on the copies that are made of a vault's recovery points.
type CopyAlarm struct {
	// Workload and Tier name the construct.
	Workload, Tier string
	// Description says what it means, for whoever is woken by it.
	Description string
	// VaultARN is the ARN of the vault that is copied.
	VaultARN string
	// Days without a copy after which it rings, 1 to 7.
	Days int
}

// NewCopyAlarms makes the alarms. They ring when there were backups and no copies on each of the days.
// Without a count they cannot tell, as before a workload is deployed; when they come to that from
// another state nothing is heard of the workload any more, so the topic is told of that as well. They
// have no names of their own: one that moves to another stack would be refused there for as long as
// it is in the first.
func NewCopyAlarms(scope Scope, id string, props CopyAlarmsProps) {
	scope = scope.Scope(id)
	for _, a := range props.Alarms {
		scope.Scope(a.Workload).add(a.Tier, alarm(properties{
			"AlarmDescription":        a.Description,
			"Namespace":               props.Namespace,
			"MetricName":              copiesMetric,
			"Dimensions":              []properties{{"Name": copiesDimension, "Value": a.VaultARN}},
			"Statistic":               "Sum",
			"Period":                  dayInSeconds,
			"EvaluationPeriods":       a.Days,
			"DatapointsToAlarm":       a.Days,
			"TreatMissingData":        "missing",
			"AlarmActions":            []Value{props.TopicARN},
			"InsufficientDataActions": []Value{props.TopicARN},
		}))
	}
}
