package constructs

import "testing"

// TestLogicalID: the ids are those that the CDK gave the same resources as constructs.
func TestLogicalID(t *testing.T) {
	for _, test := range []struct {
		want string
		path []string
	}{
		{"AccessLogs", []string{"AccessLogs"}},
		{"AccessLogsPolicy3C1D984A", []string{"AccessLogs", "Policy"}},
		{"KeysbucketsAlias398E64D0", []string{"Keys", "buckets", "Alias"}},
		{"TierssensitivedataPlan5597D7D3", []string{"Tiers", "sensitive_data", "Plan"}},
		{"Bucketsfleetw0000prodstandarddataBC556C1F", []string{"Buckets", "fleet-w0000-prod-standard-data"}},
		{"Buckets5F70370B", []string{"Buckets", "kets"}}, // what the id before ends with is not said twice
	} {
		if got := logicalID(test.path); got != test.want {
			t.Errorf("%v: %s, want %s", test.path, got, test.want)
		}
	}
}

// TestTwice: nothing takes the place of a resource.
func TestTwice(t *testing.T) {
	var template Template
	template.Scope("a").add("b", resource{})
	defer func() {
		if recover() == nil {
			t.Error("the same resource was added twice")
		}
	}()
	template.Scope("a").add("b", resource{})
}
