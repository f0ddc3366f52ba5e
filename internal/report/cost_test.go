package report

import (
	"math"
	"testing"

	"central-s3-backup/config"
)

// TestStored: the sizes of backups, computed by hand.
func TestStored(t *testing.T) {
	for name, c := range map[string]struct {
		estimate       config.Estimate
		day, kept, low int
		warm, cold     float64
	}{
		"the first backup is the bucket":            {config.Estimate{SizeGB: 100, DailyChangePercent: 1}, 0, 35, 0, 100, 0},
		"changes of the retention":                  {config.Estimate{SizeGB: 100, DailyChangePercent: 1}, 365, 35, 0, 135, 0},
		"changes so far":                            {config.Estimate{SizeGB: 100, DailyChangePercent: 1}, 365, 1825, 0, 465, 0},
		"a doubled bucket":                          {config.Estimate{SizeGB: 100, YearlyGrowthPercent: 100}, 365, 35, 0, 200, 0},
		"old data is in the low-cost tier":          {config.Estimate{SizeGB: 100, DailyChangePercent: 1}, 365, 1825, 90, 90, 375},
		"nothing is old yet":                        {config.Estimate{SizeGB: 100, DailyChangePercent: 1}, 0, 1825, 90, 100, 0},
		"small objects are billed as 128 KB":        {config.Estimate{SizeGB: 1, Objects: 1 << 20}, 0, 35, 0, 128, 0},
		"large objects are billed as what they are": {config.Estimate{SizeGB: 1000, Objects: 1000}, 0, 35, 0, 1000, 0},
	} {
		warm, cold := stored(c.estimate, c.day, c.kept, c.low)
		if math.Abs(warm-c.warm) > 1e-6 || math.Abs(cold-c.cold) > 1e-6 {
			t.Errorf("%s: %g warm and %g low-cost; want %g and %g", name, warm, cold, c.warm, c.cold)
		}
	}
}

// costed is the report of the example with estimates.
func costed(t testing.TB, e *config.Estimates) *Report {
	t.Helper()
	cfg := load(t, "example.yaml")
	r := New(cfg, Options{})
	r.AddCosts(cfg, "estimates.yaml", e)
	return r
}

// TestCosts: amounts of each account are computed by hand, sums are those of the buckets, and copies are paid by the central account.
func TestCosts(t *testing.T) {
	r := costed(t, &config.Estimates{
		Buckets: []config.BucketEstimate{{Name: "dummy-dev-curated-data", SizeGB: 1000, DailyChangePercent: 1},
			{Name: "dummy-prod-critical-data", SizeGB: 100, DailyChangePercent: 1}},
		Prices: []config.RegionPrices{{Region: "eu-central-1", WarmGBMonth: 0.06}, {Region: "eu-west-1", WarmGBMonth: 0.05}},
	})
	want := map[string][]float64{
		// 1,000 GB and at most 365 days of 10 GB, at $0.06 in the workload's account.
		"222222222222": {60, (1000 + 3650) * 0.06, (1000 + 3650) * 0.06},
		// 100 GB and 35 days of 1 GB, at $0.05.
		"033333333333": {5, 135 * 0.05, 135 * 0.05},
		// 100 GB and 1,825 days of 1 GB, at $0.06.
		"111111111111": {6, 465 * 0.06, 1925 * 0.06},
	}
	total := make([]float64, len(Moments))
	for _, a := range r.Cost.Accounts {
		for i, amount := range a.Amounts {
			total[i] += want[a.Name][i]
			if math.Abs(*amount-want[a.Name][i]) > 0.006 {
				t.Errorf("account %s after %d days: %g; want %g", a.Name, Moments[i], *amount, want[a.Name][i])
			}
		}
	}
	for i := range total {
		if math.Abs(*r.Cost.Total[i]-total[i]) > 0.006 {
			t.Errorf("total after %d days: %g; want %g", Moments[i], *r.Cost.Total[i], total[i])
		}
	}
	if r.Cost.WithoutEstimate != len(r.Buckets)-2 {
		t.Errorf("%d without an estimate of %d", r.Cost.WithoutEstimate, len(r.Buckets))
	}
	for _, b := range r.Buckets {
		if b.Name != "dummy-dev-curated-data" {
			continue
		}
		for _, o := range b.Cost.Others {
			// With critical_data: 35 days here, five years in the central account, in the same Region.
			if after := (1350 + 4650) * 0.06; o.Name == "critical_data" && math.Abs(*o.Amounts[1]-after) > 0.006 {
				t.Errorf("as critical_data: %g; want %g", *o.Amounts[1], after)
			}
			if o.Name == "standard_data" && *o.Amounts[1] != 0 {
				t.Errorf("without backups it costs %g", *o.Amounts[1])
			}
		}
		if len(b.Cost.Others) != len(r.Tiers)-1 {
			t.Errorf("%d other tiers of %d", len(b.Cost.Others), len(r.Tiers)-1)
		}
	}
}

// TestMissingPrices: without a price nothing is guessed: not the bucket's amount, and no sum that it is part of.
func TestMissingPrices(t *testing.T) {
	r := costed(t, &config.Estimates{
		Default: &config.Estimate{SizeGB: 1},
		Prices:  []config.RegionPrices{{Region: "eu-central-1", WarmGBMonth: 0.06}},
	})
	for _, a := range r.Cost.Accounts {
		if known := a.Amounts[0] != nil; known != (a.Name != "033333333333") {
			t.Errorf("account %s: known %v", a.Name, known)
		}
	}
	if r.Cost.Total[0] != nil || len(r.Cost.Missing) != 1 || r.Cost.Missing[0] != "eu-west-1" {
		t.Errorf("total %v, missing %v", r.Cost.Total[0], r.Cost.Missing)
	}
}

// TestEstimatesOfTagged: tagged buckets have no cost until the file says how many there are.
func TestEstimatesOfTagged(t *testing.T) {
	e := &config.Estimates{Default: &config.Estimate{SizeGB: 1}}
	of := func(r *Report) *BucketCost {
		for _, b := range r.Buckets {
			if b.Tagged {
				return b.Cost
			}
		}
		t.Fatal("no tagged buckets")
		return nil
	}
	if c := of(costed(t, e)); c != nil {
		t.Errorf("the default counts for tagged buckets: %+v", c)
	}
	e.Tagged = []config.TaggedEstimate{{Workload: "dummy-prod", Tier: "critical_data", Buckets: 3, SizeGB: 30}}
	if c := of(costed(t, e)); c == nil || c.Buckets != 3 || c.SizeGB != 30 {
		t.Errorf("got %+v", c)
	}
}
