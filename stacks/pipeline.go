package stacks

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/config"
	"central-s3-backup/constructs"
)

// artifactDays is how many days a pipeline's artifacts are kept: longer than an approval may take.
const artifactDays = 90

// PipelineProps are what the stack of a pipeline is made from. It is in a package of its own, which the app does not link
// (docs/adr/0014-pipelines.md). All but Aspects are required.
type PipelineProps struct {
	// Config is the whole configuration.
	Config *config.Config
	// Part of it that the pipeline deploys.
	Part config.PipelinePart
	// File is the path of the configuration in the repository, with slashes.
	File string
	// CLI is the version of the CDK's CLI.
	CLI string
	// Stage adds the stacks of the central account, or those of a workload, by its NAME-ENV, to a stage.
	Stage func(stage awscdk.Stage, id string) error
	// Aspects are added to each stage: those of the app do not see what is in it. Nil: none.
	Aspects func(scope awsconstructs.Construct)
	// Built is called after each stack at the top level.
	Built func()
}

// NewPipelineStack creates the stack of a pipeline, without anything in it.
func NewPipelineStack(scope awsconstructs.Construct, cfg *config.Config, number int) awscdk.Stack {
	p := cfg.Rollout.Pipeline
	return newStack(scope, jsii.String(cfg.PipelineName(number)), p.Account, p.Region,
		fmt.Sprintf("Pipeline %d of %s: deploys backups to the accounts", number, cfg.Project), cfg.Tags)
}

// NewArtifactStack creates the stack with the artifacts of a pipeline in one Region.
func NewArtifactStack(scope awsconstructs.Construct, cfg *config.Config, number int, region string) awscdk.Stack {
	account := cfg.Rollout.Pipeline.Account
	stack := newStack(scope, jsii.String(cfg.ArtifactStackName(number, region)), account, region,
		fmt.Sprintf("Artifacts of pipeline %d of %s", number, cfg.Project), cfg.Tags)
	name, logs := cfg.ArtifactBucketName(number, region), cfg.ArtifactLogBucketName(number, region)
	readers := []constructs.OrganizationRoles{{
		OrganizationID:    cfg.Organization.ID,
		OrganizationPaths: cfg.Organization.Paths,
		RoleARNs:          []string{config.DeployRolesARN(region)},
	}}
	if len(cfg.Organization.Paths) > 0 && cfg.Central.Account != account { // the central account may be below none of them
		readers = append(readers, constructs.OrganizationRoles{
			OrganizationID: cfg.Organization.ID,
			RoleARNs:       []string{config.DeployRolesARN(region)},
			Accounts:       []string{cfg.Central.Account},
		})
	}
	constructs.NewArtifactBucket(stack, jsii.String("Artifacts"), &constructs.ArtifactBucketProps{
		Name:            name,
		Account:         account,
		AccountARN:      config.AccountARN(region, account),
		Region:          region,
		KeyAlias:        cfg.ArtifactKeyAlias(number),
		Readers:         readers,
		ExpireAfterDays: artifactDays,
		AccessLogBucket: constructs.NewAccessLogBucket(stack, jsii.String("AccessLogs"), &constructs.AccessLogBucketProps{
			Name:            logs,
			ARN:             config.BucketARN(region, logs),
			Account:         account,
			SourceARNs:      []string{config.BucketARN(region, name)},
			ExpireAfterDays: accessLogDays,
		}).Bucket,
	})
	return stack
}
