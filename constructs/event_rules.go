package constructs

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// EventRule is an EventBridge rule on the events of an account.
type EventRule struct {
	// ID of the construct.
	ID string
	// Description says what the rule is for.
	Description string
	// Source of the events. Empty: any.
	Source string
	// DetailType of the events. Empty: the rule has a Schedule.
	DetailType string
	// Detail that they match, besides Names.
	Detail map[string]any
	// NamesAt is the path in the detail, with dots, at which an event has one of Names. With so many
	// names that EventBridge would not take the pattern, Detail alone counts: then more is heard than
	// is meant, not less.
	NamesAt string
	Names   []Value
	// Schedule of a rule that makes an event by itself, such as "rate(6 hours)".
	Schedule string
	// Email is the sentence that is written about an event, in which <name> stands for the value at
	// the path that Paths has for it. EventBridge does not escape values, so none may have quotes. Empty: no e-mail.
	Email string
	// Paths are JSON paths into the event by name.
	Paths map[string]string
}

// EventRulesProps describe rules that send events where people hear of them.
type EventRulesProps struct {
	// Account of the rules, twelve digits.
	Account string
	// RoleName of the role with which EventBridge sends to the bus.
	RoleName string
	// BusARN of the event bus that takes the events. Nil: none, as in another partition.
	BusARN Value
	// TopicARN of the topic that writes e-mails.
	TopicARN Value
	// Rules to make.
	Rules []EventRule
}

// NewEventRules makes the rules, and a role that can do nothing but send events to the one bus. It
// returns the names of the rules by their ids.
func NewEventRules(scope Scope, id string, props EventRulesProps) map[string]Value {
	scope = scope.Scope(id)
	var bus properties
	if props.BusARN != nil {
		role := scope.add("Role", resource{
			Type: "AWS::IAM::Role",
			Properties: properties{
				"RoleName":    props.RoleName,
				"Description": "EventBridge assumes this role to send events about backups to the central account",
				"AssumeRolePolicyDocument": document(Statement{
					Principal: service("events.amazonaws.com"),
					Actions:   []string{"sts:AssumeRole"},
					Condition: map[string]map[string]any{"StringEquals": {"aws:SourceAccount": props.Account}},
				}),
				"Policies": []any{properties{
					"PolicyName": "PutEvents",
					"PolicyDocument": document(Statement{
						Sid:       "CentralBus",
						Actions:   []string{"events:PutEvents"},
						Resources: []Value{props.BusARN},
					}),
				}},
			},
		})
		bus = properties{"Id": "CentralBus", "Arn": props.BusARN, "RoleArn": role.arn("")}
	}
	names := map[string]Value{}
	for _, rule := range props.Rules {
		var targets []properties
		if bus != nil {
			targets = append(targets, bus)
		}
		if rule.Email != "" {
			targets = append(targets, properties{
				"Id":  "Email",
				"Arn": props.TopicARN,
				"InputTransformer": properties{
					"InputPathsMap": rule.Paths,
					"InputTemplate": fmt.Sprintf("%q", rule.Email),
				},
			})
		}
		if targets == nil && rule.Schedule == "" {
			continue
		}
		made := properties{"Description": rule.Description}
		if targets != nil {
			made["Targets"] = targets
		}
		if rule.Schedule != "" {
			made["ScheduleExpression"] = rule.Schedule
		} else {
			made["EventPattern"] = rule.pattern()
		}
		names[rule.ID] = scope.add(rule.ID, resource{Type: "AWS::Events::Rule", Properties: made}).ref()
	}
	return names
}

// maxPatternBytes is the size of an event pattern, in bytes, that EventBridge takes without its quota
// being raised. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
const maxPatternBytes = 2048

// maxReferredBytes is how much longer, in bytes, a key's ARN or a plan's id is than the reference to it.
const maxReferredBytes = 60

func (r EventRule) pattern() map[string]any {
	pattern := func(detail map[string]any) map[string]any {
		p := map[string]any{"detail-type": []string{r.DetailType}}
		if r.Source != "" {
			p["source"] = []string{r.Source}
		}
		if len(detail) > 0 {
			p["detail"] = detail
		}
		return p
	}
	if len(r.Names) == 0 {
		return pattern(r.Detail)
	}
	var names any = r.Names
	keys := strings.Split(r.NamesAt, ".")
	for _, key := range slices.Backward(keys) {
		names = map[string]any{key: names}
	}
	detail := maps.Clone(r.Detail)
	maps.Copy(detail, names.(map[string]any))
	text, err := json.Marshal(pattern(detail))
	if err != nil {
		panic(err) //nolint:forbidigo // unreachable: texts, and lists and maps of them
	}
	size := len(text)
	for _, name := range r.Names {
		if _, known := name.(string); !known {
			size += maxReferredBytes
		}
	}
	if size > maxPatternBytes {
		return pattern(r.Detail)
	}
	return pattern(detail)
}

// jobEnds are the states in which a job has ended. COMPLETED is among them since it may come with a
// message, which is trouble (F-EVT-11), and since it ends an incident.
var jobEnds = []string{"COMPLETED", "FAILED", "ABORTED", "EXPIRED", "PARTIAL"}

// BackupEventRules are the rules on the events of AWS Backup (F-EVT-7) about vaults, which are named
// so that of two workloads in an account each hears of its own. Restores that fail and settings name
// no vault, so they are heard of from each.
func BackupEventRules(vaultNames, vaultARNs []Value) []EventRule {
	backup := func(id, detailType, description, key string, names []Value, detail map[string]any) EventRule {
		return EventRule{ID: id, Description: description, Source: "aws.backup", DetailType: detailType, Detail: detail, NamesAt: key, Names: names}
	}
	issues := backup("BackupIssues", "Backup Job State Change", "Backup jobs that completed with issues, which SNS does not tell apart",
		"backupVaultName", vaultNames, map[string]any{"state": []string{"COMPLETED"}, "statusMessage": []any{map[string]any{"anything-but": []string{""}}}})
	issues.Email = "A backup of <bucket> completed with issues in account <account>, <region>, at <time>. Objects or point-in-time recovery may be missing from it; the job says what. Vault <vault>, job <job>."
	issues.Paths = paths("bucket", "$.detail.resourceArn", "vault", "$.detail.backupVaultName", "job", "$.detail.backupJobId")
	return []EventRule{
		backup("BackupJobs", "Backup Job State Change", "Backup jobs that ended",
			"backupVaultName", vaultNames, map[string]any{"state": jobEnds}),
		backup("CopyJobs", "Copy Job State Change", "Copy jobs that ended",
			"sourceBackupVaultArn", vaultARNs, map[string]any{"state": jobEnds}),
		// One that failed does not say from which vault.
		backup("RestoreJobs", "Restore Job State Change", "Restore jobs of S3 that ended",
			"", nil, map[string]any{"status": jobEnds, "resourceType": []string{"S3"}}),
		backup("RecoveryPoints", "Recovery Point State Change", "Recovery points in trouble, such as a continuous backup that stopped or one that could not be deleted, and out of it",
			"backupVaultName", vaultNames, map[string]any{"status": []string{"PARTIAL", "STOPPED", "EXPIRED", "COMPLETED", "AVAILABLE", "DELETING", "DELETED"}}),
		backup("Vaults", "Backup Vault State Change", "Vaults that were deleted or changed",
			"backupVaultName", vaultNames, map[string]any{"state": []string{"DELETED", "MODIFIED"}}),
		backup("Settings", "Region Setting State Change", "Types of resources that were opted in or out, S3 maybe (F-REG-1)", "", nil, nil),
		issues,
	}
}

// AlarmRule is the rule on alarms that change their state. Where their names are not known, or too
// many, it takes all that start with a prefix.
func AlarmRule(names []Value, prefixes ...string) EventRule {
	var starts []any
	for _, prefix := range prefixes {
		starts = append(starts, map[string]any{"prefix": prefix})
	}
	return EventRule{
		ID: "Alarms", Description: "Alarms that ring, and that are over",
		Source: "aws.cloudwatch", DetailType: "CloudWatch Alarm State Change",
		Detail:  map[string]any{"alarmName": starts},
		NamesAt: "alarmName", Names: names,
	}
}

// TestRule is the rule on the test events of a drill about a workload, or about the central account.
func TestRule(id string) EventRule {
	return EventRule{
		ID: "Tests", Description: "Drills, by backupctl alert-test",
		Source: "central-s3-backup", DetailType: "Alert Test",
		Detail: map[string]any{"workload": []string{id}},
	}
}

// ClockRule ticks four times a day. That it has done so for some days tells the silence alarms how old
// the stack is. The central account's rule does not take what it sends.
func ClockRule() EventRule {
	return EventRule{ID: "Clock", Description: "Ticks, so that the silence alarms know how old the stack is", Schedule: "rate(6 hours)"}
}

// Tampering is what must not be touched unnoticed.
type Tampering struct {
	// VaultNames, PlanIDs, KeyARNs and BucketNames of what is protected.
	VaultNames, PlanIDs, KeyARNs, BucketNames []Value
	// Alerts are what tells of it.
	Alerts AlertParts
}

// AlertParts are the parts of alerts that can be taken away or turned off.
type AlertParts struct {
	// RulePrefix is what the names of rules start with, and AlarmPrefixes what those of alarms do.
	RulePrefix    string
	AlarmPrefixes []string
	// TopicARN is the ARN of the topic.
	TopicARN string
	// BusName is the name of an event bus, and LogGroupName of its log group. Empty: there is none.
	BusName, LogGroupName string
}

// Rules are those on the calls that touch it, as CloudTrail records them, with who made them.
func (t Tampering) Rules() []EventRule {
	rules := []EventRule{t.Alerts.rule()}
	call := func(id, service, description, key string, names []Value, calls ...string) {
		if len(names) == 0 {
			return
		}
		on := "$.detail." + key
		if service == "kms" { // the event lists its resources, of which a path takes no single one
			on = "$.detail.requestParameters.keyId"
		}
		r := callRule(id, description, on, map[string]any{"eventSource": []string{service + ".amazonaws.com"}, "eventName": calls})
		r.Source, r.NamesAt, r.Names = "aws."+service, key, names
		rules = append(rules, r)
	}
	call("VaultCalls", "backup", "Calls that touch a vault, its lock, its policy or its recovery points", "requestParameters.backupVaultName", t.VaultNames,
		"DeleteBackupVault", "DeleteBackupVaultAccessPolicy", "DeleteBackupVaultLockConfiguration", "DeleteBackupVaultNotifications",
		"DeleteRecoveryPoint", "DisassociateRecoveryPoint", "PutBackupVaultAccessPolicy", "PutBackupVaultLockConfiguration",
		"PutBackupVaultNotifications", "UpdateRecoveryPointLifecycle")
	call("PlanCalls", "backup", "Calls that change or delete a plan or its selection", "requestParameters.backupPlanId", t.PlanIDs,
		"DeleteBackupPlan", "DeleteBackupSelection", "UpdateBackupPlan")
	call("KeyCalls", "kms", "Calls that disable or delete a key, or change its policy", "resources.ARN", t.KeyARNs,
		"DisableKey", "PutKeyPolicy", "ScheduleKeyDeletion")
	call("BucketCalls", "s3", "Calls that change a bucket's Object Lock, versioning or notifications, or delete it", "requestParameters.bucketName", t.BucketNames,
		"DeleteBucket", "PutBucketNotification", "PutBucketNotificationConfiguration", "PutBucketObjectLockConfiguration", "PutBucketVersioning")
	return rules
}

// rule is the one on calls that take alerts away or turn them off. What it watches belongs to several
// services, and includes itself.
func (p AlertParts) rule() EventRule {
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
	return callRule("AlertCalls", "Calls that delete or turn off what tells of all this", "$.detail.eventSource", map[string]any{
		"eventSource": []string{"events.amazonaws.com", "logs.amazonaws.com", "monitoring.amazonaws.com", "sns.amazonaws.com"},
		"$or":         either,
	})
}

// callRule is a rule on calls that CloudTrail records. on is the path of what they are about.
func callRule(id, description, on string, detail map[string]any) EventRule {
	return EventRule{
		ID: id, Description: description, DetailType: "AWS API Call via CloudTrail", Detail: detail,
		Email: "<who> called <call> on <on> in account <account>, <region>, at <time>, from <address>. Error, if it was refused: <error>. If nobody of you deployed or meant this, somebody is touching your backups.",
		Paths: paths("who", "$.detail.userIdentity.arn", "call", "$.detail.eventName", "on", on, "address", "$.detail.sourceIPAddress", "error", "$.detail.errorCode"),
	}
}

// paths are JSON paths by name, with those that every event has.
func paths(more ...string) map[string]string {
	m := map[string]string{"account": "$.account", "region": "$.region", "time": "$.time"}
	for i := 0; i < len(more); i += 2 {
		m[more[i]] = more[i+1]
	}
	return m
}
