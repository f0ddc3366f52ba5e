package constructs

// Tampering has what nobody may change or delete unnoticed. Alerts are required.
type Tampering struct {
	// VaultNames, PlanIDs, KeyARNs and BucketNames of the protected resources. Empty: there is no rule on them.
	VaultNames, PlanIDs, KeyARNs, BucketNames []string
	// Alerts are the resources that send the alerts.
	Alerts AlertParts
}

// AlertParts are the resources of the alerts themselves, which somebody could delete or turn off. All but BusName
// and LogGroupName are required.
type AlertParts struct {
	// RulePrefix starts the names of the rules. CloudFormation generates them: the first 20 characters of the
	// stack's name are certain to be in them. AlarmPrefixes start the names of the alarms.
	RulePrefix    string
	AlarmPrefixes []string
	// TopicARN of the topic that is notified.
	TopicARN string
	// BusName of an event bus, and LogGroupName of its log group. Empty: there is none.
	BusName, LogGroupName string
}

// Rules are the rules for [NewEventRules] on calls that change or delete these resources. CloudTrail records the
// calls, with who made them, so the account needs a trail of management events.
func (t Tampering) Rules() []EventRule {
	rules := []EventRule{t.Alerts.rule()}
	call := func(id, service, description, key string, names []string, calls ...string) {
		if len(names) == 0 {
			return
		}
		on := "$.detail." + key
		if service == "kms" { // the event has a list of resources, and a path cannot take a single one
			on = "$.detail.requestParameters.keyId"
		}
		r := callRule(id, description, on, map[string]any{"eventSource": []string{service + ".amazonaws.com"}, "eventName": calls})
		r.Source, r.NamesAt, r.Names = "aws."+service, key, names
		rules = append(rules, r)
	}
	call(
		"VaultCalls",
		"backup",
		"Calls that change or delete a vault, its lock, its policy or its recovery points",
		"requestParameters.backupVaultName",
		t.VaultNames,
		"DeleteBackupVault",
		"DeleteBackupVaultAccessPolicy",
		"DeleteBackupVaultLockConfiguration",
		"DeleteBackupVaultNotifications",
		"DeleteRecoveryPoint",
		"DisassociateRecoveryPoint",
		"PutBackupVaultAccessPolicy",
		"PutBackupVaultLockConfiguration",
		"PutBackupVaultNotifications",
		"UpdateRecoveryPointLifecycle",
	)
	call("PlanCalls", "backup", "Calls that change or delete a plan or its selection", "requestParameters.backupPlanId", t.PlanIDs,
		"DeleteBackupPlan", "DeleteBackupSelection", "UpdateBackupPlan")
	call("KeyCalls", "kms", "Calls that disable or delete a key, or change its policy", "resources.ARN", t.KeyARNs,
		"DisableKey", "PutKeyPolicy", "ScheduleKeyDeletion")
	call(
		"BucketCalls",
		"s3",
		"Calls that change a bucket's Object Lock, versioning or notifications, or delete it",
		"requestParameters.bucketName",
		t.BucketNames,
		"DeleteBucket",
		"PutBucketNotification",
		"PutBucketNotificationConfiguration",
		"PutBucketObjectLockConfiguration",
		"PutBucketVersioning",
	)
	return rules
}

// rule is the rule on calls that delete alerts or turn them off. The calls belong to several services. The
// rule watches itself as well.
func (p AlertParts) rule() EventRule {
	require(p.RulePrefix != "" && len(p.AlarmPrefixes) > 0 && p.TopicARN != "",
		"AlertParts: RulePrefix, AlarmPrefixes and TopicARN are required")
	ours := []map[string]string{{"prefix": p.RulePrefix}}
	var alarms []map[string]string
	for _, prefix := range p.AlarmPrefixes {
		alarms = append(alarms, map[string]string{"prefix": prefix})
	}
	var either []map[string]any
	on := func(parameters map[string]any, calls ...string) {
		either = append(either, map[string]any{"eventName": calls, "requestParameters": parameters})
	}
	on(map[string]any{"name": ours}, "DeleteRule", "DisableRule")
	on(map[string]any{"name": ours, "state": []string{"DISABLED"}}, "PutRule")
	on(map[string]any{"rule": ours}, "RemoveTargets")
	on(map[string]any{"alarmNames": alarms}, "DeleteAlarms", "DisableAlarmActions")
	on(map[string]any{"topicArn": []string{p.TopicARN}}, "DeleteTopic")
	on(map[string]any{"subscriptionArn": []map[string]string{{"prefix": p.TopicARN + ":"}}}, "Unsubscribe")
	if p.BusName != "" {
		on(map[string]any{"name": []string{p.BusName}}, "DeleteEventBus")
	}
	if p.LogGroupName != "" {
		on(map[string]any{"logGroupName": []string{p.LogGroupName}}, "DeleteLogGroup", "DeleteMetricFilter")
	}
	return callRule("AlertCalls", "Calls that delete these alerts or turn them off", "$.detail.eventSource", map[string]any{
		"eventSource": []string{"events.amazonaws.com", "logs.amazonaws.com", "monitoring.amazonaws.com", "sns.amazonaws.com"},
		"$or":         either,
	})
}

// callRule is a rule on calls that CloudTrail records. on is the JSON path to the resource of the call.
func callRule(id, description, on string, detail map[string]any) EventRule {
	return EventRule{
		ID: id, Description: description, DetailType: "AWS API Call via CloudTrail", Detail: detail,
		Email: "<who> called <call> on <on> in account <account>, <region>, at <time>, from <address>. Error, if AWS " +
			"refused it: <error>. If none of you deployed or intended this, somebody is changing or deleting your backups.",
		Paths: paths(
			"who",
			"$.detail.userIdentity.arn",
			"call",
			"$.detail.eventName",
			"on",
			on,
			"address",
			"$.detail.sourceIPAddress",
			"error",
			"$.detail.errorCode",
		),
	}
}
