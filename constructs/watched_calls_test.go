package constructs

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"central-s3-backup/internal/awstest"
)

// watchedCalls has, for each rule on calls, the events of the function's tests that it takes: in an account of a
// workload, and in the central account. "…Deployed" takes the calls of the same name by a deployment.
var watchedCalls = []struct {
	rules         func() []EventRule
	central       bool
	taken, events string
}{
	{workload, false, "VaultCalls", `
		call-associate-backup-vault-mpa-approval-team call-delete-backup-vault call-delete-backup-vault-access-policy
		call-delete-backup-vault-lock-configuration call-delete-backup-vault-notifications call-delete-recovery-point
		call-disassociate-backup-vault-mpa-approval-team call-disassociate-recovery-point call-put-backup-vault-access-policy
		call-put-backup-vault-lock-configuration call-put-backup-vault-notifications call-update-recovery-point-lifecycle
		call-denied call-by-forged-deployment call-by-deploy-role-directly call-by-deploy-role-of-another-region`},
	{workload, false, "RecoveryPointCalls", "call-create-backup-access-point call-start-copy-job call-start-restore-job"},
	{workload, false, "", "call-start-copy-job-by-backup call-create-grant-by-backup"},
	{workload, false, "AccountCalls", `
		call-delete-backup-access-point call-delete-trail call-put-alarm-mute-rule call-put-event-selectors call-stop-logging
		call-update-region-settings call-update-trail`},
	{
		workload,
		false,
		"PlanCalls",
		"call-create-backup-selection call-delete-backup-plan call-delete-backup-selection call-update-backup-plan call-by-deployment",
	},
	{workload, false, "KeyCalls", `
		call-cancel-key-deletion call-create-grant call-disable-key call-disable-key-rotation call-enable-key call-put-key-policy
		call-retire-grant call-revoke-grant call-schedule-key-deletion`},
	{workload, false, "BucketCalls", `
		call-delete-bucket call-delete-bucket-encryption call-delete-bucket-policy call-delete-bucket-public-access-block
		call-delete-bucket-ownership-controls call-put-bucket-notification call-put-bucket-notification-configuration
		call-put-bucket-object-lock-configuration call-put-bucket-versioning`},
	{workload, false, "BucketSettingCalls", `
		call-delete-bucket-tagging call-put-bucket-acl call-put-bucket-encryption call-put-bucket-lifecycle
		call-put-bucket-lifecycle-configuration call-put-bucket-logging call-put-bucket-ownership-controls call-put-bucket-policy
		call-put-bucket-public-access-block call-put-bucket-replication call-put-bucket-tagging`},
	{workload, false, "BucketSettingCallsDeployed", "call-put-bucket-policy-by-deployment"},
	{taggedWorkload, false, "TagCalls", "call-delete-bucket-tagging call-put-bucket-tagging call-tag-resource call-untag-resource"},
	{workload, false, "RoleCalls", `
		call-attach-role-policy call-delete-role call-delete-role-policy call-detach-role-policy call-put-role-permissions-boundary
		call-put-role-policy call-update-assume-role-policy`},
	{workload, false, "AlertCalls", `
		call-delete-alarms call-delete-rule call-delete-topic call-disable-alarm-actions call-disable-rule call-put-rule-disabled
		call-remove-targets call-unsubscribe`},
	{workload, false, "AlertSettingCalls", `
		call-add-permission-topic call-put-data-protection-policy call-put-rule call-put-targets call-remove-permission-topic
		call-set-subscription-attributes call-set-topic-attributes`},
	{workload, false, "AlarmSettingCalls", "call-put-composite-alarm call-put-metric-alarm call-set-alarm-state"},
	{workload, false, "AlarmSettingCallsDeployed", "call-put-metric-alarm-by-deployment"},

	{centralRules, true, "AlertCalls", `
		call-delete-event-bus call-delete-log-group call-delete-log-stream call-delete-metric-filter call-delete-resource-policy
		call-remove-permission-bus`},
	{centralRules, true, "AlertSettingCalls", `
		call-associate-kms-key call-disassociate-kms-key call-put-permission-bus call-put-resource-policy call-put-retention-policy
		call-update-event-bus`},
	{centralRules, true, "AlarmSettingCalls", "call-put-metric-filter"},
	{centralRules, true, "AccountCalls", "call-stop-logging"},
	{centralRules, true, "ShareCalls", `
		call-associate-resource-share call-create-resource-share call-delete-resource-share call-disassociate-resource-share`},
	{centralRules, true, "DeliveryCalls", `
		call-delete-event-source-mapping call-delete-function call-delete-queue call-purge-queue call-put-function-concurrency`},
	{centralRules, true, "DeliverySettingCalls", `
		call-add-permission-queue call-remove-permission-queue call-set-queue-attributes call-update-event-source-mapping
		call-update-function-code call-update-function-code-by-deployment call-update-function-configuration`},
	{centralRules, true, "SecretCalls", "call-delete-secret call-put-secret-value call-update-secret call-update-secret-version-stage"},
	{centralRules, true, "RecoveryPointCalls", "call-start-copy-job-central call-start-restore-job-central"},
	{centralRules, true, "VaultCalls", "call-delete-backup-vault-lock-configuration"},

	// Jobs, with the states in which nothing else tells of them.
	{workload, false, "BackupJobs", "backup-job-expired backup-job-aborted backup-job-failed backup-job-partial"},
	{workload, false, "CopyJobs", "copy-job-expired copy-job-failed copy-job-partial"},
	{workload, false, "RestoreJobs", "restore-job-expired restore-job-failed"},
	{centralRules, true, "CopiesOut CopyJobs", "copy-job-out-of-central copy-job-back-to-workload"},
	{centralRules, true, "RestoreJobs RestoresOut", "restore-job-out-of-central restore-job-out-of-central-test"},
}

func workload() []EventRule { return workloadRules() }

func taggedWorkload() []EventRule {
	return workloadRules(func(t *Tampering) { t.AnyBucketTags = true })
}

// everyones are the rules that name no resource: a restore that failed, calls on the account and tags of buckets.
var everyones = []string{"RestoreJobs", "RestoresOut", "AccountCalls", "ShareCalls", "TagCalls", "Settings"}

// TestWatchedCalls: exactly this rule takes the event, and none takes it if it is about another resource.
func TestWatchedCalls(t *testing.T) {
	all := alertEvents(t)
	ours := regexp.MustCompile(`dummy|` + watchedPlan + `|` + watchedKey + `|` + centralVault)
	for _, row := range watchedCalls {
		rules := row.rules()
		for _, name := range strings.Fields(row.events) {
			event := watchedEvent(t, all, name, row.central)
			if event == nil {
				continue
			}
			if got := strings.Join(takenBy(t, rules, event), " "); got != row.taken {
				t.Errorf("%s: taken by %q; want %q", name, got, row.taken)
			}
			others := replaced(t, event, ours, "other")
			if others["account"] == centralAccount { // all recovery points of the central account are watched
				others["detail"] = replaced(t, others["detail"], regexp.MustCompile(centralAccount), "333333333333")
			}
			got := slices.DeleteFunc(takenBy(t, rules, others), func(id string) bool { return slices.Contains(everyones, id) })
			if len(got) > 0 {
				t.Errorf("%s about another resource: taken by %s", name, got)
			}
		}
	}
}

// watchedEvent is an event about the resources that the rules of the tests watch.
func watchedEvent(t *testing.T, all map[string]map[string]any, name string, central bool) map[string]any {
	t.Helper()
	found, is := all[name+".json"]
	if !is {
		t.Errorf("there is no event %s", name)
		return nil
	}
	event := replaced(t, found, regexp.MustCompile(`$^`), "")
	if central {
		event["account"] = centralAccount
		if detail, _ := event["detail"].(map[string]any); name == "call-delete-backup-vault-lock-configuration" {
			detail["requestParameters"] = map[string]any{"backupVaultName": centralVault}
		}
	} else {
		rename(event)
	}
	return event
}

// replaced is a copy of a value with other texts.
func replaced(t *testing.T, value any, old *regexp.Regexp, text string) map[string]any {
	t.Helper()
	document, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var copied map[string]any
	if err := json.Unmarshal(old.ReplaceAll(document, []byte(text)), &copied); err != nil {
		t.Fatal(err)
	}
	return copied
}

// TestEveryCallHasAnEvent: for each call that a rule names there is an event that the rule takes. A rule for
// deployments takes the same event when a deployment made the call, and then nobody receives an e-mail.
func TestEveryCallHasAnEvent(t *testing.T) {
	all := alertEvents(t)
	tried := 0
	for _, rules := range [][]EventRule{workloadRules(), taggedWorkload(), centralRules()} {
		central := slices.ContainsFunc(rules, func(r EventRule) bool { return r.ID == "CopiesOut" })
		for _, rule := range rules {
			if rule.DetailType != "AWS API Call via CloudTrail" {
				continue
			}
			byDeployment := strings.HasSuffix(rule.ID, "Deployed")
			if (rule.Email == "") != byDeployment {
				t.Errorf("%s: e-mail %q", rule.ID, rule.Email)
			}
			for _, call := range callsOf(rule.pattern()) {
				found := false
				prefix, versioned := strings.CutSuffix(call, "*")
				for file, known := range all {
					detail, _ := known["detail"].(map[string]any)
					name, _ := detail["eventName"].(string)
					if name != call && (!versioned || !strings.HasPrefix(name, prefix)) {
						continue
					}
					event := watchedEvent(t, all, strings.TrimSuffix(file, ".json"), central)
					if detail, _ := event["detail"].(map[string]any); byDeployment {
						detail["userIdentity"] = deployer(event)
					}
					if taken := takenBy(t, rules, event); slices.Contains(taken, rule.ID) {
						found = true
						if len(taken) > 1 {
							t.Errorf("%s: taken by %s", file, taken)
						}
					}
				}
				tried++
				// The central account has the same rule on its vaults, keys and alerts as a workload.
				if shared := central && slices.Contains(callsOf(nil, workloadRules()...), call); !found && !shared {
					t.Errorf("%s names %s, and no event is one that it takes", rule.ID, call)
				}
			}
		}
	}
	if tried < 60 {
		t.Errorf("%d calls", tried)
	}
}

// deployer is the identity of CloudFormation in the account of an event.
func deployer(event map[string]any) map[string]any {
	arn := fmt.Sprintf("arn:aws:iam::%[1]s:role/cdk-hnb659fds-cfn-exec-role-%[1]s-eu-central-1", event["account"])
	return map[string]any{
		"invokedBy":      "cloudformation.amazonaws.com",
		"sessionContext": map[string]any{"sessionIssuer": issuer(arn)},
	}
}

// issuer is the role of an identity, as CloudTrail writes it.
func issuer(arn string) map[string]any {
	return map[string]any{"arn": arn, "accountId": strings.Split(arn, ":")[4], "userName": arn[strings.LastIndex(arn, "/")+1:]}
}

// callsOf are the names of calls in a pattern, and in those of rules. "*" stands for the version of the API.
func callsOf(pattern any, rules ...EventRule) []string {
	found := map[string]bool{}
	var visit func(value any)
	visit = func(value any) {
		switch v := value.(type) {
		case map[string]any:
			for key, inner := range v {
				if key != "eventName" {
					visit(inner)
					continue
				}
				for _, name := range inner.([]any) {
					if prefix, is := name.(map[string]any); is {
						found[prefix["prefix"].(string)+"*"] = true
					} else {
						found[name.(string)] = true
					}
				}
			}
		case []any:
			for _, inner := range v {
				visit(inner)
			}
		}
	}
	plain := func(value any) any {
		document, _ := json.Marshal(value)
		var read any
		_ = json.Unmarshal(document, &read)
		return read
	}
	visit(plain(pattern))
	for _, rule := range rules {
		visit(plain(rule.pattern()))
	}
	return slices.Sorted(maps.Keys(found))
}

// TestDeploymentsAreMarked: a rule for people takes a call by whoever is no deployment, whatever the name of the
// role, and a rule for deployments takes no other.
func TestDeploymentsAreMarked(t *testing.T) {
	all := alertEvents(t)
	const role = "arn:aws:iam::222222222222:role/"
	for _, test := range []struct{ arn, invokedBy, want string }{
		{role + "cdk-hnb659fds-cfn-exec-role-222222222222-eu-central-1", cloudFormation, "BucketSettingCallsDeployed"},
		{role + "cdk-acme-cfn-exec-role-222222222222-eu-central-1", cloudFormation, "BucketSettingCallsDeployed"},
		{role + "cdk-hnb659fds-cfn-exec-role-222222222222-eu-central-1", "", "BucketSettingCalls"},
		{role + "cdk-x-cfn-exec-role-y", cloudFormation, "BucketSettingCalls"},
		{role + "cdk-hnb659fds-cfn-exec-role-333333333333-eu-central-1", cloudFormation, "BucketSettingCalls"},
		{role + "cdk-hnb659fds-cfn-exec-role-222222222222-us-east-1", cloudFormation, "BucketSettingCalls"},
		{role + "Admin", cloudFormation, "BucketSettingCalls"},
		{role + "cdk-x/cdk-y-cfn-exec-role-222222222222-eu-central-1", cloudFormation, "BucketSettingCalls"},
		{role + "cdk-x/y-cfn-exec-role-222222222222-eu-central-1", cloudFormation, "BucketSettingCalls"},
		{role + "path/cdk-y-cfn-exec-role-222222222222-eu-central-1", cloudFormation, "BucketSettingCalls"},
		{"arn:aws:iam::333333333333:role/cdk-y-cfn-exec-role-222222222222-eu-central-1", cloudFormation, "BucketSettingCalls"},
		{"", cloudFormation, "BucketSettingCalls"},
		{"", "", "BucketSettingCalls"},
	} {
		event := watchedEvent(t, all, "call-put-bucket-policy", false)
		identity := map[string]any{}
		if test.invokedBy != "" {
			identity["invokedBy"] = test.invokedBy
		}
		if test.arn != "" {
			identity["sessionContext"] = map[string]any{"sessionIssuer": issuer(test.arn)}
		}
		event["detail"].(map[string]any)["userIdentity"] = identity
		if got := strings.Join(takenBy(t, workloadRules(), event), " "); got != test.want {
			t.Errorf("%s through %q: taken by %q; want %s", test.arn, test.invokedBy, got, test.want)
		}
	}
}

// TestNamesThatDoNotFit: where the names of vaults and buckets do not fit into the pattern, the rule takes more
// calls and not fewer.
func TestNamesThatDoNotFit(t *testing.T) {
	rules := workloadRules(func(x *Tampering) {
		for i := range 40 {
			x.RecoveryPoints = append(x.RecoveryPoints, fmt.Sprintf("%s%063d-", x.AnyRecoveryPoint, i))
		}
	})
	all := alertEvents(t)
	for _, name := range []string{"call-start-copy-job", "call-start-restore-job", "call-create-backup-access-point"} {
		if got := fmt.Sprint(takenBy(t, rules, watchedEvent(t, all, name, false))); got != "[RecoveryPointCalls]" {
			t.Errorf("%s: taken by %s", name, got)
		}
	}
	if got := takenBy(t, rules, all["call-start-restore-job-central.json"]); len(got) > 0 {
		t.Errorf("of another account: taken by %s", got)
	}
}

// TestNamesOfTheFunction: the rules take a call whichever of its names the request has, and none on another function.
func TestNamesOfTheFunction(t *testing.T) {
	const name, account, arn = "dummy-backup-alerts", "111111111111", "arn:aws:lambda:eu-central-1:111111111111:function:"
	all := alertEvents(t)
	for file, want := range map[string]string{
		"call-delete-function": "DeliveryCalls", "call-put-function-concurrency": "DeliveryCalls",
		"call-update-function-code": "DeliverySettingCalls", "call-update-function-configuration": "DeliverySettingCalls",
	} {
		event := watchedEvent(t, all, file, true)
		parameters := event["detail"].(map[string]any)["requestParameters"].(map[string]any)
		for _, given := range []string{
			name, arn + name, account + ":function:" + name, "function:" + name, account + ":" + name,
			name + ":live", arn + name + ":7", account + ":function:" + name + ":$LATEST", "function:" + name + ":1", account + ":" + name + ":1",
		} {
			parameters["functionName"] = given
			if got := strings.Join(takenBy(t, centralRules(), event), " "); got != want {
				t.Errorf("%s of %s: taken by %q; want %s", file, given, got, want)
			}
		}
		for _, given := range []string{"other", arn + "x-" + name, name + "-x", arn + name + "-x:live"} {
			parameters["functionName"] = given
			if got := takenBy(t, centralRules(), event); len(got) > 0 {
				t.Errorf("%s of %s: taken by %s", file, given, got)
			}
		}
	}
}

// TestNoSilentDeployment: of a call that turns off or redirects alerts there is an e-mail, even if CloudFormation made
// it with a role of the right name, which whoever may create roles and stacks can forge.
func TestNoSilentDeployment(t *testing.T) {
	all := alertEvents(t)
	for _, row := range watchedCalls {
		if strings.HasPrefix(row.taken, "Bucket") || row.taken == "TagCalls" || strings.HasPrefix(row.taken, "AlarmSetting") {
			continue // a deployment makes these for each bucket and each alarm
		}
		for _, name := range strings.Fields(row.events) {
			event := watchedEvent(t, all, name, row.central)
			detail, _ := event["detail"].(map[string]any)
			if !strings.HasPrefix(name, "call-") || row.taken == "" {
				continue
			}
			detail["userIdentity"] = deployer(event)
			mailed := slices.ContainsFunc(row.rules(), func(r EventRule) bool {
				return r.Email != "" && slices.Contains(takenBy(t, []EventRule{r}, event), r.ID)
			})
			if !mailed {
				t.Errorf("%s by a deployment: no e-mail", name)
			}
		}
	}
}

// TestNotReplayed: no rule takes an event that somebody replays from an archive, nor does the bus pass it on.
func TestNotReplayed(t *testing.T) {
	all := alertEvents(t)
	both := [][]EventRule{workloadRules(), centralRules()}
	tried := 0
	for file, event := range all {
		rename(event)
		for _, rules := range both {
			tried += len(takenBy(t, rules, event))
			event["replay-name"] = "old-news"
			if got := takenBy(t, rules, event); len(got) > 0 || awstest.MatchesPattern(t, notScheduled(), event) {
				t.Errorf("%s, replayed: taken by %s", file, got)
			}
			delete(event, "replay-name")
		}
	}
	if tried < 100 {
		t.Errorf("%d events", tried)
	}
}

// TestEmailsNameTheResource: the e-mail about a call says what it was on.
func TestEmailsNameTheResource(t *testing.T) {
	all := alertEvents(t)
	for _, row := range watchedCalls {
		for _, name := range strings.Fields(row.events) {
			event := watchedEvent(t, all, name, row.central)
			if !strings.HasPrefix(name, "call-") || name == "call-update-region-settings" { // it has the Region
				continue
			}
			for _, rule := range row.rules() {
				if rule.Email == "" || rule.Schedule != "" || !slices.Contains(takenBy(t, []EventRule{rule}, event), rule.ID) {
					continue
				}
				_, on, _ := strings.Cut(emailOf(rule, event), " on ")
				if on, _, _ = strings.Cut(on, " in account "); strings.TrimSpace(on) == "" || strings.Contains(on, "amazonaws.com ") {
					t.Errorf("%s: on %q", name, on)
				}
			}
		}
	}
}

// emailOf is the text that EventBridge writes: a path that the event does not have is left out.
func emailOf(rule EventRule, event map[string]any) string {
	text := rule.Email
	for name, path := range rule.Paths {
		var value any = event
		for _, key := range strings.Split(strings.TrimPrefix(path, "$."), ".") {
			key, first := strings.CutSuffix(key, "[0]")
			object, _ := value.(map[string]any)
			if value = object[key]; first {
				if items, _ := value.([]any); len(items) > 0 {
					value = items[0]
				} else {
					value = nil
				}
			}
		}
		if value == nil {
			value = ""
		}
		text = strings.ReplaceAll(text, "<"+name+">", fmt.Sprint(value))
	}
	return text
}
