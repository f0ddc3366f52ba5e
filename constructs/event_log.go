package constructs

import (
	"encoding/json"
	"fmt"
)

// EventLogProps describe a log of what arrives on an event bus, and the counts made of it.
type EventLogProps struct {
	// LogGroupName is that of the log group, and LogGroupARN its ARN.
	LogGroupName, LogGroupARN string
	// PolicyName is that of the policy with which EventBridge writes to it.
	PolicyName string
	// Bus is the name of the event bus.
	Bus Value
	// Namespace of the counts in CloudWatch.
	Namespace string
	// AccountEndings are the last digits of accounts of whose jobs one filter each makes counts. A
	// filter that makes more than a thousand may be disabled by CloudWatch Logs. One that is empty
	// stands for all accounts.
	// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
	AccountEndings []string
}

// What the copies are counted as, of each vault that they are made of.
const (
	copiesMetric    = "CopyJobsCompleted"
	copiesDimension = "BackupVaultArn"
)

// logDays is how long an event stays in the log, in days: a year and the month in which it is looked back on.
const logDays = 400

// NewEventLog makes the log group, and the counts of copy jobs that completed. A backup job that
// completed counts as no copy, so that there is a zero on a day with backups and without copies, and no
// count at all of a vault from which nothing is heard.
func NewEventLog(scope Scope, id string, props EventLogProps) {
	scope = scope.Scope(id)
	group := scope.add("Group", resource{
		Type:       "AWS::Logs::LogGroup",
		Properties: properties{"LogGroupName": props.LogGroupName, "RetentionInDays": logDays},
	}.retained())
	scope.add("Rule", resource{
		Type: "AWS::Events::Rule",
		Properties: properties{
			"Description":  "The log of what arrives on the bus, but for the ticks of the stacks' clocks",
			"EventBusName": props.Bus,
			"EventPattern": notTicks,
			"Targets":      []properties{{"Id": "Log", "Arn": props.LogGroupARN}},
		},
	})
	policy, err := json.Marshal(document(Statement{
		Sid: "EventBridge",
		// Both, and without a condition, as AWS has it: what a condition could be made of is not documented.
		// Rules of other accounts cannot send to a log group here.
		// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-cloudwatchlogs-permissions
		Principal: map[string]any{"Service": []string{"events.amazonaws.com", "delivery.logs.amazonaws.com"}},
		Actions:   []string{"logs:CreateLogStream", "logs:PutLogEvents"},
		Resources: []Value{props.LogGroupARN + ":*"},
	}))
	if err != nil {
		panic(err) //nolint:forbidigo // unreachable: texts
	}
	group.add("Policy", resource{
		Type:       "AWS::Logs::ResourcePolicy",
		Properties: properties{"PolicyName": props.PolicyName, "PolicyDocument": string(policy)},
	})
	for _, ending := range props.AccountEndings {
		// The source, which nobody but AWS can give to an event: an account that somebody took over must
		// not count for others.
		filter := func(id, detailType, value, vault string) {
			pattern := fmt.Sprintf(`{ $.source = "aws.backup" && $.detail-type = %q && $.detail.state = "COMPLETED"`, detailType)
			if ending != "" {
				pattern += fmt.Sprintf(` && $.account = "*%s"`, ending)
			}
			scope.add(id+ending, resource{
				Type: "AWS::Logs::MetricFilter",
				Properties: properties{
					"LogGroupName":  group.ref(),
					"FilterPattern": pattern + " }",
					"MetricTransformations": []properties{{
						"MetricNamespace": props.Namespace,
						"MetricName":      copiesMetric,
						"MetricValue":     value,
						"Unit":            "Count",
						"Dimensions":      []properties{{"Key": copiesDimension, "Value": vault}},
					}},
				},
			})
		}
		filter("Copies", "Copy Job State Change", "1", "$.detail.sourceBackupVaultArn")
		filter("Backups", "Backup Job State Change", "0", "$.detail.backupVaultArn")
	}
}

// notTicks matches all events but those that EventBridge makes on a schedule.
var notTicks = properties{"detail-type": []any{properties{"anything-but": []string{"Scheduled Event"}}}}
