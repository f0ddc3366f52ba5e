package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestEdges: a value at a limit is accepted, and the next one is reported, at the right place.
func TestEdges(t *testing.T) {
	buckets := func(n int, rest string) string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf("{name: dummy-dev-%04d, %s}", i, rest))
		}
		return "buckets: [" + strings.Join(list, ", ") + "]"
	}
	const one = "buckets: [{name: dummy-dev-a, tier: critical_data}]"
	const central = `region: eu-central-1}
workloads`
	inCentral := func(keys string) []string { return []string{central, "region: eu-central-1, " + keys + "}\nworkloads"} }
	in := func(region string) []string { return []string{"region: eu-central-1", "region: " + region} }
	paths := func(n int) string {
		return "paths: [" + strings.TrimSuffix(strings.Repeat(`"o-a1b2c3d4e5/r-ab12/*", `, n), ", ") + "]}"
	}
	roles := func(n int) string {
		return "key_administrators: [" + strings.TrimSuffix(strings.Repeat(strings.Repeat("r", 60)+", ", n), ", ") + "]"
	}
	another := `
  - name: b
    environment: dev
    account: "%s"
    region: %s
    select_tagged: [sensitive_data]
`
	for _, test := range []struct {
		name, check string
		want        string // path; "": the check reports nothing
		edits       []string
	}{
		{"500 buckets that a tag leaves out", "tag-exclusions", "", []string{one, buckets(500, "tier: critical_data, existing: true") + "\n    select_tagged: [sensitive_data]"}},
		{"501 buckets that a tag leaves out", "tag-exclusions", "workloads[0].select_tagged", []string{one, buckets(501, "tier: critical_data, existing: true") + "\n    select_tagged: [sensitive_data]"}},
		{"100 buckets in an account", "bucket-quota", "", []string{one, buckets(100, "tier: critical_data, existing: true")}},
		{"101 buckets in an account", "bucket-quota", "workloads[0].buckets[100].name", []string{one, buckets(101, "tier: critical_data, existing: true")}},
		{"101 buckets, one without backups", "bucket-quota", "", []string{one, buckets(100, "tier: critical_data, existing: true")[:len(buckets(100, "tier: critical_data, existing: true"))-1] + ", {name: x-y, tier: standard_data}]"}},
		{"one tag in two Regions", "tag-selected-twice", "", []string{one, one + "\n    select_tagged: [sensitive_data]" + fmt.Sprintf(another, "222222222222", "eu-west-1")}},
		{"one tag in two accounts", "tag-selected-twice", "", []string{one, one + "\n    select_tagged: [sensitive_data]" + fmt.Sprintf(another, "333333333333", "eu-central-1")}},
		{"one tag twice", "tag-selected-twice", "workloads[1].select_tagged[0]", []string{one, one + "\n    select_tagged: [sensitive_data]" + fmt.Sprintf(another, "222222222222", "eu-central-1")}},
		{"paths that fit", "policy-size", "", []string{"o-a1b2c3d4e5}", "o-a1b2c3d4e5, " + paths(170)}},
		{"paths that do not", "policy-size", "organization.paths", []string{"o-a1b2c3d4e5}", "o-a1b2c3d4e5, " + paths(171)}},
		{"administrators that fit", "policy-size", "", inCentral(roles(87))},
		{"administrators that do not", "policy-size", "central.key_administrators", inCentral(roles(88))},
		{"an air gap in China", "air-gapped-partition", "central.air_gapped_vault", slices.Concat(inCentral("air_gapped_vault: {name: gap, min_retention_days: 7, max_retention_days: 1825}"), in("cn-north-1"))},
		{"an air gap in Frankfurt", "air-gapped-partition", "", inCentral("air_gapped_vault: {name: gap, min_retention_days: 7, max_retention_days: 1825}")},
		{"a compliance lock without its maximum", "compliance-lock", "", inCentral("vault_lock: {mode: compliance, min_retention_days: 1, changeable_for_days: 3, acknowledge_irreversible: central-aws-vault-S3}")},
		{"a compliance lock without its grace time", "compliance-lock", "", inCentral("vault_lock: {mode: compliance, min_retention_days: 1, max_retention_days: 1825, acknowledge_irreversible: central-aws-vault-S3}")},
		{"a compliance lock", "compliance-lock", "central.vault_lock.mode", inCentral("vault_lock: {mode: compliance, min_retention_days: 1, max_retention_days: 1825, changeable_for_days: 3, acknowledge_irreversible: central-aws-vault-S3}")},
		{"the time zone of a machine", "timezone", "tiers[0].schedule.timezone", []string{one, one + "\ntiers: [{name: critical_data, schedule: {timezone: Local}}]"}},
		{"a time zone of the sea", "timezone", "", []string{one, one + "\ntiers: [{name: critical_data, schedule: {timezone: Etc/GMT+12}}]"}},
		{"a key for two destinations", "alerted-twice", "", []string{one, one + "\nalerts: {slack: [{webhook_secret: a}], pagerduty: [{routing_key_secret: a}]}"}},
		{"Object Lock that only existing buckets would need", "object-lock-shorter-than-backups", "", []string{one, "buckets: [{name: dummy-dev-a, tier: critical_data, existing: true}]\ntiers: [{name: critical_data, object_lock: {days: 7}}]"}},
		{"Object Lock that one bucket needs", "object-lock-shorter-than-backups", "tiers[0].object_lock.days", []string{one, "buckets: [{name: dummy-dev-b, tier: critical_data, existing: true}, {name: dummy-dev-a, tier: critical_data}]\ntiers: [{name: critical_data, object_lock: {days: 7}}]"}},
		{"windows of a tier without backups", "completion-within-a-day", "", []string{one, "buckets: [{name: dummy-dev-a, tier: standard_data}]\ntiers: [{name: standard_data, schedule: {completion_window_minutes: 180}}]"}},
		{"an hour step of one", "schedule-step", "", []string{one, one + "\ntiers: [{name: critical_data, schedule: {cron: cron(5 23/1 * * ? *)}}]"}},
		{"the longest start window", "completion-before-start", "tiers[0].schedule.completion_window_minutes", []string{one, one + "\ntiers: [{name: critical_data, schedule: {start_window_minutes: 52560000, completion_window_minutes: 52560000}}]"}},
		{"the central stack to approve", "approval", "", []string{one, one + "\nrollout: {pipeline: {account: \"111111111111\", region: eu-central-1, repository: a/b, branch: \"feature/#12\", connection_arn: \"arn:aws:codeconnections:eu-central-1:111111111111:connection/0a1b\", approve_before: [central]}}"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := minimal
			for i := 0; i < len(test.edits); i += 2 {
				text = strings.ReplaceAll(text, test.edits[i], test.edits[i+1])
			}
			problems := problemsOf(Load("backup.yaml", []byte(text)))
			var found []string
			for _, p := range problems {
				if p.Check == test.check {
					found = append(found, p.Path)
				}
			}
			if test.want == "" && len(found) > 0 || test.want != "" && (len(found) != 1 || found[0] != test.want) {
				t.Errorf("%s at %v, want %q; found\n%s", test.check, found, test.want, problems)
			}
			if slices.ContainsFunc(problems, func(p Problem) bool { return p.Check == notYAML.name || p.Check == unknownKey.name }) {
				t.Errorf("the test itself is wrong:\n%s", problems)
			}
		})
	}
}

// TestOverlapNamesTheLoser: the backup with the shorter retention is lost.
func TestOverlapNamesTheLoser(t *testing.T) {
	for days, want := range map[int]string{365: "continuous_backup could", 7: "snapshot_backup could", 35: "one of the two could"} {
		text := minimal + fmt.Sprintf(
			"tiers: [{name: critical_data, snapshot_backup: {delete_after_days: %d, schedule: cron(30 2 * * ? *)}}]\n",
			days,
		)
		if got := problemsOf(Load("backup.yaml", []byte(text))).Lines(); !strings.Contains(got, want) {
			t.Errorf("%d days: want %q in\n%s", days, want, got)
		}
	}
}

// TestNoKeys: a file without keys is told from one with other text.
func TestNoKeys(t *testing.T) {
	for text, want := range map[string]string{
		"":                   "the file is empty",
		" \n\n":              "the file is empty",
		"# a comment\n  # b": "the file has only comments",
		"- a list\n":         "the file has no keys",
		"a word\n":           "the file has no keys",
	} {
		problems := problemsOf(Load("backup.yaml", []byte(text)))
		if len(problems) != 1 || problems[0].What != want {
			t.Errorf("%q: %s; want %s", text, problems, want)
		}
	}
}
