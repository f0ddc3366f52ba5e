package config

import (
	"fmt"
	"slices"
	"strconv"
)

// These checks are about the vaults of central.vaults and the copies that enter them.

// checkVaultPartitions finds vaults, and Regions that they take copies from, in another partition than the central account.
func checkVaultPartitions(c *checker) {
	central := Partition(c.cfg.Central.Region)
	elsewhere := func(at, region, what string) {
		if region != "" && Partition(region) != central {
			c.report(at, Problem{
				What: what + ": this Region is in " + Partition(region) + ", the central account in " + central,
				Got:  region, Want: "a Region of " + central,
			}, "central.region")
		}
	}
	for i, v := range c.cfg.Central.Vaults {
		elsewhere(vaultPath(i)+".region", v.Region, "an account belongs to one partition")
		for j, region := range v.FromRegions {
			elsewhere(vaultFromPath(i, j), region, "copies cannot cross partitions, so none comes from here")
		}
	}
}

// checkVaultTiers finds tiers of vaults that do not exist or are not copied.
func checkVaultTiers(c *checker) {
	for i, v := range c.cfg.Central.Vaults {
		for j, name := range v.Tiers {
			at := vaultTierPath(i, j)
			switch t := c.cfg.tier(name); {
			case c.doubtful("tiers"):
			case t == nil:
				c.reportUnknownTier(at, name)
			case !t.Copied():
				c.report(at, Problem{
					What: name + " is not copied, so nothing of it would enter this vault",
					Got:  name, Want: "a tier with copy_to_central",
				}, c.tierKeys(t, "copy_to_central")...)
			}
		}
	}
}

// warnOfUnusedVaults finds vaults that no copy enters. Without central.vaults that of central.vault_name is no mistake. Where
// there are errors, one of them may be why.
func warnOfUnusedVaults(c *checker) {
	vaults := c.cfg.Central.Vaults
	if len(vaults) == 0 || slices.ContainsFunc(c.placed, func(p placed) bool { return p.problem.Level == Error }) {
		return
	}
	for i, v := range vaults {
		if len(c.cfg.entering[i]) > 0 {
			continue
		}
		want := "a copied tier in use, from a Region, that no earlier vault takes; or no such vault once it has no copies"
		if !v.narrow() {
			want = "tiers or from_regions; or copies: 2 in a tier, as a vault without both comes after central.vault_name"
		}
		c.report(vaultNamePath(i), Problem{What: "no copy enters this vault", Got: v.Name, Want: want})
	}
	if len(c.cfg.entering[mainVault]) == 0 && len(c.cfg.copied) > 0 {
		c.report(vaultNamePath(mainVault), Problem{
			What: "no copy enters this vault: central.vaults take all of them",
			Got:  c.cfg.Central.VaultName, Want: "one of central.vaults in its place",
		})
	}
}

// checkCopyCounts finds tiers that are to be copied into more vaults than take them.
func checkCopyCounts(c *checker) {
	regions := c.cfg.regionsOfTiers()
	reported := map[string]bool{}
	for t := range c.rows() {
		if own := c.tierPath(t) + ".copies"; !t.Copied() && c.written(own) {
			if n, _ := lookup(c.root, own); n.Value != "1" {
				c.report(own, Problem{
					What: t.Name + " is not copied, so there are no copies to count",
					Got:  n.Value, Want: "copy_to_central in this tier, or no copies",
				}, c.tierKeys(t, "copy_to_central")...)
			}
			continue
		}
		at := c.whereSaid(t, "copies")
		if at == "" || t.copies() == 1 || reported[at] || c.doubtful(c.tierKeys(t, "copy_to_central", "copies")...) {
			continue
		}
		in := regions[t.Name]
		if in == nil {
			in = []string{""} // not in use
		}
		fewer := slices.IndexFunc(in, func(region string) bool { return len(c.cfg.takers(t, region)) < t.copies() })
		if fewer < 0 {
			continue
		}
		from := ""
		if in[fewer] != "" {
			from = " from " + in[fewer]
		}
		c.report(at, Problem{
			What: fmt.Sprintf("only one vault takes the copies of %s%s, so there would be one copy", t.Name, from),
			Got:  strconv.Itoa(t.Copies), Want: "a further vault of central.vaults that takes them, or copies: 1",
		}, "central.vaults")
		reported[at] = true
	}
}

// checkVaultKeyAliases finds key aliases that the stack of the Region has for another key.
func checkVaultKeyAliases(c *checker) {
	for i, v := range c.cfg.Central.Vaults {
		if v.Key().Alias == c.cfg.TopicKeyAlias(c.cfg.CentralIDIn(v.Region)) && c.written(vaultPath(i)+".key_alias") {
			c.report(vaultPath(i)+".key_alias", Problem{
				What: "the key of the topic for e-mails has this alias: an alias is unique in its account and Region",
				Got:  v.KeyAlias, Want: "another alias",
			})
		}
	}
}

// checkCentralStackNames finds workloads whose stack would have the name of one of the central account's.
func checkCentralStackNames(c *checker) {
	regions := c.cfg.CentralRegions()[1:]
	for i, w := range c.cfg.Workloads {
		for _, region := range regions {
			if c.cfg.StackName(w) == c.cfg.CentralStackNameIn(region) {
				c.report(workloadNamePath(i), Problem{
					What: "the central account's stack in " + region + " has the name of this workload's stack",
					Got:  c.cfg.StackName(w), Want: "another name or environment",
				}, "central.vaults")
			}
		}
	}
}
