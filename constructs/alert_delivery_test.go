package constructs_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/constructs"
)

// newAlertDelivery creates a delivery to secrets.
func newAlertDelivery(stack awscdk.Stack) {
	newDelivery(stack, func(*constructs.AlertDeliveryProps) {})
}

func newDelivery(stack awscdk.Stack, change func(*constructs.AlertDeliveryProps)) {
	bus := constructs.NewEventBus(stack, jsii.String("Bus"), &constructs.EventBusProps{
		Name:    "backup-alerts",
		Senders: eventSenders,
		Sources: []string{"aws.*"},
	})
	props := &constructs.AlertDeliveryProps{
		Name:            "backup-alerts",
		LogGroupName:    "/aws/lambda/backup-alerts",
		UndeliveredName: "backup-alerts-undelivered",
		RoleName:        "backup-alerts",
		Bus:             bus.Bus,
		Code:            awss3assets.NewAsset(stack, jsii.String("Code"), &awss3assets.AssetProps{Path: jsii.String("testdata/program")}),
		Destinations:    `[{"kind":"slack","secret":"backup/slack"}]`,
		SecretARNs:      []string{"arn:aws:secretsmanager:eu-central-1:111111111111:secret:backup/slack-??????"},
		Topic:           awssns.NewTopic(stack, jsii.String("Topic"), nil),
	}
	change(props)
	constructs.NewAlertDelivery(stack, jsii.String("Delivery"), props)
}

var (
	alertDelivery = inStack("AlertDelivery", newAlertDelivery)
	toTopics      = inStack("AlertDeliveryToTopics", func(stack awscdk.Stack) {
		newDelivery(stack, func(props *constructs.AlertDeliveryProps) {
			props.SecretARNs, props.TopicARNs, props.Receivers = nil, []string{"arn:aws:sns:eu-west-1:333333333333:oncall"}, "topics"
		})
	})
)

func TestAlertDelivery(t *testing.T) {
	template := alertDelivery.template(t)
	queue := map[string]any{"Fn::GetAtt": []any{template.GetResourceId(jsii.String("AWS::SQS::Queue"), map[string]any{
		"Properties": map[string]any{"QueueName": "backup-alerts"},
	}), "Arn"}}
	undelivered := map[string]any{"Fn::GetAtt": []any{template.GetResourceId(jsii.String("AWS::SQS::Queue"), map[string]any{
		"Properties": map[string]any{"QueueName": "backup-alerts-undelivered"},
	}), "Arn"}}
	logs := template.arn("AWS::Logs::LogGroup")

	template.HasResourceProperties(jsii.String("AWS::Events::Rule"), map[string]any{
		"EventBusName": map[string]any{"Ref": "Bus"},
		"EventPattern": map[string]any{"detail-type": []any{map[string]any{"anything-but": []any{"Scheduled Event"}}}},
		"Targets":      []any{map[string]any{"Arn": queue, "DeadLetterConfig": map[string]any{"Arn": undelivered}}},
	})
	template.HasResource(jsii.String("AWS::SQS::Queue"), map[string]any{
		"Properties": map[string]any{
			"QueueName":              "backup-alerts",
			"SqsManagedSseEnabled":   true,
			"MessageRetentionPeriod": 14 * 24 * 60 * 60,
			"VisibilityTimeout":      6*120 + 10,
			"RedrivePolicy":          map[string]any{"deadLetterTargetArn": undelivered, "maxReceiveCount": 5},
		},
		"DeletionPolicy": "Delete",
	})
	for _, arn := range []any{queue, undelivered} {
		template.HasResourceProperties(jsii.String("AWS::SQS::QueuePolicy"), map[string]any{
			"PolicyDocument": map[string]any{"Statement": []any{
				map[string]any{
					"Effect": "Allow", "Principal": map[string]any{"Service": "events.amazonaws.com"},
					"Action": []any{"sqs:SendMessage"}, "Resource": []any{arn},
					"Condition": map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": template.arn("AWS::Events::Rule")}},
				},
				map[string]any{
					"Effect": "Deny", "Principal": map[string]any{"AWS": "*"}, "Action": []any{"sqs:SendMessage"}, "Resource": []any{arn},
					"Condition": map[string]any{"BoolIfExists": map[string]any{"aws:PrincipalIsAWSService": "false"}},
				},
				map[string]any{
					"Effect": "Deny", "Principal": map[string]any{"AWS": "*"}, "Resource": []any{arn},
					"Action":    []any{"sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:PurgeQueue", "sqs:ReceiveMessage"},
					"Condition": map[string]any{"ArnNotEquals": map[string]any{"aws:PrincipalArn": template.arn("AWS::IAM::Role")}},
				},
				map[string]any{"Effect": "Deny", "Sid": "TLSOnly", "Resource": []any{arn}},
			}},
		})
	}
	template.HasResourceProperties(jsii.String("AWS::Lambda::Function"), map[string]any{
		"FunctionName":  "backup-alerts",
		"Runtime":       "provided.al2023",
		"Architectures": []any{"arm64"},
		"Handler":       "bootstrap",
		"Timeout":       120,
		"Role":          template.arn("AWS::IAM::Role"),
		"Code": map[string]any{
			"S3Bucket": assertions.Match_AnyValue(),
			"S3Key":    assertions.Match_StringLikeRegexp(jsii.String(`\.zip$`)),
		},
		"Environment":   map[string]any{"Variables": map[string]any{"DESTINATIONS": `[{"kind":"slack","secret":"backup/slack"}]`}},
		"LoggingConfig": map[string]any{"LogGroup": template.ref("AWS::Logs::LogGroup")},
	})
	template.HasResourceProperties(jsii.String("AWS::Lambda::EventSourceMapping"), map[string]any{
		"EventSourceArn":        queue,
		"FunctionName":          template.ref("AWS::Lambda::Function"),
		"FunctionResponseTypes": []any{"ReportBatchItemFailures"},
	})
	template.HasResourceProperties(jsii.String("AWS::IAM::Role"), map[string]any{
		"RoleName": "backup-alerts",
		"AssumeRolePolicyDocument": map[string]any{"Statement": []any{
			map[string]any{"Principal": map[string]any{"Service": "lambda.amazonaws.com"}},
		}},
		"Policies": []any{map[string]any{"PolicyDocument": map[string]any{"Statement": []any{
			map[string]any{"Sid": "Queue", "Resource": []any{queue}},
			map[string]any{
				"Sid": "Secrets", "Action": []any{"secretsmanager:GetSecretValue"},
				"Resource": []any{"arn:aws:secretsmanager:eu-central-1:111111111111:secret:backup/slack-??????"},
			},
			map[string]any{"Sid": "Logs", "Resource": []any{logs}},
		}}}},
	})
	template.HasResourceProperties(jsii.String("AWS::Logs::LogGroup"), map[string]any{
		"LogGroupName":    "/aws/lambda/backup-alerts",
		"RetentionInDays": 90,
	})
	template.HasResourceProperties(jsii.String("AWS::CloudWatch::Alarm"), map[string]any{
		"AlarmName":  "backup-alerts-undelivered",
		"MetricName": "ApproximateNumberOfMessagesVisible",
		"Dimensions": []any{map[string]any{"Name": "QueueName", "Value": "backup-alerts-undelivered"}},
		"Threshold":  0, "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching",
		"AlarmActions": []any{template.ref("AWS::SNS::Topic")},
		"OKActions":    []any{template.ref("AWS::SNS::Topic")},
	})
	template.ResourceCountIs(jsii.String("AWS::SQS::Queue"), jsii.Number(2))
	template.ResourceCountIs(jsii.String("AWS::SQS::QueuePolicy"), jsii.Number(2))
}

// TestAlertDeliveryToTopics: the role publishes to these topics alone, uses keys for them alone, and reads no secret.
func TestAlertDeliveryToTopics(t *testing.T) {
	topics := []any{"arn:aws:sns:eu-west-1:333333333333:oncall"}
	template := toTopics.template(t)
	template.HasResourceProperties(jsii.String("AWS::IAM::Role"), map[string]any{
		"Policies": []any{map[string]any{"PolicyDocument": map[string]any{"Statement": []any{
			map[string]any{"Sid": "Queue"},
			map[string]any{"Sid": "Topics", "Action": []any{"sns:Publish"}, "Resource": topics},
			map[string]any{
				"Sid": "KeysOfTopics", "Action": []any{"kms:Decrypt", "kms:GenerateDataKey*"},
				"Condition": map[string]any{"StringLike": map[string]any{
					"kms:ViaService": "sns.*.amazonaws.com", "kms:EncryptionContext:aws:sns:topicArn": topics,
				}},
			},
			map[string]any{"Sid": "Logs"},
		}}}},
	})
	template.HasResourceProperties(jsii.String("AWS::Lambda::Function"), map[string]any{
		"Description": "Notifies topics of failed or missing backups, and of changes to them",
	})
}

func TestAlertDeliveryRefuses(t *testing.T) {
	type props = constructs.AlertDeliveryProps
	const (
		names        = "NewAlertDelivery: props.Name, UndeliveredName, RoleName and LogGroupName are required"
		destinations = "NewAlertDelivery: props.Destinations and SecretARNs or TopicARNs are required"
		resources    = "NewAlertDelivery: props.Bus, Code and Topic are required"
	)
	refuses(t, constructs.NewAlertDelivery, func() *props {
		return &props{
			Name: "alerts", LogGroupName: "alerts", UndeliveredName: "undelivered", RoleName: "alerts",
			Bus: someBus{}, Code: someAsset{}, Topic: someTopic{}, Destinations: "[]", SecretARNs: []string{"*"},
		}
	}, []refusal[props]{
		{names, func(p *props) { p.Name = "" }},
		{names, func(p *props) { p.LogGroupName = "" }},
		{names, func(p *props) { p.UndeliveredName = "" }},
		{names, func(p *props) { p.RoleName = "" }},
		{destinations, func(p *props) { p.Destinations = "" }},
		{destinations, func(p *props) { p.SecretARNs = nil }},
		{resources, func(p *props) { p.Bus = nil }},
		{resources, func(p *props) { p.Code = nil }},
		{resources, func(p *props) { p.Topic = nil }},
	})
}
