package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// reportNoWorkload reports a place that names none of the workloads.
func (c *checker) reportNoWorkload(at, id string, ids []string, want string) {
	c.report(at, Problem{What: "there is no such workload" + c.didYouMean(id, ids), Got: strconv.Quote(id), Want: want})
}

func setOf(values []string) map[string]bool {
	set := make(map[string]bool, len(values))
	for _, v := range values {
		set[v] = true
	}
	return set
}

// workloadNamesDoubtful says whether a workload may be another one than its name says.
func (c *checker) workloadNamesDoubtful() bool {
	if c.doubtful("workloads") {
		return true
	}
	for i := range c.cfg.Workloads {
		if at := workloadPath(i); c.doubtful(at+".name", at+".environment") {
			return true
		}
	}
	return false
}

// checkWaves wants every workload that a wave names to be there, and in one wave.
func checkWaves(c *checker) {
	pipeline := c.cfg.Rollout.Pipeline
	if pipeline == nil || c.workloadNamesDoubtful() {
		return
	}
	ids, first := c.cfg.workloadIDs(), map[string]string{}
	known := setOf(ids)
	for i, wave := range pipeline.Waves {
		for j, id := range wave {
			at := fmt.Sprintf("%s.waves[%d][%d]", pipelinePath, i, j)
			other, twice := first[id]
			switch {
			case !known[id]:
				c.reportNoWorkload(at, id, ids, "NAME-ENV of a workload")
			case twice:
				c.report(at, Problem{What: "the workload is in a wave already", Got: id, Want: "every workload in one wave"}, other)
			default:
				first[id] = at
			}
		}
	}
}

func checkEmptyWaves(c *checker) {
	if c.cfg.Rollout.Pipeline == nil {
		return
	}
	for i, wave := range c.cfg.Rollout.Pipeline.Waves {
		if len(wave) == 0 {
			c.report(fmt.Sprintf("%s.waves[%d]", pipelinePath, i), Problem{What: "the wave is empty, and a stage without actions cannot be deployed", Want: "at least one workload"})
		}
	}
}

func warnOfWavelessWorkloads(c *checker) {
	pipeline := c.cfg.Rollout.Pipeline
	if pipeline == nil || len(pipeline.Waves) == 0 || c.workloadNamesDoubtful() {
		return
	}
	deployed := setOf(slices.Concat(pipeline.Waves...))
	for i, w := range c.cfg.Workloads {
		if !deployed[w.ID()] {
			c.report(workloadNamePath(i), Problem{What: "no wave of the pipeline deploys this workload: nothing of it would be backed up until somebody does so by hand", Got: w.ID(), Want: "it in one of the waves"}, pipelinePath+".waves")
		}
	}
}

func checkApprovals(c *checker) {
	if c.cfg.Rollout.Pipeline == nil || c.workloadNamesDoubtful() {
		return
	}
	ids := append(c.cfg.workloadIDs(), CentralID)
	known := setOf(ids)
	for i, id := range c.cfg.Rollout.Pipeline.ApproveBefore {
		if !known[id] {
			c.reportNoWorkload(fmt.Sprintf("%s.approve_before[%d]", pipelinePath, i), id, ids, "NAME-ENV of a workload, or "+CentralID)
		}
	}
}

// checkStackSetPaths wants the accounts that nobody listed by hand to be below a path: only these
// may copy into the central vault.
func checkStackSetPaths(c *checker) {
	if c.cfg.Rollout.StackSet != nil && len(c.cfg.Organization.Paths) == 0 && !c.doubtful("organization.paths") {
		c.report(stackSetPath, Problem{What: "the central account cannot tell which accounts may copy: copies of accounts that no workload names would be refused", Want: "organization.paths with the paths of the organizational units"}, "organization")
	}
}

// warnOfUnitsOutsidePaths finds organizational units that no path names. One could be below one that is named.
func warnOfUnitsOutsidePaths(c *checker) {
	set := c.cfg.Rollout.StackSet
	if set == nil || len(c.cfg.Organization.Paths) == 0 {
		return
	}
	named := strings.Join(c.cfg.Organization.Paths, "\n") + "\n"
	for i, unit := range set.OrganizationalUnits {
		root, _ := rootOf(unit)
		if !strings.Contains(named, unit+"/") && !strings.Contains(named, "/r-"+root+"/*\n") && !strings.Contains(named, c.cfg.Organization.ID+"/*\n") {
			c.report(unitPath(i), Problem{What: "none of organization.paths names this unit: unless it is below one of theirs, every copy of its accounts would be refused", Got: unit, Want: "a path that ends with " + unit + "/*"}, "organization.paths")
		}
	}
}

// checkStackSetTwice finds what CloudFormation would deploy twice, and refuses.
func checkStackSetTwice(c *checker) {
	set := c.cfg.Rollout.StackSet
	if set == nil {
		return
	}
	once := func(key string, values []string) {
		first := make(map[string]string, len(values))
		for i, value := range values {
			at := fmt.Sprintf("%s.%s[%d]", stackSetPath, key, i)
			if other, twice := first[value]; twice {
				c.report(at, Problem{What: "is there already", Got: value, Want: "it once"}, other)
			} else {
				first[value] = at
			}
		}
	}
	once("organizational_units", set.OrganizationalUnits)
	once("regions", set.Regions)
	once("tiers", set.Tiers)
}

// warnOfStackSetTags finds tags that a workload's plan selects, and the stack set's where the account
// is in one of its units, which nobody here knows.
func warnOfStackSetTags(c *checker) {
	set := c.cfg.Rollout.StackSet
	if set == nil {
		return
	}
	for i, w := range c.cfg.Workloads {
		for j, tier := range w.SelectTagged {
			if k := slices.Index(set.Tiers, tier); k >= 0 && slices.Contains(set.Regions, w.Region) {
				c.report(selectPath(i, j), Problem{What: "the stack set selects the same tag: if this account is in one of its units, the buckets would have two continuous backups, and only one would run", Got: tier, Want: "the tier in one of the two"}, fmt.Sprintf("%s.tiers[%d]", stackSetPath, k))
			}
		}
	}
}

// checkRoots compares the roots that paths and the ids of organizational units name: an organization
// has one, and the id of a unit starts with its root's.
func checkRoots(c *checker) {
	type named struct{ path, root, text string }
	var all []named
	for i, p := range c.cfg.Organization.Paths {
		at := fmt.Sprintf("organization.paths[%d]", i)
		for _, step := range strings.Split(p, "/") {
			if root, found := rootOf(step); found && root != "*" {
				all = append(all, named{at, root, p})
			}
		}
	}
	if set := c.cfg.Rollout.StackSet; set != nil {
		for i, unit := range set.OrganizationalUnits {
			if root, found := rootOf(unit); found {
				all = append(all, named{unitPath(i), root, unit})
			}
		}
	}
	reported := map[string]bool{}
	for _, n := range all {
		if n.root != all[0].root && !reported[n.path] {
			reported[n.path] = true
			c.report(n.path, Problem{What: "names another root than r-" + all[0].root + ", and an organization has one: no account could be below both", Got: n.text, Want: "r-" + all[0].root + ", and units whose ids start with ou-" + all[0].root}, all[0].path)
		}
	}
}

// rootOf returns what the id of a root, or of a unit below it, says of the root.
func rootOf(id string) (root string, found bool) {
	if root, found = strings.CutPrefix(id, "r-"); found {
		return root, true
	}
	unit, found := strings.CutPrefix(id, "ou-")
	root, _, _ = strings.Cut(unit, "-")
	return root, found
}

// checkStackSetRoles finds workloads whose roles the stack set's have the names of.
func checkStackSetRoles(c *checker) {
	set := c.cfg.Rollout.StackSet
	if set == nil {
		return
	}
	for i, w := range c.cfg.Workloads {
		if j := slices.IndexFunc(set.Regions, func(region string) bool { return w.ID() == "org-"+region }); j >= 0 {
			c.report(workloadNamePath(i), Problem{What: "the stack set's roles have the names of this workload's", Got: w.ID(), Want: "another name or environment"}, stackSetRegionPath(j))
		}
	}
}

func checkConnectionPartition(c *checker) {
	pipeline := c.cfg.Rollout.Pipeline
	if pipeline == nil || pipeline.Region == "" {
		return
	}
	if partition := Partition(pipeline.Region); pipeline.ConnectionARN != "" && !strings.HasPrefix(pipeline.ConnectionARN, "arn:"+partition+":") {
		c.report(pipelinePath+".connection_arn", Problem{What: "the connection is in another partition than the pipeline, which cannot use it", Got: pipeline.ConnectionARN, Want: "an ARN that starts with arn:" + partition + ":"}, pipelinePath+".region")
	}
}

// checkRolloutPartitions finds what no credentials reach: an organization, and all of its accounts,
// is in one partition.
func checkRolloutPartitions(c *checker) {
	across := func(at, region, home, homePath string) {
		if Partition(region) == Partition(home) {
			return
		}
		c.report(at, Problem{What: "is in the partition " + Partition(region) + ", which a deployment from " + Partition(home) + " does not reach", Got: region, Want: "a Region of " + Partition(home)}, homePath)
	}
	if pipeline := c.cfg.Rollout.Pipeline; pipeline != nil {
		for i, w := range c.cfg.Workloads {
			across(workloadPath(i)+".region", w.Region, pipeline.Region, pipelinePath+".region")
		}
		across("central.region", c.cfg.Central.Region, pipeline.Region, pipelinePath+".region")
	}
	if set := c.cfg.Rollout.StackSet; set != nil {
		for i, region := range set.Regions {
			across(stackSetRegionPath(i), region, c.cfg.Central.Region, "central.region")
		}
	}
}
