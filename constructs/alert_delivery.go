package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawssns"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/internal/alerting"
)

// AlertDeliveryProps are the props of [NewAlertDelivery]. All are required.
type AlertDeliveryProps struct {
	// Name of the queue and of the function.
	Name string
	// LogGroupName of the function's log group.
	LogGroupName string
	// UndeliveredName of the queue for what the function could not deliver, and of the alarm on it.
	UndeliveredName string
	// RoleName of the function's role.
	RoleName string
	// Bus whose events are delivered.
	Bus awsevents.CfnEventBus
	// Code of the function: a directory with a program named bootstrap, for Linux on arm64. The program is
	// lambda/alerts, built with CGO_ENABLED=0.
	Code awss3assets.Asset
	// Destinations is the list of destinations, as JSON, such as [{"kind":"slack","secret":"backup/slack"}]. kind is
	// slack or pagerduty. secret is the name of the secret in Secrets Manager with the webhook's URL or the
	// routing key. PagerDuty also takes severity and endpoint.
	Destinations string
	// SecretARNs match the secrets in Secrets Manager that the function reads. Secrets Manager adds six
	// characters to a name: "arn:aws:secretsmanager:eu-central-1:111111111111:secret:backup/slack-??????".
	SecretARNs []string
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

// Times in seconds. A message is visible again after a batch was collected and six invocations could have timed out,
// as AWS advises: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html.
const (
	functionTimeout   = 120
	batchingWindow    = 10
	visibilityTimeout = 6*functionTimeout + batchingWindow
	fourteenDays      = 14 * dayInSeconds
)

// NewAlertDelivery creates the queue, the function with its role and log group, and the queue of
// undelivered events with an alarm.
func NewAlertDelivery(scope awsconstructs.Construct, id *string, props *AlertDeliveryProps) *AlertDelivery {
	require(props.Name != "" && props.UndeliveredName != "" && props.RoleName != "" && props.LogGroupName != "",
		"NewAlertDelivery: props.Name, UndeliveredName, RoleName and LogGroupName are required")
	require(props.Destinations != "" && len(props.SecretARNs) > 0, "NewAlertDelivery: props.Destinations and SecretARNs are required")
	require(props.Bus != nil && props.Code != nil && props.Topic != nil, "NewAlertDelivery: props.Bus, Code and Topic are required")
	this := awsconstructs.NewConstruct(scope, id)
	d := &AlertDelivery{Construct: this}
	d.Undelivered = newQueue(this, "Undelivered", &awssqs.CfnQueueProps{QueueName: jsii.String(props.UndeliveredName)})
	undeliveredARN := d.Undelivered.AttrArn()
	d.Queue = newQueue(this, "Queue", &awssqs.CfnQueueProps{
		QueueName:         jsii.String(props.Name),
		VisibilityTimeout: jsii.Number(visibilityTimeout),
		RedrivePolicy:     map[string]any{"deadLetterTargetArn": undeliveredARN, "maxReceiveCount": 5},
	})
	queueARN := d.Queue.AttrArn()
	rule := awsevents.NewCfnRule(this, jsii.String("Rule"), &awsevents.CfnRuleProps{
		Description:  jsii.String("Delivers the events of the bus, except scheduled and replayed ones"),
		EventBusName: props.Bus.Ref(),
		EventPattern: notScheduled(),
		Targets: []any{&awsevents.CfnRule_TargetProperty{
			Id: jsii.String("Queue"), Arn: queueARN, DeadLetterConfig: &awsevents.CfnRule_DeadLetterConfigProperty{Arn: undeliveredARN},
		}},
	})
	ruleARN := *rule.AttrArn()
	logs := awslogs.NewCfnLogGroup(this, jsii.String("Logs"), &awslogs.CfnLogGroupProps{
		LogGroupName:    props.LogGroupName,
		RetentionInDays: jsii.Number(90),
	})
	destroy(logs)
	d.Role = awsiam.NewCfnRole(this, jsii.String("Role"), props.role(*queueARN, *logs.AttrArn()))
	roleARN := *d.Role.AttrArn()
	newQueuePolicy(d.Queue, *queueARN, ruleARN, roleARN)
	newQueuePolicy(d.Undelivered, *undeliveredARN, ruleARN, roleARN)
	d.Function = awslambda.NewCfnFunction(this, jsii.String("Function"), &awslambda.CfnFunctionProps{
		FunctionName:  jsii.String(props.Name),
		Description:   jsii.String("Notifies Slack and PagerDuty of failed or missing backups, and of changes to them"),
		Runtime:       jsii.String("provided.al2023"),
		Architectures: jsii.Strings("arm64"),
		Handler:       jsii.String("bootstrap"),
		Code:          &awslambda.CfnFunction_CodeProperty{S3Bucket: props.Code.S3BucketName(), S3Key: props.Code.S3ObjectKey()},
		Role:          d.Role,
		Timeout:       jsii.Number(functionTimeout),
		MemorySize:    jsii.Number(256),
		Environment: &awslambda.CfnFunction_EnvironmentProperty{
			Variables: map[string]string{alerting.DestinationsVariable: props.Destinations},
		},
		LoggingConfig: &awslambda.CfnFunction_LoggingConfigProperty{LogGroup: logs.Ref()},
	})
	awslambda.NewCfnEventSourceMapping(this, jsii.String("EventSource"), &awslambda.CfnEventSourceMappingProps{
		EventSourceArn: d.Queue,
		FunctionName:   d.Function.Ref(),
		// Events that arrive together become one message in Slack, which takes one a second (F-EVT-14).
		BatchSize:                      jsii.Number(100),
		MaximumBatchingWindowInSeconds: jsii.Number(batchingWindow),
		FunctionResponseTypes:          jsii.Strings("ReportBatchItemFailures"),
		ScalingConfig: &awslambda.CfnEventSourceMapping_ScalingConfigProperty{
			MaximumConcurrency: jsii.Number(2),
		}, // the least that AWS allows
	})
	d.Alarm = awscloudwatch.NewCfnAlarm(this, jsii.String("UndeliveredAlarm"), &awscloudwatch.CfnAlarmProps{
		AlarmName: jsii.String(props.UndeliveredName),
		AlarmDescription: jsii.String(
			"Alerts about backups could not be delivered. They are in the queue " + props.UndeliveredName + ", and the log of " +
				"the function says why",
		),
		Namespace:  jsii.String("AWS/SQS"),
		MetricName: jsii.String("ApproximateNumberOfMessagesVisible"),
		Dimensions: []any{
			&awscloudwatch.CfnAlarm_DimensionProperty{Name: jsii.String("QueueName"), Value: jsii.String(props.UndeliveredName)},
		},
		Statistic:          jsii.String("Maximum"),
		Period:             jsii.Number(300),
		EvaluationPeriods:  jsii.Number(1),
		Threshold:          jsii.Number(0),
		ComparisonOperator: jsii.String("GreaterThanThreshold"),
		TreatMissingData:   jsii.String("notBreaching"),
		AlarmActions:       &[]any{props.Topic},
		OkActions:          &[]any{props.Topic},
	})
	return d
}

func newQueue(scope awsconstructs.Construct, id string, props *awssqs.CfnQueueProps) awssqs.CfnQueue {
	props.SqsManagedSseEnabled = jsii.Bool(true)
	props.MessageRetentionPeriod = jsii.Number(fourteenDays)
	queue := awssqs.NewCfnQueue(scope, jsii.String(id), props)
	destroy(queue)
	return queue
}

// newQueuePolicy lets the one rule send to a queue, and nobody but the function's role take messages from it: whoever
// could would forge alerts, or make them vanish. So nobody can redrive the queue of undelivered events, unless they
// change the two policies, of which people are notified (docs/alerts.md). SQS itself moves what the function could not
// deliver, and needs no permission for it.
func newQueuePolicy(queue awssqs.CfnQueue, arn, ruleARN, readerARN string) {
	awssqs.NewCfnQueuePolicy(queue, jsii.String("Policy"), &awssqs.CfnQueuePolicyProps{
		Queues: &[]*string{queue.Ref()},
		PolicyDocument: document(
			Statement{
				Sid:       "EventBridge",
				Principal: service("events.amazonaws.com"),
				Actions:   []string{"sqs:SendMessage"},
				Resources: []string{arn},
				Condition: map[string]map[string]any{"ArnEquals": {"aws:SourceArn": ruleARN}},
			},
			Statement{
				Sid:       "OnlyEventBridgeSends",
				Deny:      true,
				Principal: anyone,
				Actions:   []string{"sqs:SendMessage"},
				Resources: []string{arn},
				Condition: exceptServices,
			},
			Statement{
				Sid:       "OnlyTheFunctionReceives",
				Deny:      true,
				Principal: anyone,
				Actions:   []string{"sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:PurgeQueue", "sqs:ReceiveMessage"},
				Resources: []string{arn},
				Condition: map[string]map[string]any{"ArnNotEquals": {"aws:PrincipalArn": readerARN}},
			},
			withoutTLS("sqs:*", arn),
		),
	})
}

func (p *AlertDeliveryProps) role(queueARN, logsARN string) *awsiam.CfnRoleProps {
	return &awsiam.CfnRoleProps{
		RoleName:    jsii.String(p.RoleName),
		Description: jsii.String("Role of the function that delivers alerts about backups"),
		// Without a condition: no function of another account can be given the role, and AWS documents none.
		AssumeRolePolicyDocument: document(Statement{Principal: service("lambda.amazonaws.com"), Actions: []string{"sts:AssumeRole"}}),
		Policies: []any{&awsiam.CfnRole_PolicyProperty{
			PolicyName: jsii.String("Deliver"),
			PolicyDocument: document(
				Statement{
					Sid:       "Queue",
					Actions:   []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
					Resources: []string{queueARN},
				},
				Statement{Sid: "Secrets", Actions: []string{"secretsmanager:GetSecretValue"}, Resources: p.SecretARNs},
				Statement{Sid: "Logs", Actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, Resources: []string{logsARN}},
			),
		}},
	}
}
