package constructs

// AlertParts are the resources of the alerts themselves, which somebody could delete or turn off. RulePrefix,
// AlarmPrefixes and TopicARN are required.
type AlertParts struct {
	// RulePrefix starts the names of the rules. CloudFormation generates them: the first 20 characters of the
	// stack's name are certain to be in them. AlarmPrefixes start the names of the alarms.
	RulePrefix    string
	AlarmPrefixes []string
	// TopicARN of the topic that is notified.
	TopicARN string
	// BusName of an event bus, LogGroupName of its log group, and LogPolicyName of the policy with which
	// EventBridge writes to it. Empty: there is none.
	BusName, LogGroupName, LogPolicyName string
	// FunctionName of the function that delivers alerts. Empty: there is none.
	FunctionName string
	// QueuePaths are the ends of the URLs of the function's queues: "/111111111111/backup-alerts".
	QueuePaths []string
}

// calls collects calls on resources that belong to several services.
type calls []any

func (c *calls) on(parameters map[string]any, names ...any) {
	*c = append(*c, map[string]any{"eventName": names, "requestParameters": parameters})
}

func (p AlertParts) rules() []any  { return prefixes([]string{p.RulePrefix}) }
func (p AlertParts) alarms() []any { return prefixes(p.AlarmPrefixes) }
func (p AlertParts) topic() map[string]any {
	return map[string]any{"topicArn": []string{p.TopicARN}}
}

func (p AlertParts) subscription() map[string]any {
	return map[string]any{"subscriptionArn": prefixes([]string{p.TopicARN + ":"})}
}

// partRule is a rule on calls on parts of the alerts. It does not name the source of the events, which AWS
// documents for few services, but CloudTrail's event sources.
func partRule(id, description string, services []string, either calls) EventRule {
	sources := make([]string, len(services))
	for i, service := range services {
		sources[i] = service + ".amazonaws.com"
	}
	return callRule(id, description, "$.detail.eventSource", map[string]any{"eventSource": sources, "$or": []any(either)})
}

// rule is the rule on calls that delete alerts or turn them off. The rule watches itself as well.
func (p AlertParts) rule() EventRule {
	require(p.RulePrefix != "" && len(p.AlarmPrefixes) > 0 && p.TopicARN != "",
		"AlertParts: RulePrefix, AlarmPrefixes and TopicARN are required")
	var c calls
	c.on(map[string]any{"name": p.rules()}, "DeleteRule", "DisableRule")
	c.on(map[string]any{"name": p.rules(), "state": []string{"DISABLED"}}, "PutRule")
	c.on(map[string]any{"rule": p.rules()}, "RemoveTargets")
	c.on(map[string]any{"alarmNames": p.alarms()}, "DeleteAlarms", "DisableAlarmActions")
	c.on(p.topic(), "DeleteTopic")
	c.on(p.subscription(), "Unsubscribe")
	if p.BusName != "" {
		c.on(map[string]any{"name": []string{p.BusName}}, "DeleteEventBus")
		c.on(map[string]any{"eventBusName": []string{p.BusName}}, "RemovePermission")
	}
	if p.LogGroupName != "" {
		c.on(map[string]any{"logGroupName": []string{p.LogGroupName}}, "DeleteLogGroup", "DeleteLogStream", "DeleteMetricFilter")
	}
	if p.LogPolicyName != "" {
		c.on(map[string]any{"policyName": []string{p.LogPolicyName}}, "DeleteResourcePolicy")
	}
	return partRule("AlertCalls", "Calls that delete these alerts or turn them off", []string{"events", "logs", "monitoring", "sns"}, c)
}

// settingRule is the rule on calls that change the settings of alerts. A changed pattern, threshold or filter can
// turn an alert off as well.
func (p AlertParts) settingRule() EventRule {
	var c calls
	c.on(map[string]any{"name": p.rules(), "state": []any{absent, map[string]any{"anything-but": []string{"DISABLED"}}}}, "PutRule")
	c.on(map[string]any{"rule": p.rules()}, "PutTargets")
	c.on(map[string]any{"alarmName": p.alarms()}, "PutCompositeAlarm", "PutMetricAlarm", "SetAlarmState")
	c.on(p.topic(), "AddPermission", "RemovePermission", "SetTopicAttributes")
	c.on(p.subscription(), "SetSubscriptionAttributes")
	if p.BusName != "" {
		c.on(map[string]any{"eventBusName": []string{p.BusName}}, "PutPermission")
	}
	if p.LogGroupName != "" {
		c.on(map[string]any{"logGroupName": []string{p.LogGroupName}}, "PutMetricFilter", "PutRetentionPolicy")
	}
	if p.LogPolicyName != "" {
		c.on(map[string]any{"policyName": []string{p.LogPolicyName}}, "PutResourcePolicy")
	}
	return partRule("AlertSettingCalls", "Calls that change the settings of these alerts", []string{"events", "logs", "monitoring", "sns"}, c)
}

// prefix matches the names of Lambda's calls. CloudTrail adds the version of the API to them, such as
// DeleteFunction20150331.
func prefix(call string) map[string]string { return map[string]string{"prefix": call} }

// function matches the function's name or ARN.
func (p AlertParts) function() map[string]any {
	return map[string]any{"functionName": []any{p.FunctionName, map[string]string{"suffix": ":function:" + p.FunctionName}}}
}

// mapping is the part of a pattern that matches calls on the function's event source mapping. The requests have
// its id alone, which nobody knows before it is deployed, and the answers have the function's ARN. So a call that
// AWS refuses is not matched.
func (p AlertParts) mapping(call string) map[string]any {
	return map[string]any{
		"eventName":        []any{prefix(call)},
		"responseElements": map[string]any{"functionArn": []any{map[string]string{"suffix": ":function:" + p.FunctionName}}},
	}
}

func (p AlertParts) queues() map[string]any {
	var ends []any
	for _, path := range p.QueuePaths {
		ends = append(ends, map[string]string{"suffix": path})
	}
	return map[string]any{"queueUrl": ends}
}

// deliveryRule is the rule on calls that stop the delivery of alerts.
func (p AlertParts) deliveryRule() (rule EventRule, is bool) {
	if p.FunctionName == "" {
		return EventRule{}, false
	}
	require(len(p.QueuePaths) > 0, "AlertParts: QueuePaths are required with FunctionName")
	var c calls
	c.on(p.function(), prefix("DeleteFunction2"), prefix("PutFunctionConcurrency"))
	c = append(c, p.mapping("DeleteEventSourceMapping"))
	c.on(p.queues(), "DeleteQueue", "PurgeQueue")
	return partRule("DeliveryCalls", "Calls that stop the delivery of alerts", []string{"lambda", "sqs"}, c), true
}

// deliverySettingRule is the rule on calls that change the delivery of alerts.
func (p AlertParts) deliverySettingRule() EventRule {
	var c calls
	c.on(p.function(), prefix("UpdateFunctionCode"), prefix("UpdateFunctionConfiguration"))
	c = append(c, p.mapping("UpdateEventSourceMapping"))
	c.on(p.queues(), "SetQueueAttributes")
	return partRule("DeliverySettingCalls", "Calls that change the delivery of alerts", []string{"lambda", "sqs"}, c)
}
