package constructs_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/constructs"
)

const topicARN = "arn:aws:sns:eu-central-1:111111111111:backup-alerts"

var copyAlarmsMinimum = inStack("CopyAlarmsMinimum", func(stack awscdk.Stack) {
	constructs.NewCopyAlarms(stack, jsii.String("Copies"), &constructs.CopyAlarmsProps{
		TopicARN:  topicARN,
		Namespace: "backup",
		Alarms: []constructs.CopyAlarm{
			{Workload: "invoices-prod", Tier: "critical", VaultARN: "arn:aws:backup:eu-central-1:222222222222:backup-vault:critical", Days: 2},
		},
	})
})

func TestCopyAlarmsMinimum(t *testing.T) {
	template := copyAlarmsMinimum.template(t)
	template.HasResourceProperties(jsii.String("AWS::CloudWatch::Alarm"), map[string]any{
		"AlarmName": assertions.Match_Absent(),
		"Namespace": "backup", "MetricName": "CopyJobsCompleted", "Statistic": "Sum", "Period": 86400,
		"Dimensions": []any{map[string]any{"Name": "BackupVaultArn", "Value": "arn:aws:backup:eu-central-1:222222222222:backup-vault:critical"}},
		"Threshold":  1, "ComparisonOperator": "LessThanThreshold",
		"EvaluationPeriods": 2, "DatapointsToAlarm": 2, "TreatMissingData": "missing",
		"AlarmActions":            []any{topicARN},
		"InsufficientDataActions": []any{topicARN},
	})
}

var copyAlarmsEverything = inStack("CopyAlarmsEverything", func(stack awscdk.Stack) {
	constructs.NewCopyAlarms(stack, jsii.String("Copies"), &constructs.CopyAlarmsProps{
		TopicARN:  topicARN,
		Namespace: "backup",
		Alarms: []constructs.CopyAlarm{
			{
				Workload: "invoices-prod", Tier: "critical", Description: "No copy of critical.",
				VaultARN: "arn:aws:backup:eu-central-1:222222222222:backup-vault:critical", Days: 1,
			},
			{
				Workload: "invoices-prod", Tier: "ledger", Description: "No copy of ledger.",
				VaultARN: "arn:aws:backup:eu-central-1:222222222222:backup-vault:ledger", Days: 7,
			},
			{
				Workload: "invoices-dev", Tier: "critical", Description: "No copy of critical.",
				VaultARN: "arn:aws:backup:eu-central-1:333333333333:backup-vault:critical", Days: 7, Count: "eu-central-1-first",
			},
			{
				Workload: "invoices-dev", Tier: "critical", Description: "No second copy of critical.",
				VaultARN: "arn:aws:backup:eu-central-1:333333333333:backup-vault:critical", Days: 7, Count: "eu-west-1-second", Second: true,
			},
		},
	})
})

func TestCopyAlarmsEverything(t *testing.T) {
	template := copyAlarmsEverything.template(t)
	template.HasResourceProperties(jsii.String("AWS::CloudWatch::Alarm"), map[string]any{
		"AlarmDescription":  "No copy of ledger.",
		"EvaluationPeriods": 7,
	})
	for description, metric := range map[string]string{
		"No copy of critical.": "CopyJobsCompleted-eu-central-1-first", "No second copy of critical.": "CopyJobsCompleted-eu-west-1-second",
	} {
		template.HasResourceProperties(jsii.String("AWS::CloudWatch::Alarm"), map[string]any{
			"AlarmDescription": description, "MetricName": metric,
			"Dimensions": []any{map[string]any{"Name": "BackupVaultArn", "Value": "arn:aws:backup:eu-central-1:333333333333:backup-vault:critical"}},
		})
	}
	template.ResourceCountIs(jsii.String("AWS::CloudWatch::Alarm"), jsii.Number(4))
}

func TestCopyAlarmsRefuse(t *testing.T) {
	type props = constructs.CopyAlarmsProps
	refuses(t, constructs.NewCopyAlarms, func() *props {
		return &props{
			TopicARN: topicARN, Namespace: "backup",
			Alarms: []constructs.CopyAlarm{{Workload: "invoices", Tier: "critical", VaultARN: centralVaultARN, Days: 7}},
		}
	}, []refusal[props]{
		{"NewCopyAlarms: props.TopicARN and props.Namespace are required", func(p *props) { p.TopicARN = "" }},
		{"NewCopyAlarms: props.TopicARN and props.Namespace are required", func(p *props) { p.Namespace = "" }},
		{"CopyAlarm: Workload, Tier and VaultARN are required", func(p *props) { p.Alarms[0].Workload = "" }},
		{"CopyAlarm: Workload, Tier and VaultARN are required", func(p *props) { p.Alarms[0].Tier = "" }},
		{"CopyAlarm: Workload, Tier and VaultARN are required", func(p *props) { p.Alarms[0].VaultARN = "" }},
		{"CopyAlarm invoices/critical: Days is 1 to 7, as far as CloudWatch looks back", func(p *props) { p.Alarms[0].Days = 0 }},
		{"CopyAlarm invoices/critical: Days is 1 to 7, as far as CloudWatch looks back", func(p *props) { p.Alarms[0].Days = 8 }},
	})
}
