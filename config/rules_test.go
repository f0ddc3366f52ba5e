package config

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// withTiers is a configuration of one bucket in each added tier of a text.
func withTiers(t *testing.T, tiers string) *Config {
	t.Helper()
	text := strings.Split(minimal, "workloads:")[0] + "tiers:\n" + tiers + `
workloads:
  - name: dummy
    environment: dev
    account: "222222222222"
    region: eu-central-1
    buckets:
`
	for i, entry := range strings.Split(tiers, "name: ")[1:] {
		if name := strings.FieldsFunc(entry, func(r rune) bool { return strings.ContainsRune(",\n }", r) })[0]; strings.HasSuffix(
			name,
			"_data",
		) {
			text += fmt.Sprintf("      - {name: dummy-dev-%d, tier: %s}\n", i, name)
		}
	}
	return load(t, text)
}

// TestRules: each rule has its own schedule, windows, retention and copy, and the tier's copy belongs to the rule that it names.
func TestRules(t *testing.T) {
	const list = `snapshot_backup: [{name: daily, schedule: cron(5 5 * * ? *), delete_after_days: 35, completion_window_minutes: 2000},
        {name: monthly, schedule: cron(5 8 1 * ? *), delete_after_days: 365, start_window_minutes: 90}]`
	const own = `snapshot_backup: [{name: daily, schedule: cron(5 5 * * ? *), delete_after_days: 35},
        {name: monthly, schedule: cron(5 8 1 * ? *), delete_after_days: 365, copy_to_central: {delete_after_days: 2555}}]`
	for keys, want := range map[string][]string{
		list + ", copy_to_central: {delete_after_days: 9}": {
			"continuous 35 60 10080 copied 9", "daily 35 60 2000", "monthly 365 90 10080"},
		list + ", copy_to_central: {of: daily, delete_after_days: 9}": {
			"continuous 35 60 10080", "daily 35 60 2000 copied 9", "monthly 365 90 10080"},
		list + ", continuous_backup: null, copy_to_central: {delete_after_days: 9}": {
			"daily 35 60 2000 copied 9", "monthly 365 90 10080"},
		own: {"continuous 35 60 10080", "daily 35 60 10080", "monthly 365 60 10080 copied 2555"},
		own + ", copy_to_central: {of: continuous, delete_after_days: 9}": {
			"continuous 35 60 10080 copied 9", "daily 35 60 10080", "monthly 365 60 10080 copied 2555"},
		"copy_to_central: {of: snapshot, delete_after_days: 9}": {"continuous 35 60 10080", "snapshot 365 60 10080 copied 9"},
		"snapshot_backup: {delete_after_days: 9, copy_to_central: {delete_after_days: 10}}": {
			"continuous 35 60 10080", "snapshot 9 60 10080 copied 10"},
		"snapshot_backup: {name: weekly}": {"continuous 35 60 10080", "weekly 365 60 10080"},
		"snapshot_backup: []":             {"continuous 35 60 10080"},
		"snapshot_backup: null":           {"continuous 35 60 10080"},
	} {
		tier := withTiers(t, "  - {name: curated_data, "+keys+"}").Tiers.find("curated_data")
		var got []string
		for _, r := range tier.Rules() {
			text := fmt.Sprint(r.Name, " ", r.DeleteAfterDays, " ", r.StartWindowMinutes, " ", r.CompletionWindowMinutes)
			if r.Copied {
				text += fmt.Sprint(" copied ", r.CopyDeleteAfterDays)
			}
			got = append(got, text)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", keys, got, want)
		}
		if copied := strings.Contains(strings.Join(want, ""), "copied"); tier.Copied() != copied || len(tier.CopiedRules()) > 0 != copied {
			t.Errorf("%s: copied %v, %v", keys, tier.Copied(), tier.CopiedRules())
		}
	}
}

// TestOwnCopiesAreCopies: a tier whose rules alone have copies is copied like any other: the lock takes its copies, it
// has a landing vault, alarms on copies, and a place in the low-cost selections.
func TestOwnCopiesAreCopies(t *testing.T) {
	cfg := withTiers(t, `  - name: own_data
    extends: sensitive_data
    low_cost_after_days: 90
    snapshot_backup:
      - {name: daily, schedule: cron(5 5 * * ? *), delete_after_days: 35, copy_to_central: {delete_after_days: 8}}
      - {name: monthly, schedule: cron(5 8 1 * ? *), delete_after_days: 365, copy_to_central: {delete_after_days: 2555}}
`)
	w := cfg.Workloads[0]
	if lock := cfg.Central.VaultLock; lock.MinRetentionDays != 8 || lock.MaxRetentionDays != 2555 {
		t.Errorf("lock %+v", lock)
	}
	if !cfg.Copies(w) || len(cfg.CopyBackTargets().VaultARNs) != 1 || len(cfg.copied) != 1 || len(cfg.CopyAlarms()[0]) != 1 {
		t.Errorf("copies %v, %d copied tiers, %d alarms", cfg.Copies(w), len(cfg.copied), len(cfg.CopyAlarms()[0]))
	}
	if got := cfg.SilenceAlarms(w); len(got) != 2 || got[1].Jobs != Copies || got[1].Hours != 50 {
		t.Errorf("alarms %+v", got)
	}
	if got := cfg.LowCostCopies(cfg.CentralVaults()[0]); len(got) != 1 || got[0].AfterDays != 90 {
		t.Errorf("low-cost copies %v", got)
	}
}

// TestSilenceOfRules: alarms follow the most frequent rule, with its windows, and those of copies the most frequent copied rule.
func TestSilenceOfRules(t *testing.T) {
	const rules = `snapshot_backup: [{name: hours, schedule: cron(5 0/6 * * ? *), delete_after_days: 7, start_window_minutes: 120},
        {name: daily, schedule: cron(35 3 * * ? *), delete_after_days: 35, copy_to_central: {delete_after_days: 35}},
        {name: monthly, schedule: cron(35 9 1 * ? *), delete_after_days: 365, copy_to_central: {delete_after_days: 365}}]`
	cfg := withTiers(t, "  - {name: sensitive_data, "+rules+"}")
	tier := cfg.Tiers.find("sensitive_data")
	// Six hours and the start window of two hours, twice but for the wait, and the delay of the counts; a day and an hour.
	if backups, copies := cfg.SilenceHours(tier), cfg.CopySilenceHours(tier); backups != 15 || copies != 50 {
		t.Errorf("%d hours for backups, %d for copies", backups, copies)
	}
	// Of two daily rules the one with the longer window counts: twice a day and two hours, and the delay of the counts.
	cfg = withTiers(t, `  - name: sensitive_data
    snapshot_backup: [{name: late, schedule: cron(35 9 * * ? *), delete_after_days: 35, start_window_minutes: 120}]
`)
	if backups := cfg.SilenceHours(cfg.Tiers.find("sensitive_data")); backups != 51 {
		t.Errorf("%d hours for backups", backups)
	}
}

// TestRuleNames: the names of today's rules stay, and those of the rules of a plan differ however long the others are (F-LIM-3).
func TestRuleNames(t *testing.T) {
	cfg := withTiers(t, `  - name: curated_data
    snapshot_backup:
      - {name: snapshot, schedule: cron(5 5 * * ? *), delete_after_days: 35}
      - {name: daily_x, schedule: cron(5 7 * * ? *), delete_after_days: 35}
      - {name: daily-x, schedule: cron(5 9 * * ? *), delete_after_days: 35}
`)
	tier := cfg.Tiers.find("curated_data")
	names := func(w Workload) (all []string) {
		for _, r := range tier.Rules() {
			all = append(all, cfg.RuleName(w, tier, r))
		}
		return all
	}
	want := []string{"dummy-dummy-dev-curated-data-continuous", "dummy-dummy-dev-curated-data-snapshot",
		"dummy-dummy-dev-curated-data-daily_x", "dummy-dummy-dev-curated-data-daily-x"}
	if got := names(cfg.Workloads[0]); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	long := cfg.Workloads[0]
	long.Name = strings.Repeat("n", 49)
	all := names(long)
	slices.Sort(all)
	if len(slices.Compact(all)) != 4 || slices.ContainsFunc(all, func(name string) bool { return len(name) > MaxRuleName }) {
		t.Errorf("got %q", all)
	}
}

// TestRulesAreInherited: a tier inherits the list of the row that it extends, and what it writes replaces the list. A
// mapping changes the one rule without a name, and keeps what it does not write.
func TestRulesAreInherited(t *testing.T) {
	cfg := withTiers(t, `  - {name: same_data, extends: curated_data}
  - {name: other_data, extends: curated_data, snapshot_backup: [{name: yearly, schedule: cron(5 5 1 1 ? *), delete_after_days: 3650}]}
  - {name: mapping_data, extends: curated_data, snapshot_backup: {delete_after_days: 9}}
  - {name: longer_data, extends: curated_sensitive_data, snapshot_backup: {delete_after_days: 400}}
  - {name: copied_data, extends: curated_sensitive_data, snapshot_backup: {copy_to_central: {delete_after_days: 91}}}
  - {name: no_copy_data, extends: curated_sensitive_data, snapshot_backup: {copy_to_central: null}}
  - {name: anew_data, extends: curated_sensitive_data, snapshot_backup: [{name: snapshot, schedule: cron(5 8 * * ? *), delete_after_days: 9}]}
  - name: curated_data
    snapshot_backup:
      - {name: daily, schedule: cron(5 5 * * ? *), delete_after_days: 35}
      - {name: monthly, schedule: cron(5 8 1 * ? *), delete_after_days: 365}
  - name: curated_sensitive_data
    snapshot_backup: {copy_to_central: {delete_after_days: 90}, start_window_minutes: 90}
`)
	for tier, want := range map[string]SnapshotRules{
		"same_data":    {{Name: "daily", DeleteAfterDays: 35, Schedule: "cron(5 5 * * ? *)"}, {Name: "monthly", DeleteAfterDays: 365, Schedule: "cron(5 8 1 * ? *)"}},
		"other_data":   {{Name: "yearly", DeleteAfterDays: 3650, Schedule: "cron(5 5 1 1 ? *)"}},
		"mapping_data": {{Name: "snapshot", DeleteAfterDays: 9, Schedule: "cron(5 5 * * ? *)"}},
		"longer_data":  {{Name: "snapshot", DeleteAfterDays: 400, Schedule: "cron(5 5 * * ? *)", CopyToCentral: &RuleCopy{90}, StartWindowMinutes: 90}},
		"curated_sensitive_data": {
			{Name: "snapshot", DeleteAfterDays: 365, Schedule: "cron(5 5 * * ? *)", CopyToCentral: &RuleCopy{90}, StartWindowMinutes: 90},
		},
		"copied_data":  {{Name: "snapshot", DeleteAfterDays: 365, Schedule: "cron(5 5 * * ? *)", CopyToCentral: &RuleCopy{91}, StartWindowMinutes: 90}},
		"no_copy_data": {{Name: "snapshot", DeleteAfterDays: 365, Schedule: "cron(5 5 * * ? *)", StartWindowMinutes: 90}},
		"anew_data":    {{Name: "snapshot", DeleteAfterDays: 9, Schedule: "cron(5 8 * * ? *)"}},
	} {
		if got := cfg.Tiers.find(tier).SnapshotBackup; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", tier, got, want)
		}
	}
	text, err := cfg.YAML()
	if err != nil {
		t.Fatal(err)
	}
	again := load(t, string(text))
	again.Warnings, cfg.Warnings = nil, nil
	if !reflect.DeepEqual(cfg, again) {
		t.Errorf("loaded back different from\n%s", text)
	}
}

// TestPrintedRules: one rule without a name is printed as a mapping, as before there were lists, and others as a list.
func TestPrintedRules(t *testing.T) {
	cfg := withTiers(t, `  - name: curated_data
  - name: critical_data
    snapshot_backup: [{name: monthly, schedule: cron(5 8 1 * ? *), delete_after_days: 365, copy_to_central: {delete_after_days: 2555}}]
    copy_to_central: {of: continuous}
`)
	text, err := cfg.YAML()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"  snapshot_backup:\n    delete_after_days: 365\n    schedule: cron(5 5 * * ? *)\n  copy_to_central: null\n",
		"  snapshot_backup:\n  - name: monthly\n    delete_after_days: 365\n    schedule: cron(5 8 1 * ? *)\n" +
			"    copy_to_central:\n      delete_after_days: 2555\n  copy_to_central:\n    of: continuous\n    delete_after_days: 1825\n",
		"  snapshot_backup: null\n",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("missing\n%s\nin\n%s", want, text)
		}
	}
}

// TestPrintedRecoveryPoints: above each tier in use a comment says how many recovery points its buckets have. Nothing
// else of the printed configuration changes.
func TestPrintedRecoveryPoints(t *testing.T) {
	cfg := withTiers(t, `  - name: standard_data
  - name: sensitive_data
  - name: curated_data
    snapshot_backup:
      - {name: daily, schedule: cron(5 5 * * ? *), delete_after_days: 35}
      - {name: monthly, schedule: cron(5 8 1 * ? *), delete_after_days: 2555}
    copy_to_central: {of: monthly, delete_after_days: 2555}
  - name: critical_data
  - {name: yearly_data, extends: curated_data, continuous_backup: null,
      snapshot_backup: {schedule: cron(5 5 1 1 ? *), delete_after_days: 3650}, copy_to_central: {of: snapshot, delete_after_days: 30}}
`)
	text, err := cfg.YAML()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	others := []byte{}
	for line := range bytes.Lines(text) {
		if bytes.HasPrefix(line, []byte("#")) {
			got = append(got, strings.TrimSuffix(string(line), "\n"))
		} else {
			others = append(others, line...)
		}
	}
	if plain, err := yaml.Dump(cfg, yaml.WithIndent(2)); err != nil || !bytes.Equal(others, plain) {
		t.Errorf("without its comments it is\n%s\nwant\n%s", others, plain)
	}
	want := []string{
		"# a bucket of this tier has no recovery points",
		"# a bucket of this tier has 1 continuous recovery point here; nothing in the central account",
		"# a bucket of this tier has 1 continuous recovery point and 377 snapshots a year (119 kept) here; " +
			"in the central account 12 copies a year (84 kept)",
		"# a bucket of this tier has 1 continuous recovery point here; in the central account 365 copies a year (1825 kept)",
		"# a bucket of this tier has 1 snapshot a year (10 kept) here; in the central account 1 copy a year (1 kept)",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !bytes.Contains(text, []byte(want[3]+"\n- name: critical_data\n")) {
		t.Errorf("the comment is not above its tier:\n%s", text)
	}
}

// TestCopiesByTheRuleThatIsNamed: the warning of more copies than snapshots goes once the file says which rule is copied.
func TestCopiesByTheRuleThatIsNamed(t *testing.T) {
	for keys, want := range map[string]bool{
		"copy_to_central: {delete_after_days: 2555}":                          true,
		"copy_to_central: {of: snapshot, delete_after_days: 2555}":            false,
		"copy_to_central: {of: continuous, delete_after_days: 2555}":          false,
		"copy_to_central: {delete_after_days: 2555, of: continuous}":          false,
		"continuous_backup: null, copy_to_central: {delete_after_days: 2555}": false,
	} {
		cfg := withTiers(t, "  - {name: curated_data, snapshot_backup: {schedule: cron(5 8 1 * ? *)}, "+keys+"}")
		got := slices.ContainsFunc(cfg.Warnings, func(p Problem) bool { return p.Check == "copies-of-continuous" })
		if got != want {
			t.Errorf("%s: warned %v", keys, got)
		}
	}
}

// TestCopiedRule: of several rules the one that `of` names is copied, and no other.
func TestCopiedRule(t *testing.T) {
	for of, want := range map[string]string{"{of: monthly, ": "monthly", "{of: continuous, ": "continuous", "{": "continuous"} {
		cfg := withTiers(t, `  - name: critical_data
    snapshot_backup:
      - {name: daily, schedule: cron(5 5 * * ? *), delete_after_days: 35}
      - {name: monthly, schedule: cron(5 8 1 * ? *), delete_after_days: 400}
    copy_to_central: `+of+`delete_after_days: 2555}
`)
		copied := cfg.Tiers.find("critical_data").CopiedRules()
		if len(copied) != 1 || copied[0].Name != want || copied[0].CopyDeleteAfterDays != 2555 {
			t.Errorf("%s: got %+v, want %s", of, copied, want)
		}
	}
}
