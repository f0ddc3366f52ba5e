package config

import (
	"fmt"
	"strings"
	"testing"
)

// TestCopyCounts: each of two vaults has a count, of the vaults that are copied there and no others. A name that had to be cut is
// there in full, and with too many of them the count is of all vaults.
func TestCopyCounts(t *testing.T) {
	long := strings.Repeat("a-long-name-", 3) + "x"
	load := func(workloads int) *Config {
		var text strings.Builder
		text.WriteString(`version: 1
project: dummy
organization: {id: o-a1b2c3d4e5}
central:
  account: "111111111111"
  region: eu-central-1
  vaults: [{name: second, region: eu-west-1}]
tiers:
  - {name: ledger, extends: critical_data, copies: 2}
workloads:
`)
		for i := range workloads {
			fmt.Fprintf(&text, "  - {name: %s%d, environment: dev, account: %q, region: eu-central-1, buckets: [{name: bucket-%d, tier: ledger}]}\n",
				long, i, fmt.Sprint(222222222222+i), i)
		}
		text.WriteString(`  - {name: a, environment: dev, account: "222222222222", region: eu-central-1, ` +
			"buckets: [{name: one, tier: ledger}, {name: two, tier: critical_data}]}\n")
		cfg, err := Load("backup.yaml", []byte(text.String()))
		if err != nil {
			t.Fatal(err)
		}
		return cfg
	}
	counts := load(1).CopyCounts()
	if len(counts) != 2 || counts[0].ID != "eu-central-1-central-aws-vault-S3" || counts[1].ID != "eu-west-1-second" {
		t.Fatalf("%+v", counts)
	}
	for _, n := range counts {
		if len(n.Sources) != 2 || strings.HasPrefix(n.Sources[0], "*") || n.Sources[1] != "*-ledger" {
			t.Errorf("%s is of %v", n.ID, n.Sources)
		}
	}
	if many := load(20).CopyCounts(); many[0].Sources != nil {
		t.Errorf("a pattern would be too long: %v", many[0].Sources)
	}
}
