package config

import (
	"slices"
	"strconv"
)

func checkEmptyWorkloads(c *checker) {
	for i, w := range c.cfg.Workloads {
		if len(w.Buckets) == 0 && len(w.SelectTagged) == 0 && !c.doubtful(workloadPath(i)+".select_tagged") {
			c.report(workloadPath(i)+".buckets", Problem{What: "the workload has neither buckets nor select_tagged: nothing of it would be backed up", Want: "at least one bucket, or a tier to select by tag"})
		}
	}
}

func checkWorkloadsTwice(c *checker) {
	first := make(map[string]int, len(c.cfg.Workloads))
	for i, w := range c.cfg.Workloads {
		if other, twice := first[w.ID()]; twice {
			c.report(workloadNamePath(i), Problem{What: "another workload's stack and resources have these names already", Got: w.Name + " in " + w.Environment, Want: "another name or environment"}, workloadNamePath(other))
		} else {
			first[w.ID()] = i
		}
	}
}

func warnOfCentralAccount(c *checker) {
	for i, w := range c.cfg.Workloads {
		if w.Account != "" && w.Account == c.cfg.Central.Account {
			c.report(workloadPath(i)+".account", Problem{What: "is the central account: whoever loses it loses these buckets and all copies together", Got: strconv.Quote(w.Account), Want: "an account of its own for the copies"}, "central.account")
		}
	}
}

// checkAccountPartitions finds accounts with two places in the world: an account belongs to one partition.
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
		c.report(workloadPath(i)+".region", Problem{What: "is in the partition " + here + " and the account in " + there + ", and an account belongs to one", Got: w.Region, Want: "a Region of " + there + ", or another account"}, otherPath)
	}
}

func warnOfOptInRegions(c *checker) {
	warn := func(path, region string) {
		if slices.Contains(optInRegions, region) {
			c.report(path, Problem{What: "is a Region that an account has to enable: until this one has, and for copies the central account too, nothing can be deployed or copied there", Got: region, Want: "the Region enabled in these accounts"})
		}
	}
	warn("central.region", c.cfg.Central.Region)
	for i, w := range c.cfg.Workloads {
		if slices.Contains(optInRegions, w.Region) {
			warn(workloadPath(i)+".region", w.Region)
		}
	}
	if set := c.cfg.Rollout.StackSet; set != nil {
		for i, region := range set.Regions {
			warn(stackSetRegionPath(i), region)
		}
	}
}
