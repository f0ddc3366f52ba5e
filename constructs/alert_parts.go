package constructs

import "slices"

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
	// QueuePaths are the ends of the URLs of the function's queues: "/111111111111/backup-alerts". SecretNames are the
	// names of the secrets that it reads. QueuePaths is required with FunctionName. SecretNames empty: it reads none.
	QueuePaths, SecretNames []string
	// Validator is the function that validates restore tests. Its Name empty: there is none.
	Validator FunctionParts
}

// FunctionParts are a function and its queues. Both are required.
type FunctionParts struct {
	// Name of the function.
	Name string
	// QueuePaths are the ends of the URLs of its queues, as in [AlertParts].
	QueuePaths []string
}

// calls collects calls on resources that belong to several services.
type calls []any

func (c *calls) on(parameters map[string]any, names ...any) {
	*c = append(*c, map[string]any{"eventName": names, "requestParameters": parameters})
}

func (p AlertParts) rule() []any   { return prefixes([]string{p.RulePrefix}) }
func (p AlertParts) alarms() []any { return prefixes(p.AlarmPrefixes) }
func (p AlertParts) topic() map[string]any {
	return map[string]any{"topicArn": []string{p.TopicARN}}
}

func (p AlertParts) subscription() map[string]any {
	return map[string]any{"subscriptionArn": prefixes([]string{p.TopicARN + ":"})}
}

// alertPlace is where calls on the parts of alerts have their resource. A call has one of them, and calls on rules
// also the rule's bus.
var alertPlace = place{"<bus> <name><rule><alarms><topic><subscription><resource><log><policy>", []string{
	"bus", "requestParameters.eventBusName",
	"name", "requestParameters.name",
	"rule", "requestParameters.rule",
	"alarms", "requestParameters.alarmNames[0]", // a list has quotes
	"topic", "requestParameters.topicArn",
	"subscription", "requestParameters.subscriptionArn",
	"resource", "requestParameters.resourceArn",
	"log", "requestParameters.logGroupName",
	"policy", "requestParameters.policyName",
}}

// partRule is a rule on calls on parts of the alerts. It does not name the source of the events, which AWS
// documents for few services, but CloudTrail's event sources.
func partRule(id, description string, on place, services []string, either calls) EventRule {
	sources := make([]string, len(services))
	for i, service := range services {
		sources[i] = service + ".amazonaws.com"
	}
	return callRule(id, description, on, map[string]any{"eventSource": sources, "$or": []any(either)})
}

// rules are the rules on calls on all parts but the settings of alarms. They take a call whoever made it.
func (p AlertParts) rules() []EventRule {
	require(p.RulePrefix != "" && len(p.AlarmPrefixes) > 0 && p.TopicARN != "",
		"AlertParts: RulePrefix, AlarmPrefixes and TopicARN are required")
	rules := []EventRule{p.offRule(), p.settingRule()}
	if p.FunctionName != "" {
		rules = append(rules, p.deliveryRules()...)
	}
	if p.Validator.Name != "" {
		rules = append(rules, p.Validator.rules("Validator", "the validation of restore tests")...)
	}
	return rules
}

// offRule is the rule on calls that delete alerts or turn them off. The rule watches itself as well.
func (p AlertParts) offRule() EventRule {
	var c calls
	c.on(map[string]any{"name": p.rule()}, "DeleteRule", "DisableRule")
	c.on(map[string]any{"name": p.rule(), "state": []string{"DISABLED"}}, "PutRule")
	c.on(map[string]any{"rule": p.rule()}, "RemoveTargets")
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
	return partRule("AlertCalls", "Calls that delete these alerts or turn them off", alertPlace,
		[]string{"events", "logs", "monitoring", "sns"}, c)
}

// settingRule is the rule on calls that change the settings of alerts: a changed pattern or target can turn an alert
// off or send it elsewhere. Deployments that change them send e-mails too, since a forged one would else be silent.
func (p AlertParts) settingRule() EventRule {
	var c calls
	c.on(map[string]any{"name": p.rule(), "state": []any{absent, map[string]any{"anything-but": []string{"DISABLED"}}}}, "PutRule")
	c.on(map[string]any{"rule": p.rule()}, "PutTargets")
	c.on(p.topic(), "AddPermission", "RemovePermission", "SetTopicAttributes")
	c.on(map[string]any{"resourceArn": []string{p.TopicARN}}, "PutDataProtectionPolicy")
	c.on(p.subscription(), "SetSubscriptionAttributes")
	if p.BusName != "" {
		c.on(map[string]any{"eventBusName": []string{p.BusName}}, "PutPermission")
		c.on(map[string]any{"name": []string{p.BusName}}, "UpdateEventBus")
	}
	on := alertPlace
	if p.LogGroupName != "" {
		c.on(map[string]any{"logGroupName": []string{p.LogGroupName}}, "AssociateKmsKey", "DisassociateKmsKey", "PutRetentionPolicy")
		// These two take the log group's ARN as well.
		c.on(map[string]any{"resourceIdentifier": []any{suffix(":log-group:" + p.LogGroupName)}}, "AssociateKmsKey", "DisassociateKmsKey")
		on.text += "<identifier>"
		on.paths = append(slices.Clone(on.paths), "identifier", "requestParameters.resourceIdentifier")
	}
	if p.LogPolicyName != "" {
		c.on(map[string]any{"policyName": []string{p.LogPolicyName}}, "PutResourcePolicy")
	}
	return partRule("AlertSettingCalls", "Calls that change the settings of these alerts", on,
		[]string{"events", "logs", "monitoring", "sns"}, c)
}

// alarmRule is the rule on calls that change the settings of alarms and of what they count. A deployment makes them
// for each tier that it adds or changes.
func (p AlertParts) alarmRule() EventRule {
	var c calls
	c.on(map[string]any{"alarmName": p.alarms()}, "PutCompositeAlarm", "PutMetricAlarm", "SetAlarmState")
	services, on := []string{"monitoring"}, place{"<alarm>", []string{"alarm", "requestParameters.alarmName"}}
	if p.LogGroupName != "" {
		c.on(map[string]any{"logGroupName": []string{p.LogGroupName}}, "PutMetricFilter")
		services = []string{"logs", "monitoring"}
		on = place{"<alarm><log>", append(on.paths, "log", "requestParameters.logGroupName")}
	}
	return partRule("AlarmSettingCalls", "Calls that change the settings of the alarms of these alerts", on, services, c)
}

func prefix(text string) map[string]string { return map[string]string{"prefix": text} }
func suffix(text string) map[string]string { return map[string]string{"suffix": text} }

// lambda are calls of Lambda. CloudTrail adds the version of the API to their names, as in DeleteFunction20150331.
func lambda(calls ...string) []any { return prefixes(calls) }

// function matches what a request may name the function by (F-EVT-24): its name or ARN, or a part of the ARN, each also
// with a version or an alias behind it.
func (p FunctionParts) function() map[string]any {
	return map[string]any{"functionName": []any{
		p.Name, suffix(":" + p.Name), prefix(p.Name + ":"), wildcard("*:" + p.Name + ":*"),
	}}
}

// mapping is the part of a pattern that matches calls on the function's event source mapping. The requests have
// its id alone, which nobody knows before it is deployed, and the answers have the function's ARN. So a call that
// AWS refuses is not matched.
func (p FunctionParts) mapping(call string) map[string]any {
	name := ":function:" + p.Name
	return map[string]any{
		"eventName":        lambda(call),
		"responseElements": map[string]any{"functionArn": []any{suffix(name), wildcard("*" + name + ":*")}},
	}
}

func (p FunctionParts) queues() map[string]any {
	var ends []any
	for _, path := range p.QueuePaths {
		ends = append(ends, suffix(path))
	}
	return map[string]any{"queueUrl": ends}
}

// functionPlace is where calls on a function have their resource. One on an event source mapping may name the
// function, and its answer has the queue.
var functionPlace = place{"<function><queue> <source>", []string{
	"function", "requestParameters.functionName",
	"queue", "requestParameters.queueUrl",
	"source", "responseElements.eventSourceArn",
}}

// deliveryRules are the rules on calls that stop the delivery of alerts or change it.
func (p AlertParts) deliveryRules() []EventRule {
	require(len(p.QueuePaths) > 0, "AlertParts: QueuePaths is required with FunctionName")
	rules := FunctionParts{p.FunctionName, p.QueuePaths}.rules("Delivery", "the delivery of alerts")
	if len(p.SecretNames) > 0 {
		rules = append(rules, p.secretRule())
	}
	return rules
}

// rules are the rules on calls that stop what the function does or change it.
func (p FunctionParts) rules(id, what string) []EventRule {
	require(len(p.QueuePaths) > 0, "FunctionParts: QueuePaths is required with Name")
	var stop, change calls
	stop.on(p.function(), lambda("DeleteFunction2", "PutFunctionConcurrency")...)
	stop = append(stop, p.mapping("DeleteEventSourceMapping"))
	stop.on(p.queues(), "DeleteQueue", "PurgeQueue")
	change.on(p.function(), lambda("UpdateFunctionCode", "UpdateFunctionConfiguration")...)
	change = append(change, p.mapping("UpdateEventSourceMapping"))
	change.on(p.queues(), "AddPermission", "RemovePermission", "SetQueueAttributes")
	services := []string{"lambda", "sqs"}
	return []EventRule{
		partRule(id+"Calls", "Calls that stop "+what, functionPlace, services, stop),
		partRule(id+"SettingCalls", "Calls that change "+what, functionPlace, services, change),
	}
}

// secretRule is the rule on calls that change where the alerts go. A request has the secret's name, or its ARN with
// or without the six characters that Secrets Manager adds to the name.
func (p AlertParts) secretRule() EventRule {
	detail := func(ids []any) map[string]any {
		d := map[string]any{
			"eventSource": []string{"secretsmanager.amazonaws.com"},
			"eventName":   []string{"DeleteSecret", "PutSecretValue", "UpdateSecret", "UpdateSecretVersionStage"},
		}
		if ids != nil {
			d["requestParameters"] = map[string]any{"secretId": ids}
		}
		return d
	}
	var ids []any
	for _, name := range p.SecretNames {
		ids = append(ids, name, suffix(":secret:"+name), wildcard("*:secret:"+name+"-*"))
	}
	rule := callRule("SecretCalls", "Calls that change or delete the secrets of the destinations of alerts",
		at("requestParameters.secretId"), detail(ids))
	rule.Fallback = detail(nil)
	return rule
}
