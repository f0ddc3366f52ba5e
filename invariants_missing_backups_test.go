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
// They look back on the tier's own rhythm. They stay in OK while they wait for their first job, which their
// own clock and their own jobs tell: not the age of the stack, and not backups of copies or copies of backups.
func TestSilence(t *testing.T) {
	composite := regexp.MustCompile(`^ALARM\("\$\{(\w+)\}"\) AND OK\("\$\{(\w+)\}"\)$`)
	alarms := 0
	every(t, func(t *testing.T, a *assembly, template template) {
		var got, want []string
		clocks := map[any]bool{}
		for id, alarm := range template.ofType("AWS::CloudWatch::CompositeAlarm") {
			alarms++
			rule := composite.FindStringSubmatch(fmt.Sprint(at(alarm.Properties, "AlarmRule", "Fn::Sub")))
			if rule == nil || at(alarm.Properties, "AlarmActions", 0, "Ref") == nil {
				t.Fatalf("%s: %v", id, alarm.Properties)
			}
			none, waits := template.Resources[rule[1]].Properties, template.Resources[rule[2]].Properties
			hours, first := none["EvaluationPeriods"], at(waits, "Metrics", 2, "MetricStat", "Period").(float64)/3600
			for _, try := range []struct {
				alarm map[string]any
				want  string
			}{
				// All hours without a job. An hour without a count is a zero: a gap would be bridged by hours before it.
				{none, fmt.Sprintln("FILL(jobs, 0)", 1, hours, hours, "breaching")},
				// One job, or all hours of the first ones but one.
				{waits, fmt.Sprintln(fmt.Sprintf("FILL(hours, 0) + %v * FILL(jobs, 0)", first), first-1, 1, 1, "notBreaching")},
			} {
				p := try.alarm
				got := fmt.Sprintln(
					at(p, "Metrics", 0, "Expression"),
					p["Threshold"],
					p["EvaluationPeriods"],
					p["DatapointsToAlarm"],
					p["TreatMissingData"],
				)
				if got != try.want || p["ComparisonOperator"] != "LessThanThreshold" || at(p, "Metrics", 0, "ReturnData") != true {
					t.Errorf("%s rests on %s, want %s", id, got, try.want)
				}
			}
			age := query(waits, 1)
			clock := at(waits, "Metrics", 1, "MetricStat", "Metric", "Dimensions", 0, "Value")
			if want := fmt.Sprintln("hours AWS/Events TriggeredRules RuleName", clock, "Sum", first*3600, false); age != want {
				t.Errorf("%s: the age is %s, want %s", id, age, want)
			}
			if clocks[clock] {
				t.Errorf("%s has the clock %v of another alarm", id, clock)
			}
			clocks[clock] = true
			jobs := at(none, "Metrics", 1, "MetricStat", "Metric")
			vault := at(jobs, "Dimensions", 0, "Value")
			if want := fmt.Sprintln("jobs AWS/Backup", at(jobs, "MetricName"), "BackupVaultName", vault, "Sum", 3600, false); query(
				none,
				1,
			) != want {
				t.Errorf("%s: counts %s, want %s", id, query(none, 1), want)
			}
			firstJobs := at(waits, "Metrics", 2, "MetricStat", "Metric")
			if at(firstJobs, "Dimensions", 0, "Value") != vault || at(waits, "Metrics", 2, "Id") != "jobs" {
				t.Errorf("%s: the first jobs are %v", id, firstJobs)
			}
			got = append(
				got,
				fmt.Sprintln(alarm.Properties["AlarmName"], at(jobs, "MetricName"), vault, hours, "first", at(firstJobs, "MetricName"), first, clock),
			)
		}
		for id, rule := range template.ofType("AWS::Events::Rule") {
			name, schedule := rule.Properties["Name"], rule.Properties["ScheduleExpression"]
			if at(rule.Properties, "Targets", 0, "Id") == "Queue" {
				continue // TestValidatorQueue
			}
			if schedule != nil && (schedule != "rate(1 hour)" || !clocks[name] || !strings.HasPrefix(fmt.Sprint(name), template.stack[:20])) {
				t.Errorf("%s: %v", id, rule.Properties)
			}
			delete(clocks, name)
		}
		if len(clocks) > 0 {
			t.Errorf("there are no clocks %v", clocks)
		}
		if template.stack != a.cfg.CentralStackName() {
			w := workloadOf(a, template.stack)
			for _, tier := range a.cfg.Tiers {
				used := len(selectionsOf(w, tier.Name)) > 0 ||
					slices.ContainsFunc(w.Buckets, func(b config.Bucket) bool { return b.Tier == tier.Name })
				seldom := tier.ContinuousBackup == nil && tier.BackedUp() && strings.Contains(tier.SnapshotBackup[0].Schedule, "SUN")
				if !used || !tier.BackedUp() || seldom {
					continue
				}
				vault, hours, first := a.cfg.TierName(w, &tier), 50, 168 // two days, the start window and the delay of the counts
				if tier.Schedule.CompletionWindowMinutes < 5*24*60 {
					first = 75 // a day, two hours and two days, and the delay of the counts
				}
				if tier.RPOMinutes > 0 {
					hours = 27 // a day, the start window and the delay
				}
				name := a.cfg.Project + "-" + w.ID() + "-" + tier.Name
				add := func(jobs, metric string) {
					want = append(
						want,
						fmt.Sprintln(name+"-no-"+jobs, metric, vault, hours, "first", metric, first, a.cfg.ClockRuleName(w, &tier, jobs)),
					)
				}
				add("backups", "NumberOfBackupJobsCompleted")
				if tier.Copied() {
					add("copies", "NumberOfCopyJobsCompleted")
				}
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("alarms\n%s\nwant\n%s", strings.Join(got, ""), strings.Join(want, ""))
		}
	})
	if alarms == 0 {
		t.Error("no alarm at all")
	}
}

// query is a metric of an alarm in one line.
func query(alarm map[string]any, i int) string {
	m := at(alarm, "Metrics", i)
	metric := at(m, "MetricStat", "Metric")
	return fmt.Sprintln(at(m, "Id"), at(metric, "Namespace"), at(metric, "MetricName"), at(metric, "Dimensions", 0, "Name"),
		at(metric, "Dimensions", 0, "Value"), at(m, "MetricStat", "Stat"), at(m, "MetricStat", "Period"), at(m, "ReturnData"))
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
				seldom := use.Tier.ContinuousBackup == nil && use.Tier.Copied() && strings.Contains(use.Tier.SnapshotBackup[0].Schedule, "SUN")
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
