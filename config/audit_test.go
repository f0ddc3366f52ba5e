package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// lines are the controls of frameworks, one a line.
func lines(frameworks ...AuditFramework) string {
	var all []string
	for _, f := range frameworks {
		for _, c := range f.Controls {
			var parameters []string
			for name, value := range c.Parameters {
				parameters = append(parameters, name+"="+value)
			}
			slices.Sort(parameters)
			all = append(all, strings.Join(strings.Fields(fmt.Sprint(f.ID, " ", c.Name, " ", c.TagKey, " ", c.TagValue, " ", c.Vault, " ",
				strings.Join(parameters, " "))), " "))
		}
	}
	return strings.Join(all, "\n")
}

// TestAuditFrameworks: the numbers of the controls are those of each tier.
func TestAuditFrameworks(t *testing.T) {
	cfg, err := LoadFile("testdata/good/audit.yaml")
	if err != nil {
		t.Fatal(err)
	}
	w := cfg.Workloads[0]
	if got, want := lines(cfg.AuditFrameworks(w)...), `Workload BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED backup:workload dummy-dev
Workload BACKUP_RECOVERY_POINT_ENCRYPTED backup:workload dummy-dev
tier-curated_data BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN backup:tier curated_data
tier-curated_data BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK backup:tier curated_data requiredFrequencyUnit=days requiredFrequencyValue=1 requiredRetentionDays=35
tier-curated_data BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK backup:tier curated_data requiredRetentionDays=35
tier-curated_data BACKUP_LAST_RECOVERY_POINT_CREATED backup:tier curated_data recoveryPointAgeUnit=hours recoveryPointAgeValue=50
tier-critical_data BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN backup:tier critical_data
tier-critical_data BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK backup:tier critical_data requiredFrequencyUnit=days requiredFrequencyValue=1 requiredRetentionDays=35
tier-critical_data BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK backup:tier critical_data requiredRetentionDays=35
tier-critical_data BACKUP_LAST_RECOVERY_POINT_CREATED backup:tier critical_data recoveryPointAgeUnit=hours recoveryPointAgeValue=50
tier-critical_data BACKUP_RESOURCES_PROTECTED_BY_CROSS_ACCOUNT backup:tier critical_data crossAccountList=111111111111
tier-critical_data RESTORE_TIME_FOR_RESOURCES_MEET_TARGET backup:tier critical_data maxRestoreTime=240`; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	got := lines(cfg.CentralAuditFrameworks("us-east-1")...)
	if want := `Central BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED central-aws-vault-S3
Central BACKUP_RECOVERY_POINT_ENCRYPTED
Central BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK requiredRetentionDays=1825`; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	cfg.Central.Audit.Enabled = false
	if len(cfg.AuditFrameworks(w))+len(cfg.AuditReports(w)) > 0 {
		t.Error("frameworks or reports without an audit")
	}
}

// TestAuditOfEachCentralVault: each vault from which people could delete copies is evaluated, in its Region, and the retention is
// that of what is copied into the Region.
func TestAuditOfEachCentralVault(t *testing.T) {
	cfg, err := Load("backup.yaml", []byte(`version: 1
project: dummy
organization: {id: o-a1b2c3d4e5}
central:
  account: "111111111111"
  region: eu-central-1
  audit: {enabled: true}
  retained_vaults: [{name: old, min_retention_days: 15}]
  air_gapped_vault: {name: gapped, min_retention_days: 15, max_retention_days: 1825}
  vaults:
    - {name: ledger, region: eu-central-1, tiers: [ledger]}
    - {name: second, region: eu-west-1}
    - {name: third, region: eu-west-1}
    - {name: unused, region: us-east-1, from_regions: [us-east-1]}
tiers:
  - {name: ledger, extends: critical_data, copy_to_central: {delete_after_days: 400}, copies: 2}
  - {name: doubled, extends: critical_data, copy_to_central: {delete_after_days: 500}, copies: 2}
workloads:
  - name: dummy
    environment: dev
    account: "222222222222"
    region: eu-central-1
    buckets: [{name: aaa, tier: critical_data}, {name: bbb, tier: ledger}, {name: ccc, tier: doubled}]
`))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"eu-central-1": `Central BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED central-aws-vault-S3
Central BACKUP_RECOVERY_POINT_ENCRYPTED
Central BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK requiredRetentionDays=400
vault-ledger BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED ledger
vault-old BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED old`,
		"eu-west-1": `Central BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED second
Central BACKUP_RECOVERY_POINT_ENCRYPTED
Central BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK requiredRetentionDays=500
vault-third BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED third`,
		"us-east-1": `Central BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED unused
Central BACKUP_RECOVERY_POINT_ENCRYPTED`,
	}
	names := map[string]string{}
	for region, want := range want {
		frameworks := cfg.CentralAuditFrameworks(region)
		if got := lines(frameworks...); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", region, got, want)
		}
		taken := []string{cfg.CentralReportBucketName(region)}
		for _, f := range frameworks {
			taken = append(taken, f.Name)
		}
		for _, r := range cfg.CentralAuditReports(region) {
			taken = append(taken, r.Name)
		}
		for _, name := range taken {
			if other, twice := names[name]; twice {
				t.Errorf("%s and %s both have %s", region, other, name)
			}
			names[name] = region
		}
	}
}

// TestAuditNumbers: what AWS cannot evaluate gives no control, and no control asks for more than the tier gives.
func TestAuditNumbers(t *testing.T) {
	for _, test := range []struct {
		keys, rule string
		age        int
	}{
		{"schedule: {cron: cron(5 * * * ? *)}", "hours 1 35", 4},
		{"schedule: {cron: cron(5 * * * ? *)}, rpo_minutes: 60", "hours 1 35", 3},
		{"schedule: {cron: cron(5 0/6 * * ? *)}", "hours 6 35", 14},
		{"rpo_minutes: 1440", "days 1 35", 26},
		{"schedule: {cron: cron(5 2 ? * SUN *)}", "days 7 35", 337},
		{"continuous_backup: null, snapshot_backup: {schedule: cron(5 2 1 * ? *), delete_after_days: 400}", "days 31 400", 0},
		{"continuous_backup: null, snapshot_backup: {schedule: cron(5 2 1 1 ? *), delete_after_days: 800}", "", 0},
		{"continuous_backup: {delete_after_days: 7}, snapshot_backup: {schedule: cron(5 5 1 * ? *), delete_after_days: 400}", "days 1 7", 50},
		{"snapshot_backup: {schedule: cron(5 * * * ? *), delete_after_days: 14}", "hours 1 14", 4},
	} {
		tier := load(t, minimal+"\ntiers: [{name: critical_data, "+test.keys+"}]\n").Tiers.find("critical_data")
		rule := tier.auditedRule()
		got := strings.TrimSpace(rule["requiredFrequencyUnit"] + " " + rule["requiredFrequencyValue"] + " " + rule["requiredRetentionDays"])
		if age := tier.auditedAgeHours(); got != test.rule || age != test.age {
			t.Errorf("%s: %q, %d hours; want %q, %d", test.keys, got, age, test.rule, test.age)
		}
	}
}

// TestAuditNames: names that differ in hyphens and underscores alone stay apart, and AWS takes all of them.
func TestAuditNames(t *testing.T) {
	cfg := &Config{Project: "p"}
	seen := map[string]string{}
	for _, id := range []string{"a-b-c", "a-b", "central", strings.Repeat("long-", 20)} {
		for _, what := range []string{"vaults", "tier/a-b", "tier/a_b", "tier/vaults", "report/backup_job", "tier/" + strings.Repeat("x", 300)} {
			name := cfg.auditName(id, what)
			if !regexp.MustCompile(`^[a-zA-Z][_a-zA-Z0-9]{0,255}$`).MatchString(name) {
				t.Errorf("%s %s: AWS would refuse %s", id, what, name)
			}
			if other, twice := seen[name]; twice {
				t.Errorf("%s %s and %s have the name %s", id, what, other, name)
			}
			seen[name] = id + " " + what
		}
	}
}

// TestCentralAuditQuotas: one warning when the central account has more frameworks in a Region, or report plans in all of them, than
// the default quotas (F-CFN-40).
func TestCentralAuditQuotas(t *testing.T) {
	regions := []string{
		"eu-west-1", "eu-west-2", "eu-west-3", "eu-north-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1",
	}
	for _, test := range []struct {
		name, want     string
		vaults, abroad int // in the Region of the central account, and in as many others
	}{
		{name: "as many frameworks as the quota", vaults: DefaultFrameworks - 1},
		{name: "too many frameworks", vaults: DefaultFrameworks, want: "more frameworks"},
		{name: "too many report plans", abroad: len(regions), want: "more report plans"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var text strings.Builder
			text.WriteString("version: 1\nproject: dummy\norganization: {id: o-a1b2c3d4e5}\nalerts: {email: [oncall@example.com]}\ncentral:\n" +
				"  account: \"111111111111\"\n  region: eu-central-1\n  audit: {enabled: true}\n  vaults:\n")
			for i := range test.vaults {
				fmt.Fprintf(&text, "    - {name: further-%d, region: eu-central-1, from_regions: [%s]}\n", i, regions[0])
			}
			for i, region := range regions[:test.abroad] {
				fmt.Fprintf(&text, "    - {name: abroad-%d, region: %s, from_regions: [%s]}\n", i, region, region)
			}
			text.WriteString("workloads:\n  - {name: dummy, environment: dev, account: \"222222222222\", region: eu-west-1, " +
				"buckets: [{name: dummy-dev, tier: critical_data}]}\n")
			var got []string
			for _, p := range problemsOf(Load("backup.yaml", []byte(text.String()))) {
				switch {
				case p.Level == Error:
					t.Fatal(p)
				case p.Check == "audit-quota":
					got = append(got, p.What)
				}
			}
			if test.want == "" && len(got) > 0 || test.want != "" && (len(got) != 1 || !strings.Contains(got[0], test.want)) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
