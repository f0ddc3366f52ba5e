package main

import (
	"fmt"
	"testing"

	"central-s3-backup/config"
)

// TestCentralRegion: copies are looked for in the Region of the first vault that the bucket's tier is copied into, or in that of
// the flag.
func TestCentralRegion(t *testing.T) {
	cfg, err := config.LoadFile("../../testdata/vaults.yaml")
	if err != nil {
		t.Fatal(err)
	}
	eu, us := cfg.Workloads[0], cfg.Workloads[1]
	for _, test := range []struct {
		w                  config.Workload
		bucket, flag, want string
	}{
		{eu, "dummy-lake-ledger", "", "eu-central-1"},
		{eu, "dummy-lake-ledger", "eu-west-1", "eu-west-1"},
		{eu, "tagged", "", "eu-central-1"},
		{us, "dummy-lake-us", "", "us-east-1"},
		{us, "dummy-lake-us", "us-east-2", "--central-region us-east-2: the central account has no vaults there; did you mean us-east-1?; " +
			"want one of eu-central-1, us-east-1, eu-west-1"},
	} {
		got, err := centralFlags{test.flag}.region(cfg, test.w, test.bucket)
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s of %s with %q: %s; want %s", test.bucket, test.w.ID(), test.flag, got, test.want)
		}
	}
	if got := fmt.Sprint(centralVaults(cfg, "eu-central-1"), centralVaults(cfg, "us-east-1")); got !=
		"[central-eu central-sensitive central-shared] [central-us]" {
		t.Error(got)
	}
	if got := elsewhere(cfg, "us-east-1"); got != "; there are also vaults in eu-central-1, eu-west-1: write --central-region" {
		t.Error(got)
	}
	if a := centralAccountIn(cfg, "us-east-1", ""); a.stack != "dummy-backup-central-us-east-1" || a.owner != "central-us-east-1" ||
		a.region != "us-east-1" || a.operator != "dummy-operate-central" {
		t.Errorf("%+v", a)
	}
}

// TestTestsOfCentralRegions: preflight looks at the restore tests of copies in each Region of the central account.
func TestTestsOfCentralRegions(t *testing.T) {
	cfg, err := config.LoadFile("../../testdata/vaults.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r := &checking{cfg: cfg}
	for region, want := range map[string]string{
		"us-east-1": "dummy_central_us_east_1 cron(0 6 ? * SUN *) [dummy-lake-us dummy-lake-us-ledger]",
		"eu-west-1": "dummy_central_eu_west_1 cron(0 6 ? * SUN *) [dummy-lake-ledger]",
		"eu-west-3": "  []",
	} {
		p := &place{checking: r, account: account{region: region}}
		plan, schedule, buckets := p.tests()
		if got := fmt.Sprintf("%s %s %v", plan, schedule, buckets); got != want {
			t.Errorf("%s: %s, want %s", region, got, want)
		}
	}
}
