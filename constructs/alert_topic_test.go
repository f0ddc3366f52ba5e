package constructs_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/constructs"
)

var alertTopicMinimum = inStack("AlertTopicMinimum", func(stack awscdk.Stack) {
	constructs.NewAlertTopic(stack, jsii.String("Topic"), &constructs.AlertTopicProps{
		Name:       "backup-alerts",
		KeyAlias:   "alias/backup-alerts",
		Account:    "222222222222",
		AccountARN: "arn:aws:iam::222222222222:root",
	})
})

func TestAlertTopicMinimum(t *testing.T) {
	template := alertTopicMinimum.template(t)
	own := map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": "222222222222"}}
	publishers := map[string]any{"Service": []any{"backup.amazonaws.com", "cloudwatch.amazonaws.com"}}
	eventBridge := map[string]any{"Service": "events.amazonaws.com"}
	template.HasResourceProperties(jsii.String("AWS::SNS::Topic"), map[string]any{
		"TopicName":      "backup-alerts",
		"KmsMasterKeyId": template.arn("AWS::KMS::Key"),
	})
	template.HasResourceProperties(jsii.String("AWS::SNS::TopicPolicy"), map[string]any{
		"Topics": []any{map[string]any{"Ref": "Topic"}},
		"PolicyDocument": map[string]any{"Statement": []any{
			map[string]any{"Effect": "Allow", "Principal": publishers, "Action": []any{"sns:Publish"}, "Condition": own},
			map[string]any{"Effect": "Allow", "Principal": eventBridge, "Action": []any{"sns:Publish"}, "Condition": assertions.Match_Absent()},
			map[string]any{"Effect": "Deny", "Sid": "TLSOnly"},
		}},
	})
	template.HasResource(jsii.String("AWS::KMS::Key"), map[string]any{
		"Properties": map[string]any{
			"KeyPolicy": map[string]any{"Statement": []any{
				map[string]any{"Sid": "Account"},
				map[string]any{"Sid": "KeepKey"},
				map[string]any{"Principal": publishers, "Action": []any{"kms:Decrypt", "kms:GenerateDataKey*"}, "Condition": own},
				map[string]any{
					"Principal": eventBridge,
					"Action":    []any{"kms:Decrypt", "kms:GenerateDataKey*"},
					"Condition": assertions.Match_Absent(),
				},
			}},
		},
		"DeletionPolicy":      "Retain",
		"UpdateReplacePolicy": "Retain",
	})
	template.HasResourceProperties(jsii.String("AWS::KMS::Alias"), map[string]any{"AliasName": "alias/backup-alerts"})
	template.ResourceCountIs(jsii.String("AWS::SNS::Subscription"), jsii.Number(0))
	template.hasID("Topic", "AWS::SNS::Topic")
}

var alertTopicEverything = inStack("AlertTopicEverything", func(stack awscdk.Stack) {
	constructs.NewAlertTopic(stack, jsii.String("Topic"), &constructs.AlertTopicProps{
		Name:       "backup-alerts",
		KeyAlias:   "alias/backup-alerts",
		Account:    "222222222222",
		AccountARN: "arn:aws:iam::222222222222:root",
		Emails:     []string{"oncall@example.com", "audit@example.com"},
	})
})

func TestAlertTopicEverything(t *testing.T) {
	template := alertTopicEverything.template(t)
	for _, email := range []string{"oncall@example.com", "audit@example.com"} {
		template.HasResourceProperties(jsii.String("AWS::SNS::Subscription"), map[string]any{
			"TopicArn": map[string]any{"Ref": "Topic"},
			"Protocol": "email",
			"Endpoint": email,
			// A job that completed sends no e-mail. What has no State is published only when something is wrong.
			"FilterPolicy": map[string]any{"State": []any{map[string]any{"anything-but": []any{"COMPLETED"}}, map[string]any{"exists": false}}},
		})
	}
	template.ResourceCountIs(jsii.String("AWS::SNS::Subscription"), jsii.Number(2))
}

func TestAlertTopicRefuses(t *testing.T) {
	type props = constructs.AlertTopicProps
	refuses(t, constructs.NewAlertTopic, func() *props {
		return &props{Name: "alerts", KeyAlias: "alias/alerts", Account: "222222222222", AccountARN: "arn:aws:iam::222222222222:root"}
	}, []refusal[props]{
		{"NewAlertTopic: props.Name is required", func(p *props) { p.Name = "" }},
		{"NewAlertTopic: props.KeyAlias is required", func(p *props) { p.KeyAlias = "" }},
		{"NewAlertTopic: props.Account and props.AccountARN are required", func(p *props) { p.Account = "" }},
		{"NewAlertTopic: props.Account and props.AccountARN are required", func(p *props) { p.AccountARN = "" }},
	})
}
