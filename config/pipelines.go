package config

import (
	"fmt"
	"slices"
	"strings"
)

// PipelinePart is one of the pipelines of the configuration: the first one deploys the central account, and each of them some
// of the workloads.
type PipelinePart struct {
	// Number of the pipeline, from 1.
	Number int
	// Waves are the workloads that it deploys. Those of a wave are deployed at the same time. None is empty.
	Waves [][]Workload
}

// First says whether it is the pipeline that a change starts, and that deploys the central account.
func (p PipelinePart) First() bool { return p.Number == 1 }

// ID is what -workload takes.
func (p PipelinePart) ID() string { return fmt.Sprintf("%s-%d", PipelineID, p.Number) }

// PipelineID means all pipelines, where a workload's NAME-ENV is expected.
const PipelineID = "pipeline"

// Pipelines cuts the workloads of the waves into pipelines of at most [MaxPipelineWorkloads]: in the order of the waves where
// the file has some, or else in file order. So a workload that is added at the end moves no other one to another pipeline.
// Nil: the file has no pipeline.
func (c *Config) Pipelines() []PipelinePart {
	if c.Rollout.Pipeline == nil {
		return nil
	}
	byID := make(map[string]Workload, len(c.Workloads))
	for _, w := range c.Workloads {
		byID[w.ID()] = w
	}
	waves := c.Waves()
	var order []string
	if len(c.Rollout.Pipeline.Waves) > 0 {
		order = slices.Concat(waves...)
	} else {
		order = c.workloadIDs()
	}
	number := make(map[string]int, len(order))
	for i, id := range order {
		number[id] = i/MaxPipelineWorkloads + 1
	}
	parts := []PipelinePart{{Number: 1}} // the central account is deployed even where no wave has a workload
	for n := 2; n <= (len(order)+MaxPipelineWorkloads-1)/MaxPipelineWorkloads; n++ {
		parts = append(parts, PipelinePart{Number: n})
	}
	for _, wave := range waves {
		of := make([][]Workload, len(parts))
		for _, id := range wave {
			if w, known := byID[id]; known {
				i := number[id] - 1
				of[i] = append(of[i], w)
			}
		}
		for i, workloads := range of {
			if workloads != nil {
				parts[i].Waves = append(parts[i].Waves, workloads)
			}
		}
	}
	return parts
}

// pipelineOf says which pipeline deploys each workload, by its NAME-ENV.
func (c *Config) pipelineOf() map[string]int {
	numbers := map[string]int{}
	for _, p := range c.Pipelines() {
		for _, w := range slices.Concat(p.Waves...) {
			numbers[w.ID()] = p.Number
		}
	}
	return numbers
}

// ArtifactRegions are the Regions in which a pipeline needs artifacts: its own one first, then those of what it deploys.
func (c *Config) ArtifactRegions(p PipelinePart) []string {
	regions := []string{c.Rollout.Pipeline.Region}
	if p.First() {
		regions = append(regions, c.CentralRegions()...)
	}
	for _, w := range slices.Concat(p.Waves...) {
		regions = append(regions, w.Region)
	}
	var once []string
	for _, region := range regions {
		if !slices.Contains(once, region) {
			once = append(once, region)
		}
	}
	return once
}

// PipelineName is the name of a pipeline and of its stack.
func (c *Config) PipelineName(number int) string {
	return fmt.Sprintf("%s-backup-%s-%d", c.Project, PipelineID, number)
}

// PipelineRoleName is the name of a role of a pipeline where the file has role_prefix. Elsewhere CloudFormation generates it.
func (c *Config) PipelineRoleName(number int, use string) string {
	return c.pipelineRolePrefix(number) + use
}

// pipelineRolePrefix begins the names of those roles. It leaves room for what a role is for, the longest of which is "start-others".
func (c *Config) pipelineRolePrefix(number int) string {
	const room = len("-start-others")
	return shorten(fmt.Sprintf("%s%s-%d", c.rolePrefix(), PipelineID, number), MaxRoleName-room) + "-"
}

// PipelineARNs matches all pipelines of the configuration.
func (c *Config) PipelineARNs() string {
	p := c.Rollout.Pipeline
	return fmt.Sprintf("arn:%s:codepipeline:%s:%s:%s", Partition(p.Region), p.Region, p.Account,
		strings.TrimSuffix(c.PipelineName(1), "1")+"*")
}

// ArtifactStackName is the name of the stack with the artifacts of a pipeline in one Region.
func (c *Config) ArtifactStackName(number int, region string) string {
	return c.PipelineName(number) + "-artifacts-" + region
}

// ArtifactBucketName is the name of the bucket with the artifacts of a pipeline in one Region. The account id makes it unique in S3.
func (c *Config) ArtifactBucketName(number int, region string) string {
	return c.artifactName("pipeline", number, region)
}

// ArtifactLogBucketName is the name of the bucket with the access logs of that one.
func (c *Config) ArtifactLogBucketName(number int, region string) string {
	return c.artifactName("logs", number, region)
}

func (c *Config) artifactName(what string, number int, region string) string {
	return fmt.Sprintf("%s-%s-%d-%s-%s", c.Project, what, number, c.Rollout.Pipeline.Account, region)
}

// ArtifactKeyAlias is the alias of the key that encrypts the artifacts of a pipeline in one Region.
func (c *Config) ArtifactKeyAlias(number int) string {
	return fmt.Sprintf("alias/%s-%s-%d", c.Project, PipelineID, number)
}

// ArtifactKeyAliasARN is its ARN. The pipeline names the key by it, since KMS chooses the ids of keys.
func (c *Config) ArtifactKeyAliasARN(number int, region string) string {
	return fmt.Sprintf("arn:%s:kms:%s:%s:%s", Partition(region), region, c.Rollout.Pipeline.Account, c.ArtifactKeyAlias(number))
}

// DeployRolesARN matches the roles with which the CDK's bootstrap lets a pipeline deploy, in any account.
func DeployRolesARN(region string) string {
	return fmt.Sprintf("arn:%s:iam::*:role/cdk-*-deploy-role-*", Partition(region))
}
