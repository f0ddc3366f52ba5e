package restoretest

import (
	"strings"
	"testing"
)

// TestPlanOfARN: an event belongs to the plan of that name, account and Region.
func TestPlanOfARN(t *testing.T) {
	p := Plan{Name: "nordwind_lake_prod", Account: "222222222222", Region: "eu-central-1"}
	for arn, want := range map[string]bool{
		"arn:aws:backup:eu-central-1:222222222222:restore-testing-plan:nordwind_lake_prod-5c20a5d5-3f0c": true,
		"arn:aws:backup:eu-central-1:222222222222:restore-testing-plan:nordwind_lake_prod":               true,
		"arn:aws-eusc:backup:eu-central-1:222222222222:restore-testing-plan:nordwind_lake_prod-1":        true,
		"arn:aws:backup:eu-central-1:222222222222:restore-testing-plan:nordwind_lake_prod2-1":            false,
		"arn:aws:backup:eu-central-1:333333333333:restore-testing-plan:nordwind_lake_prod-1":             false,
		"arn:aws:backup:eu-west-1:222222222222:restore-testing-plan:nordwind_lake_prod-1":                false,
		"arn:aws:backup:eu-central-1:222222222222:backup-plan:nordwind_lake_prod-1":                      false,
		"": false,
	} {
		if got := p.OfARN(arn); got != want {
			t.Errorf("%s: %t", arn, got)
		}
	}
}

// TestAccessPointName: the name is that of a job, and S3 takes it (F-RST-13).
func TestAccessPointName(t *testing.T) {
	longest := strings.Repeat("p", 20)
	name := AccessPointName(longest, "5c20a5d5-3f0c-4a52-a9d2-2cdb0a6dd2f5")
	if len(name) > 50 || !strings.HasPrefix(name, AccessPointPrefix(longest)) {
		t.Errorf("%q has %d characters", name, len(name))
	}
	if AccessPointName("p", "a") == AccessPointName("p", "b") {
		t.Error("two jobs have the same access point")
	}
}
