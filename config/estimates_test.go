package config

import (
	"os"
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
// A file that is not there is reported at the line that names it.
func TestEstimatesFile(t *testing.T) {
	if e, err := load(t, minimal).LoadEstimates("nowhere/backup.yaml"); e != nil || err != nil {
		t.Errorf("without the key: %v, %v", e, err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "backup.yaml")
	if err := os.WriteFile(file, []byte("estimates: sizes.yaml\n"+minimal), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := LoadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := file + ":1:12: estimates: there is no such file; got sizes.yaml; want a YAML file"
	if _, err := cfg.LoadEstimates(file); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v; want %s", err, want)
	}
	if err := os.WriteFile(filepath.Join(dir, "sizes.yaml"), []byte("default: {size_gb: 7}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if e, err := cfg.LoadEstimates(file); err != nil || e.Default == nil || e.Default.SizeGB != 7 {
		t.Errorf("got %+v, %v; want 7 GB", e, err)
	}
}
