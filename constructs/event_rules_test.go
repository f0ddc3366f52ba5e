package constructs_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/constructs"
)

var eventRulesMinimum = inStack("EventRulesMinimum", func(stack awscdk.Stack) {
	constructs.NewEventRules(stack, jsii.String("Rules"), &constructs.EventRulesProps{
		Topic: awssns.NewTopic(stack, jsii.String("Topic"), nil),
		Rules: []constructs.EventRule{
			{
				ID: "Vaults", DetailType: "Backup Vault State Change", NamesAt: "backupVaultName", Names: []string{"invoices"},
				Email: "Vault <vault> changed.", Paths: map[string]string{"vault": "$.detail.backupVaultName"},
			},
			{ID: "NoTarget", DetailType: "Backup Job State Change"}, // neither a bus nor an e-mail
			constructs.ClockRule("critical", "critical-clock"),
		},
	})
})

func TestEventRulesMinimum(t *testing.T) {
	template := eventRulesMinimum.template(t)
	template.HasResourceProperties(jsii.String("AWS::Events::Rule"), map[string]any{
		"EventPattern": map[string]any{
			"detail-type": []any{"Backup Vault State Change"},
			"detail":      map[string]any{"backupVaultName": []any{"invoices"}},
		},
		"Targets": []any{map[string]any{
			"Id": "Email", "Arn": template.ref("AWS::SNS::Topic"),
			"InputTransformer": map[string]any{
				"InputPathsMap": map[string]any{"vault": "$.detail.backupVaultName"},
				"InputTemplate": `"Vault <vault> changed."`,
			},
		}},
	})
	template.HasResourceProperties(jsii.String("AWS::Events::Rule"), map[string]any{
		"Name":               "critical-clock",
		"ScheduleExpression": "rate(1 hour)",
		"EventPattern":       assertions.Match_Absent(),
		"Targets":            assertions.Match_Absent(),
	})
	template.ResourceCountIs(jsii.String("AWS::Events::Rule"), jsii.Number(2))
	template.ResourceCountIs(jsii.String("AWS::IAM::Role"), jsii.Number(0))
}

const centralBusARN = "arn:aws:events:eu-central-1:111111111111:event-bus/backup-alerts"

const deployRoleARN = "arn:aws:iam::222222222222:role/cdk-*-cfn-exec-role-222222222222-eu-central-1"

// eventRules are all rules that the package describes.
var eventRules = append(append(
	constructs.Tampering{
		VaultNames:  []string{"invoices"},
		PlanIDs:     []string{"12345678-1234-1234-1234-123456789012"},
		KeyARNs:     []string{"arn:aws:kms:eu-central-1:222222222222:key/1"},
		BucketNames: []string{"invoices"},

		RecoveryPoints:   []string{"arn:aws:backup:eu-central-1:222222222222:recovery-point:invoices-"},
		AnyRecoveryPoint: "arn:aws:backup:eu-central-1:222222222222:recovery-point:",
		AnyBucketTags:    true,
		RoleNames:        []string{"acme-backup-invoices"},
		DeployRoleARN:    deployRoleARN,
		Alerts: constructs.AlertParts{
			RulePrefix:    "my-stack-Rules",
			AlarmPrefixes: []string{"invoices-"},
			TopicARN:      "arn:aws:sns:eu-central-1:222222222222:backup-alerts",
			BusName:       "backup-alerts",
			LogGroupName:  "/aws/events/backup-alerts",
			LogPolicyName: "backup-alerts",
			FunctionName:  "backup-alerts",
			QueuePaths:    []string{"/222222222222/backup-alerts"},
			SecretNames:   []string{"backup/slack"},
		},
	}.Rules(),
	constructs.BackupEventRules([]string{"invoices"}, []string{"arn:aws:backup:eu-central-1:222222222222:backup-vault:invoices"})...),
	constructs.AlarmRule([]string{"invoices-no-backup"}, "invoices-"),
	constructs.OutOfVaultRules([]string{"arn:aws:backup:eu-central-1:222222222222:backup-vault:invoices"})[0],
	constructs.OutOfVaultRules(nil)[1],
	constructs.TestRule("invoices"),
	constructs.ClockRule("critical", "critical-clock"),
	constructs.CopyClockRule("critical", "critical-clock-copies"),
)

var eventRulesEverything = inStack("EventRulesEverything", func(stack awscdk.Stack) {
	constructs.NewEventRules(stack, jsii.String("Rules"), &constructs.EventRulesProps{
		Account:  "222222222222",
		RoleName: "acme-events-invoices",
		BusARN:   centralBusARN,
		Topic:    awssns.NewTopic(stack, jsii.String("Topic"), nil),
		Rules:    eventRules,
	})
})

func TestEventRulesEverything(t *testing.T) {
	template := eventRulesEverything.template(t)
	template.HasResourceProperties(jsii.String("AWS::IAM::Role"), map[string]any{
		"RoleName": "acme-events-invoices",
		"AssumeRolePolicyDocument": map[string]any{"Statement": []any{map[string]any{
			"Principal": map[string]any{"Service": "events.amazonaws.com"},
			"Condition": map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": "222222222222"}},
		}}},
		"Policies": []any{map[string]any{"PolicyDocument": map[string]any{"Statement": []any{
			map[string]any{"Effect": "Allow", "Action": []any{"events:PutEvents"}, "Resource": []any{centralBusARN}},
		}}}},
	})
	bus := map[string]any{"Id": "CentralBus", "Arn": centralBusARN, "RoleArn": template.arn("AWS::IAM::Role")}
	template.HasResourceProperties(jsii.String("AWS::Events::Rule"), map[string]any{
		"EventPattern": map[string]any{
			"source":      []any{"aws.backup"},
			"detail-type": []any{"Copy Job State Change"},
			"detail": map[string]any{
				"state":                []any{"COMPLETED", "FAILED", "ABORTED", "EXPIRED", "PARTIAL"},
				"sourceBackupVaultArn": []any{"arn:aws:backup:eu-central-1:222222222222:backup-vault:invoices"},
			},
		},
		"Targets": []any{bus},
	})
	template.HasResourceProperties(jsii.String("AWS::Events::Rule"), map[string]any{
		"EventPattern": map[string]any{
			"source":      []any{"aws.kms"},
			"detail-type": []any{"AWS API Call via CloudTrail"},
			"detail": map[string]any{
				"eventSource": []any{"kms.amazonaws.com"},
				"resources":   map[string]any{"ARN": []any{"arn:aws:kms:eu-central-1:222222222222:key/1"}},
			},
		},
		"Targets": []any{bus, map[string]any{"Id": "Email", "Arn": template.ref("AWS::SNS::Topic")}},
	})
	template.HasResourceProperties(jsii.String("AWS::Events::Rule"), map[string]any{
		"EventPattern": map[string]any{
			"source": []any{"aws.cloudwatch"},
			"detail": map[string]any{"alarmName": []any{"invoices-no-backup"}},
		},
	})
	template.ResourceCountIs(jsii.String("AWS::Events::Rule"), jsii.Number(len(eventRules)))
	template.AllResources(jsii.String("AWS::Events::Rule"), map[string]any{"Properties": map[string]any{"State": assertions.Match_Absent()}})
}

func TestEventRulesRefuse(t *testing.T) {
	type props = constructs.EventRulesProps
	refuses(t, constructs.NewEventRules, func() *props {
		return &props{
			Account: "222222222222", RoleName: "acme-events", BusARN: centralBusARN, Topic: someTopic{},
			Rules: []constructs.EventRule{
				{ID: "Vaults", DetailType: "Backup Vault State Change", NamesAt: "backupVaultName", Names: []string{"invoices"}},
			},
		}
	}, []refusal[props]{
		{"NewEventRules: props.Topic is required", func(p *props) { p.Topic = nil }},
		{"NewEventRules: props.Account and props.RoleName are required with props.BusARN", func(p *props) { p.Account = "" }},
		{"NewEventRules: props.Account and props.RoleName are required with props.BusARN", func(p *props) { p.RoleName = "" }},
		{"EventRule: ID is required", func(p *props) { p.Rules[0].ID = "" }},
		{"EventRule Vaults: either DetailType or Schedule is required", func(p *props) { p.Rules[0].DetailType = "" }},
		{"EventRule Vaults: either DetailType or Schedule is required", func(p *props) { p.Rules[0].Schedule = "rate(1 hour)" }},
		{"EventRule Vaults: NamesAt is required with Names", func(p *props) { p.Rules[0].NamesAt = "" }},
	})
}

func TestRulesRefuse(t *testing.T) {
	type tampering = constructs.Tampering
	const required = "AlertParts: RulePrefix, AlarmPrefixes and TopicARN are required"
	const points = "Tampering: RecoveryPoints and AnyRecoveryPoint are required with VaultNames"
	const delivery = "AlertParts: QueuePaths is required with FunctionName"
	with := func(change func(*tampering)) func() {
		x := tampering{
			VaultNames: []string{"invoices"}, RecoveryPoints: []string{"a"}, AnyRecoveryPoint: "a", DeployRoleARN: deployRoleARN,
			Alerts: constructs.AlertParts{
				RulePrefix: "my-stack", AlarmPrefixes: []string{"my-stack-"}, TopicARN: topicARN,
				FunctionName: "alerts", QueuePaths: []string{"/222222222222/alerts"}, SecretNames: []string{"slack"},
			},
		}
		change(&x)
		return func() { x.Rules() }
	}
	for name, c := range map[string]struct {
		rules func()
		want  string
	}{
		"complete":        {with(func(*tampering) {}), ""},
		"no rule prefix":  {with(func(x *tampering) { x.Alerts.RulePrefix = "" }), required},
		"no alarm prefix": {with(func(x *tampering) { x.Alerts.AlarmPrefixes = nil }), required},
		"no topic":        {with(func(x *tampering) { x.Alerts.TopicARN = "" }), required},
		"no deploy role":  {with(func(x *tampering) { x.DeployRoleARN = "" }), "Tampering: DeployRoleARN is required"},
		"no points":       {with(func(x *tampering) { x.RecoveryPoints = nil }), points},
		"not any point":   {with(func(x *tampering) { x.AnyRecoveryPoint = "" }), points},
		"no queues":       {with(func(x *tampering) { x.Alerts.QueuePaths = nil }), delivery},
		"no secrets":      {with(func(x *tampering) { x.Alerts.SecretNames = nil }), ""},
		"alarms without prefix": {
			func() { constructs.AlarmRule([]string{"a"}) },
			"AlarmRule: prefixes are required; names may be too many for a rule",
		},
	} {
		if got := panicOf(c.rules); got != c.want {
			t.Errorf("%s: %q; want %q", name, got, c.want)
		}
	}
}
