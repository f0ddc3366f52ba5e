package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"central-s3-backup/config"
	"central-s3-backup/internal/awstest"
)

// TestSilence: every tier that is backed up has an alarm on missing backups, every tier that is copied one on
// missing copies. Tiers that run less often than an alarm can look back have none, and a warning (F-EVT-12).
// Missing data is breaching, and an alarm stays in OK until the stack is as old as what it looks back on.
func TestSilence(t *testing.T) {
	composite := regexp.MustCompile(`^ALARM\("\$\{(\w+)\}"\) AND OK\("\$\{(\w+)\}"\)$`)
	alarms := 0
	every(t, func(t *testing.T, a *assembly, template template) {
		var got, want []string
		for id, alarm := range template.ofType("AWS::CloudWatch::CompositeAlarm") {
			alarms++
			rule := composite.FindStringSubmatch(fmt.Sprint(at(alarm.Properties, "AlarmRule", "Fn::Sub")))
			if rule == nil || at(alarm.Properties, "AlarmActions", 0, "Ref") == nil {
				t.Fatalf("%s: %v", id, alarm.Properties)
			}
			none, young := template.Resources[rule[1]].Properties, template.Resources[rule[2]].Properties
			jobs := at(none, "Metrics", 1, "MetricStat")
			for _, p := range []map[string]any{none, young} {
				if fmt.Sprintln(p["TreatMissingData"], p["ComparisonOperator"], p["Threshold"]) != "breaching LessThanThreshold 1\n" {
					t.Errorf("%s: rests on %v", id, p)
				}
			}
			// A day without a count is a zero: a gap would be bridged by days before it.
			if at(none, "Metrics", 0, "Expression") != "FILL(jobs, 0)" || at(none, "Metrics", 0, "ReturnData") != true ||
				at(none, "Metrics", 1, "Id") != "jobs" || at(none, "Metrics", 1, "ReturnData") != false ||
				fmt.Sprintln(at(jobs, "Stat"), at(jobs, "Period"), young["Statistic"], young["Period"]) != "Sum 86400 Sum 86400\n" {
				t.Errorf("%s: counts %v and %v", id, none["Metrics"], young)
			}
			// All days without a job, and the clock ticked on each of them.
			days := none["EvaluationPeriods"]
			if none["DatapointsToAlarm"] != days || young["DatapointsToAlarm"] != float64(1) || young["EvaluationPeriods"] != days {
				t.Errorf("%s: looks back %v of %v days, and is in OK for %v", id, none["DatapointsToAlarm"], days, young["EvaluationPeriods"])
			}
			clock := template.Resources[at(young, "Dimensions", 0, "Value", "Ref").(string)]
			ticks := fmt.Sprintln(young["Namespace"], young["MetricName"], at(young, "Dimensions", 0, "Name"))
			if ticks != "AWS/Events TriggeredRules RuleName\n" || clock.Properties["ScheduleExpression"] != "rate(6 hours)" {
				t.Errorf("%s: %v", id, young)
			}
			metric := at(jobs, "Metric")
			got = append(got, fmt.Sprintf("%v %v %v %v %v %v", alarm.Properties["AlarmName"], at(metric, "Namespace"), at(metric, "MetricName"),
				at(metric, "Dimensions", 0, "Name"), at(metric, "Dimensions", 0, "Value"), days))
		}
		if template.stack != a.cfg.CentralStackName() {
			w := workloadOf(a, template.stack)
			for _, tier := range a.cfg.Tiers {
				used := slices.Contains(w.SelectTagged, tier.Name) ||
					slices.ContainsFunc(w.Buckets, func(b config.Bucket) bool { return b.Tier == tier.Name })
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
	if alarms == 0 {
		t.Error("no alarm at all")
	}
}

// TestCopyAlarms: the central account has an alarm on the copies of every tier that is copied. Its metric is
// what the log counts for the vault's events: one for a copy, zero for a backup.
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
			got = append(got, fmt.Sprintln(p["Namespace"], p["MetricName"], at(p, "Dimensions", 0, "Name"), at(p, "Dimensions", 0, "Value"),
				p["Statistic"], p["Period"], p["EvaluationPeriods"], p["DatapointsToAlarm"],
				p["ComparisonOperator"], p["Threshold"], p["TreatMissingData"]))
		}
		for _, w := range a.cfg.Workloads {
			for _, use := range a.cfg.TierUses(w) {
				seldom := use.Tier.ContinuousBackup == nil && use.Tier.Copied() && strings.Contains(use.Tier.SnapshotBackup.Schedule, "SUN")
				if !use.Tier.Copied() || seldom { // of which the checks have warned
					continue
				}
				vault := a.cfg.VaultARN(w, use.Tier)
				metric := a.cfg.Project + "-backup CopyJobsCompleted BackupVaultArn " + vault
				days := "7"
				if use.Tier.Schedule.CompletionWindowMinutes < 5*24*60 {
					days = "4" // a day, two hours and two days
				}
				want = append(want, metric+" Sum 86400 "+days+" "+days+" LessThanThreshold 1 missing\n")
				for _, test := range []struct {
					event map[string]any
					count string
				}{
					{jobCompleted(w.Account, "Copy Job State Change", "sourceBackupVaultArn", vault), "1"},
					{jobCompleted(w.Account, "Backup Job State Change", "backupVaultArn", vault), "0"},
				} {
					if counted := strings.Join(counts(t, central, test.event), ", "); counted != metric+" "+test.count {
						t.Errorf("%v is counted as %q, want %q", test.event, counted, metric+" "+test.count)
					}
				}
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("alarms on\n%s\nwant\n%s", strings.Join(got, ""), strings.Join(want, ""))
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

// TestManyCopyAlarms: with more workloads than the central stack has room for alarms, further stacks of
// the central account have the rest, each vault's once. Their filters share the accounts, and count each
// event once.
func TestManyCopyAlarms(t *testing.T) {
	const workloads = 1000
	a := centralAssembly(t, "{id: o-a1b2c3d4e5}", workloads, "")
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
		event := jobCompleted(w.Account, "Copy Job State Change", "sourceBackupVaultArn", "v")
		if got := fmt.Sprint(counts(t, central, event)); got != "[fleet-backup CopyJobsCompleted BackupVaultArn v 1]" {
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
		event := map[string]any{
			"source": "aws.cloudwatch", "detail-type": "CloudWatch Alarm State Change",
			"detail": map[string]any{"alarmName": stack + "-AlertsCopies-1A2B3C"},
		}
		if !awstest.MatchesPattern(t, central.Resources[rule].Properties["EventPattern"], event) {
			t.Errorf("alarms of %s reach nobody but by e-mail", stack)
		}
	}
}

// jobCompleted is the event of a job that completed, with the ARN of its vault at a key of the detail.
func jobCompleted(account, detailType, vaultAt, vault string) map[string]any {
	detail := map[string]any{"state": "COMPLETED", vaultAt: vault}
	return map[string]any{"source": "aws.backup", "account": account, "detail-type": detailType, "detail": detail}
}

// counts are what the metric filters of a template make of an event.
func counts(t *testing.T, template template, event map[string]any) []string {
	t.Helper()
	var all []string
	for id, filter := range template.ofType("AWS::Logs::MetricFilter") {
		if group, _ := at(filter.Properties, "LogGroupName", "Ref").(string); template.Resources[group].Type != "AWS::Logs::LogGroup" {
			t.Errorf("%s: is of %v", id, filter.Properties["LogGroupName"])
		}
		if awstest.MatchesFilter(filter.Properties["FilterPattern"].(string), event) {
			m := at(filter.Properties, "MetricTransformations", 0)
			all = append(all, fmt.Sprintf("%v %v %v %v %v", at(m, "MetricNamespace"), at(m, "MetricName"), at(m, "Dimensions", 0, "Key"),
				awstest.Field(event, at(m, "Dimensions", 0, "Value").(string)), at(m, "MetricValue")))
		}
	}
	return all
}
