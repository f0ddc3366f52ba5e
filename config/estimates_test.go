package config

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// estimatesOf loads a file of estimates for testdata/estimates/backup.yaml.
func estimatesOf(t *testing.T, file string) (*Estimates, error) {
	t.Helper()
	cfg, err := LoadFile("testdata/estimates/backup.yaml")
	if err != nil {
		t.Fatal(err)
	}
	cfg.Estimates, err = filepath.Rel("testdata/estimates", file)
	if err != nil {
		t.Fatal(err)
	}
	return cfg.LoadEstimates("testdata/estimates/backup.yaml")
}

// TestBadEstimates: each mistake in a file of estimates is reported at its line, and nothing else is.
func TestBadEstimates(t *testing.T) {
	for _, file := range files(t, "testdata/estimates/bad/*.yaml") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			e, err := estimatesOf(t, file)
			if e != nil || err == nil {
				t.Fatalf("got %v and error %v; want problems alone", e, err)
			}
			compare(t, read(t, file), problemsOf(nil, err))
		})
	}
}

// TestGoodEstimates: what a file of estimates says.
func TestGoodEstimates(t *testing.T) {
	e, err := estimatesOf(t, "testdata/estimates/good/estimates.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want := &Estimates{
		Default: &Estimate{100, 1_000_000, 0.5, 20},
		Buckets: []BucketEstimate{{"shop-orders", 2500.5, 40_000_000, 1, 0}},
		Tagged:  []TaggedEstimate{{"shop-prod", "critical_data", 3, 300, 0, 0, 0}},
		Prices:  []RegionPrices{{"eu-central-1", 0.06, 0.042, 0, "the price list of AWS Backup", "2026-11-01"}},
	}
	if !reflect.DeepEqual(e, want) {
		t.Errorf("got %+v; want %+v", e, want)
	}
	if got := e.Buckets[0].Estimate(); got != (Estimate{2500.5, 40_000_000, 1, 0}) {
		t.Errorf("estimate of the bucket: %v", got)
	}
	if e, err := estimatesOf(t, "testdata/estimates/good/default-alone.yaml"); err != nil || e.Default == nil || e.Buckets != nil {
		t.Errorf("a default alone: %v, %v", e, err)
	}
}

// TestEstimatesFile: the path is relative to the configuration, not to the directory of the process. Without the key there are none.
func TestEstimatesFile(t *testing.T) {
	cfg := load(t, minimal)
	if e, err := cfg.LoadEstimates("nowhere/backup.yaml"); e != nil || err != nil {
		t.Errorf("without the key: %v, %v", e, err)
	}
	cfg.Estimates = "absent.yaml"
	want := filepath.Join("testdata", "estimates", "absent.yaml") + ": there is no such file"
	if _, err := cfg.LoadEstimates("testdata/estimates/backup.yaml"); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v; want %s", err, want)
	}
}
