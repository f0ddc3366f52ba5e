package report

import (
	"maps"
	"testing"

	"central-s3-backup/config"
)

// load reads a configuration of testdata.
func load(t testing.TB, name string) *config.Config {
	t.Helper()
	cfg, err := config.LoadFile("../../testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// TestProtectionOfTheExample: what the built-in tiers mean for a bucket that the app creates, and for one that it does not.
func TestProtectionOfTheExample(t *testing.T) {
	r := New(load(t, "example.yaml"), Options{})
	got := map[string][3]int{}
	for _, p := range r.Protections {
		got[p.ID] = [3]int{p.RPOMinutes, p.CentralRPOMinutes, p.GoneAfterDays}
	}
	for id, want := range map[string][3]int{
		"standard_data":           {0, 0, 15},
		"sensitive_data":          {15, 0, 15},
		"curated_data":            {15, 0, 365},
		"curated_sensitive_data":  {15, 0, 365},
		"critical_data":           {15, 1440, 1825},
		"critical_sensitive_data": {15, 1440, 2555},
		// Without Object Lock nothing keeps the data until the next copy: only the continuous backup holds it for certain.
		"critical_data/existing": {15, 1440, 35},
	} {
		if got[id] != want {
			t.Errorf("%s: RPO, RPO of the copies, days = %v; want %v", id, got[id], want)
		}
	}
	if len(got) != 7 {
		t.Errorf("protections: %v", got)
	}
}

// TestRehearsedCopies: restores of copies are rehearsed in whichever Region they are. What is not copied is not.
func TestRehearsedCopies(t *testing.T) {
	for file, want := range map[string]map[string]bool{
		"vaults.yaml":     {"dummy-lake-us": true, "dummy-lake-eu": true, "dummy-lake-ledger": true},
		"air-gapped.yaml": {"gapped-shop-prod-orders": true, "gapped-plain-prod-notes": false},
	} {
		got := map[string]bool{}
		for _, b := range New(load(t, file), Options{}).Buckets {
			if _, looked := want[b.Name]; looked {
				got[b.Name] = b.Rehearsal.Central
			}
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s: copies are rehearsed: %v, want %v", file, got, want)
		}
	}
}
