package config

import (
	"slices"
	"strconv"
)

func checkEmptyWorkloads(c *checker) {
	for i, w := range c.cfg.Workloads {
		if len(w.Buckets) == 0 && len(w.SelectTagged) == 0 && !c.doubtful(workloadPath(i)+".select_tagged") {
			c.report(workloadPath(i)+".buckets", Problem{
				What: "this workload has no buckets and no select_tagged, so nothing would be backed up",
				Want: "at least one bucket, or a tier to select by tag",
			})
		}
	}
}

func checkWorkloadsTwice(c *checker) {
	first := make(map[string]int, len(c.cfg.Workloads))
	for i, w := range c.cfg.Workloads {
		if other, twice := first[w.ID()]; twice {
			c.report(workloadNamePath(i), Problem{
				What: "another workload is " + w.ID() + " too, so their stacks and resources would have the same names",
				Got:  w.Name + " in " + w.Environment, Want: "another name or environment",
			}, workloadNamePath(other))
		} else {
			first[w.ID()] = i
		}
	}
}

func warnOfCentralAccount(c *checker) {
	for i, w := range c.cfg.Workloads {
		if w.Account != "" && w.Account == c.cfg.Central.Account {
			c.report(workloadPath(i)+".account", Problem{
				What: "these buckets are in the central account, together with all copies: an attacker in this account reaches both",
				Got:  strconv.Quote(w.Account), Want: "a separate account for the copies",
			}, "central.account")
		}
	}
}

// checkAccountPartitions finds accounts that are in two partitions: an account belongs to one.
func checkAccountPartitions(c *checker) {
	type place struct {
		region   string
		workload int
	}
	const central = -1
	first := map[string]place{c.cfg.Central.Account: {c.cfg.Central.Region, central}}
	for i, w := range c.cfg.Workloads {
		other, seen := first[w.Account]
		if !seen {
			first[w.Account] = place{w.Region, i}
			continue
		}
		here, there := Partition(w.Region), Partition(other.region)
		if here == there {
			continue
		}
		otherPath := "central.region"
		if other.workload != central {
			otherPath = workloadPath(other.workload) + ".region"
		}
		c.report(workloadPath(i)+".region", Problem{
			What: "an account belongs to one partition: this Region is in " + here + ", its other Region in " + there,
			Got:  w.Region, Want: "a Region of " + there + ", or another account",
		}, otherPath)
	}
}

func warnOfOptInRegions(c *checker) {
	warn := func(path, region string) {
		if needsOptIn(region) {
			c.report(path, Problem{
				What: "this Region is off until an account enables it; until then nothing can be deployed or copied there",
				Got:  region, Want: "the Region enabled in this account and, for copies, in the central account",
			})
		}
	}
	for i, region := range c.cfg.CentralRegions() {
		at := "central.region"
		if i > 0 {
			first := slices.IndexFunc(c.cfg.Central.Vaults, func(v CentralVault) bool { return v.Region == region })
			at = vaultPath(first) + ".region"
		}
		warn(at, region)
	}
	for i, w := range c.cfg.Workloads {
		warn(workloadPath(i)+".region", w.Region)
	}
	if set := c.cfg.Rollout.StackSet; set != nil {
		for i, region := range set.Regions {
			warn(stackSetRegionPath(i), region)
		}
	}
}
