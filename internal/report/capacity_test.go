package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"central-s3-backup/config"
)

// large is a configuration with so many workloads of ten buckets, each in an account of its own, and a tier with hourly copies.
func large(t testing.TB, workloads int) *config.Config {
	t.Helper()
	var b strings.Builder
	b.WriteString(`version: 1
project: large
organization: {id: o-a1b2c3d4e5}
central: {account: "111111111111", region: eu-central-1}
alerts: {email: [a@example.com]}
tiers:
  - {name: critical_sensitive_data, copy_to_central: {delete_after_days: 2555}}
  - {name: hourly, extends: critical_data, continuous_backup: null, copy_to_central: null, snapshot_backup: [{name: hourly, ` +
		`schedule: cron(5 * * * ? *), delete_after_days: 400, copy_to_central: {delete_after_days: 3650}}]}
workloads:
`)
	tiers := []string{
		"standard_data",
		"sensitive_data",
		"curated_data",
		"curated_sensitive_data",
		"critical_data",
		"critical_sensitive_data",
		"hourly",
	}
	for i := range workloads {
		fmt.Fprintf(&b, "  - name: w%03d\n    environment: prod\n    account: \"2%011d\"\n    region: eu-central-1\n    buckets:\n", i, i)
		for j := range 10 {
			fmt.Fprintf(&b, "      - {name: large-w%03d-bucket-%d, tier: %s}\n", i, j, tiers[j%len(tiers)])
		}
	}
	cfg, err := config.Load("backup.yaml", []byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func limitOf(t *testing.T, r *Report, what, of string) Limit {
	t.Helper()
	for _, l := range r.Limits {
		if l.What == what && l.Of == of {
			return l
		}
	}
	t.Fatalf("no limit %s of %s", what, of)
	return Limit{}
}

// TestRecoveryPointsOverTime: the recovery points of a vault, counted by hand, and the day on which they pass the quota.
func TestRecoveryPointsOverTime(t *testing.T) {
	r := New(large(t, 50), Options{})
	central := "111111111111/eu-central-1/central-aws-vault-S3"
	l := limitOf(t, r, RecoveryPointLimit, central)
	// 50 hourly buckets have 24 copies a day, 50 of each of the other two tiers one.
	perDay := 50*24 + 100
	for i, day := range Moments {
		if want := perDay * day; l.Over[i] != want {
			t.Errorf("after %d days: %d; want %d", day, l.Over[i], want)
		}
	}
	if want := 1_000_000/perDay + 1; l.PassedAfterDays == nil || *l.PassedAfterDays != want {
		t.Errorf("passed after %v days; want %d", l.PassedAfterDays, want)
	}
	if r.Limits[0].What != RecoveryPointLimit || r.Limits[0].Of != central {
		t.Errorf("the limit that is passed is not the first: %+v", r.Limits[0])
	}
	here := limitOf(t, r, RecoveryPointLimit, "200000000000/eu-central-1/large-w000-prod-hourly")
	if here.Over[1] != 24*365 || here.Over[2] != 24*400 || here.PassedAfterDays != nil {
		t.Errorf("in the vault of a workload: %+v; want 24 a day, of the last 400 days", here)
	}
	if !strings.Contains(string(r.Markdown()), "**after 770 days**") {
		t.Error("report.md does not say when")
	}
}

// TestQuotasNow: buckets with backups and copies that start together, against their quotas.
func TestQuotasNow(t *testing.T) {
	r := New(large(t, 1), Options{})
	// Ten buckets: two of standard_data have no backups, as the tiers come round.
	if l := limitOf(t, r, BucketLimit, "200000000000"); l.Used != 8 || l.Limit != 100 || l.PassedAfterDays != nil {
		t.Errorf("buckets: %+v", l)
	}
	for _, l := range r.Limits {
		if l.What == CopyLimit && l.At == "cron(5 2 * * ? *) Etc/UTC" && l.Used != 2 {
			t.Errorf("copies at 02:05: %+v", l)
		}
	}
	if l := (Limit{Used: 101, Limit: 100}).now(); l.PassedAfterDays == nil || *l.PassedAfterDays != 0 {
		t.Errorf("101 of 100: %v", l.PassedAfterDays)
	}
}

// TestSizesOfTemplates: what templates say takes the place of the estimates, and policies are there then.
func TestSizesOfTemplates(t *testing.T) {
	r := New(load(t, "example.yaml"), Options{})
	s, err := sizesOf("dummy-backup-dummy-dev", []byte(`{"Resources": {
  "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"a":   1}}},
  "Vault": {"Type": "AWS::Backup::BackupVault", "Properties": {"AccessPolicy": {"bb": 1}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	r.AddSizes([]Sizes{s})
	for what, want := range map[string]int{ResourceLimit: 2, TemplateLimit: s.Bytes} {
		if l := limitOf(t, r, what, "dummy-backup-dummy-dev"); l.Used != want || l.Estimate {
			t.Errorf("%s: %+v; want %d", what, l, want)
		}
	}
	if l := limitOf(t, r, KeyPolicyLimit, "dummy-backup-dummy-dev/Key"); l.Used != len(`{"a":1}`) || l.Limit != 32768 {
		t.Errorf("%+v", l)
	}
	if l := limitOf(t, r, BucketPolicyLimit, "dummy-backup-dummy-dev/Vault"); l.Used != len(`{"bb":1}`) {
		t.Errorf("%+v", l)
	}
	if r.Exact {
		t.Error("exact, with the template of one stack of three")
	}
	r.AddSizes([]Sizes{{Stack: "dummy-backup-central"}, {Stack: "dummy-backup-dummy-dev"}, {Stack: "dummy-backup-dummy-prod"}})
	if !r.Exact {
		t.Error("not exact, with the templates of all stacks")
	}
}

// TestLargeReports: 200 workloads with 2,000 buckets, with costs and a comparison, take no more than two seconds and 3 MB a file.
func TestLargeReports(t *testing.T) {
	cfg := large(t, 200)
	begin := time.Now()
	r := New(cfg, Options{})
	r.AddCosts(cfg, "estimates.yaml", &config.Estimates{
		Default: &config.Estimate{SizeGB: 1, DailyChangePercent: 1},
		Prices:  []config.RegionPrices{{Region: "eu-central-1", WarmGBMonth: 0.06}},
	})
	r.Compare(New(cfg, Options{}), "before.yaml")
	files, err := r.Files()
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begin); took > 2*time.Second {
		t.Errorf("it took %s", took)
	}
	for _, f := range files {
		if len(f.Text) > 3_000_000 {
			t.Errorf("%s has %d bytes", f.Name, len(f.Text))
		}
	}
	if len(r.Buckets) != 2000 || len(r.Changes.List) != 0 {
		t.Errorf("%d buckets, %d changes", len(r.Buckets), len(r.Changes.List))
	}
}
