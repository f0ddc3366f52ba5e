package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"central-s3-backup/config"
)

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
			for detailType, want := range map[string]bool{"Backup Job State Change": true, "AWS API Call via CloudTrail": true, "Alert Test": true, "Scheduled Event": false} {
				if matches(rule.Properties["EventPattern"], map[string]any{"detail-type": detailType}) != want {
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
			want := "[map[Action:[logs:CreateLogStream logs:PutLogEvents] Effect:Allow Principal:map[Service:[events.amazonaws.com delivery.logs.amazonaws.com]] Resource:[" + arn + ":*] Sid:EventBridge]]"
			if got := fmt.Sprint(at(document, "Statement")); got != want {
				t.Errorf("%s: %s", id, got)
			}
		}
	}
}

// TestCopyAlarms: the central account has an alarm on the copies of every tier that is copied, on the
// count that its log makes of the vault's events: one for a copy, none for a backup, and of other events nothing.
func TestCopyAlarms(t *testing.T) {
	for _, a := range []*assembly{example, fleet, gov} {
		central := a.templates[a.cfg.CentralStackName()]
		var got, want []string
		for id, alarm := range central.ofType("AWS::CloudWatch::Alarm") {
			p := alarm.Properties
			if p["AlarmName"] != nil { // of what is not delivered
				continue
			}
			for _, actions := range []string{"AlarmActions", "InsufficientDataActions"} {
				if topic, _ := at(p, actions, 0, "Ref").(string); central.Resources[topic].Type != "AWS::SNS::Topic" {
					t.Errorf("%s: %s %v", id, actions, p[actions])
				}
			}
			got = append(got, fmt.Sprint(p["Namespace"], p["MetricName"], at(p, "Dimensions", 0, "Name"), at(p, "Dimensions", 0, "Value"), " ", p["Statistic"], " ", p["Period"], " ", p["EvaluationPeriods"]))
		}
		for _, w := range a.cfg.Workloads {
			for _, use := range a.cfg.TierUses(w) {
				seldom := use.Tier.ContinuousBackup == nil && use.Tier.Copied() && strings.Contains(use.Tier.SnapshotBackup.Schedule, "SUN")
				if !use.Tier.Copied() || seldom { // of which the checks have warned
					continue
				}
				vault := a.cfg.VaultARN(w, use.Tier)
				days := "7"
				if use.Tier.Schedule.CompletionWindowMinutes < 5*24*60 {
					days = "4" // a day, two hours and two days
				}
				want = append(want, fmt.Sprint(a.cfg.Project+"-backup", "CopyJobsCompleted", "BackupVaultArn", vault)+" Sum 86400 "+days)
				for file, event := range events(t) {
					rename(event, w.Account, w.Region, a.templates[a.cfg.StackName(w)])
					detail, _ := event["detail"].(map[string]any)
					for _, key := range []string{"backupVaultArn", "sourceBackupVaultArn"} {
						if detail[key] != nil {
							detail[key] = vault
						}
					}
					expected := ""
					switch completed := detail["state"] == "COMPLETED"; {
					case completed && event["detail-type"] == "Copy Job State Change":
						expected = fmt.Sprint(a.cfg.Project+"-backup", "CopyJobsCompleted", "BackupVaultArn", vault) + " 1"
					case completed && event["detail-type"] == "Backup Job State Change":
						expected = fmt.Sprint(a.cfg.Project+"-backup", "CopyJobsCompleted", "BackupVaultArn", vault) + " 0"
					}
					if counted := strings.Join(counts(t, central, event), ", "); counted != expected {
						t.Errorf("%s is counted as %q, want %q", file, counted, expected)
					}
				}
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("alarms on\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// TestCopyAlarmsOfLikeNames: workloads and tiers whose names come to the same when they are joined have an alarm each.
func TestCopyAlarmsOfLikeNames(t *testing.T) {
	file := filepath.Join(t.TempDir(), "backup.yaml")
	write(t, file, []byte(`version: 1
project: fleet
organization: {id: o-a1b2c3d4e5}
central: {account: "111111111111", region: eu-central-1}
tiers: [{name: c-data, extends: critical_data}, {name: data, extends: critical_data}]
workloads:
  - {name: a, environment: b, account: "222222222222", region: eu-central-1, buckets: [{name: fleet-one, tier: c-data}]}
  - {name: a-b, environment: c, account: "333333333333", region: eu-central-1, buckets: [{name: fleet-two, tier: data}]}
`))
	a := synthesizeFile(file, filepath.Join(t.TempDir(), "out"), nil, "-workload", "central")
	if alarms := a.templates["fleet-backup-central"].ofType("AWS::CloudWatch::Alarm"); len(alarms) != 2 {
		t.Errorf("%d alarms", len(alarms))
	}
}

// events are those that the function is tested with, by their files.
func events(t *testing.T) map[string]map[string]any {
	t.Helper()
	files, err := filepath.Glob("lambda/alerts/testdata/events/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no events: %v", err)
	}
	all := map[string]map[string]any{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var event map[string]any
		if json.Unmarshal(text, &event) == nil { // the others are for the function alone
			all[filepath.Base(file)] = event
		}
	}
	return all
}

// counts are what the metric filters of a template make of an event: as much of their patterns as is
// used here, https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html.
func counts(t *testing.T, template template, event map[string]any) []string {
	t.Helper()
	value := func(selector string) any {
		var v any = event
		for _, key := range strings.Split(strings.TrimPrefix(selector, "$."), ".") {
			v = at(v, key)
		}
		return v
	}
	var all []string
	for id, filter := range template.ofType("AWS::Logs::MetricFilter") {
		if group, _ := at(filter.Properties, "LogGroupName", "Ref").(string); template.Resources[group].Type != "AWS::Logs::LogGroup" {
			t.Errorf("%s: is of %v", id, filter.Properties["LogGroupName"])
		}
		taken := true
		pattern := strings.TrimSuffix(strings.TrimPrefix(filter.Properties["FilterPattern"].(string), "{ "), " }")
		for _, condition := range strings.Split(pattern, " && ") {
			selector, want, ok := strings.Cut(condition, " = ")
			want = strings.Trim(want, `"`)
			text, _ := value(selector).(string)
			ending, wildcard := strings.CutPrefix(want, "*")
			fits := text == want || wildcard && strings.HasSuffix(text, ending)
			taken = taken && ok && fits
		}
		if taken {
			m := at(filter.Properties, "MetricTransformations", 0)
			all = append(all, fmt.Sprint(at(m, "MetricNamespace"), at(m, "MetricName"), at(m, "Dimensions", 0, "Key"), value(at(m, "Dimensions", 0, "Value").(string)))+" "+at(m, "MetricValue").(string))
		}
	}
	return all
}

// TestManyCopyAlarms: with more workloads than the central stack has room for alarms, further stacks of
// the central account have the rest, each vault's once. Their filters share the accounts, and count each
// event once.
func TestManyCopyAlarms(t *testing.T) {
	const workloads = 1000
	a := centralAssembly(t, workloads, "")
	var stacks []string
	alarms := map[any]int{}
	for stack, template := range a.templates {
		stacks = append(stacks, stack)
		if len(template.Resources) > config.MaxStackResources || len(template.bytes) > config.MaxTemplateBytes {
			t.Errorf("%s: %d resources, %d bytes", stack, len(template.Resources), len(template.bytes))
		}
		for id, alarm := range template.ofType("AWS::CloudWatch::Alarm") {
			alarms[at(alarm.Properties, "Dimensions", 0, "Value")]++
			topic := at(alarm.Properties, "AlarmActions", 0)
			if stack != "fleet-backup-central" && topic != "arn:aws:sns:eu-central-1:111111111111:fleet-central-alerts" {
				t.Errorf("%s, %s: tells %v", stack, id, topic)
			}
		}
	}
	slices.Sort(stacks)
	if fmt.Sprint(stacks) != "[fleet-backup-central fleet-copy-alarms-2 fleet-copy-alarms-3]" || len(alarms) != workloads {
		t.Errorf("%d alarms in %v", len(alarms), stacks)
	}
	for vault, n := range alarms {
		if n != 1 {
			t.Errorf("%d alarms on %v", n, vault)
		}
	}
	central := a.templates["fleet-backup-central"]
	if got := a.cfg.CentralResources(); got != len(central.Resources) {
		t.Errorf("counts %d resources, has %d", got, len(central.Resources))
	}
	for _, w := range a.cfg.Workloads[:20] {
		event := map[string]any{"source": "aws.backup", "account": w.Account, "detail-type": "Copy Job State Change", "detail": map[string]any{"state": "COMPLETED", "sourceBackupVaultArn": "v"}}
		if got := fmt.Sprint(counts(t, central, event)); got != "[fleet-backupCopyJobsCompletedBackupVaultArnv 1]" {
			t.Errorf("an event of account %s is counted as %s", w.Account, got)
		}
		event["source"] = "somebody"
		if got := counts(t, central, event); len(got) > 0 {
			t.Errorf("an event that is not AWS Backup's is counted as %s", got)
		}
	}
	rule := ""
	for id := range central.ofType("AWS::Events::Rule") {
		if strings.HasPrefix(id, "AlertsRulesAlarms") {
			rule = id
		}
	}
	for _, stack := range stacks { // CloudFormation makes the names of the stack's and the logical id
		event := map[string]any{"source": "aws.cloudwatch", "detail-type": "CloudWatch Alarm State Change", "detail": map[string]any{"alarmName": stack + "-AlertsCopies-1A2B3C"}}
		if !matches(central.Resources[rule].Properties["EventPattern"], event) {
			t.Errorf("alarms of %s reach nobody but by e-mail", stack)
		}
	}
}
