package config

import (
	"fmt"
	"slices"
	"strings"
)

// compareTakenNames finds stacks that move to another Region of their account while the names that are unique in the
// account stay the same: the stack of the earlier Region has them still, or has left them behind (F-CFN-14).
func compareTakenNames(c *checker) {
	if now, was := c.cfg.Central, c.previous.cfg.Central; now.Account == was.Account && now.Region != was.Region {
		c.reportTaken("central.region", both(c.cfg.centralAccountNames(), c.previous.cfg.centralAccountNames()), now.Region,
			was.Region+" as before, or central.region_in_names: true", c.before("central.region"))
	}
	earlier := map[string]int{}
	for i, w := range c.previous.cfg.Workloads {
		earlier[w.ID()] = i
	}
	for i, w := range c.cfg.Workloads {
		at, known := earlier[w.ID()]
		if !known {
			continue
		}
		was := c.previous.cfg.Workloads[at]
		if w.Account != was.Account || w.Region == was.Region {
			continue
		}
		// The earlier stack has to stay: it expires its backups with the same role (F-IAM-7).
		c.reportTaken(workloadPath(i)+".region", both(c.cfg.accountNames(w), c.previous.cfg.accountNames(was)), w.Region,
			was.Region+" as before; "+addAnother, c.before(workloadPath(at)+".region"))
	}
}

// addAnother is how a workload gets to another place: its stack, role and buckets stay, and new ones begin beside them.
const addAnother = "for a move, keep this workload as it was and add a second one with another name or environment and other buckets"

func (c *checker) reportTaken(path string, taken []string, got, want string, before []Place) {
	if len(taken) == 0 {
		return
	}
	names := taken[len(taken)-1]
	if others := taken[:len(taken)-1]; len(others) > 0 {
		names = strings.Join(others, ", ") + " and " + names
	}
	c.report(path, Problem{
		What: "the deployment would fail, because " + names + " of the earlier Region would exist already: such " +
			"names are unique in all Regions of an account",
		Got: got, Want: want, See: before,
	})
}

// compareRenamed finds names of a deployed central stack that get the Region, or lose it.
func compareRenamed(c *checker) {
	now, was := c.cfg.Central, c.previous.cfg.Central
	if c.centralMoved() == "" && c.cfg.Project == c.previous.cfg.Project && now.RegionInNames != was.RegionInNames {
		c.report("central.region_in_names", Problem{
			What: "CloudFormation replaces the roles and the dashboard of the central stack by others with new names: links to the dashboard change",
			Got:  fmt.Sprint(now.RegionInNames), Want: fmt.Sprint(was.RegionInNames) + " as before, unless a second central stack needs the names",
			See: c.before("central.region_in_names"),
		})
	}
}

// both are the names that are in two lists, in words.
func both(now, was []accountName) []string {
	var names []string
	for _, n := range now {
		if slices.Contains(was, n) {
			names = append(names, n.String())
		}
	}
	return names
}
