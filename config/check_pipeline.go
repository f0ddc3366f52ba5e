package config

import (
	"fmt"
	"slices"
	"strings"
)

// connection returns the fields of the connection's ARN. ok is false where the file has no pipeline, or where another check reports
// that the ARN is malformed or in another partition.
func (c *checker) connection() (region, account string, ok bool) {
	p := c.cfg.Rollout.Pipeline
	if p == nil {
		return "", "", false
	}
	fields := strings.Split(p.ConnectionARN, ":")
	if len(fields) < 6 || p.Region == "" || fields[1] != Partition(p.Region) {
		return "", "", false
	}
	return fields[3], fields[4], true
}

// checkConnectionRegion wants the connection in the pipeline's Region.
func checkConnectionRegion(c *checker) {
	if region, _, ok := c.connection(); ok && region != c.cfg.Rollout.Pipeline.Region {
		c.report(pipelinePath+".connection_arn", Problem{
			What: "this connection is in another Region than the pipeline: a change would not start the pipeline",
			Got:  region, Want: "a connection in " + c.cfg.Rollout.Pipeline.Region,
		}, pipelinePath+".region")
	}
}

// warnOfConnectionAccount finds a connection of another account. Whether one that is shared works is UNVERIFIED.
func warnOfConnectionAccount(c *checker) {
	p := c.cfg.Rollout.Pipeline
	if _, account, ok := c.connection(); ok && p.Account != "" && account != p.Account {
		c.report(pipelinePath+".connection_arn", Problem{
			What: "this connection belongs to another account than the pipeline: unless that account shares it, no change reaches the pipeline",
			Got:  account, Want: "a connection of account " + p.Account,
		}, pipelinePath+".account")
	}
}

// checkPipelineAccounts finds more accounts than pipelines deploy to.
func checkPipelineAccounts(c *checker) {
	accounts := map[string]bool{}
	for _, p := range c.cfg.Pipelines() {
		for _, w := range slices.Concat(p.Waves...) {
			accounts[w.Account] = true
		}
	}
	if n := len(accounts); n > MaxPipelineAccounts {
		c.report(pipelinePath, Problem{
			What: "pipelines are for fewer accounts: these would be " + fmt.Sprint(len(c.cfg.Pipelines())) +
				" pipelines, and each change would run all of them",
			Got: fmt.Sprintf("%d accounts", n), Want: fmt.Sprintf("at most %d, and rollout.stack_set for the others", MaxPipelineAccounts),
		})
	}
}

// checkPipelineNames finds workloads whose stack would have the name of a pipeline's stack.
func checkPipelineNames(c *checker) {
	if c.cfg.Rollout.Pipeline == nil || c.workloadNamesDoubtful() {
		return
	}
	taken := map[string]bool{}
	for _, p := range c.cfg.Pipelines() {
		taken[c.cfg.PipelineName(p.Number)] = true
		for _, region := range c.cfg.ArtifactRegions(p) {
			taken[c.cfg.ArtifactStackName(p.Number, region)] = true
		}
	}
	for i, w := range c.cfg.Workloads {
		if name := c.cfg.StackName(w); taken[name] {
			c.report(workloadNamePath(i), Problem{
				What: "the stack of this workload would have the name of a pipeline's stack",
				Got:  name, Want: "another name or environment",
			}, pipelinePath)
		}
	}
}

// warnOfUnapprovedLocks finds workloads with a compliance lock that a pipeline deploys before anybody has looked at it. The central
// account with such a lock always waits for a person ([Config.ApprovedBefore]).
func warnOfUnapprovedLocks(c *checker) {
	deployed := c.cfg.pipelineOf()
	for i, w := range c.cfg.Workloads {
		if deployed[w.ID()] == 0 || c.cfg.ApprovedBefore(w.ID()) {
			continue
		}
		j := slices.IndexFunc(c.uses[i], func(use TierUse) bool { return use.Tier.BackedUp() && use.Tier.compliant() })
		if j < 0 {
			continue
		}
		c.report(workloadNamePath(i), Problem{
			What: "nobody approves before the pipeline deploys the compliance lock of this workload: after its grace time nobody, not even " +
				"AWS, can undo it",
			Got: w.ID(), Want: "it in rollout.pipeline.approve_before",
		}, pipelinePath, c.tierPath(c.uses[i][j].Tier))
	}
}
