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
	// Alarms to create.
	Alarms []SilenceAlarm
}

// SilenceAlarm describes an alarm on jobs of one kind, backups or copies, that did not complete in a vault. All but
// Description are required.
type SilenceAlarm struct {
	// ID of the alarm's construct, and WaitsID that of the alarm that tells whether it waits for the first job.
	ID, WaitsID string
	// Name of the alarm.
	Name string
	// Description tells whoever is notified what it means.
	Description string
	// Vault is the name of the vault, and Metric the name of AWS Backup's count of completed jobs:
	// "NumberOfBackupJobsCompleted" or "NumberOfCopyJobsCompleted".
	Vault, Metric string
	// AirGappedVault is the name of the air-gapped vault that takes the tier's backups in place of Vault. The jobs of both count:
	// AWS does not document of which of the two AWS Backup counts them (F-LAG-9). Empty: there is none.
	AirGappedVault string
	// Hours without a completed job after which the alarm goes into ALARM, 1 to 168.
	Hours int
	// ClockName is the name of a rule that has triggered every hour since there are such jobs ([ClockRule],
	// [CopyClockRule]).
	ClockName string
	// FirstHours is how long the first job may take, in hours, 1 to 168. The alarm stays in OK until it has
	// completed, or until this time has passed.
	FirstHours int
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
// stays in OK while it waits for its first job: a first backup may take days (F-S3-19), and a tier that is added
// to a stack has no counts yet. Copies have a first one of their own, because they may be added to an old tier. The
// age of a tier, and of its copies, is the number of hours in which their clock has triggered.
func NewSilenceAlarms(scope awsconstructs.Construct, id *string, props *SilenceAlarmsProps) *SilenceAlarms {
	require(props.Topic != nil && len(props.Alarms) > 0, "NewSilenceAlarms: props.Topic and props.Alarms are required")
	for _, a := range props.Alarms {
		a.validate()
	}
	this := awsconstructs.NewConstruct(scope, id)
	s := &SilenceAlarms{Construct: this}
	for _, a := range props.Alarms {
		waits := awscloudwatch.NewCfnAlarm(this, jsii.String(a.WaitsID), a.waits()).LogicalId()
		none := awscloudwatch.NewCfnAlarm(this, jsii.String(a.ID+"-metric"), a.noneCompleted()).LogicalId()
		s.Alarms = append(s.Alarms, awscloudwatch.NewCfnCompositeAlarm(this, jsii.String(a.ID), &awscloudwatch.CfnCompositeAlarmProps{
			AlarmName:        jsii.String(a.Name),
			AlarmDescription: jsii.String(a.Description),
			AlarmRule:        awscdk.Fn_Sub(jsii.String(silenceRule("${"+*none+"}", "${"+*waits+"}")), nil),
			AlarmActions:     &[]any{props.Topic}, // not when it returns to OK: a new alarm does so too
		}))
	}
	return s
}

// silenceRule is the rule of a composite alarm: no job has completed, and the first one is not waited for.
func silenceRule(none, waits string) string {
	return fmt.Sprintf(`ALARM("%s") AND OK("%s")`, none, waits)
}

func (a SilenceAlarm) validate() {
	for _, text := range []string{a.ID, a.WaitsID, a.Name, a.Vault, a.Metric, a.ClockName} {
		require(text != "", "SilenceAlarm: ID, WaitsID, Name, Vault, Metric and ClockName are required")
	}
	requireAlarmHours("SilenceAlarm "+a.ID+": Hours", a.Hours)
	requireAlarmHours("SilenceAlarm "+a.ID+": FirstHours", a.FirstHours)
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
		Metrics:            append([]any{expression(a.counted(""))}, a.jobs(hourInSeconds)...),
		Threshold:          jsii.Number(1),
		ComparisonOperator: jsii.String("LessThanThreshold"),
		EvaluationPeriods:  jsii.Number(a.Hours),
		DatapointsToAlarm:  jsii.Number(a.Hours),
		TreatMissingData:   jsii.String("breaching"),
	}
}

// waits is the alarm that is in ALARM while the first job is waited for: the clock has triggered for fewer hours
// than that may take, and no job has completed in this time. One period is the whole time, so that both
// are single sums; a completed job counts as much as all the hours. The clock may be an hour short, because
// a period can begin just after it triggered. If there were no sums at all, nothing is waited for: better an
// e-mail too many than none.
func (a SilenceAlarm) waits() *awscloudwatch.CfnAlarmProps {
	period := a.FirstHours * hourInSeconds
	return &awscloudwatch.CfnAlarmProps{
		AlarmDescription: jsii.String(fmt.Sprintf("Part of %s: the tier waits for its first one, for at most %d hours", a.Name, a.FirstHours)),
		Metrics: append([]any{
			expression("FILL(hours, 0) + " + a.counted(fmt.Sprintf("%d * ", a.FirstHours))),
			sum("hours", "AWS/Events", "TriggeredRules", "RuleName", a.ClockName, period),
		}, a.jobs(period)...),
		Threshold:          jsii.Number(max(1, a.FirstHours-1)),
		ComparisonOperator: jsii.String("LessThanThreshold"),
		EvaluationPeriods:  jsii.Number(1),
		DatapointsToAlarm:  jsii.Number(1),
		TreatMissingData:   jsii.String("notBreaching"),
	}
}

// jobs are the counts of completed jobs, and counted is their sum, each with a factor such as "24 * ".
func (a SilenceAlarm) jobs(period int) []any {
	of := func(id, vault string) *awscloudwatch.CfnAlarm_MetricDataQueryProperty {
		return sum(id, "AWS/Backup", a.Metric, "BackupVaultName", vault, period)
	}
	counts := []any{of("jobs", a.Vault)}
	if a.AirGappedVault != "" {
		counts = append(counts, of("airgapped", a.AirGappedVault))
	}
	return counts
}

func (a SilenceAlarm) counted(times string) string {
	sum := times + "FILL(jobs, 0)"
	if a.AirGappedVault != "" {
		sum += " + " + times + "FILL(airgapped, 0)"
	}
	return sum
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
