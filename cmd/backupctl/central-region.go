package main

import (
	"fmt"
	"slices"
	"strings"

	"central-s3-backup/config"
)

// centralFlags choose a Region of the central account.
type centralFlags struct {
	CentralRegion string `placeholder:"REGION" help:"Region of the central account's vaults (default: that of the first copy)."`
}

// region is the Region of the central account that copies of a bucket are looked for in. Without the flag it is that of the
// first vault that the bucket's tier is copied into, or any tier of the workload if the file does not name the bucket.
func (f centralFlags) region(cfg *config.Config, w config.Workload, bucket string) (string, error) {
	regions := cfg.CentralRegions()
	if f.CentralRegion != "" {
		if !slices.Contains(regions, f.CentralRegion) {
			return "", fmt.Errorf("--central-region %s: the central account has no vaults there%s; want one of %s", f.CentralRegion,
				config.DidYouMean(f.CentralRegion, regions), strings.Join(regions, ", "))
		}
		return f.CentralRegion, nil
	}
	vaults := cfg.AllCopyVaults(w)
	for _, use := range cfg.TierUses(w) {
		for _, b := range use.Buckets {
			if copies := cfg.CopyVaults(w, use.Tier); b.Name == bucket && copies != nil {
				vaults = copies
			}
		}
	}
	if len(vaults) == 0 {
		return regions[0], nil
	}
	return vaults[0].Region, nil
}

// centralVaults are the names of the vaults in a Region of the central account that may have copies. The air-gapped one is the
// first: of two copies of one backup, the one in the vault that is listed last is chosen.
func centralVaults(cfg *config.Config, region string) []string {
	var names []string
	if v := cfg.Central.AirGappedVault; v != nil && region == cfg.Central.Region {
		names = append(names, v.Name)
	}
	for _, v := range cfg.CentralVaultsIn(region) {
		names = append(names, v.Name)
	}
	return names
}

// elsewhere tells of the other Regions of the central account, where nothing was found in one of them. Empty: there are none.
func elsewhere(cfg *config.Config, region string) string {
	others := slices.DeleteFunc(cfg.CentralRegions(), func(r string) bool { return r == region })
	if len(others) == 0 {
		return ""
	}
	return "; there are also vaults in " + strings.Join(others, ", ") + ": write --central-region"
}
