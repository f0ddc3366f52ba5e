package config

import (
	"slices"
	"testing"
)

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
