package report

import (
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
