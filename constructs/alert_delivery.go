package constructs

import (
	"cmp"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawssns"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/internal/alerting"
)

// AlertDeliveryProps are the props of [NewAlertDelivery]. All but Receivers are required, and of SecretARNs and TopicARNs
// one of them.
type AlertDeliveryProps struct {
	// Name of the queue and of the function.
	Name string
	// LogGroupName of the function's log group.
	LogGroupName string
	// UndeliveredName of the queue for what the function could not deliver, and of the alarm on it.
	UndeliveredName string
	// RoleName of the function's role, and RolePath, its path, such as "/backup/". An empty path: none.
	RoleName, RolePath string
	// Bus whose events are delivered.
	Bus awsevents.CfnEventBus
	// Code of the function: a directory with a program named bootstrap, for Linux on arm64. The program is
	// lambda/alerts, built with CGO_ENABLED=0.
	Code awss3assets.Asset
	// Destinations is the list of destinations, as JSON, such as [{"kind":"slack","secret":"backup/slack"}]. kind is
	// slack, pagerduty, teams, webhook or topic. secret is the name of the secret in Secrets Manager with the webhook's URL or
	// the routing key. PagerDuty also takes severity and endpoint, and a webhook header_secret. A topic has topic_arn alone.
	Destinations string
	// Receivers are the kinds of destinations in words, for the description of the function. Empty: Slack and PagerDuty.
	Receivers string
	// SecretARNs match the secrets in Secrets Manager that the function reads. Secrets Manager adds six
	// characters to a name: "arn:aws:secretsmanager:eu-central-1:111111111111:secret:backup/slack-??????".
	SecretARNs []string
	// TopicARNs are the topics that the function publishes to. Those of other accounts, and their keys, must let it.
	TopicARNs []string
	// Topic that is notified when something could not be delivered.
	Topic interfacesawssns.ITopicRef
}

// AlertDelivery sends the events of a bus through a queue to a function that delivers alerts.
type AlertDelivery struct {
	// Construct is the scope of the resources.
	Construct awsconstructs.Construct
	// Queue of events, and Undelivered, the queue of events that could not be delivered.
	Queue, Undelivered awssqs.CfnQueue
	// Function that delivers the alerts, and Role, its role.
	Function awslambda.CfnFunction
	Role     awsiam.CfnRole
	// Alarm that goes into ALARM when something could not be delivered.
	Alarm awscloudwatch.CfnAlarm
}

// Times in seconds.
const (
	functionTimeout = 120
	batchingWindow  = 10
	fourteenDays    = 14 * dayInSeconds
)

// NewAlertDelivery creates the queue, the function with its role and log group, and the queue of
// undelivered events with an alarm.
func NewAlertDelivery(scope awsconstructs.Construct, id *string, props *AlertDeliveryProps) *AlertDelivery {
	require(props.Name != "" && props.UndeliveredName != "" && props.RoleName != "" && props.LogGroupName != "",
		"NewAlertDelivery: props.Name, UndeliveredName, RoleName and LogGroupName are required")
	require(props.Destinations != "" && len(props.SecretARNs)+len(props.TopicARNs) > 0,
		"NewAlertDelivery: props.Destinations and SecretARNs or TopicARNs are required")
	require(props.Bus != nil && props.Code != nil && props.Topic != nil, "NewAlertDelivery: props.Bus, Code and Topic are required")
	this := awsconstructs.NewConstruct(scope, id)
	f := newQueuedFunction(this, &queuedFunctionProps{
		name: props.Name, undeliveredName: props.UndeliveredName, logGroupName: props.LogGroupName, code: props.Code, topic: props.Topic,
		roleName: props.RoleName, rolePath: props.RolePath, roleDescription: "Role of the function that delivers alerts about backups",
		policyName:  "Deliver",
		statements:  props.statements(),
		description: "Notifies " + cmp.Or(props.Receivers, "Slack and PagerDuty") + " of failed or missing backups, and of changes to them",
		timeout:     functionTimeout, memory: 256, attempts: 5,
		variables: map[string]string{alerting.DestinationsVariable: props.Destinations},
		// Events that arrive together become one message in Slack, which takes one a second (F-EVT-14).
		batch: 100, window: batchingWindow,
		alarm: "Alerts about backups could not be delivered. They are in the queue " + props.UndeliveredName + ", and the log of " +
			"the function says why",
		rules: func(target *awsevents.CfnRule_TargetProperty) []awsevents.CfnRule {
			return []awsevents.CfnRule{awsevents.NewCfnRule(this, jsii.String("Rule"), &awsevents.CfnRuleProps{
				Description:  jsii.String("Delivers the events of the bus, except scheduled and replayed ones"),
				EventBusName: props.Bus.Ref(),
				EventPattern: notScheduled(),
				Targets:      []any{target},
			})}
		},
	})
	return &AlertDelivery{
		Construct: this, Queue: f.queue, Undelivered: f.undelivered, Function: f.function, Role: f.role, Alarm: f.alarm,
	}
}

// statements of the role. The key of an encrypted topic may be in any account, and its own policy limits who uses it.
func (p *AlertDeliveryProps) statements() []Statement {
	var statements []Statement
	if len(p.SecretARNs) > 0 {
		statements = append(statements,
			Statement{Sid: "Secrets", Actions: []string{"secretsmanager:GetSecretValue"}, Resources: p.SecretARNs})
	}
	if len(p.TopicARNs) > 0 {
		statements = append(statements,
			Statement{Sid: "Topics", Actions: []string{"sns:Publish"}, Resources: p.TopicARNs},
			Statement{
				Sid: "KeysOfTopics", Actions: []string{"kms:Decrypt", "kms:GenerateDataKey*"}, Resources: everything,
				Condition: map[string]map[string]any{
					"StringLike": {"kms:ViaService": "sns.*.amazonaws.com", "kms:EncryptionContext:aws:sns:topicArn": p.TopicARNs},
				},
			})
	}
	return statements
}
