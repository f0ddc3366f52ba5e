package report

import (
	"maps"
	"strings"
	"syscall"
	"testing"
	"time"

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

// processorTime is how long processors have worked for the tests, which other programs on the machine do not change.
func processorTime(t testing.TB) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// TestCommandsAsCalled: the commands of a report begin as somebody types them, in a clone unless it is said.
func TestCommandsAsCalled(t *testing.T) {
	cfg := load(t, "example.yaml")
	for called, want := range map[string]string{"": "go run ./cmd/backupctl ", "backupctl": "backupctl "} {
		commands := 0
		for _, p := range New(cfg, Options{Backupctl: called}).Protections {
			for _, way := range p.Ways {
				commands++
				if !strings.HasPrefix(way.Command, want) {
					t.Errorf("%q: %s", called, way.Command)
				}
			}
		}
		if commands < 10 {
			t.Errorf("%q: %d commands", called, commands)
		}
	}
}
