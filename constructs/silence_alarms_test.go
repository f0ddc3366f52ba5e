package constructs_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/constructs"
)

func newSilenceAlarms(stack awscdk.Stack, alarms ...constructs.SilenceAlarm) {
	topic := awssns.NewTopic(stack, jsii.String("Topic"), nil)
	constructs.NewSilenceAlarms(stack, jsii.String("Silence"), &constructs.SilenceAlarmsProps{Topic: topic, Alarms: alarms})
}

var silenceAlarmsMinimum = inStack("SilenceAlarmsMinimum", func(stack awscdk.Stack) {
	newSilenceAlarms(stack, constructs.SilenceAlarm{
		ID:         "critical-backups",
		WaitsID:    "critical-waits",
		Name:       "critical-no-backup",
		Vault:      "critical",
		Metric:     "NumberOfBackupJobsCompleted",
		Hours:      50,
		ClockName:  "critical-clock",
		FirstHours: 168,
	})
})

// query is a count in the metrics of an alarm.
func query(id, namespace, metric, dimension, value string, period int) map[string]any {
	return map[string]any{"Id": id, "ReturnData": false, "MetricStat": map[string]any{
		"Metric": map[string]any{
			"Namespace": namespace, "MetricName": metric, "Dimensions": []any{map[string]any{"Name": dimension, "Value": value}},
		},
		"Stat": "Sum", "Period": period,
	}}
}

func TestSilenceAlarmsMinimum(t *testing.T) {
	template := silenceAlarmsMinimum.template(t)
	// No backup in any of the last fifty hours. An hour without a count is an hour without a backup.
	template.HasResourceProperties(jsii.String("AWS::CloudWatch::Alarm"), map[string]any{
		"Metrics": []any{
			map[string]any{"Expression": "FILL(jobs, 0)", "ReturnData": true},
			query("jobs", "AWS/Backup", "NumberOfBackupJobsCompleted", "BackupVaultName", "critical", 3600),
		},
		"Threshold": 1, "ComparisonOperator": "LessThanThreshold",
		"EvaluationPeriods": 50, "DatapointsToAlarm": 50, "TreatMissingData": "breaching",
		"AlarmActions": assertions.Match_Absent(),
	})
	// In the last 168 hours the clock did not trigger in all of them, and no backup completed.
	template.HasResourceProperties(jsii.String("AWS::CloudWatch::Alarm"), map[string]any{
		"Metrics": []any{
			map[string]any{"Expression": "FILL(hours, 0) + 168 * FILL(jobs, 0)", "ReturnData": true},
			query("hours", "AWS/Events", "TriggeredRules", "RuleName", "critical-clock", 604800),
			query("jobs", "AWS/Backup", "NumberOfBackupJobsCompleted", "BackupVaultName", "critical", 604800),
		},
		"Threshold": 167, "ComparisonOperator": "LessThanThreshold",
		"EvaluationPeriods": 1, "DatapointsToAlarm": 1, "TreatMissingData": "notBreaching",
		"AlarmActions": assertions.Match_Absent(),
	})
	template.HasResourceProperties(jsii.String("AWS::CloudWatch::CompositeAlarm"), map[string]any{
		"AlarmName": "critical-no-backup",
		"AlarmRule": map[string]any{"Fn::Sub": assertions.Match_StringLikeRegexp(
			jsii.String(`^ALARM\("\$\{Silencecriticalbackupsmetric\w+\}"\) AND OK\("\$\{Silencecriticalwaits\w+\}"\)$`))},
		"AlarmActions": []any{template.ref("AWS::SNS::Topic")},
		"OKActions":    assertions.Match_Absent(),
	})
}

var silenceAlarmsEverything = inStack("SilenceAlarmsEverything", func(stack awscdk.Stack) {
	newSilenceAlarms(stack,
		constructs.SilenceAlarm{
			ID: "a-backups", WaitsID: "a-waits", Name: "a-no-backup", Description: "No backup in a.",
			Vault: "a", Metric: "NumberOfBackupJobsCompleted", Hours: 3, ClockName: "a-clock", FirstHours: 168,
		},
		constructs.SilenceAlarm{
			ID: "a-copies", WaitsID: "a-first-copy", Name: "a-no-copy", Description: "No copy of a.",
			Vault: "a", Metric: "NumberOfCopyJobsCompleted", Hours: 4, ClockName: "a-clock-copies", FirstHours: 168,
		},
		constructs.SilenceAlarm{
			ID: "b-backups", WaitsID: "b-waits", Name: "b-no-backup", Description: "No backup in b.",
			Vault: "b", Metric: "NumberOfBackupJobsCompleted", Hours: 168, ClockName: "b-clock", FirstHours: 1,
		},
		constructs.SilenceAlarm{
			ID: "c-backups", WaitsID: "c-waits", Name: "c-no-backup", Description: "No backup in c.",
			Vault: "c", AirGappedVault: "c-air-gapped", Metric: "NumberOfBackupJobsCompleted", Hours: 3, ClockName: "c-clock", FirstHours: 24,
		},
	)
})

// TestSilenceAlarmsAirGapped: a job counts in whichever of the two vaults AWS Backup counts it.
func TestSilenceAlarmsAirGapped(t *testing.T) {
	template := silenceAlarmsEverything.template(t)
	count := func(id, vault string) map[string]any {
		return map[string]any{"Id": id, "MetricStat": map[string]any{"Metric": map[string]any{
			"Dimensions": []any{map[string]any{"Name": "BackupVaultName", "Value": vault}},
		}}}
	}
	jobs, airGapped := count("jobs", "c"), count("airgapped", "c-air-gapped")
	template.HasResourceProperties(jsii.String("AWS::CloudWatch::Alarm"), map[string]any{
		"Metrics": []any{map[string]any{"Expression": "FILL(jobs, 0) + FILL(airgapped, 0)"}, jobs, airGapped},
	})
	template.HasResourceProperties(jsii.String("AWS::CloudWatch::Alarm"), map[string]any{
		"Metrics": []any{
			map[string]any{"Expression": "FILL(hours, 0) + 24 * FILL(jobs, 0) + 24 * FILL(airgapped, 0)"},
			map[string]any{"Id": "hours"}, jobs, airGapped,
		},
	})
}

func TestSilenceAlarmsEverything(t *testing.T) {
	template := silenceAlarmsEverything.template(t)
	template.HasResourceProperties(jsii.String("AWS::CloudWatch::CompositeAlarm"), map[string]any{
		"AlarmName":        "a-no-copy",
		"AlarmDescription": "No copy of a.",
	})
	// Each alarm has one that tells whether it waits.
	template.ResourceCountIs(jsii.String("AWS::CloudWatch::CompositeAlarm"), jsii.Number(4))
	template.ResourceCountIs(jsii.String("AWS::CloudWatch::Alarm"), jsii.Number(4+4))
	template.ResourcePropertiesCountIs(
		jsii.String("AWS::CloudWatch::Alarm"),
		map[string]any{"TreatMissingData": "notBreaching"},
		jsii.Number(4),
	)
}

func TestSilenceAlarmsRefuse(t *testing.T) {
	type props = constructs.SilenceAlarmsProps
	refuses(t, constructs.NewSilenceAlarms, func() *props {
		return &props{
			Topic: someTopic{},
			Alarms: []constructs.SilenceAlarm{{
				ID: "critical", WaitsID: "waits", Name: "critical", Vault: "critical", Metric: "NumberOfBackupJobsCompleted", Hours: 50,
				ClockName: "critical-clock", FirstHours: 168,
			}},
		}
	}, []refusal[props]{
		{"NewSilenceAlarms: props.Topic and props.Alarms are required", func(p *props) { p.Topic = nil }},
		{"NewSilenceAlarms: props.Topic and props.Alarms are required", func(p *props) { p.Alarms = nil }},
		{"SilenceAlarm: ID, WaitsID, Name, Vault, Metric and ClockName are required", func(p *props) { p.Alarms[0].ID = "" }},
		{"SilenceAlarm: ID, WaitsID, Name, Vault, Metric and ClockName are required", func(p *props) { p.Alarms[0].WaitsID = "" }},
		{"SilenceAlarm: ID, WaitsID, Name, Vault, Metric and ClockName are required", func(p *props) { p.Alarms[0].Name = "" }},
		{"SilenceAlarm: ID, WaitsID, Name, Vault, Metric and ClockName are required", func(p *props) { p.Alarms[0].Vault = "" }},
		{"SilenceAlarm: ID, WaitsID, Name, Vault, Metric and ClockName are required", func(p *props) { p.Alarms[0].Metric = "" }},
		{"SilenceAlarm: ID, WaitsID, Name, Vault, Metric and ClockName are required", func(p *props) { p.Alarms[0].ClockName = "" }},
		{"SilenceAlarm critical: Hours is 1 to 168, as far as CloudWatch looks back", func(p *props) { p.Alarms[0].Hours = 0 }},
		{"SilenceAlarm critical: Hours is 1 to 168, as far as CloudWatch looks back", func(p *props) { p.Alarms[0].Hours = 169 }},
		{"SilenceAlarm critical: FirstHours is 1 to 168, as far as CloudWatch looks back", func(p *props) { p.Alarms[0].FirstHours = 0 }},
		{"SilenceAlarm critical: FirstHours is 1 to 168, as far as CloudWatch looks back", func(p *props) { p.Alarms[0].FirstHours = 169 }},
	})
}
