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
)

// queuedFunctionProps say what a function does with the events of its queue. All but window are required.
type queuedFunctionProps struct {
	name            string // of the queue and of the function
	undeliveredName string // of the queue for what the function could not handle, and of the alarm on it
	logGroupName    string
	code            awss3assets.Asset
	topic           interfacesawssns.ITopicRef // is notified of the alarm

	roleName, rolePath, roleDescription, policyName string
	statements                                      []Statement // of the role, beside those on the queue and the log

	description                              string
	timeout, memory, attempts, batch, window int // seconds, MB, receives, messages, seconds
	variables                                any // of the environment
	alarm                                    string

	// rules creates the rules with that target.
	rules func(target *awsevents.CfnRule_TargetProperty) []awsevents.CfnRule
}

// queuedFunction takes events from a queue. What it cannot handle goes to another queue, on which there is an alarm.
type queuedFunction struct {
	queue, undelivered awssqs.CfnQueue
	function           awslambda.CfnFunction
	role               awsiam.CfnRole
	alarm              awscloudwatch.CfnAlarm
}

// newQueuedFunction creates the queues, the function with its role and log group, and the alarm.
func newQueuedFunction(this awsconstructs.Construct, props *queuedFunctionProps) *queuedFunction {
	d := &queuedFunction{}
	d.undelivered = newQueue(this, "Undelivered", &awssqs.CfnQueueProps{QueueName: jsii.String(props.undeliveredName)})
	undeliveredARN := d.undelivered.AttrArn()
	d.queue = newQueue(this, "Queue", &awssqs.CfnQueueProps{
		QueueName: jsii.String(props.name),
		// A message is visible again after a batch was collected and six invocations could have timed out, as AWS advises:
		// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
		VisibilityTimeout: jsii.Number(6*props.timeout + props.window),
		RedrivePolicy:     map[string]any{"deadLetterTargetArn": undeliveredARN, "maxReceiveCount": props.attempts},
	})
	queueARN := d.queue.AttrArn()
	var ruleARNs []string
	for _, rule := range props.rules(&awsevents.CfnRule_TargetProperty{
		Id: jsii.String("Queue"), Arn: queueARN, DeadLetterConfig: &awsevents.CfnRule_DeadLetterConfigProperty{Arn: undeliveredARN},
	}) {
		ruleARNs = append(ruleARNs, *rule.AttrArn())
	}
	logs := awslogs.NewCfnLogGroup(this, jsii.String("Logs"), &awslogs.CfnLogGroupProps{
		LogGroupName:    jsii.String(props.logGroupName),
		RetentionInDays: jsii.Number(90),
	})
	destroy(logs)
	d.role = awsiam.NewCfnRole(this, jsii.String("Role"), props.role(*queueARN, *logs.AttrArn()))
	roleARN := *d.role.AttrArn()
	newQueuePolicy(d.queue, *queueARN, roleARN, ruleARNs)
	newQueuePolicy(d.undelivered, *undeliveredARN, roleARN, ruleARNs)
	d.function = awslambda.NewCfnFunction(this, jsii.String("Function"), &awslambda.CfnFunctionProps{
		FunctionName:  jsii.String(props.name),
		Description:   jsii.String(props.description),
		Runtime:       jsii.String("provided.al2023"),
		Architectures: jsii.Strings("arm64"),
		Handler:       jsii.String("bootstrap"),
		Code:          &awslambda.CfnFunction_CodeProperty{S3Bucket: props.code.S3BucketName(), S3Key: props.code.S3ObjectKey()},
		Role:          d.role,
		Timeout:       jsii.Number(props.timeout),
		MemorySize:    jsii.Number(props.memory),
		Environment:   &awslambda.CfnFunction_EnvironmentProperty{Variables: props.variables},
		LoggingConfig: &awslambda.CfnFunction_LoggingConfigProperty{LogGroup: logs.Ref()},
	})
	mapping := &awslambda.CfnEventSourceMappingProps{
		EventSourceArn:        d.queue,
		FunctionName:          d.function.Ref(),
		BatchSize:             jsii.Number(props.batch),
		FunctionResponseTypes: jsii.Strings("ReportBatchItemFailures"),
		ScalingConfig: &awslambda.CfnEventSourceMapping_ScalingConfigProperty{
			MaximumConcurrency: jsii.Number(2),
		}, // the least that AWS allows
	}
	if props.window > 0 {
		mapping.MaximumBatchingWindowInSeconds = jsii.Number(props.window)
	}
	awslambda.NewCfnEventSourceMapping(this, jsii.String("EventSource"), mapping)
	d.alarm = awscloudwatch.NewCfnAlarm(this, jsii.String("UndeliveredAlarm"), &awscloudwatch.CfnAlarmProps{
		AlarmName:        jsii.String(props.undeliveredName),
		AlarmDescription: jsii.String(props.alarm),
		Namespace:        jsii.String("AWS/SQS"),
		MetricName:       jsii.String("ApproximateNumberOfMessagesVisible"),
		Dimensions: []any{
			&awscloudwatch.CfnAlarm_DimensionProperty{Name: jsii.String("QueueName"), Value: jsii.String(props.undeliveredName)},
		},
		Statistic:          jsii.String("Maximum"),
		Period:             jsii.Number(300),
		EvaluationPeriods:  jsii.Number(1),
		Threshold:          jsii.Number(0),
		ComparisonOperator: jsii.String("GreaterThanThreshold"),
		TreatMissingData:   jsii.String("notBreaching"),
		AlarmActions:       &[]any{props.topic},
		OkActions:          &[]any{props.topic},
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

// newQueuePolicy lets the rules send to a queue, and nobody but the function's role take messages from it: whoever
// could would forge alerts, or make them vanish. So nobody can redrive the queue of undelivered events, unless they
// change the two policies, of which people are notified (docs/alerts.md). SQS itself moves what the function could not
// deliver, and needs no permission for it.
func newQueuePolicy(queue awssqs.CfnQueue, arn, readerARN string, ruleARNs []string) {
	var senders any = ruleARNs
	if len(ruleARNs) == 1 {
		senders = ruleARNs[0]
	}
	awssqs.NewCfnQueuePolicy(queue, jsii.String("Policy"), &awssqs.CfnQueuePolicyProps{
		Queues: &[]*string{queue.Ref()},
		PolicyDocument: document(
			Statement{
				Sid:       "EventBridge",
				Principal: service("events.amazonaws.com"),
				Actions:   []string{"sqs:SendMessage"},
				Resources: []string{arn},
				Condition: map[string]map[string]any{"ArnEquals": {"aws:SourceArn": senders}},
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

func (p *queuedFunctionProps) role(queueARN, logsARN string) *awsiam.CfnRoleProps {
	statements := []Statement{{
		Sid:       "Queue",
		Actions:   []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
		Resources: []string{queueARN},
	}}
	statements = append(statements, p.statements...)
	statements = append(statements,
		Statement{Sid: "Logs", Actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, Resources: []string{logsARN}})
	return &awsiam.CfnRoleProps{
		RoleName:    jsii.String(p.roleName),
		Path:        rolePath(p.rolePath),
		Description: jsii.String(p.roleDescription),
		// Without a condition: no function of another account can be given the role, and AWS documents none.
		AssumeRolePolicyDocument: document(Statement{Principal: service("lambda.amazonaws.com"), Actions: []string{"sts:AssumeRole"}}),
		Policies: []any{&awsiam.CfnRole_PolicyProperty{
			PolicyName: jsii.String(p.policyName), PolicyDocument: document(statements...),
		}},
	}
}
