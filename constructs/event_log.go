package constructs

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// EventLogProps are the props of [NewEventLog]. All but SecondCopyVaultARNs and Counts are required.
type EventLogProps struct {
	// LogGroupName of the log group, such as "/aws/events/backups", and LogGroupARN its ARN, such as
	// "arn:aws:logs:eu-central-1:111111111111:log-group:/aws/events/backups".
	LogGroupName, LogGroupARN string
	// PolicyName of the policy with which EventBridge writes to the log group.
	PolicyName string
	// Bus whose events are logged.
	Bus awsevents.CfnEventBus
	// Namespace of the counts in CloudWatch.
	Namespace string
	// AccountEndings splits the metric filters: one pair for each last digit of the account id. A single empty
	// text is one pair for all accounts, which suffices for 900 vaults. CloudWatch Logs may disable a filter
	// that has more than a thousand dimensions.
	// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
	AccountEndings []string
	// SecondCopyVaultARNs are vaults with second copies. A copy into one of them does not count: it must not hide that the first one
	// is missing. Empty: none.
	SecondCopyVaultARNs []string
	// Counts are further counts of the copies into one vault each. Empty: none.
	Counts []CopyCount
}

// CopyCount counts copies into one vault apart from others. All but Sources are required.
type CopyCount struct {
	// ID of the count, which ends the name of its metric.
	ID string
	// VaultARN of the vault whose copies count.
	VaultARN string
	// Sources are the ARNs of the vaults that are copied; a "*" at the start stands for any text. Each has a metric, which costs
	// money. Empty: all vaults.
	Sources []string
	// AccountEndings splits the metric filters, as in [EventLogProps].
	AccountEndings []string
}

// EventLog is a log of the events of a bus, with counts of completed copy jobs.
type EventLog struct {
	// Construct is the scope of the resources.
	Construct awsconstructs.Construct
	// Group is retained. It keeps an event for 400 days.
	Group awslogs.CfnLogGroup
	// Rule that sends the events to the log group.
	Rule awsevents.CfnRule
	// Filters that count.
	Filters []awslogs.CfnMetricFilter
}

// The metric that counts copies, with the copied vault as its dimension.
const (
	copiesMetric    = "CopyJobsCompleted"
	copiesDimension = "BackupVaultArn"
)

// copiesMetricOf is the name of the metric of a [CopyCount], or that of all copies.
func copiesMetricOf(count string) string {
	if count == "" {
		return copiesMetric
	}
	return copiesMetric + "-" + count
}

// logDays is how long an event stays in the log, in days: a year, and a month to look back on it.
const logDays = 400

// NewEventLog creates the log group and the metric filters that count completed copy jobs. A completed
// backup job counts as zero copies. So a day with backups and without copies has a zero, and a vault
// without any events has no count at all.
func NewEventLog(scope awsconstructs.Construct, id *string, props *EventLogProps) *EventLog {
	require(props.LogGroupName != "" && props.LogGroupARN != "" && props.PolicyName != "",
		"NewEventLog: props.LogGroupName, LogGroupARN and PolicyName are required")
	require(props.Bus != nil && props.Namespace != "", "NewEventLog: props.Bus and props.Namespace are required")
	require(len(props.AccountEndings) > 0, "NewEventLog: props.AccountEndings is required; one empty ending stands for all accounts")
	this := awsconstructs.NewConstruct(scope, id)
	group := awslogs.NewCfnLogGroup(this, jsii.String("Group"), &awslogs.CfnLogGroupProps{
		LogGroupName:    props.LogGroupName,
		RetentionInDays: jsii.Number(logDays),
	})
	retain(group)
	rule := awsevents.NewCfnRule(this, jsii.String("Rule"), &awsevents.CfnRuleProps{
		Description:  jsii.String("Logs the events of the bus, except scheduled and replayed ones"),
		EventBusName: props.Bus.Ref(),
		EventPattern: notScheduled(),
		Targets:      []any{&awsevents.CfnRule_TargetProperty{Id: jsii.String("Log"), Arn: jsii.String(props.LogGroupARN)}},
	})
	awslogs.NewCfnResourcePolicy(group, jsii.String("Policy"), &awslogs.CfnResourcePolicyProps{
		PolicyName: jsii.String(props.PolicyName),
		PolicyDocument: jsii.String(text(Statement{
			Sid: "EventBridge",
			// Two services and no condition, as AWS documents it. Which conditions would work is not documented.
			// Rules of other accounts cannot send to a log group here.
			// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-cloudwatchlogs-permissions
			Principal: map[string]any{"Service": []string{"events.amazonaws.com", "delivery.logs.amazonaws.com"}},
			Actions:   []string{"logs:CreateLogStream", "logs:PutLogEvents"},
			Resources: []string{props.LogGroupARN + ":*"},
		})),
	})
	l := &EventLog{Construct: this, Group: group, Rule: rule}
	for _, f := range props.filters() {
		l.Filters = append(l.Filters, awslogs.NewCfnMetricFilter(this, jsii.String(f.id), &awslogs.CfnMetricFilterProps{
			LogGroupName:  group,
			FilterPattern: jsii.String(f.pattern),
			MetricTransformations: []any{&awslogs.CfnMetricFilter_MetricTransformationProperty{
				MetricNamespace: jsii.String(props.Namespace),
				MetricName:      jsii.String(copiesMetricOf(f.count)),
				MetricValue:     jsii.String(f.value),
				Unit:            jsii.String("Count"),
				Dimensions:      []any{&awslogs.CfnMetricFilter_DimensionProperty{Key: jsii.String(copiesDimension), Value: jsii.String(f.vault)}},
			}},
		}))
	}
	return l
}

// copyFilter is a metric filter that counts copies.
type copyFilter struct {
	id, pattern string
	value       string // that an event counts for
	vault       string // where an event has the ARN of the vault
	count       string // ID of the CopyCount
}

// filters are the metric filters. Their patterns ask for AWS Backup's source, which nobody but AWS can give
// to an event. Otherwise an account that somebody took over could count for the others.
func (p *EventLogProps) filters() []copyFilter {
	var filters []copyFilter
	first := ""
	for _, arn := range p.SecondCopyVaultARNs {
		first += fmt.Sprintf(` && $.detail.destinationBackupVaultArn != %q`, arn)
	}
	const copied, backedUp = "$.detail.sourceBackupVaultArn", "$.detail.backupVaultArn"
	for _, ending := range p.AccountEndings {
		filters = append(filters,
			copyFilter{"Copies" + ending, completed("Copy", ending, first), "1", copied, ""},
			copyFilter{"Backups" + ending, completed("Backup", ending, ""), "0", backedUp, ""})
	}
	for _, n := range p.Counts {
		into := fmt.Sprintf(` && $.detail.destinationBackupVaultArn = %q`, n.VaultARN)
		for _, ending := range n.AccountEndings {
			filters = append(filters,
				copyFilter{"Copies" + ending + "-" + n.ID, completed("Copy", ending, into+n.from(copied)), "1", copied, n.ID},
				copyFilter{"Backups" + ending + "-" + n.ID, completed("Backup", ending, n.from(backedUp)), "0", backedUp, n.ID})
		}
	}
	return filters
}

// completed is a pattern for completed jobs of an account with that ending. Empty: of any account.
func completed(job, ending, more string) string {
	if ending != "" {
		more = fmt.Sprintf(` && $.account = "*%s"`, ending) + more
	}
	return fmt.Sprintf(`{ $.source = "aws.backup" && $.detail-type = "%s Job State Change" && $.detail.state = "COMPLETED"%s }`, job, more)
}

// from is the condition that an event is about one of the sources.
func (n CopyCount) from(vault string) string {
	var conditions []string
	for _, source := range n.Sources {
		conditions = append(conditions, fmt.Sprintf("%s = %q", vault, source))
	}
	switch len(conditions) {
	case 0:
		return ""
	case 1:
		return " && " + conditions[0]
	}
	return " && (" + strings.Join(conditions, " || ") + ")"
}

// notScheduled matches all events but those that EventBridge creates on a schedule, such as those of [ClockRule], and
// those that somebody replays from an archive of the bus: an old completed job must not count again (F-EVT-22).
func notScheduled() map[string]any {
	return map[string]any{
		"detail-type": []any{map[string]any{"anything-but": []string{"Scheduled Event"}}},
		"replay-name": notReplayed,
	}
}
