package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"central-s3-backup/config"
	"central-s3-backup/internal/awstest"
)

// TestVaultEvents: every vault tells its account's topic, and of no event that is dead (F-EVT-1, F-EVT-2).
func TestVaultEvents(t *testing.T) {
	alive := []string{
		"BACKUP_JOB_COMPLETED", "CONTINUOUS_BACKUP_INTERRUPTED", "COPY_JOB_FAILED", "RESTORE_JOB_COMPLETED",
		"S3_BACKUP_OBJECT_FAILED", "S3_RESTORE_OBJECT_FAILED",
	}
	vaults := 0
	every(t, func(t *testing.T, _ *assembly, template template) {
		for id, vault := range template.ofType("AWS::Backup::BackupVault") {
			vaults++
			told := vault.Properties["Notifications"]
			topic, _ := at(told, "SNSTopicArn", "Ref").(string)
			if template.Resources[topic].Type != "AWS::SNS::Topic" || fmt.Sprint(at(told, "BackupVaultEvents")) != fmt.Sprint(alive) {
				t.Errorf("%s: tells %v", id, told)
			}
		}
		for _, dead := range []string{
			"BACKUP_JOB_FAILED", "BACKUP_JOB_EXPIRED", "BACKUP_JOB_SUCCESSFUL", "RESTORE_JOB_FAILED", "RESTORE_JOB_SUCCESSFUL", "BACKUP_PLAN_",
		} {
			if strings.Contains(string(template.bytes), dead) {
				t.Errorf("%s, which AWS no longer sends", dead)
			}
		}
	})
	if vaults == 0 {
		t.Error("no vault at all")
	}
}

// TestTopics: a topic is encrypted with a key that its publishers may use (F-EVT-6), only services of
// its own account publish (F-EVT-5), and e-mails are written of everything but jobs that succeeded (F-EVT-3).
func TestTopics(t *testing.T) {
	const own = "map[StringEquals:map[aws:SourceAccount:%s]]"
	const publishers = "[backup.amazonaws.com cloudwatch.amazonaws.com]"
	mails := 0
	everyWithOneVault(t, func(t *testing.T, a *assembly, template template) {
		account := a.cfg.Central.Account
		if template.stack != a.cfg.CentralStackName() {
			account = workloadOf(a, template.stack).Account
		}
		topics := template.ofType("AWS::SNS::Topic")
		if len(topics) != 1 {
			t.Errorf("%d topics", len(topics))
		}
		for id, topic := range topics {
			key, _ := at(topic.Properties, "KmsMasterKeyId", "Fn::GetAtt", 0).(string)
			use := statement(template.Resources[key].Properties["KeyPolicy"], "Publishers")
			if fmt.Sprint(at(use, "Principal", "Service")) != publishers || fmt.Sprint(at(use, "Condition")) != fmt.Sprintf(own, account) ||
				fmt.Sprint(at(use, "Action")) != "[kms:Decrypt kms:GenerateDataKey*]" {
				t.Errorf("%s: its key is used by %v", id, use)
			}
			// EventBridge is kept out by any condition.
			bridge := statement(template.Resources[key].Properties["KeyPolicy"], "EventBridge")
			if at(bridge, "Principal", "Service") != "events.amazonaws.com" || at(bridge, "Condition") != nil {
				t.Errorf("%s: its key is used by %v", id, bridge)
			}
			for _, policy := range template.ofType("AWS::SNS::TopicPolicy") {
				publish := statement(policy.Properties["PolicyDocument"], "Publishers")
				if fmt.Sprint(at(publish, "Principal", "Service")) != publishers ||
					fmt.Sprint(at(publish, "Condition")) != fmt.Sprintf(own, account) ||
					fmt.Sprint(at(publish, "Action")) != "[sns:Publish]" || at(policy.Properties, "Topics", 0, "Ref") != id {
					t.Errorf("%s: is published to by %v", id, publish)
				}
				bridge := statement(policy.Properties["PolicyDocument"], "EventBridge")
				if at(bridge, "Principal", "Service") != "events.amazonaws.com" || at(bridge, "Condition") != nil ||
					fmt.Sprint(at(bridge, "Action")) != "[sns:Publish]" {
					t.Errorf("%s: is published to by %v", id, bridge)
				}
			}
			for _, s := range template.ofType("AWS::SNS::Subscription") {
				mails++
				filter := s.Properties["FilterPolicy"]
				for state, want := range map[string]bool{"": true, "FAILED": true, "EXPIRED": true, "ABORTED": true, "COMPLETED": false} {
					attributes := map[string]any{}
					if state != "" {
						attributes["State"] = state
					}
					if awstest.MatchesPattern(t, filter, attributes) != want {
						t.Errorf("%s: a message of state %q is sent: %v", s.Properties["Endpoint"], state, !want)
					}
				}
			}
		}
		if got := len(template.ofType("AWS::SNS::Subscription")); got != len(a.cfg.Alerts.Subscribers()) {
			t.Errorf("%d subscriptions", got)
		}
	})
	if mails == 0 {
		t.Error("no e-mail at all")
	}
}

// TestBus: the central bus takes events of the event roles of this file alone, with a source that only AWS can give
// them, or that of a test (F-EVT-15).
func TestBus(t *testing.T) {
	for _, a := range []*assembly{example, fleet, gov} {
		central := a.templates[a.cfg.CentralStackName()]
		policies := central.ofType("AWS::Events::EventBusPolicy")
		if len(policies) != 1 {
			t.Errorf("%d policies", len(policies))
		}
		for _, policy := range policies {
			s := policy.Properties["Statement"]
			partition := partitionOf(a, central)
			roles := []string{fmt.Sprintf("arn:%s:iam::%s:role/%s-events-central", partition, a.cfg.Central.Account, a.cfg.Project)}
			accounts := []string{fmt.Sprintf("arn:%s:iam::%s:root", partition, a.cfg.Central.Account)}
			for _, w := range a.cfg.Workloads {
				if config.Partition(w.Region) != partition {
					continue
				}
				roles = append(roles, fmt.Sprintf("arn:%s:iam::%s:role/%s", partition, w.Account, a.cfg.EventRoleName(w.ID())))
				if root := fmt.Sprintf("arn:%s:iam::%s:root", partition, w.Account); !slices.Contains(accounts, root) {
					accounts = append(accounts, root)
				}
			}
			want := "map[ArnLike:map[aws:PrincipalArn:" + fmt.Sprint(
				roles,
			) + "] ForAllValues:StringLike:map[events:source:[aws.* central-s3-backup]] "
			if len(a.cfg.Organization.Paths) > 0 {
				want += "ForAnyValue:StringLike:map[aws:PrincipalOrgPaths:" + fmt.Sprint(a.cfg.Organization.Paths) + "] "
			}
			want += "StringEquals:map[aws:PrincipalOrgID:" + a.cfg.Organization.ID + "]]"
			if fmt.Sprint(at(s, "Condition")) != want || fmt.Sprint(at(s, "Action")) != "[events:PutEvents]" ||
				fmt.Sprint(at(s, "Principal", "AWS")) != fmt.Sprint(accounts) || at(s, "Effect") != "Allow" {
				t.Errorf("%v\nwant %s", s, want)
			}
		}
	}
	for _, a := range []*assembly{example, fleet, gov} {
		for _, w := range a.cfg.Workloads {
			var role resource
			ok := false
			for id, r := range a.templates[a.cfg.StackName(w)].ofType("AWS::IAM::Role") {
				if strings.HasPrefix(id, "AlertsRulesRole") {
					role, ok = r, true
				}
			}
			reached := config.Partition(w.Region) == config.Partition(a.cfg.Central.Region)
			if ok != reached {
				t.Errorf("%s: sends events: %v", w.ID(), ok)
			}
			name, _ := role.Properties["RoleName"].(string)
			if ok && (!strings.HasPrefix(name, a.cfg.Project+"-events-") || strings.HasPrefix(name, a.cfg.Project+"-backup-")) {
				t.Errorf("the bus does not know %s, or the vault does", name)
			}
			want := "[map[PolicyDocument:map[Statement:[map[Action:[events:PutEvents] Effect:Allow Resource:[" + a.cfg.AlertBusARN() +
				"] Sid:CentralBus]] Version:2012-10-17] PolicyName:PutEvents]]"
			if got := fmt.Sprint(at(role.Properties, "Policies")); ok && got != want {
				t.Errorf("%s: may do %s", w.ID(), got)
			}
		}
	}
}

// TestRules: which rules a stack has, where they send events, and that each names all resources of its kind
// that the stack has. Where the central bus cannot be reached, there are only the rules with an e-mail.
func TestRules(t *testing.T) {
	everyWithOneVault(t, func(t *testing.T, a *assembly, template template) {
		id, account, region := config.CentralID, a.cfg.Central.Account, a.cfg.Central.Region
		central := template.stack == a.cfg.CentralStackName()
		var vaults, vaultARNs, plans, keys, buckets, alarms []any
		if !central {
			w := workloadOf(a, template.stack)
			id, account, region = w.ID(), w.Account, w.Region
			for _, b := range w.Buckets {
				buckets = append(buckets, b.Name)
			}
			for _, b := range template.ofType("AWS::S3::Bucket") {
				if name := b.Properties["BucketName"]; !slices.Contains(buckets, name) { // the one of the access logs
					buckets = append(buckets, name)
				}
			}
		}
		for _, vault := range template.ofType("AWS::Backup::BackupVault") {
			name := vault.Properties["BackupVaultName"]
			vaults = append(vaults, name)
			vaultARNs = append(vaultARNs, fmt.Sprintf("arn:%s:backup:%s:%s:backup-vault:%s", partitionOf(a, template), region, account, name))
		}
		for plan := range template.ofType("AWS::Backup::BackupPlan") {
			plans = append(plans, map[string]any{"Ref": plan})
		}
		for key := range template.ofType("AWS::KMS::Key") {
			keys = append(keys, map[string]any{"Fn::GetAtt": []any{key, "Arn"}})
		}
		for _, alarm := range template.ofType("AWS::CloudWatch::CompositeAlarm") {
			alarms = append(alarms, alarm.Properties["AlarmName"])
		}
		if central { // CloudFormation makes the names of the alarms on copies
			alarms = []any{map[string]any{"prefix": a.cfg.Project + "-backup-central-"}, map[string]any{"prefix": a.cfg.Project + "-copy-alarms-"}}
		}
		validated := central && len(validatorsOf(template)) > 0
		if validated {
			alarms = append(alarms, map[string]any{"prefix": a.cfg.Project + "-validator"})
			buckets = append(buckets, a.cfg.EvidenceBucketName())
		}
		reached := config.Partition(region) == config.Partition(a.cfg.Central.Region)
		var want []string
		rule := func(id string, is, email bool, at string, names []any) {
			var targets []string
			if reached &&
				!slices.Contains([]string{"BackupIssues", "CopiesOut", "RestoresOut", "ScanIssues"}, id) { // another rule sends the event
				targets = append(targets, "CentralBus")
			}
			if email {
				targets = append(targets, "Email")
			}
			if is && (targets != nil || strings.Contains(id, "Clock")) {
				want = append(want, ruleLine(id, targets, at, names))
			}
		}
		tagged, delivered := false, central && len(a.cfg.Alerts.Delivered()) > 0
		roles := []any{a.cfg.EventRoleName(id)}
		if !central {
			w := workloadOf(a, template.stack)
			tagged = len(w.SelectTagged) > 0
		}
		for _, role := range template.ofType("AWS::IAM::Role") {
			if name := role.Properties["RoleName"]; name != roles[0] {
				roles = append(roles, name)
			}
		}
		rule("AlertCalls", true, true, "", nil)
		rule("AlertSettingCalls", true, true, "", nil)
		rule("AlarmSettingCalls", true, true, "", nil)
		rule("AlarmSettingCallsDeployed", true, false, "", nil)
		rule("AccountCalls", true, true, "", nil)
		rule("DeliveryCalls", delivered, true, "", nil)
		rule("DeliverySettingCalls", delivered, true, "", nil)
		rule("SecretCalls", delivered, true, "", nil)
		if validated {
			want = append(want, ruleLine("ValidatorDaily", []string{"Queue"}, "", nil))
		}
		rule("ValidatorCalls", validated, true, "", nil)
		rule("ValidatorSettingCalls", validated, true, "", nil)
		rule("RecoveryPointCalls", vaults != nil, true, "", nil)
		rule("RoleCalls", config.IsMainRegion(region), true, "requestParameters.roleName", roles)
		rule("BucketSettingCalls", buckets != nil, true, "requestParameters.bucketName", buckets)
		rule("BucketSettingCallsDeployed", buckets != nil, false, "requestParameters.bucketName", buckets)
		rule("TagCalls", tagged, true, "", nil)
		rule("TagCallsDeployed", tagged, false, "", nil)
		rule("CopiesOut", central, true, "sourceBackupVaultArn", vaultARNs)
		rule("RestoresOut", central, true, "", nil)
		rule("VaultCalls", vaults != nil, true, "requestParameters.backupVaultName", vaults)
		rule("PlanCalls", plans != nil, true, "requestParameters.backupPlanId", plans)
		rule("KeyCalls", true, true, "resources.ARN", keys)
		rule("BucketCalls", buckets != nil, true, "requestParameters.bucketName", buckets)
		rule("Tests", true, false, "workload", []any{id})
		rule("BackupJobs", vaults != nil, false, "backupVaultName", vaults)
		rule("CopyJobs", vaults != nil, false, "sourceBackupVaultArn", vaultARNs)
		rule("RestoreJobs", vaults != nil, false, "", nil)
		rule("RecoveryPoints", vaults != nil, false, "backupVaultName", vaults)
		rule("Vaults", vaults != nil, false, "backupVaultName", vaults)
		rule("Settings", vaults != nil, false, "", nil)
		rule("BackupIssues", vaults != nil, true, "backupVaultName", vaults)
		var scanned []any
		for _, plan := range template.ofType("AWS::Backup::BackupPlan") {
			if at(plan.Properties, "BackupPlan", "ScanSettings") != nil {
				scanned = append(scanned, at(plan.Properties, "BackupPlan", "BackupPlanName")) // that of its vault
			}
		}
		rule("ScanJobs", scanned != nil, false, "backupVaultName", scanned)
		rule("ScanIssues", scanned != nil, true, "backupVaultName", scanned)
		rule("Alarms", alarms != nil, false, "alarmName", alarms)
		for _, tier := range a.cfg.Tiers { // each has a clock of its own, and its copies too
			watched := func(jobs string) bool {
				return slices.ContainsFunc(alarms, func(name any) bool { return strings.HasSuffix(fmt.Sprint(name), "-"+tier.Name+"-no-"+jobs) })
			}
			rule("Clock"+strings.ReplaceAll(tier.Name, "_", ""), watched("backups"), false, "", nil)
			rule("CopyClock"+strings.ReplaceAll(tier.Name, "_", ""), watched("copies"), false, "", nil)
		}

		var got []string
		for id, rule := range rulesOf(template) {
			var targets []string
			for _, target := range list(rule.Properties["Targets"]) {
				targets = append(targets, at(target, "Id").(string))
			}
			detail := at(rule.Properties, "EventPattern", "detail")
			path, names := "", []any(nil)
			for _, p := range []string{
				"requestParameters.backupVaultName", "requestParameters.backupPlanId", "requestParameters.bucketName", "resources.ARN",
				"requestParameters.roleName",
				"workload", "backupVaultName", "sourceBackupVaultArn", "alarmName",
			} {
				outer, inner, nested := strings.Cut(p, ".")
				found := at(detail, outer)
				if nested {
					found = at(found, inner)
				}
				if found != nil {
					path, names = p, list(found)
				}
			}
			got = append(got, ruleLine(id, targets, path, names))
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("rules\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

// ruleLine is a rule in one line, with the path in the detail of events at which these have one of its names.
func ruleLine(id string, targets []string, path string, names []any) string {
	var sorted []string
	for _, name := range names {
		sorted = append(sorted, fmt.Sprint(name))
	}
	slices.Sort(sorted)
	return fmt.Sprintf("%s sends to %s events with %s in %s", id, targets, path, sorted)
}

// rulesOf are the rules of a stack on the events of its account, by their ids.
func rulesOf(stack template) map[string]resource {
	rules := map[string]resource{}
	for id, rule := range stack.ofType("AWS::Events::Rule") {
		if rule.Properties["EventBusName"] == nil {
			rules[strings.TrimPrefix(regexp.MustCompile(`[0-9A-F]{8}$`).ReplaceAllString(id, ""), "AlertsRules")] = rule
		}
	}
	return rules
}

// takenBy are the rules of a stack that take an event.
func takenBy(t *testing.T, stack template, event map[string]any) []string {
	t.Helper()
	var taken []string
	for id, rule := range rulesOf(stack) {
		if pattern := rule.Properties["EventPattern"]; pattern != nil && awstest.MatchesPattern(t, pattern, event) {
			taken = append(taken, id)
		}
	}
	slices.Sort(taken)
	return taken
}

// TestRulesByTheirCutNames: of a long stack name CloudFormation leaves a part in the names of rules, and
// whoever disables one is reported all the same.
func TestRulesByTheirCutNames(t *testing.T) {
	every(t, func(t *testing.T, _ *assembly, template template) {
		for _, length := range []int{24, 25, 40} {
			event := map[string]any{"source": "aws.events", "detail-type": "AWS API Call via CloudTrail", "detail": map[string]any{
				"eventSource": "events.amazonaws.com", "eventName": "DisableRule",
				"requestParameters": map[string]any{
					"name": template.stack[:min(length, len(template.stack))] + "-AlertsRulesBackupJobs1A-5E6F7A8B9C0D",
				},
			}}
			if got := fmt.Sprint(takenBy(t, template, event)); got != "[AlertCalls]" {
				t.Errorf("of %d characters: taken by %s", length, got)
			}
		}
	})
}

// TestEventLog: what arrives on the bus, but for the ticks of clocks, is written to the log, which
// nothing but EventBridge may do.
func TestEventLog(t *testing.T) {
	for _, a := range []*assembly{example, fleet, gov} {
		central := a.templates[a.cfg.CentralStackName()]
		group := "/aws/events/" + a.cfg.Project + "-backup-alerts"
		arn := "arn:" + partitionOf(a, central) + ":logs:" + a.cfg.Central.Region + ":" + a.cfg.Central.Account + ":log-group:" + group
		written := 0
		for _, rule := range central.ofType("AWS::Events::Rule") {
			if rule.Properties["EventBusName"] == nil || at(rule.Properties, "Targets", 0, "Arn") != arn {
				continue
			}
			written++
			for detailType, want := range map[string]bool{
				"Backup Job State Change": true, "AWS API Call via CloudTrail": true, "Alert Test": true, "Scheduled Event": false,
			} {
				if awstest.MatchesPattern(t, rule.Properties["EventPattern"], map[string]any{"detail-type": detailType}) != want {
					t.Errorf("%s is logged: %v", detailType, !want)
				}
			}
		}
		if written != 1 {
			t.Errorf("%s: %d rules write to it", group, written)
		}
		for id, policy := range central.ofType("AWS::Logs::ResourcePolicy") {
			var document any
			if err := json.Unmarshal([]byte(policy.Properties["PolicyDocument"].(string)), &document); err != nil {
				t.Fatalf("%s: %v", id, err)
			}
			want := "[map[Action:[logs:CreateLogStream logs:PutLogEvents] Effect:Allow" +
				" Principal:map[Service:[events.amazonaws.com delivery.logs.amazonaws.com]] Resource:[" + arn + ":*] Sid:EventBridge]]"
			if got := fmt.Sprint(at(document, "Statement")); got != want {
				t.Errorf("%s: %s", id, got)
			}
		}
	}
}

// TestDelivery: what arrives on the bus reaches the function through the queue, what is not taken is
// kept and gives an alarm, and no secret is in the template. Without Slack and PagerDuty there is no function.
func TestDelivery(t *testing.T) {
	for _, a := range []*assembly{example, gov} {
		if functions := a.templates[a.cfg.CentralStackName()].ofType("AWS::Lambda::Function"); len(functions) > 0 {
			t.Errorf("%s has %d functions", a.dir, len(functions))
		}
	}
	const destinations = `[{"kind":"slack","secret":"backup/slack-webhook"},` +
		`{"kind":"pagerduty","secret":"backup/pagerduty-key","severity":"error"}]`
	const secret = `"arn:aws:secretsmanager:us-east-1:000000000123:secret:backup/slack-webhook-??????"`
	central := fleet.templates[fleet.cfg.CentralStackName()]
	one := func(typ, name string) (string, map[string]any) {
		t.Helper()
		for id, r := range central.ofType(typ) {
			bus, _ := at(r.Properties, "EventBusName", "Ref").(string)
			delivers := central.Resources[bus].Properties["Name"] == name && at(r.Properties, "Targets", 0, "Id") == "Queue" &&
				at(r.Properties, "EventPattern", "source") == nil // as the validator's rule has
			runs := at(r.Properties, "FunctionName", "Ref") == name || r.Properties["FunctionName"] == name
			if runs || r.Properties["QueueName"] == name || r.Properties["AlarmName"] == name || delivers {
				return id, r.Properties
			}
		}
		t.Fatalf("no %s %s", typ, name)
		return "", nil
	}
	queueID, queue := one("AWS::SQS::Queue", "acme-stores-backup-alerts")
	deadID, dead := one("AWS::SQS::Queue", "acme-stores-backup-alerts-undelivered")
	functionID, function := one("AWS::Lambda::Function", "acme-stores-backup-alerts")
	_, mapping := one("AWS::Lambda::EventSourceMapping", functionID)
	_, rule := one("AWS::Events::Rule", "acme-stores-backup-alerts")
	_, alarm := one("AWS::CloudWatch::Alarm", "acme-stores-backup-alerts-undelivered")
	logs, _ := at(function, "LoggingConfig", "LogGroup", "Ref").(string)
	timeout, _ := function["Timeout"].(float64)
	visibility, _ := queue["VisibilityTimeout"].(float64)
	const fourteenDays = float64(14 * 24 * 60 * 60) // the longest that SQS keeps a message
	for what, ok := range map[string]bool{
		"timeout":               timeout == 120, // for a batch of messages, each to several destinations
		"memory":                function["MemorySize"] == 256.0,
		"reserved concurrency":  function["ReservedConcurrentExecutions"] == nil, // that of the mapping limits the function
		"concurrency":           at(mapping, "ScalingConfig", "MaximumConcurrency") == 2.0,
		"batches":               mapping["BatchSize"] == 100.0 && mapping["MaximumBatchingWindowInSeconds"] == 10.0, // F-EVT-14
		"attempts":              at(queue, "RedrivePolicy", "maxReceiveCount") == 5.0,
		"kept":                  queue["MessageRetentionPeriod"] == fourteenDays && dead["MessageRetentionPeriod"] == fourteenDays,
		"attempts before lost":  visibility*5 < fourteenDays,
		"undelivered is last":   dead["RedrivePolicy"] == nil,
		"encryption":            queue["SqsManagedSseEnabled"] == true && dead["SqsManagedSseEnabled"] == true,
		"log":                   central.Resources[logs].Properties["LogGroupName"] == "/aws/lambda/acme-stores-backup-alerts",
		"log retention":         central.Resources[logs].Properties["RetentionInDays"] == 90.0,
		"log is not kept":       central.Resources[logs].DeletionPolicy == "Delete",
		"alarm on one":          alarm["Threshold"] == 0.0 && alarm["ComparisonOperator"] == "GreaterThanThreshold" && alarm["EvaluationPeriods"] == 1.0,
		"alarm without data":    alarm["TreatMissingData"] == "notBreaching",
		"alarm on undelivered":  fmt.Sprint(alarm["Dimensions"]) == "[map[Name:QueueName Value:acme-stores-backup-alerts-undelivered]]",
		"code":                  at(function, "Code", "S3Key") != nil,
		"bus to queue":          at(rule, "Targets", 0, "Arn", "Fn::GetAtt", 0) == queueID,
		"not taken by queue":    at(rule, "Targets", 0, "DeadLetterConfig", "Arn", "Fn::GetAtt", 0) == deadID,
		"no ticks":              !awstest.MatchesPattern(t, rule["EventPattern"], map[string]any{"detail-type": "Scheduled Event"}),
		"jobs":                  awstest.MatchesPattern(t, rule["EventPattern"], map[string]any{"detail-type": "Backup Job State Change"}),
		"queue to function":     at(mapping, "EventSourceArn", "Fn::GetAtt", 0) == queueID && at(mapping, "FunctionName", "Ref") == functionID,
		"partial batches":       fmt.Sprint(mapping["FunctionResponseTypes"]) == "[ReportBatchItemFailures]",
		"not taken by function": at(queue, "RedrivePolicy", "deadLetterTargetArn", "Fn::GetAtt", 0) == deadID,
		"visibility":            visibility >= 6*timeout+10, // and the batching window
		"alarm":                 alarm["MetricName"] == "ApproximateNumberOfMessagesVisible" && at(alarm, "AlarmActions", 0, "Ref") != nil,
		"runtime":               function["Runtime"] == "provided.al2023" && fmt.Sprint(function["Architectures"]) == "[arm64]",
		"program":               function["Handler"] == "bootstrap",
		"destinations":          at(function, "Environment", "Variables", "DESTINATIONS") == destinations,
		"this secret":           strings.Contains(string(central.bytes), secret),
		"only these secrets":    strings.Count(string(central.bytes), "secretsmanager:") == 3,
	} {
		if !ok {
			t.Errorf("%s", what)
		}
	}
}

// TestFunctionPackage: what is deployed is the function, small, built for AWS Lambda, with a file of names that it reads.
func TestFunctionPackage(t *testing.T) {
	dir, err := alertPackage(fleet.cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	program, err := os.ReadFile(filepath.Join(dir, "bootstrap"))
	if err != nil || !bytes.HasPrefix(program, []byte("\x7fELF\x02\x01\x01")) || program[18] != 0xB7 { // 64 bits, arm64
		t.Errorf("bootstrap is no program for arm64: %v", err)
	}
	checkSize(t, program)
	staged, err := filepath.Glob(filepath.Join(fleet.dir, "asset.*", "estate.json"))
	if err != nil || len(staged) != 1 {
		t.Fatalf("staged %v, %v", staged, err)
	}
	if deployed, err := os.ReadFile(filepath.Join(filepath.Dir(staged[0]), "bootstrap")); err != nil || !bytes.Equal(deployed, program) {
		t.Errorf("another program is deployed: %v", err)
	}

	w := fleet.cfg.Workloads[0]
	event := fmt.Sprintf(`{
		"source":"aws.backup","detail-type":"Backup Job State Change","account":%q,"region":%q,"time":"2026-01-01T00:00:00Z","resources":[],
		"detail":{
			"backupJobId":"1","state":"FAILED","statusMessage":"no","resourceType":"S3",
			"resourceArn":"arn:aws:s3:::%s","backupVaultName":%q}}`,
		w.Account, w.Region, w.Buckets[0].Name, fleet.cfg.TierName(w, &config.Tier{Name: w.Buckets[0].Tier}))
	run := exec.Command("go", "run", "./lambda/alerts", "-dry-run", "-event", "-")
	run.Env = append(os.Environ(), `DESTINATIONS=[{"kind":"slack","secret":"s"}]`, "ESTATE="+filepath.Join(dir, "estate.json"))
	run.Stdin = strings.NewReader(event)
	out, err := run.CombinedOutput()
	if err != nil || !strings.Contains(string(out), w.ID()) || !strings.Contains(string(out), w.Buckets[0].Tier) {
		t.Errorf("%v: does not know the workload or the tier: %s", err, out)
	}
}

// checkSize: the deployed function is small, because a cold start loads all of it.
func checkSize(t *testing.T, program []byte) {
	t.Helper()
	var zipped bytes.Buffer
	archive := zip.NewWriter(&zipped)
	file, err := archive.Create("bootstrap")
	if err == nil {
		_, err = file.Write(program)
	}
	if err := errors.Join(err, archive.Close()); err != nil {
		t.Fatal(err)
	}
	const mb = 1_000_000
	if len(program) > 15*mb || zipped.Len() > 6*mb {
		t.Errorf("%d bytes, %d zipped", len(program), zipped.Len())
	}
}

func statement(policy any, sid string) any {
	for _, s := range list(at(policy, "Statement")) {
		if at(s, "Sid") == sid {
			return s
		}
	}
	return nil
}
