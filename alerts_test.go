package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"central-s3-backup/config"
)

// TestVaultEvents: every vault tells its account's topic, and of no event that is dead (F-EVT-1, F-EVT-2).
func TestVaultEvents(t *testing.T) {
	alive := []string{
		"BACKUP_JOB_COMPLETED", "CONTINUOUS_BACKUP_INTERRUPTED", "COPY_JOB_FAILED", "RESTORE_JOB_COMPLETED", "S3_BACKUP_OBJECT_FAILED", "S3_RESTORE_OBJECT_FAILED",
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
		for _, dead := range []string{"BACKUP_JOB_FAILED", "BACKUP_JOB_EXPIRED", "BACKUP_JOB_SUCCESSFUL", "RESTORE_JOB_FAILED", "RESTORE_JOB_SUCCESSFUL", "BACKUP_PLAN_"} {
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
	every(t, func(t *testing.T, a *assembly, template template) {
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
			if bridge := statement(template.Resources[key].Properties["KeyPolicy"], "EventBridge"); at(bridge, "Principal", "Service") != "events.amazonaws.com" || at(bridge, "Condition") != nil {
				t.Errorf("%s: its key is used by %v", id, bridge)
			}
			for _, policy := range template.ofType("AWS::SNS::TopicPolicy") {
				publish := statement(policy.Properties["PolicyDocument"], "Publishers")
				if fmt.Sprint(at(publish, "Principal", "Service")) != publishers || fmt.Sprint(at(publish, "Condition")) != fmt.Sprintf(own, account) ||
					fmt.Sprint(at(publish, "Action")) != "[sns:Publish]" || at(policy.Properties, "Topics", 0, "Ref") != id {
					t.Errorf("%s: is published to by %v", id, publish)
				}
				if bridge := statement(policy.Properties["PolicyDocument"], "EventBridge"); at(bridge, "Principal", "Service") != "events.amazonaws.com" || at(bridge, "Condition") != nil ||
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
					if matches(filter, attributes) != want {
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

// TestSilence: every tier that is backed up has an alarm on backups that do not come, every tier that
// is copied one on copies, but for those so seldom that the checks have warned (F-EVT-12). No data is
// breaching, and they keep quiet until the stack is as old as what they look back on.
func TestSilence(t *testing.T) {
	rung := 0
	every(t, func(t *testing.T, a *assembly, template template) {
		var got, want []string
		for id, ringing := range template.ofType("AWS::CloudWatch::CompositeAlarm") {
			rung++
			rule := regexp.MustCompile(`^ALARM\("\$\{(\w+)\}"\) AND OK\("\$\{(\w+)\}"\)$`).FindStringSubmatch(fmt.Sprint(at(ringing.Properties, "AlarmRule", "Fn::Sub")))
			if rule == nil || at(ringing.Properties, "AlarmActions", 0, "Ref") == nil {
				t.Fatalf("%s: %v", id, ringing.Properties)
			}
			none, young := template.Resources[rule[1]].Properties, template.Resources[rule[2]].Properties
			jobs := at(none, "Metrics", 1, "MetricStat")
			for _, p := range []map[string]any{none, young} {
				if fmt.Sprintln(p["TreatMissingData"], p["ComparisonOperator"], p["Threshold"]) != "breaching LessThanThreshold 1\n" {
					t.Errorf("%s: rests on %v", id, p)
				}
			}
			// A day without a count is a zero: a gap would be bridged by days before it.
			if at(none, "Metrics", 0, "Expression") != "FILL(jobs, 0)" || at(none, "Metrics", 0, "ReturnData") != true || at(none, "Metrics", 1, "Id") != "jobs" || at(none, "Metrics", 1, "ReturnData") != false ||
				fmt.Sprintln(at(jobs, "Stat"), at(jobs, "Period"), young["Statistic"], young["Period"]) != "Sum 86400 Sum 86400\n" {
				t.Errorf("%s: counts %v and %v", id, none["Metrics"], young)
			}
			// All days without a job, and the clock ticked on each of them.
			if none["DatapointsToAlarm"] != none["EvaluationPeriods"] || young["DatapointsToAlarm"] != float64(1) || young["EvaluationPeriods"] != none["EvaluationPeriods"] {
				t.Errorf("%s: looks back %v of %v days, and is quiet for %v", id, none["DatapointsToAlarm"], none["EvaluationPeriods"], young["EvaluationPeriods"])
			}
			clock := template.Resources[at(young, "Dimensions", 0, "Value", "Ref").(string)]
			if fmt.Sprintln(young["Namespace"], young["MetricName"], at(young, "Dimensions", 0, "Name"), clock.Properties["ScheduleExpression"]) != "AWS/Events TriggeredRules RuleName rate(6 hours)\n" {
				t.Errorf("%s: %v", id, young)
			}
			got = append(got, fmt.Sprint(ringing.Properties["AlarmName"], " ", at(jobs, "Metric", "Namespace"), " ", at(jobs, "Metric", "MetricName"), " ", at(jobs, "Metric", "Dimensions", 0, "Name"), " ", at(jobs, "Metric", "Dimensions", 0, "Value"), " ", none["EvaluationPeriods"]))
		}
		if template.stack != a.cfg.CentralStackName() {
			w := workloadOf(a, template.stack)
			for _, tier := range a.cfg.Tiers {
				used := slices.Contains(w.SelectTagged, tier.Name) || slices.ContainsFunc(w.Buckets, func(b config.Bucket) bool { return b.Tier == tier.Name })
				seldom := tier.ContinuousBackup == nil && tier.BackedUp() && strings.Contains(tier.SnapshotBackup.Schedule, "SUN")
				if !used || !tier.BackedUp() || seldom {
					continue
				}
				vault, days := a.cfg.TierName(w, &tier), "7"
				if tier.Schedule.CompletionWindowMinutes < 5*24*60 {
					days = "4" // a day, two hours and two days
				}
				name := a.cfg.Project + "-" + w.ID() + "-" + tier.Name
				want = append(want, name+"-no-backups AWS/Backup NumberOfBackupJobsCompleted BackupVaultName "+vault+" "+days)
				if tier.Copied() {
					want = append(want, name+"-no-copies AWS/Backup NumberOfCopyJobsCompleted BackupVaultName "+vault+" "+days)
				}
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("alarms\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
	if rung == 0 {
		t.Error("no alarm at all")
	}
}

// TestBus: the central bus takes events of the organization's event roles alone.
func TestBus(t *testing.T) {
	for _, a := range []*assembly{example, fleet, gov} {
		central := a.templates[a.cfg.CentralStackName()]
		policies := central.ofType("AWS::Events::EventBusPolicy")
		if len(policies) != 1 {
			t.Errorf("%d policies", len(policies))
		}
		for _, policy := range policies {
			s := policy.Properties["Statement"]
			want := "map[ArnLike:map[aws:PrincipalArn:[arn:" + partitionOf(a, central) + ":iam::*:role/" + a.cfg.Project + "-events-*]] "
			if len(a.cfg.Organization.Paths) > 0 {
				want += "ForAnyValue:StringLike:map[aws:PrincipalOrgPaths:" + fmt.Sprint(a.cfg.Organization.Paths) + "] "
			}
			want += "StringEquals:map[aws:PrincipalOrgID:" + a.cfg.Organization.ID + "]]"
			if fmt.Sprint(at(s, "Condition")) != want || fmt.Sprint(at(s, "Action")) != "[events:PutEvents]" || at(s, "Principal", "AWS") != "*" || at(s, "Effect") != "Allow" {
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
			if name, _ := role.Properties["RoleName"].(string); ok && (!strings.HasPrefix(name, a.cfg.Project+"-events-") || strings.HasPrefix(name, a.cfg.Project+"-backup-")) {
				t.Errorf("the bus does not know %s, or the vault does", name)
			}
			if got := fmt.Sprint(at(role.Properties, "Policies")); ok && got != "[map[PolicyDocument:map[Statement:[map[Action:[events:PutEvents] Effect:Allow Resource:["+a.cfg.AlertBusARN()+"] Sid:CentralBus]] Version:2012-10-17] PolicyName:PutEvents]]" {
				t.Errorf("%s: may do %s", w.ID(), got)
			}
		}
	}
}

// TestPatterns feeds every event that the function is tested with to every rule of the example's dev
// account, with the names of that account, and those of the central account to its rules. It shows which
// event is taken by which rule, so that none that means trouble is lost and none goes out twice but on purpose.
func TestPatterns(t *testing.T) {
	const golden = "testdata/golden/patterns.txt"
	w := example.cfg.Workloads[0]
	dev, central := example.templates[example.cfg.StackName(w)], example.templates[example.cfg.CentralStackName()]
	var got, ofCentral strings.Builder
	all := events(t)
	for _, file := range slices.Sorted(maps.Keys(all)) {
		event := all[file]
		name := strings.TrimSuffix(file, ".json")
		if event["account"] == example.cfg.Central.Account {
			fmt.Fprintf(&ofCentral, "%s: %s\n", name, strings.Join(takenBy(central, event), " "))
		}
		rename(event, w.Account, w.Region, dev)
		fmt.Fprintf(&got, "%s: %s\n", name, strings.Join(takenBy(dev, event), " "))
	}
	fmt.Fprintf(&got, "\nIn the central account:\n%s", ofCentral.String())
	if *update {
		write(t, golden, []byte(got.String()))
	}
	if want, err := os.ReadFile(golden); err != nil || got.String() != string(want) {
		t.Errorf("rules\n%swant\n%s%v", got.String(), want, err)
	}
}

// takenBy are the rules on an account's own events that take one.
func takenBy(stack template, event map[string]any) []string {
	var taken []string
	for id, rule := range stack.ofType("AWS::Events::Rule") {
		pattern := rule.Properties["EventPattern"]
		if pattern != nil && rule.Properties["EventBusName"] == nil && matches(pattern, event) {
			taken = append(taken, strings.TrimPrefix(regexp.MustCompile(`[0-9A-F]{8}$`).ReplaceAllString(id, ""), "AlertsRules"))
		}
	}
	slices.Sort(taken)
	return taken
}

// TestRulesByTheirCutNames: of a long stack name CloudFormation leaves a part in the names of rules, and
// who disables one is heard of all the same.
func TestRulesByTheirCutNames(t *testing.T) {
	every(t, func(t *testing.T, _ *assembly, template template) {
		for _, length := range []int{24, 25, 40} {
			event := map[string]any{"source": "aws.events", "detail-type": "AWS API Call via CloudTrail", "detail": map[string]any{
				"eventSource": "events.amazonaws.com", "eventName": "DisableRule",
				"requestParameters": map[string]any{"name": template.stack[:min(length, len(template.stack))] + "-AlertsRulesBackupJobs1A-5E6F7A8B9C0D"},
			}}
			if got := fmt.Sprint(takenBy(template, event)); got != "[AlertCalls]" {
				t.Errorf("of %d characters: taken by %s", length, got)
			}
		}
	})
}

// rename gives an event the names of a stack where it has others of the same kind.
func rename(event map[string]any, account, region string, stack template) {
	detail, _ := event["detail"].(map[string]any)
	vault := ""
	for _, v := range stack.ofType("AWS::Backup::BackupVault") {
		if name := v.Properties["BackupVaultName"].(string); strings.HasSuffix(name, "-critical_data") {
			vault = name
		}
	}
	arn := "arn:aws:backup:" + region + ":" + account + ":backup-vault:" + vault
	for key, value := range map[string]any{"backupVaultName": vault, "backupVaultArn": arn, "sourceBackupVaultArn": arn} {
		if _, has := detail[key]; has {
			detail[key] = value
		}
	}
	parameters, _ := detail["requestParameters"].(map[string]any)
	for key, value := range map[string]any{"backupVaultName": vault, "bucketName": "dummy-dev-standard-data", "backupPlanId": "the plan"} {
		if _, has := parameters[key]; has {
			parameters[key] = value
		}
	}
	if detail["eventSource"] == "kms.amazonaws.com" {
		detail["resources"] = []any{map[string]any{"ARN": "the key"}}
	}
	if _, has := detail["alarmName"]; has {
		detail["alarmName"] = "dummy-dummy-dev-critical_data-no-backups"
	}
	if event["source"] == "central-s3-backup" {
		detail["workload"] = "dummy-dev"
	}
}

// matches says whether EventBridge, or SNS with its attributes, would match an event with a pattern:
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html. A
// reference in a pattern matches what rename puts into its place.
func matches(pattern, event any) bool {
	for key, want := range pattern.(map[string]any) {
		if key == "$or" {
			if !slices.ContainsFunc(want.([]any), func(either any) bool { return matches(either, event) }) {
				return false
			}
			continue
		}
		var values []any
		has := false
		for _, e := range list(event) { // in a list one object is enough
			m, _ := e.(map[string]any)
			if value, ok := m[key]; ok {
				has = true
				values = append(values, list(value)...)
			}
		}
		if inner, ok := want.(map[string]any); ok {
			if !matches(inner, values) {
				return false
			}
			continue
		}
		if !slices.ContainsFunc(want.([]any), func(filter any) bool { return takes(filter, values, has) }) {
			return false
		}
	}
	return true
}

func takes(filter any, values []any, has bool) bool {
	f, ok := filter.(map[string]any)
	if !ok {
		return slices.Contains(values, filter)
	}
	if exists, ok := f["exists"].(bool); ok {
		return exists == has
	}
	if f["Ref"] != nil {
		return slices.Contains(values, any("the plan"))
	}
	if f["Fn::GetAtt"] != nil {
		return slices.Contains(values, any("the key"))
	}
	return slices.ContainsFunc(values, func(value any) bool {
		if but, ok := f["anything-but"].([]any); ok {
			return !slices.Contains(but, value)
		}
		prefix, ok := f["prefix"].(string)
		text, _ := value.(string)
		return ok && strings.HasPrefix(text, prefix)
	})
}

// TestDelivery: what arrives on the bus reaches the function through the queue, what is not taken is
// kept and rings, and no secret is in the template. Without Slack and PagerDuty there is no function.
func TestDelivery(t *testing.T) {
	for _, a := range []*assembly{example, gov} {
		if functions := a.templates[a.cfg.CentralStackName()].ofType("AWS::Lambda::Function"); len(functions) > 0 {
			t.Errorf("%s has %d functions", a.dir, len(functions))
		}
	}
	central := fleet.templates[fleet.cfg.CentralStackName()]
	one := func(typ, name string) (string, map[string]any) {
		t.Helper()
		for id, r := range central.ofType(typ) {
			bus, _ := at(r.Properties, "EventBusName", "Ref").(string)
			delivers := central.Resources[bus].Properties["Name"] == name && at(r.Properties, "Targets", 0, "Id") == "Queue"
			if name == "" || r.Properties["QueueName"] == name || r.Properties["AlarmName"] == name || delivers {
				return id, r.Properties
			}
		}
		t.Fatalf("no %s %s", typ, name)
		return "", nil
	}
	queueID, queue := one("AWS::SQS::Queue", "acme-backup-backup-alerts")
	deadID, _ := one("AWS::SQS::Queue", "acme-backup-backup-alerts-undelivered")
	functionID, function := one("AWS::Lambda::Function", "")
	_, mapping := one("AWS::Lambda::EventSourceMapping", "")
	_, rule := one("AWS::Events::Rule", "acme-backup-backup-alerts")
	_, alarm := one("AWS::CloudWatch::Alarm", "acme-backup-backup-alerts-undelivered")
	for what, ok := range map[string]bool{
		"bus to queue":          at(rule, "Targets", 0, "Arn", "Fn::GetAtt", 0) == queueID,
		"not taken by queue":    at(rule, "Targets", 0, "DeadLetterConfig", "Arn", "Fn::GetAtt", 0) == deadID,
		"no ticks":              !matches(rule["EventPattern"], map[string]any{"detail-type": "Scheduled Event"}) && matches(rule["EventPattern"], map[string]any{"detail-type": "Backup Job State Change"}),
		"queue to function":     at(mapping, "EventSourceArn", "Fn::GetAtt", 0) == queueID && at(mapping, "FunctionName", "Ref") == functionID,
		"partial batches":       fmt.Sprint(mapping["FunctionResponseTypes"]) == "[ReportBatchItemFailures]",
		"not taken by function": at(queue, "RedrivePolicy", "deadLetterTargetArn", "Fn::GetAtt", 0) == deadID,
		"visibility":            queue["VisibilityTimeout"].(float64) >= 6*function["Timeout"].(float64),
		"rings":                 alarm["MetricName"] == "ApproximateNumberOfMessagesVisible" && at(alarm, "AlarmActions", 0, "Ref") != nil,
		"runtime":               fmt.Sprint(function["Runtime"], function["Architectures"], function["Handler"]) == "provided.al2023[arm64]bootstrap",
		"destinations":          at(function, "Environment", "Variables", "DESTINATIONS") == `[{"kind":"slack","secret":"backup/slack-webhook"},{"kind":"pagerduty","secret":"backup/pagerduty-key","severity":"error"}]`,
		"only these secrets":    strings.Contains(string(central.bytes), `"arn:aws:secretsmanager:us-east-1:000000000123:secret:backup/slack-webhook-??????"`) && strings.Count(string(central.bytes), "secretsmanager:") == 3,
	} {
		if !ok {
			t.Errorf("%s", what)
		}
	}
}

// TestFunctionPackage: what is deployed is the function, built for AWS Lambda, with a file of names that it reads.
func TestFunctionPackage(t *testing.T) {
	dir, err := functionPackage(fleet.cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	program, err := os.ReadFile(filepath.Join(dir, "bootstrap"))
	if err != nil || !bytes.HasPrefix(program, []byte("\x7fELF\x02\x01\x01")) || program[18] != 0xB7 { // 64 bits, arm64
		t.Errorf("bootstrap is no program for arm64: %v", err)
	}
	staged, err := filepath.Glob(filepath.Join(fleet.dir, "asset.*", "bootstrap"))
	if err != nil || len(staged) != 1 {
		t.Fatalf("staged %v, %v", staged, err)
	}
	if deployed, err := os.ReadFile(staged[0]); err != nil || !bytes.Equal(deployed, program) {
		t.Errorf("another program is deployed: %v", err)
	}

	w := fleet.cfg.Workloads[0]
	event := fmt.Sprintf(`{"source":"aws.backup","detail-type":"Backup Job State Change","account":%q,"region":%q,"time":"2026-01-01T00:00:00Z","resources":[],
		"detail":{"backupJobId":"1","state":"FAILED","statusMessage":"no","resourceType":"S3","resourceArn":"arn:aws:s3:::%s","backupVaultName":%q}}`,
		w.Account, w.Region, w.Buckets[0].Name, fleet.cfg.TierName(w, &config.Tier{Name: w.Buckets[0].Tier}))
	run := exec.Command("go", "run", "./lambda/alerts", "-dry-run", "-event", "-")
	run.Env = append(os.Environ(), `DESTINATIONS=[{"kind":"slack","secret":"s"}]`, "ESTATE="+filepath.Join(dir, "estate.json"))
	run.Stdin = strings.NewReader(event)
	out, err := run.CombinedOutput()
	if err != nil || !strings.Contains(string(out), w.ID()) || !strings.Contains(string(out), w.Buckets[0].Tier) {
		t.Errorf("%v: does not know the workload or the tier: %s", err, out)
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
