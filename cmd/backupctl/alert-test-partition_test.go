package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"central-s3-backup/config"
)

// TestAlertTestOfAnotherPartition: whoever asks for a test event of a workload whose events reach no destination hears that at once,
// whatever the kind of destination, and not after minutes.
func TestAlertTestOfAnotherPartition(t *testing.T) {
	for _, alerts := range []string{
		"teams: [{webhook_secret: backup/teams}]", "webhook: [{url_secret: backup/hook}]",
		`topics: [{arn: "arn:aws:sns:eu-central-1:111111111111:oncall"}]`, "slack: [{webhook_secret: backup/slack}]",
	} {
		file := filepath.Join(t.TempDir(), "backup.yaml")
		text := `version: 1
project: dummy
organization: {id: o-a1b2c3d4e5}
central: {account: "111111111111", region: eu-central-1}
alerts: {` + alerts + `}
workloads:
  - {name: dummy, environment: gov, account: "333333333333", region: us-gov-west-1, buckets: [{name: dummy-gov-a, tier: sensitive_data}]}
  - {name: dummy, environment: dev, account: "222222222222", region: eu-central-1, buckets: [{name: dummy-dev-a, tier: sensitive_data}]}
`
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, err := config.LoadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := (&alertTest{Workload: "dummy-gov"}).accounts(cfg); err == nil ||
			!strings.Contains(err.Error(), "events do not leave its partition, aws-us-gov") {
			t.Errorf("%s: %v", alerts, err)
		}
		if _, _, err := (&alertTest{Workload: "dummy-dev"}).accounts(cfg); err != nil {
			t.Errorf("%s: %v", alerts, err)
		}
	}
}
