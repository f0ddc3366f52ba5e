package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// reportNoWorkload reports a name that no workload has.
func (c *checker) reportNoWorkload(at, id string, ids []string, want string) {
	what := "unknown workload" + c.didYouMean(id, ids)
	for _, w := range c.cfg.Workloads {
		if w.Environment == id {
			what = "this is an environment, and no workload"
			want = "the NAME-ENV of a workload, such as " + w.ID()
			break
		}
	}
	c.report(at, Problem{What: what, Got: strconv.Quote(id), Want: want})
}

func setOf(values []string) map[string]bool {
	set := make(map[string]bool, len(values))
	for _, v := range values {
		set[v] = true
	}
	return set
}

// workloadNamesDoubtful says whether a problem was reported that may change the name of a workload.
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

// checkWaves wants the workloads of the waves to exist, each in one wave.
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
			case id == CentralID:
				c.report(at, Problem{
					What: "the central account is in no wave: the first pipeline deploys it before all of them",
					Got:  id, Want: "workloads alone; approve_before may have central",
				})
			case !known[id]:
				c.reportNoWorkload(at, id, ids, "the NAME-ENV of a workload")
			case twice:
				c.report(at, Problem{What: "this workload is in a wave already", Got: id, Want: "each workload in one wave"}, other)
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
			c.report(fmt.Sprintf("%s.waves[%d]", pipelinePath, i), Problem{
				What: "this wave is empty: a pipeline cannot have a stage without actions",
				Want: "at least one workload",
			})
		}
	}
}

func warnOfWavelessWorkloads(c *checker) {
	pipeline := c.cfg.Rollout.Pipeline
	if pipeline == nil || len(pipeline.Waves) == 0 || c.workloadNamesDoubtful() {
		return
	}
	for i := range pipeline.Waves {
		if c.doubtful(fmt.Sprintf("%s.waves[%d]", pipelinePath, i)) {
			return
		}
	}
	deployed := setOf(slices.Concat(pipeline.Waves...))
	for i, w := range c.cfg.Workloads {
		if !deployed[w.ID()] {
			c.report(workloadNamePath(i), Problem{
				What: "no wave deploys this workload: it is not backed up until somebody deploys it by hand",
				Got:  w.ID(), Want: "it in one of the waves",
			}, pipelinePath+".waves")
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
			c.reportNoWorkload(fmt.Sprintf("%s.approve_before[%d]", pipelinePath, i), id, ids, "the NAME-ENV of a workload, or "+CentralID)
		}
	}
}

// checkStackSetPaths wants organization paths with a stack set: the central vault cannot list its
// accounts, so only accounts below a path may copy.
func checkStackSetPaths(c *checker) {
	if c.cfg.Rollout.StackSet != nil && len(c.cfg.Organization.Paths) == 0 && !c.doubtful("organization.paths") {
		c.report(stackSetPath, Problem{
			What: "the central account would refuse copies from accounts of the stack set, because organization.paths is missing",
			Want: "organization.paths with the paths of the organizational units",
		}, "organization")
	}
}

// warnOfUnitsOutsidePaths finds organizational units that no path names. Such a unit may still be below a named one.
func warnOfUnitsOutsidePaths(c *checker) {
	set := c.cfg.Rollout.StackSet
	if set == nil || len(c.cfg.Organization.Paths) == 0 {
		return
	}
	named := strings.Join(c.cfg.Organization.Paths, "\n") + "\n"
	for i, unit := range set.OrganizationalUnits {
		root, _ := rootOf(unit)
		covers := []string{unit + "/", "/r-" + root + "/*\n", c.cfg.Organization.ID + "/*\n"}
		if !slices.ContainsFunc(covers, func(part string) bool { return strings.Contains(named, part) }) {
			c.report(unitPath(i), Problem{
				What: "organization.paths does not name this unit: every copy from its accounts would be refused, unless it is " +
					"below a unit that is named",
				Got: unit, Want: "a path that ends with " + unit + "/*",
			}, "organization.paths")
		}
	}
}

// checkStackSetTwice finds duplicates, which CloudFormation refuses.
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
				c.report(at, Problem{What: "duplicate value", Got: value, Want: "it once"}, other)
			} else {
				first[value] = at
			}
		}
	}
	once("organizational_units", set.OrganizationalUnits)
	once("regions", set.Regions)
	once("tiers", set.Tiers)
}

// warnOfStackSetTags finds tags that both a workload and the stack set select. Whether the account is in
// a unit of the stack set is not known here.
func warnOfStackSetTags(c *checker) {
	set := c.cfg.Rollout.StackSet
	if set == nil {
		return
	}
	for i, w := range c.cfg.Workloads {
		if !slices.Contains(set.Regions, w.Region) {
			continue
		}
		for j, s := range w.SelectTagged {
			conditions := c.cfg.Conditions(s)
			k := slices.IndexFunc(set.Tiers, func(tier string) bool {
				return !conditions.disjoint(c.cfg.Conditions(TagSelection{Tier: tier}))
			})
			if k < 0 || conditions.contradiction() != "" {
				continue
			}
			p := Problem{
				What: "the stack set selects this tag too: if this account is in one of its units, the buckets would have two " +
					"continuous backups, and only one would run",
				Got: s.Tier, Want: "the tier in one of the two",
			}
			if s.Tag != nil {
				ofSet := TagSelection{Tier: set.Tiers[k]}
				other := tagged{TagSelection: ofSet, TagConditions: c.cfg.Conditions(ofSet)}
				p.What = "the stack set may select the same buckets: if this account is in one of its units, a bucket with the tags of both " +
					"would have two continuous backups, and only one would run"
				p.Got, p.Want = conditions.String(), apart(tagged{TagSelection: s, TagConditions: conditions}, other)
			}
			c.report(selectPath(i, j), p, fmt.Sprintf("%s.tiers[%d]", stackSetPath, k))
		}
	}
}

// checkRoots compares the roots in paths and in the ids of organizational units: an organization has one
// root, and the id of a unit starts with the id of its root.
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
			c.report(n.path, Problem{
				What: "an organization has one root, and this is another one than r-" + all[0].root + ": no account can be below both",
				Got:  n.text, Want: "r-" + all[0].root + ", and units whose ids start with ou-" + all[0].root,
			}, all[0].path)
		}
	}
}

// rootOf returns the root in the id of a root or of an organizational unit.
func rootOf(id string) (root string, found bool) {
	if root, found = strings.CutPrefix(id, "r-"); found {
		return root, true
	}
	unit, found := strings.CutPrefix(id, "ou-")
	root, _, _ = strings.Cut(unit, "-")
	return root, found
}

// checkStackSetRoles finds workloads whose roles would have the names of the stack set's roles.
func checkStackSetRoles(c *checker) {
	set := c.cfg.Rollout.StackSet
	if set == nil {
		return
	}
	for i, w := range c.cfg.Workloads {
		if j := slices.IndexFunc(set.Regions, func(region string) bool { return w.ID() == "org-"+region }); j >= 0 {
			c.report(workloadNamePath(i), Problem{
				What: "the roles of this workload would have the same names as the roles of the stack set",
				Got:  w.ID(), Want: "another name or environment",
			}, stackSetRegionPath(j))
		}
	}
}

func checkConnectionPartition(c *checker) {
	pipeline := c.cfg.Rollout.Pipeline
	if pipeline == nil || pipeline.Region == "" {
		return
	}
	partition := Partition(pipeline.Region)
	if pipeline.ConnectionARN != "" && !strings.HasPrefix(pipeline.ConnectionARN, "arn:"+partition+":") {
		c.report(pipelinePath+".connection_arn", Problem{
			What: "the pipeline cannot use this connection: it is in another partition",
			Got:  pipeline.ConnectionARN, Want: "an ARN that starts with arn:" + partition + ":",
		}, pipelinePath+".region")
	}
}

// checkRolloutPartitions finds Regions that a deployment cannot reach: credentials work in one partition only.
func checkRolloutPartitions(c *checker) {
	across := func(at, region, home, homePath string) {
		if Partition(region) == Partition(home) {
			return
		}
		c.report(at, Problem{
			What: "a deployment from the partition " + Partition(home) + " cannot reach " + Partition(region),
			Got:  region, Want: "a Region of " + Partition(home),
		}, homePath)
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
