package config

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"central-s3-backup/internal/restoretest"
)

// TestValidatorTests: the validator knows the plans, their roles, their buckets with tiers and canaries, and how often
// they run.
func TestValidatorTests(t *testing.T) {
	const file = `version: 1
project: dummy
organization: {id: o-a1b2c3d4e5}
central: {account: "111111111111", region: eu-central-1, restore_testing: {schedule: cron(0 6 1 * ? *)}}
workloads:
  - name: lake
    environment: prod
    account: "222222222222"
    region: eu-central-1
    buckets: [{name: lake-a, tier: critical_data}, {name: lake-b, tier: standard_data}]
    select_tagged: [critical_data]
    restore_testing:
      schedule: cron(0 6 ? * SUN *)
      canaries:
        - {bucket: lake-a, key: a, sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08}
        - {bucket: tagged, key: b, sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08}
  - name: web
    environment: prod
    account: "333333333333"
    region: eu-central-1
    buckets: [{name: web-a, tier: critical_data}]
tiers: [{name: mine, extends: critical_data, rto_minutes: 30}]
alerts: {email: [a@example.com]}
`
	cfg, err := Load("backup.yaml", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	const hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
	rto := cfg.tier("critical_data").RTOMinutes
	lake := restoretest.Bucket{Name: "lake-a", Workload: "lake-prod", Tier: "critical_data", RTOMinutes: rto,
		Canaries: []restoretest.Canary{{Key: "a", SHA256: hash}}}
	tagged := restoretest.Bucket{Name: "tagged", Workload: "lake-prod", Canaries: []restoretest.Canary{{Key: "b", SHA256: hash}}}
	web := restoretest.Bucket{Name: "web-a", Workload: "web-prod", Tier: "critical_data", RTOMinutes: rto}
	want := restoretest.Tests{Project: "dummy", Plans: []restoretest.Plan{
		{
			Name: "dummy_lake_prod", Workload: "lake-prod", Account: "222222222222", Region: "eu-central-1",
			RoleARN:     "arn:aws:iam::222222222222:role/dummy-validate-lake-prod",
			WithinHours: 2*7*24 + 48, Buckets: []restoretest.Bucket{lake, tagged},
		},
		{
			Name: "dummy_central", Workload: "central", Account: "111111111111", Region: "eu-central-1",
			RoleARN:     "arn:aws:iam::111111111111:role/dummy-validate-central",
			WithinHours: 2*31*24 + 48, Buckets: []restoretest.Bucket{lake, web},
		},
	}}
	if got := cfg.ValidatorTests(); !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	cfg.Central.RestoreTesting, cfg.Workloads[0].RestoreTesting = nil, nil
	if tests := cfg.ValidatorTests(); len(tests.Plans) > 0 || cfg.Validates() {
		t.Errorf("without tests: %+v", tests)
	}
}

// TestValidatedRoleARNs: the validator's role names the roles that it assumes while it has room for them (F-IAM-12).
func TestValidatedRoleARNs(t *testing.T) {
	for workloads, want := range map[int]int{2: 2, 300: 1} {
		var file strings.Builder
		file.WriteString("version: 1\nproject: dummy\norganization: {id: o-a1b2c3d4e5}\ncentral: {account: \"111111111111\", " +
			"region: eu-central-1}\nalerts: {email: [a@example.com]}\nworkloads:\n")
		for i := range workloads {
			fmt.Fprintf(&file, "  - {name: w%03d, environment: prod, account: \"222222222%03d\", region: eu-central-1, "+
				"buckets: [{name: dummy-%03d, tier: critical_data}], restore_testing: {}}\n", i, i, i)
		}
		cfg, err := Load("backup.yaml", []byte(file.String()))
		if err != nil {
			t.Fatal(err)
		}
		arns := cfg.ValidatedRoleARNs()
		if len(arns) != want || want == 1 && arns[0] != "arn:aws:iam::*:role/dummy-validate-*" {
			t.Errorf("%d workloads: %v", workloads, arns)
		}
		for _, p := range cfg.ValidatorTests().Plans {
			if !strings.HasPrefix(p.RoleARN[strings.LastIndex(p.RoleARN, "/"):], "/dummy-validate-") {
				t.Errorf("%s is not matched", p.RoleARN)
			}
		}
	}
}
