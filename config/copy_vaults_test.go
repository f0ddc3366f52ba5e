package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestTakers: vaults that name tiers or Regions come in file order before the main one, and those that name neither after it.
func TestTakers(t *testing.T) {
	const file = `version: 1
project: dummy
organization: {id: o-a1b2c3d4e5}
central:
  account: "111111111111"
  region: eu-central-1
  vault_name: main
  vaults:
    - {name: wide, region: eu-west-1}
    - {name: us, region: us-east-1, from_regions: [us-east-1]}
    - {name: critical, region: eu-central-1, tiers: [critical_data]}
    - {name: both, region: us-east-1, from_regions: [us-east-1], tiers: [critical_data]}
tiers:
  - {name: critical_data, copies: %d}
  - {name: other_data, extends: critical_data, copies: %[1]d}
workloads:
  - name: eu
    environment: prod
    account: "222222222222"
    region: eu-central-1
    buckets: [{name: eu-critical, tier: critical_data}, {name: eu-other, tier: other_data}]
  - name: us
    environment: prod
    account: "333333333333"
    region: us-east-1
    buckets: [{name: us-critical, tier: critical_data}, {name: us-other, tier: other_data}]
`
	for copies, want := range map[int]string{
		1: "critical_data critical, other_data main; critical_data us, other_data us",
		2: "critical_data critical main, other_data main wide; critical_data us critical, other_data us main",
	} {
		cfg, err := Load("backup.yaml", fmt.Appendf(nil, file, copies))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, w := range cfg.Workloads {
			var tiers []string
			for _, use := range cfg.TierUses(w) {
				words := use.Tier.Name
				for _, v := range cfg.CopyVaults(w, use.Tier) {
					words += " " + v.Name
				}
				tiers = append(tiers, words)
			}
			got = append(got, strings.Join(tiers, ", "))
		}
		if got := strings.Join(got, "; "); got != want {
			t.Errorf("with %d copies: %s; want %s", copies, got, want)
		}
	}
}

// TestCentralKeys: vaults of a Region with one alias share a key, which by default has the alias of central.key_alias.
func TestCentralKeys(t *testing.T) {
	cfg, err := LoadFile("../testdata/vaults.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"eu-central-1": "[{eu-central-1 alias/aws-backup-kms} {eu-central-1 alias/aws-backup-sensitive}]",
		"us-east-1":    "[{us-east-1 alias/aws-backup-us}]",
		"eu-west-1":    "[{eu-west-1 alias/aws-backup-kms}]",
	}
	if got := fmt.Sprint(cfg.CentralRegions()); got != "[eu-central-1 us-east-1 eu-west-1]" {
		t.Errorf("Regions %s", got)
	}
	if got := fmt.Sprint(cfg.Fleet().Central.VaultRegions); got != "[us-east-1 eu-west-1]" {
		t.Errorf("the alerts know of vaults in %s", got)
	}
	for region, keys := range want {
		if got := fmt.Sprint(cfg.CentralKeysIn(region)); got != keys {
			t.Errorf("%s: %s; want %s", region, got, keys)
		}
	}
}

// TestCopyVaults: a tier that is copied has the central vault, and another tier none.
func TestCopyVaults(t *testing.T) {
	cfg, err := LoadFile("../testdata/example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range cfg.Workloads {
		var all []CopyVault
		for _, use := range cfg.TierUses(w) {
			vaults := cfg.CopyVaults(w, use.Tier)
			if use.Tier.Copied() != (len(vaults) == 1 && vaults[0].ARN == cfg.CentralVaultARN()) || !use.Tier.Copied() && vaults != nil {
				t.Errorf("%s of %s: %v", use.Tier.Name, w.ID(), vaults)
			}
			if all == nil {
				all = vaults
			}
		}
		if got := cfg.AllCopyVaults(w); !slices.Equal(got, all) {
			t.Errorf("%s: %v; want %v", w.ID(), got, all)
		}
	}
}
