package constructs

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawssns"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// SilenceAlarmsProps are the props of [NewSilenceAlarms]. All are required.
type SilenceAlarmsProps struct {
	// Topic that the alarms notify.
	Topic interfacesawssns.ITopicRef
	// Tiers whose alarms to create.
	Tiers []SilentTier
}

// SilentTier has the alarms on missing jobs of one tier, which is a vault with its plan. All are required.
type SilentTier struct {
	// ID is part of the ids of the tier's constructs.
	ID string
	// ClockName is the name of the rule that has triggered every hour since the tier exists ([ClockRule]).
	ClockName string
	// FirstHours is how long the tier may wait for its first jobs, in hours, 1 to 168. For a shorter time than
	// that, its alarms stay in OK until the first job of its last alarm has completed.
	FirstHours int
	// Alarms of the tier, on backups and then on copies of them.
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
	// Hours without a completed job after which the alarm goes into ALARM, 1 to 168.
	Hours int
}

// SilenceAlarms are alarms on backups and copies that did not complete. No event says that a plan did not
// run (F-EVT-12), but AWS Backup counts the completed jobs of each vault.
type SilenceAlarms struct {
	// Construct is the scope of the alarms.
	Construct awsconstructs.Construct
	// Alarms in the order of the props.
	Alarms []awscloudwatch.CfnCompositeAlarm
}

const (
	hourInSeconds = 60 * 60
	dayInSeconds  = 24 * hourInSeconds
)

// NewSilenceAlarms creates the alarms. An alarm goes into ALARM when no job has completed for its hours. It
// stays in OK while the tier waits for its first job: a first backup may take days (F-S3-19), and a tier that
// is added to a stack has no counts yet. The age of a tier is the number of hours in which its clock has triggered.
func NewSilenceAlarms(scope awsconstructs.Construct, id *string, props *SilenceAlarmsProps) *SilenceAlarms {
	require(props.Topic != nil && len(props.Tiers) > 0, "NewSilenceAlarms: props.Topic and props.Tiers are required")
	for _, t := range props.Tiers {
		t.validate()
	}
	this := awsconstructs.NewConstruct(scope, id)
	s := &SilenceAlarms{Construct: this}
	for _, t := range props.Tiers {
		waits := awscloudwatch.NewCfnAlarm(this, jsii.String(t.ID+"-waits"), t.waits()).LogicalId()
		for _, a := range t.Alarms {
			none := awscloudwatch.NewCfnAlarm(this, jsii.String(a.ID+"-metric"), a.noneCompleted()).LogicalId()
			s.Alarms = append(s.Alarms, awscloudwatch.NewCfnCompositeAlarm(this, jsii.String(a.ID), &awscloudwatch.CfnCompositeAlarmProps{
				AlarmName:        jsii.String(a.Name),
				AlarmDescription: jsii.String(a.Description),
				AlarmRule:        awscdk.Fn_Sub(jsii.String(silenceRule("${"+*none+"}", "${"+*waits+"}")), nil),
				AlarmActions:     &[]any{props.Topic}, // not when it returns to OK: a new alarm does so too
			}))
		}
	}
	return s
}

// silenceRule is the rule of a composite alarm: no job has completed, and the tier does not wait for its first.
func silenceRule(none, waits string) string {
	return fmt.Sprintf(`ALARM("%s") AND OK("%s")`, none, waits)
}

func (t SilentTier) validate() {
	require(t.ID != "" && t.ClockName != "" && len(t.Alarms) > 0, "SilentTier: ID, ClockName and Alarms are required")
	requireAlarmHours("SilentTier "+t.ID+": FirstHours", t.FirstHours)
	for _, a := range t.Alarms {
		require(a.ID != "" && a.Name != "" && a.Vault != "" && a.Metric != "", "SilenceAlarm: ID, Name, Vault and Metric are required")
		requireAlarmHours("SilenceAlarm "+a.ID+": Hours", a.Hours)
	}
}

func requireAlarmHours(what string, hours int) {
	require(hours >= 1 && hours <= 7*24, what+" is 1 to 168, as far as CloudWatch looks back")
}

func requireAlarmDays(alarm string, days int) {
	require(days >= 1 && days <= 7, alarm+": Days is 1 to 7, as far as CloudWatch looks back")
}

// noneCompleted is the alarm on hours without a completed job. Missing data that is breaching does not suffice: an
// alarm that finds an hour without a count looks further back for an hour that has one, and stays in OK while it
// finds any. So an hour without a count counts zero.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
func (a SilenceAlarm) noneCompleted() *awscloudwatch.CfnAlarmProps {
	return &awscloudwatch.CfnAlarmProps{
		AlarmDescription:   jsii.String("Part of " + a.Name),
		Metrics:            []any{expression("FILL(jobs, 0)"), a.jobs(hourInSeconds)},
		Threshold:          jsii.Number(1),
		ComparisonOperator: jsii.String("LessThanThreshold"),
		EvaluationPeriods:  jsii.Number(a.Hours),
		DatapointsToAlarm:  jsii.Number(a.Hours),
		TreatMissingData:   jsii.String("breaching"),
	}
}

// waits is the alarm that is in ALARM while the tier waits for its first job: its clock has triggered for fewer
// hours than the tier may wait, and no job has completed in this time. One period is the whole time, so that both
// are single sums; a completed job counts as much as all the hours. The clock may be an hour short, because
// a period can begin just after it triggered. If there were no sums at all, the tier does not wait: better an
// e-mail too many than none.
func (t SilentTier) waits() *awscloudwatch.CfnAlarmProps {
	first := t.Alarms[len(t.Alarms)-1]
	period := t.FirstHours * hourInSeconds
	return &awscloudwatch.CfnAlarmProps{
		AlarmDescription: jsii.String(fmt.Sprintf("Part of %s: the tier waits for its first one, for at most %d hours", first.Name, t.FirstHours)),
		Metrics: []any{
			expression(fmt.Sprintf("FILL(hours, 0) + %d * FILL(jobs, 0)", t.FirstHours)),
			sum("hours", "AWS/Events", "TriggeredRules", "RuleName", t.ClockName, period),
			first.jobs(period),
		},
		Threshold:          jsii.Number(max(1, t.FirstHours-1)),
		ComparisonOperator: jsii.String("LessThanThreshold"),
		EvaluationPeriods:  jsii.Number(1),
		DatapointsToAlarm:  jsii.Number(1),
		TreatMissingData:   jsii.String("notBreaching"),
	}
}

// jobs is the count of completed jobs.
func (a SilenceAlarm) jobs(period int) *awscloudwatch.CfnAlarm_MetricDataQueryProperty {
	return sum("jobs", "AWS/Backup", a.Metric, "BackupVaultName", a.Vault, period)
}

// expression is what an alarm compares, made of the counts that it names by their ids.
func expression(text string) *awscloudwatch.CfnAlarm_MetricDataQueryProperty {
	return &awscloudwatch.CfnAlarm_MetricDataQueryProperty{
		Id: jsii.String("filled"), Expression: jsii.String(text), ReturnData: jsii.Bool(true),
	}
}

// sum is a count for each period, in seconds.
func sum(id, namespace, metric, dimension, value string, period int) *awscloudwatch.CfnAlarm_MetricDataQueryProperty {
	return &awscloudwatch.CfnAlarm_MetricDataQueryProperty{
		Id:         jsii.String(id),
		ReturnData: jsii.Bool(false),
		MetricStat: &awscloudwatch.CfnAlarm_MetricStatProperty{
			Metric: &awscloudwatch.CfnAlarm_MetricProperty{
				Namespace: jsii.String(namespace), MetricName: jsii.String(metric),
				Dimensions: []any{&awscloudwatch.CfnAlarm_DimensionProperty{Name: jsii.String(dimension), Value: jsii.String(value)}},
			},
			Stat: jsii.String("Sum"), Period: jsii.Number(period),
		},
	}
}
