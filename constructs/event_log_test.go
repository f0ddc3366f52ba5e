package constructs_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/constructs"
)

func newEventLog(stack awscdk.Stack, accountEndings ...string) {
	bus := constructs.NewEventBus(stack, jsii.String("Bus"), &constructs.EventBusProps{
		Name:    "backup-alerts",
		Senders: eventSenders,
		Sources: []string{"aws.*"},
	})
	constructs.NewEventLog(stack, jsii.String("Log"), &constructs.EventLogProps{
		LogGroupName:   "/aws/events/backup-alerts",
		LogGroupARN:    "arn:aws:logs:eu-central-1:111111111111:log-group:/aws/events/backup-alerts",
		PolicyName:     "backup-alerts",
		Bus:            bus.Bus,
		Namespace:      "backup",
		AccountEndings: accountEndings,
	})
}

var eventLogMinimum = inStack("EventLogMinimum", func(stack awscdk.Stack) { newEventLog(stack, "") })

func TestEventLogMinimum(t *testing.T) {
	template := eventLogMinimum.template(t)
	template.HasResource(jsii.String("AWS::Logs::LogGroup"), map[string]any{
		"Properties":          map[string]any{"LogGroupName": "/aws/events/backup-alerts", "RetentionInDays": 400},
		"DeletionPolicy":      "RetainExceptOnCreate",
		"UpdateReplacePolicy": "Retain",
	})
	template.HasResourceProperties(jsii.String("AWS::Events::Rule"), map[string]any{
		"EventBusName": map[string]any{"Ref": "Bus"},
		"EventPattern": map[string]any{"detail-type": []any{map[string]any{"anything-but": []any{"Scheduled Event"}}}},
		"Targets":      []any{map[string]any{"Arn": "arn:aws:logs:eu-central-1:111111111111:log-group:/aws/events/backup-alerts"}},
	})
	template.HasResourceProperties(jsii.String("AWS::Logs::ResourcePolicy"), map[string]any{
		"PolicyName": "backup-alerts",
		"PolicyDocument": `{"Statement":[{"Action":["logs:CreateLogStream","logs:PutLogEvents"],"Effect":"Allow",` +
			`"Principal":{"Service":["events.amazonaws.com","delivery.logs.amazonaws.com"]},` +
			`"Resource":["arn:aws:logs:eu-central-1:111111111111:log-group:/aws/events/backup-alerts:*"],` +
			`"Sid":"EventBridge"}],"Version":"2012-10-17"}`,
	})
	template.HasResourceProperties(jsii.String("AWS::Logs::MetricFilter"), map[string]any{
		"LogGroupName":  template.ref("AWS::Logs::LogGroup"),
		"FilterPattern": `{ $.source = "aws.backup" && $.detail-type = "Copy Job State Change" && $.detail.state = "COMPLETED" }`,
		"MetricTransformations": []any{map[string]any{
			"MetricNamespace": "backup", "MetricName": "CopyJobsCompleted", "MetricValue": "1",
			"Dimensions": []any{map[string]any{"Key": "BackupVaultArn", "Value": "$.detail.sourceBackupVaultArn"}},
		}},
	})
	// A backup counts as zero copies.
	template.HasResourceProperties(jsii.String("AWS::Logs::MetricFilter"), map[string]any{
		"FilterPattern": `{ $.source = "aws.backup" && $.detail-type = "Backup Job State Change" && $.detail.state = "COMPLETED" }`,
		"MetricTransformations": []any{map[string]any{
			"MetricNamespace": "backup", "MetricName": "CopyJobsCompleted", "MetricValue": "0",
			"Dimensions": []any{map[string]any{"Key": "BackupVaultArn", "Value": "$.detail.backupVaultArn"}},
		}},
	})
	template.ResourceCountIs(jsii.String("AWS::Logs::MetricFilter"), jsii.Number(2))
}

var eventLogEverything = inStack("EventLogEverything", func(stack awscdk.Stack) {
	newEventLog(stack, "0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
})

func TestEventLogEverything(t *testing.T) {
	template := eventLogEverything.template(t)
	for _, detailType := range []string{"Copy Job State Change", "Backup Job State Change"} {
		template.HasResourceProperties(jsii.String("AWS::Logs::MetricFilter"), map[string]any{
			"FilterPattern": `{ $.source = "aws.backup" && $.detail-type = "` + detailType +
				`" && $.detail.state = "COMPLETED" && $.account = "*7" }`,
		})
	}
	template.ResourceCountIs(jsii.String("AWS::Logs::MetricFilter"), jsii.Number(20))
	template.ResourceCountIs(jsii.String("AWS::Logs::LogGroup"), jsii.Number(1))
}

func TestEventLogRefuses(t *testing.T) {
	type props = constructs.EventLogProps
	refuses(t, constructs.NewEventLog, func() *props {
		return &props{
			LogGroupName: "events", LogGroupARN: "arn:aws:logs:eu-central-1:111111111111:log-group:events", PolicyName: "events",
			Bus: someBus{}, Namespace: "backup", AccountEndings: []string{""},
		}
	}, []refusal[props]{
		{"NewEventLog: props.LogGroupName, LogGroupARN and PolicyName are required", func(p *props) { p.LogGroupName = "" }},
		{"NewEventLog: props.LogGroupName, LogGroupARN and PolicyName are required", func(p *props) { p.LogGroupARN = "" }},
		{"NewEventLog: props.LogGroupName, LogGroupARN and PolicyName are required", func(p *props) { p.PolicyName = "" }},
		{"NewEventLog: props.Bus and props.Namespace are required", func(p *props) { p.Bus = nil }},
		{"NewEventLog: props.Bus and props.Namespace are required", func(p *props) { p.Namespace = "" }},
		{"NewEventLog: props.AccountEndings is required; one empty ending stands for all accounts", func(p *props) { p.AccountEndings = nil }},
	})
}
