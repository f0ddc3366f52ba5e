package constructs

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"central-s3-backup/internal/awstest"
)

// What the rules of the tests watch, named as the app names it.
const (
	watchedVault    = "dummy-dummy-dev-critical_data"
	watchedVaultARN = "arn:aws:backup:eu-central-1:222222222222:backup-vault:" + watchedVault
	watchedPlan     = "83fcb8ee-2d93-42ac-b06f-591563f3f8de"
	watchedKey      = "arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	watchedBucket   = "dummy-dev-critical-data"
	watchedAlarm    = "dummy-dummy-dev-critical_data-no-backups"
	watchedPoint    = "arn:aws:backup:eu-central-1:222222222222:recovery-point:" + watchedBucket + "-5ec207d0"
	workloadRole    = "arn:aws:iam::222222222222:role/cdk-*-cfn-exec-role-222222222222-eu-central-1"

	centralAccount  = "111111111111"
	centralVault    = "central-aws-vault-S3"
	centralVaultARN = "arn:aws:backup:eu-central-1:111111111111:backup-vault:" + centralVault
)

// workloadRules are the rules of a workload, and centralRules those of the central account.
func workloadRules(changes ...func(*Tampering)) []EventRule {
	tampering := Tampering{
		VaultNames: []string{"dummy-dummy-dev-curated_data", watchedVault}, PlanIDs: []string{"another plan", watchedPlan},
		KeyARNs: []string{"another key", watchedKey}, BucketNames: []string{"dummy-dev-curated-data", watchedBucket},
		RecoveryPoints: []string{
			"arn:aws:backup:eu-central-1:222222222222:recovery-point:dummy-dev-curated-data-",
			"arn:aws:backup:eu-central-1:222222222222:recovery-point:" + watchedBucket + "-",
		},
		AnyRecoveryPoint: "arn:aws:backup:eu-central-1:222222222222:recovery-point:",
		RoleNames:        []string{"dummy-events-dummy-dev", "dummy-backup-dummy-dev"},
		DeployRoleARN:    workloadRole,
		Alerts: AlertParts{
			RulePrefix: "dummy-backup-dummy-d", AlarmPrefixes: []string{"dummy-backup-dummy-dev-", "dummy-dummy-dev-"},
			TopicARN: "arn:aws:sns:eu-central-1:222222222222:dummy-dummy-dev-alerts",
		},
	}
	for _, change := range changes {
		change(&tampering)
	}
	rules := append(tampering.Rules(), TestRule("dummy-dev"))
	rules = append(rules, BackupEventRules(tampering.VaultNames, []string{"another ARN", watchedVaultARN})...)
	rules = append(rules, ScanEventRules(tampering.VaultNames)...)
	return append(
		rules,
		AlarmRule([]string{"dummy-dummy-dev-curated_data-no-backups", watchedAlarm}, "dummy-dummy-dev-"),
		ClockRule("critical", "critical-clock"),
	)
}

func centralRules() []EventRule {
	tampering := Tampering{
		VaultNames: []string{centralVault}, KeyARNs: []string{"the central key"},
		Alerts: AlertParts{
			RulePrefix: "dummy-backup-central", AlarmPrefixes: []string{"dummy-backup-central-", "dummy-copy-alarms-", "dummy-backup-alerts"},
			TopicARN: "arn:aws:sns:eu-central-1:111111111111:dummy-central-alerts",
			BusName:  "dummy-backup-alerts", LogGroupName: "/aws/events/dummy-backup-alerts", LogPolicyName: "dummy-backup-alerts",
			FunctionName: "dummy-backup-alerts",
			QueuePaths:   []string{"/111111111111/dummy-backup-alerts", "/111111111111/dummy-backup-alerts-undelivered"},
			SecretNames:  []string{"dummy/slack", "dummy/pagerduty"},
		},
		RecoveryPoints:   []string{"arn:aws:backup:eu-central-1:111111111111:recovery-point:"},
		AnyRecoveryPoint: "arn:aws:backup:eu-central-1:111111111111:recovery-point:",
		RoleNames:        []string{"dummy-events-central", "dummy-alerts"},
		Shares:           true,
		DeployRoleARN:    "arn:aws:iam::111111111111:role/cdk-*-cfn-exec-role-111111111111-eu-central-1",
	}
	rules := append(tampering.Rules(), TestRule("central"))
	rules = append(rules, BackupEventRules(tampering.VaultNames, []string{centralVaultARN})...)
	rules = append(rules, OutOfVaultRules([]string{centralVaultARN})...)
	return append(rules, AlarmRule(nil, "dummy-backup-central-", "dummy-copy-alarms-"))
}

// TestEventPatterns feeds every event that the function for alerts is tested with to every rule of a
// workload, with the workload's names, and those of the central account to its rules. The golden file shows
// which rule takes which event, so that no event about trouble is lost, and none is sent twice by mistake.
func TestEventPatterns(t *testing.T) {
	workload, central := workloadRules(), centralRules()
	var got, ofCentral strings.Builder
	all := alertEvents(t)
	for _, file := range slices.Sorted(maps.Keys(all)) {
		event, name := all[file], strings.TrimSuffix(file, ".json")
		if event["account"] == centralAccount {
			fmt.Fprintf(&ofCentral, "%s: %s\n", name, strings.Join(takenBy(t, central, event), " "))
		}
		rename(event)
		fmt.Fprintf(&got, "%s: %s\n", name, strings.Join(takenBy(t, workload, event), " "))
	}
	fmt.Fprintf(&got, "\nIn the central account:\n%s", ofCentral.String())
	compareWithGolden(t, "patterns.txt", got.String())
}

// TestEventPatternsOfOthers: what happens to the resources of another workload in the account is taken by
// no rule that names resources.
func TestEventPatternsOfOthers(t *testing.T) {
	rules := slices.DeleteFunc(workloadRules(), func(r EventRule) bool {
		return slices.Contains([]string{"RestoreJobs", "Settings", "AccountCalls"}, r.ID)
	})
	ours := regexp.MustCompile(`dummy|` + watchedPlan + `|` + watchedKey)
	tried := 0
	for file, event := range alertEvents(t) {
		rename(event)
		if len(takenBy(t, rules, event)) == 0 {
			continue
		}
		tried++
		text, err := json.Marshal(event)
		if err != nil {
			t.Fatal(err)
		}
		var others map[string]any
		if err := json.Unmarshal(ours.ReplaceAll(text, []byte("other")), &others); err != nil {
			t.Fatal(err)
		}
		if got := takenBy(t, rules, others); len(got) > 0 {
			t.Errorf("%s about another workload: taken by %s", file, got)
		}
	}
	if tried == 0 {
		t.Error("no event at all")
	}
}

// TestPatternSizes: whatever the number and the length of names, a pattern is not larger than EventBridge
// takes. Names are listed as long as it is not, and left out beyond that.
func TestPatternSizes(t *testing.T) {
	tokens := regexp.MustCompile(`\$\{Token\[[^"]*`)
	listed := map[string]int{}
	const most = 100
	for n := 1; n <= most; n++ {
		var vaults, vaultARNs, alarms, plans, keys, buckets []string
		for i := range n {
			vault := fmt.Sprintf("%050d", i)
			vaults = append(vaults, vault)
			vaultARNs = append(vaultARNs, "arn:aws-us-gov:backup:us-gov-west-1:222222222222:backup-vault:"+vault)
			alarms = append(alarms, fmt.Sprintf("%080d", i))
			plans = append(plans, fmt.Sprintf("${Token[TOKEN.%d]}", i))
			keys = append(keys, fmt.Sprintf("${Token[Arn.%d]}", i))
			buckets = append(buckets, fmt.Sprintf("%063d", i))
		}
		const role = "arn:aws-us-gov:iam::222222222222:role/cdk-*-cfn-exec-role-222222222222-us-gov-west-1"
		const anyPoint = "arn:aws-us-gov:backup:us-gov-west-1:222222222222:recovery-point:"
		var points, roles []string
		for _, bucket := range buckets {
			points = append(points, anyPoint+bucket+"-")
			roles = append(roles, bucket+"r")
		}
		tampering := Tampering{
			VaultNames: vaults, PlanIDs: plans, KeyARNs: keys, BucketNames: buckets, RecoveryPoints: points, AnyRecoveryPoint: anyPoint,
			RoleNames: roles, DeployRoleARN: role, Alerts: AlertParts{
				RulePrefix:    strings.Repeat("r", 20),
				AlarmPrefixes: []string{strings.Repeat("a", 80), strings.Repeat("b", 80), strings.Repeat("c", 80)},
				TopicARN:      "arn:aws-us-gov:sns:us-gov-west-1:222222222222:" + strings.Repeat("t", 80),
				BusName: strings.Repeat(
					"e",
					40,
				), LogGroupName: "/aws/events/" + strings.Repeat("e", 40), LogPolicyName: strings.Repeat("e", 40),
				FunctionName: strings.Repeat("e", 40), QueuePaths: []string{strings.Repeat("q", 54), strings.Repeat("q", 66)},
				SecretNames: buckets,
			},
		}
		rules := slices.Concat(
			tampering.Rules(),
			BackupEventRules(vaults, vaultARNs),
			ScanEventRules(vaults),
			[]EventRule{AlarmRule(alarms, "dummy-")},
		)
		for _, rule := range rules {
			pattern := rule.pattern()
			text, err := json.Marshal(pattern)
			if err != nil {
				t.Fatal(err)
			}
			if size := len(tokens.ReplaceAll(text, []byte(strings.Repeat("k", maxTokenBytes)))); size > 2048 {
				t.Errorf("%s with %d names: %d bytes", rule.ID, n, size)
			}
			nameless := rule
			nameless.Names = nil
			if rule.Names != nil && !reflect.DeepEqual(pattern, nameless.pattern()) {
				listed[rule.ID] = n
			}
		}
	}
	for _, rule := range workloadRules() {
		if rule.Names != nil && (listed[rule.ID] < 7 || listed[rule.ID] == most) {
			t.Errorf("%s lists up to %d names", rule.ID, listed[rule.ID])
		}
	}
}

// TestNotScheduled: the bus passes on all events but the ticks of clocks.
func TestNotScheduled(t *testing.T) {
	for detailType, want := range map[string]bool{
		"Backup Job State Change": true, "AWS API Call via CloudTrail": true, "Alert Test": true, "Scheduled Event": false,
	} {
		if awstest.MatchesPattern(t, notScheduled(), map[string]any{"detail-type": detailType}) != want {
			t.Errorf("%s is passed on: %v", detailType, !want)
		}
	}
}

// patternsOf are the patterns of the rules that have one, by the first of the rules: the tests match thousands of events with them.
var patternsOf = map[*EventRule]patterns{}

type patterns struct {
	ids  []string
	read []awstest.Pattern
}

// takenBy are the ids of the rules that take an event.
func takenBy(t *testing.T, rules []EventRule, event map[string]any) []string {
	t.Helper()
	known, is := patternsOf[&rules[0]]
	if !is {
		for _, rule := range rules {
			if rule.Schedule == "" {
				known.ids = append(known.ids, rule.ID)
				known.read = append(known.read, awstest.ReadPattern(t, rule.pattern()))
			}
		}
		patternsOf[&rules[0]] = known
	}
	var taken []string
	for _, i := range awstest.Matching(t, known.read, event) {
		taken = append(taken, known.ids[i])
	}
	slices.Sort(taken)
	return taken
}

// rename gives an event the workload's names where it has others of the same kind.
func rename(event map[string]any) {
	replace := func(in any, names map[string]any) {
		object, _ := in.(map[string]any)
		for key, value := range names {
			if _, has := object[key]; has {
				object[key] = value
			}
		}
	}
	detail, _ := event["detail"].(map[string]any)
	replace(detail, map[string]any{
		"backupVaultName": watchedVault, "backupVaultArn": watchedVaultARN, "sourceBackupVaultArn": watchedVaultARN, "alarmName": watchedAlarm,
	})
	replace(detail["requestParameters"], map[string]any{
		"backupVaultName": watchedVault, "sourceBackupVaultName": watchedVault, "bucketName": watchedBucket, "backupPlanId": watchedPlan,
		"recoveryPointArn": watchedPoint,
	})
	if detail["eventSource"] == "kms.amazonaws.com" {
		detail["resources"] = []any{map[string]any{"ARN": watchedKey}}
	}
	if event["source"] == "central-s3-backup" {
		detail["workload"] = "dummy-dev"
	}
}
