package constructs

// AlertDeliveryProps describe the way from an event bus to the function that tells destinations.
type AlertDeliveryProps struct {
	// Name of the queue and of the function.
	Name string
	// LogGroupName is that of the function's log group.
	LogGroupName string
	// UndeliveredName is that of the queue of what the function could not deliver.
	UndeliveredName string
	// RoleName of the function's role.
	RoleName string
	// Bus is the name of the event bus.
	Bus Value
	// CodeBucket and CodeKey are where the function's code is, zipped, in S3.
	CodeBucket, CodeKey string
	// Destinations is the list of destinations, as JSON.
	Destinations string
	// SecretARNs match the secrets in Secrets Manager that the function reads.
	SecretARNs []Value
	// TopicARN of the topic that is told when something could not be delivered.
	TopicARN Value
}

// Times in seconds. A message is visible again when six invocations could have timed out, as AWS
// advises: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html.
const (
	functionTimeout   = 120
	visibilityTimeout = 6 * functionTimeout
	fourteenDays      = 14 * dayInSeconds
)

// NewAlertDelivery makes the queue, the function with its role and log group, and the queue of what
// was not delivered, with an alarm.
func NewAlertDelivery(scope Scope, id string, props AlertDeliveryProps) {
	scope = scope.Scope(id)
	undelivered := scope.add("Undelivered", queue(properties{"QueueName": props.UndeliveredName}))
	queued := scope.add("Queue", queue(properties{
		"QueueName":         props.Name,
		"VisibilityTimeout": visibilityTimeout,
		"RedrivePolicy":     properties{"deadLetterTargetArn": undelivered.arn(""), "maxReceiveCount": 5},
	}))
	rule := scope.add("Rule", resource{
		Type: "AWS::Events::Rule",
		Properties: properties{
			"Description":  "What arrives on the bus, but for the ticks of the stacks' clocks",
			"EventBusName": props.Bus,
			"EventPattern": notTicks,
			"Targets":      []properties{{"Id": "Queue", "Arn": queued.arn(""), "DeadLetterConfig": properties{"Arn": undelivered.arn("")}}},
		},
	})
	for _, q := range []added{queued, undelivered} {
		q.add("Policy", resource{
			Type: "AWS::SQS::QueuePolicy",
			Properties: properties{
				"Queues": []Value{q.ref()},
				"PolicyDocument": document(
					Statement{
						Sid:       "EventBridge",
						Principal: service("events.amazonaws.com"),
						Actions:   []string{"sqs:SendMessage"},
						Resources: []Value{q.arn("")},
						Condition: map[string]map[string]any{"ArnEquals": {"aws:SourceArn": rule.arn("")}},
					},
					Statement{
						Sid:       "TLSOnly",
						Deny:      true,
						Principal: anyone,
						Actions:   []string{"sqs:*"},
						Resources: []Value{q.arn("")},
						Condition: map[string]map[string]any{"Bool": {"aws:SecureTransport": "false", "aws:PrincipalIsAWSService": "false"}},
					},
				),
			},
		})
	}

	logs := scope.add("Logs", resource{
		Type:       "AWS::Logs::LogGroup",
		Properties: properties{"LogGroupName": props.LogGroupName, "RetentionInDays": 90},
	}.deleted())
	role := scope.add("Role", props.role(queued, logs))
	function := scope.add("Function", resource{
		Type: "AWS::Lambda::Function",
		Properties: properties{
			"FunctionName":  props.Name,
			"Description":   "Tells Slack and PagerDuty of backups that failed, did not come or were touched",
			"Runtime":       "provided.al2023",
			"Architectures": []string{"arm64"},
			"Handler":       "bootstrap",
			"Code":          properties{"S3Bucket": props.CodeBucket, "S3Key": props.CodeKey},
			"Role":          role.arn(""),
			"Timeout":       functionTimeout,
			"MemorySize":    256,
			"Environment":   properties{"Variables": properties{"DESTINATIONS": props.Destinations}},
			"LoggingConfig": properties{"LogGroup": logs.ref()},
		},
	})
	scope.add("EventSource", resource{
		Type: "AWS::Lambda::EventSourceMapping",
		Properties: properties{
			"EventSourceArn": queued.arn(""),
			"FunctionName":   function.ref(),
			// What arrives together becomes one message in Slack, which takes one a second (F-EVT-14).
			"BatchSize":                      100,
			"MaximumBatchingWindowInSeconds": 10,
			"FunctionResponseTypes":          []string{"ReportBatchItemFailures"},
			"ScalingConfig":                  properties{"MaximumConcurrency": 2}, // the fewest that there may be
		},
	})
	scope.add("UndeliveredAlarm", resource{
		Type: "AWS::CloudWatch::Alarm",
		Properties: properties{
			"AlarmName":          props.UndeliveredName,
			"AlarmDescription":   "Alerts about backups could not be delivered: they are in the queue " + props.UndeliveredName + ", and the log group of the function says why",
			"Namespace":          "AWS/SQS",
			"MetricName":         "ApproximateNumberOfMessagesVisible",
			"Dimensions":         []properties{{"Name": "QueueName", "Value": props.UndeliveredName}},
			"Statistic":          "Maximum",
			"Period":             300,
			"EvaluationPeriods":  1,
			"Threshold":          0,
			"ComparisonOperator": "GreaterThanThreshold",
			"TreatMissingData":   "notBreaching",
			"AlarmActions":       []Value{props.TopicARN},
			"OKActions":          []Value{props.TopicARN},
		},
	})
}

func queue(p properties) resource {
	p["SqsManagedSseEnabled"] = true
	p["MessageRetentionPeriod"] = fourteenDays
	return resource{Type: "AWS::SQS::Queue", Properties: p}.deleted()
}

func (p AlertDeliveryProps) role(queued, logs added) resource {
	return resource{
		Type: "AWS::IAM::Role",
		Properties: properties{
			"RoleName":    p.RoleName,
			"Description": "The function that tells of alerts about backups",
			// Without a condition: no function of another account can be given the role, and AWS documents none.
			"AssumeRolePolicyDocument": document(Statement{Principal: service("lambda.amazonaws.com"), Actions: []string{"sts:AssumeRole"}}),
			"Policies": []any{properties{
				"PolicyName": "Deliver",
				"PolicyDocument": document(
					Statement{Sid: "Queue", Actions: []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}, Resources: []Value{queued.arn("")}},
					Statement{Sid: "Secrets", Actions: []string{"secretsmanager:GetSecretValue"}, Resources: p.SecretARNs},
					Statement{Sid: "Logs", Actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, Resources: []Value{logs.arn("")}},
				),
			}},
		},
	}
}
