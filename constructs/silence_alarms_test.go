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
	clock := constructs.ClockRule()
	rules := constructs.NewEventRules(stack, jsii.String("Rules"), &constructs.EventRulesProps{
		Topic: topic,
		Rules: []constructs.EventRule{clock},
	})
	constructs.NewSilenceAlarms(stack, jsii.String("Silence"), &constructs.SilenceAlarmsProps{
		Topic:  topic,
		Clock:  rules.Rules[clock.ID],
		Alarms: alarms,
	})
}

var silenceAlarmsMinimum = inStack("SilenceAlarmsMinimum", func(stack awscdk.Stack) {
	newSilenceAlarms(stack, constructs.SilenceAlarm{
		ID:     "critical-backups",
		Name:   "critical-no-backup",
		Vault:  "critical",
		Metric: "NumberOfBackupJobsCompleted",
		Days:   2,
	})
})

func TestSilenceAlarmsMinimum(t *testing.T) {
	template := silenceAlarmsMinimum.template(t)
	// No backup on any of the last two days. A day without a count is a day without a backup.
	template.HasResourceProperties(jsii.String("AWS::CloudWatch::Alarm"), map[string]any{
		"Metrics": []any{
			map[string]any{"Expression": "FILL(jobs, 0)", "ReturnData": true},
			map[string]any{"Id": "jobs", "ReturnData": false, "MetricStat": map[string]any{
				"Metric": map[string]any{
					"Namespace": "AWS/Backup", "MetricName": "NumberOfBackupJobsCompleted",
					"Dimensions": []any{map[string]any{"Name": "BackupVaultName", "Value": "critical"}},
				},
				"Stat": "Sum", "Period": 86400,
			}},
		},
		"Threshold": 1, "ComparisonOperator": "LessThanThreshold",
		"EvaluationPeriods": 2, "DatapointsToAlarm": 2, "TreatMissingData": "breaching",
		"AlarmActions": assertions.Match_Absent(),
	})
	// The clock did not trigger on one of the last two days.
	template.HasResourceProperties(jsii.String("AWS::CloudWatch::Alarm"), map[string]any{
		"Namespace": "AWS/Events", "MetricName": "TriggeredRules",
		"Dimensions":        []any{map[string]any{"Name": "RuleName", "Value": template.ref("AWS::Events::Rule")}},
		"EvaluationPeriods": 2, "DatapointsToAlarm": 1, "TreatMissingData": "breaching",
		"AlarmActions": assertions.Match_Absent(),
	})
	template.HasResourceProperties(jsii.String("AWS::CloudWatch::CompositeAlarm"), map[string]any{
		"AlarmName": "critical-no-backup",
		"AlarmRule": map[string]any{"Fn::Sub": assertions.Match_StringLikeRegexp(
			jsii.String(`^ALARM\("\$\{Silencecriticalbackupsmetric\w+\}"\) AND OK\("\$\{SilenceYoungerThan2Days\w+\}"\)$`))},
		"AlarmActions": []any{template.ref("AWS::SNS::Topic")},
		"OKActions":    assertions.Match_Absent(),
	})
}

var silenceAlarmsEverything = inStack("SilenceAlarmsEverything", func(stack awscdk.Stack) {
	newSilenceAlarms(stack,
		constructs.SilenceAlarm{
			ID: "a-backups", Name: "a-no-backup", Description: "No backup in a.",
			Vault: "a", Metric: "NumberOfBackupJobsCompleted", Days: 2,
		},
		constructs.SilenceAlarm{
			ID: "a-copies", Name: "a-no-copy", Description: "No copy of a.",
			Vault: "a", Metric: "NumberOfCopyJobsCompleted", Days: 2,
		},
		constructs.SilenceAlarm{
			ID: "b-backups", Name: "b-no-backup", Description: "No backup in b.",
			Vault: "b", Metric: "NumberOfBackupJobsCompleted", Days: 7,
		},
	)
})

func TestSilenceAlarmsEverything(t *testing.T) {
	template := silenceAlarmsEverything.template(t)
	template.HasResourceProperties(jsii.String("AWS::CloudWatch::CompositeAlarm"), map[string]any{
		"AlarmName":        "a-no-copy",
		"AlarmDescription": "No copy of a.",
	})
	// Alarms on the same number of days share the alarm on the age of the stack.
	template.ResourceCountIs(jsii.String("AWS::CloudWatch::CompositeAlarm"), jsii.Number(3))
	template.ResourceCountIs(jsii.String("AWS::CloudWatch::Alarm"), jsii.Number(3+2))
	template.ResourcePropertiesCountIs(jsii.String("AWS::CloudWatch::Alarm"), map[string]any{"MetricName": "TriggeredRules"}, jsii.Number(2))
}

func TestSilenceAlarmsRefuse(t *testing.T) {
	type props = constructs.SilenceAlarmsProps
	refuses(t, constructs.NewSilenceAlarms, func() *props {
		return &props{
			Topic: someTopic{}, Clock: someRule{},
			Alarms: []constructs.SilenceAlarm{{ID: "critical", Name: "critical", Vault: "critical", Metric: "NumberOfBackupJobsCompleted", Days: 7}},
		}
	}, []refusal[props]{
		{"NewSilenceAlarms: props.Topic, props.Clock and props.Alarms are required", func(p *props) { p.Topic = nil }},
		{"NewSilenceAlarms: props.Topic, props.Clock and props.Alarms are required", func(p *props) { p.Clock = nil }},
		{"NewSilenceAlarms: props.Topic, props.Clock and props.Alarms are required", func(p *props) { p.Alarms = nil }},
		{"SilenceAlarm: ID, Name, Vault and Metric are required", func(p *props) { p.Alarms[0].ID = "" }},
		{"SilenceAlarm: ID, Name, Vault and Metric are required", func(p *props) { p.Alarms[0].Name = "" }},
		{"SilenceAlarm: ID, Name, Vault and Metric are required", func(p *props) { p.Alarms[0].Vault = "" }},
		{"SilenceAlarm: ID, Name, Vault and Metric are required", func(p *props) { p.Alarms[0].Metric = "" }},
		{"SilenceAlarm critical: Days is 1 to 7, as far as CloudWatch looks back", func(p *props) { p.Alarms[0].Days = 0 }},
		{"SilenceAlarm critical: Days is 1 to 7, as far as CloudWatch looks back", func(p *props) { p.Alarms[0].Days = 8 }},
	})
}
