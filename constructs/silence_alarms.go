package constructs

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawssns"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// SilenceAlarmsProps are the props of [NewSilenceAlarms]. All are required.
type SilenceAlarmsProps struct {
	// Topic that the alarms notify.
	Topic interfacesawssns.ITopicRef
	// Clock is the rule that triggers several times a day: what [NewEventRules] creates from [ClockRule], in its
	// field Rules.
	Clock awsevents.CfnRule
	// Alarms to create.
	Alarms []SilenceAlarm
}

// SilenceAlarm describes an alarm on jobs that did not complete. All but Description are required.
type SilenceAlarm struct {
	// ID of the alarm's construct.
	ID string
	// Name of the alarm.
	Name string
	// Description tells whoever is notified what it means.
	Description string
	// Vault is the name of the vault, and Metric the name of AWS Backup's count of completed jobs:
	// "NumberOfBackupJobsCompleted" or "NumberOfCopyJobsCompleted".
	Vault, Metric string
	// Days without a completed job after which the alarm goes into ALARM, 1 to 7.
	Days int
}

// SilenceAlarms are alarms on backups and copies that did not complete. No event says that a plan did not
// run (F-EVT-12), but AWS Backup counts the completed jobs of each vault.
type SilenceAlarms struct {
	// Construct is the scope of the alarms.
	Construct awsconstructs.Construct
	// Alarms in the order of the props.
	Alarms []awscloudwatch.CfnCompositeAlarm
}

const dayInSeconds = 24 * 60 * 60

// NewSilenceAlarms creates the alarms. They stay in OK until the stack is as old as the days that they look
// back on: before that there are no counts, which CloudWatch treats as breaching. The stack's age is the
// number of days on which the clock has triggered.
func NewSilenceAlarms(scope awsconstructs.Construct, id *string, props *SilenceAlarmsProps) *SilenceAlarms {
	require(props.Topic != nil && props.Clock != nil && len(props.Alarms) > 0,
		"NewSilenceAlarms: props.Topic, props.Clock and props.Alarms are required")
	for _, a := range props.Alarms {
		require(a.ID != "" && a.Name != "" && a.Vault != "" && a.Metric != "", "SilenceAlarm: ID, Name, Vault and Metric are required")
		requireAlarmDays("SilenceAlarm "+a.ID, a.Days)
	}
	this := awsconstructs.NewConstruct(scope, id)
	clock := props.Clock.Ref()
	s := &SilenceAlarms{Construct: this}
	young := map[int]*string{} // logical ids by days
	for _, a := range props.Alarms {
		if young[a.Days] == nil {
			young[a.Days] = awscloudwatch.NewCfnAlarm(this, jsii.String(fmt.Sprintf("YoungerThan%dDays", a.Days)), youngerThan(a.Days, clock)).
				LogicalId()
		}
		none := awscloudwatch.NewCfnAlarm(this, jsii.String(a.ID+"-metric"), a.noneCompleted()).LogicalId()
		s.Alarms = append(s.Alarms, awscloudwatch.NewCfnCompositeAlarm(this, jsii.String(a.ID), &awscloudwatch.CfnCompositeAlarmProps{
			AlarmName:        jsii.String(a.Name),
			AlarmDescription: jsii.String(a.Description),
			AlarmRule:        awscdk.Fn_Sub(jsii.String(fmt.Sprintf("ALARM(\"${%s}\") AND OK(\"${%s}\")", *none, *young[a.Days])), nil),
			AlarmActions:     &[]any{props.Topic}, // not when it returns to OK: a new alarm does so too
		}))
	}
	return s
}

func requireAlarmDays(alarm string, days int) {
	require(days >= 1 && days <= 7, alarm+": Days is 1 to 7, as far as CloudWatch looks back")
}

// noneCompleted is the alarm on days without a completed job.
func (a SilenceAlarm) noneCompleted() *awscloudwatch.CfnAlarmProps {
	return belowOne(a.Days, a.Days, &awscloudwatch.CfnAlarmProps{
		AlarmDescription: jsii.String("Part of " + a.Name),
		Metrics:          filled("AWS/Backup", a.Metric, "BackupVaultName", a.Vault),
	})
}

// youngerThan is the alarm on a clock that did not trigger on each of the last days.
func youngerThan(days int, clock *string) *awscloudwatch.CfnAlarmProps {
	return belowOne(days, 1, &awscloudwatch.CfnAlarmProps{
		AlarmDescription: jsii.String(fmt.Sprintf("The stack is younger than %d days, so the alarms on missing backups stay in OK", days)),
		Namespace:        jsii.String("AWS/Events"),
		MetricName:       jsii.String("TriggeredRules"),
		Dimensions:       []any{&awscloudwatch.CfnAlarm_DimensionProperty{Name: jsii.String("RuleName"), Value: clock}},
		Statistic:        jsii.String("Sum"),
		Period:           jsii.Number(dayInSeconds),
	})
}

// belowOne completes the props of an alarm on a count that is below one in a period of a day, on so many of
// the last days. Without a count CloudWatch treats a day as breaching, unless the props say otherwise.
func belowOne(days, ofThem int, props *awscloudwatch.CfnAlarmProps) *awscloudwatch.CfnAlarmProps {
	props.Threshold = jsii.Number(1)
	props.ComparisonOperator = jsii.String("LessThanThreshold")
	props.EvaluationPeriods = jsii.Number(days)
	props.DatapointsToAlarm = jsii.Number(ofThem)
	if props.TreatMissingData == nil {
		props.TreatMissingData = jsii.String("breaching")
	}
	return props
}

// filled is a count for each day, which is zero on a day without one. Missing data that is breaching does
// not suffice: an alarm that finds a day without a count looks further back for a day that has one, and
// stays in OK while it finds any.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
func filled(namespace, metric, dimension, value string) []any {
	return []any{
		&awscloudwatch.CfnAlarm_MetricDataQueryProperty{
			Id:         jsii.String("filled"),
			Expression: jsii.String("FILL(jobs, 0)"),
			ReturnData: jsii.Bool(true),
		},
		&awscloudwatch.CfnAlarm_MetricDataQueryProperty{
			Id:         jsii.String("jobs"),
			ReturnData: jsii.Bool(false),
			MetricStat: &awscloudwatch.CfnAlarm_MetricStatProperty{
				Metric: &awscloudwatch.CfnAlarm_MetricProperty{
					Namespace: jsii.String(namespace), MetricName: jsii.String(metric),
					Dimensions: []any{&awscloudwatch.CfnAlarm_DimensionProperty{Name: jsii.String(dimension), Value: jsii.String(value)}},
				},
				Stat: jsii.String("Sum"), Period: jsii.Number(dayInSeconds),
			},
		},
	}
}
