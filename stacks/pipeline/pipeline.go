// Package pipeline makes the stack of a pipeline with the CDK's library for pipelines, which the app does not link. The stages have
// the stacks of package stacks, with the same names and the same bytes as at the top level of the assembly.
package pipeline

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscodebuild"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscodepipeline"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/pipelines"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/config"
	"central-s3-backup/stacks"
)

// assetsCLI is the version of cdk-assets, which publishes the functions. The library would take whatever is the newest.
const assetsCLI = "4.7.3"

// sourceAction is the name of the action that has the commit. Each pipeline has one.
const sourceAction = "Source"

// startOthersID is the id of the step that starts the other pipelines.
const startOthersID = "StartOthers"

// cached is the directory in CodeBuild's container with all that a synthesis keeps for the next one: Go's builds and modules, the
// functions, npm's packages, and what jsii unpacks.
const cached = "/var/cache/central-s3-backup"

// builder is what the parts of a pipeline share.
type builder struct {
	app    awscdk.App
	props  *stacks.PipelineProps
	stack  awscdk.Stack
	source pipelines.CodePipelineSource
	cdk    pipelines.CodePipeline
}

// New creates the stack of a pipeline, those with its artifacts, and its stages: the central account first, where the pipeline
// is the first one, then the waves.
func New(app awscdk.App, props *stacks.PipelineProps) error {
	cfg, number := props.Config, props.Part.Number
	b := builder{app: app, props: props}
	artifacts := map[string]awscdk.Stack{}
	for _, region := range cfg.ArtifactRegions(props.Part) {
		artifacts[region] = stacks.NewArtifactStack(app, cfg, number, region)
		props.Built()
	}
	b.stack = stacks.NewPipelineStack(app, cfg, number)
	for _, region := range cfg.ArtifactRegions(props.Part) { // in this order, since the manifest has it
		b.stack.AddDependency(artifacts[region], nil)
	}
	b.newPipeline()
	if err := b.addStages(); err != nil {
		return err
	}
	b.cdk.BuildPipeline()
	b.nameProjects()
	if err := b.nameRoles(); err != nil {
		return err
	}
	b.allowConnection()
	b.explainFindings()
	props.Built()
	return nil
}

// newPipeline creates the pipeline with its source, its synthesis and its self-mutation.
func (b *builder) newPipeline() {
	cfg, p := b.props.Config, b.props.Config.Rollout.Pipeline
	b.source = pipelines.CodePipelineSource_Connection(jsii.String(p.Repository), jsii.String(p.Branch), &pipelines.ConnectionSourceOptions{
		ConnectionArn: jsii.String(p.ConnectionARN),
		ActionName:    jsii.String(sourceAction),
		TriggerOnPush: jsii.Bool(b.props.Part.First()), // the first one starts the others
	})
	buckets := b.artifactBuckets()
	b.cdk = pipelines.NewCodePipeline(b.stack, jsii.String("Pipeline"), &pipelines.CodePipelineProps{
		PipelineName: jsii.String(cfg.PipelineName(b.props.Part.Number)),
		PipelineType: awscodepipeline.PipelineType_V2,
		Synth:        b.synthStep(buckets[p.Region]),
		// All Regions are here, its own too: with any missing the library would create buckets, whose policies name each account.
		CrossRegionReplicationBuckets: &buckets,
		CrossAccountKeys:              jsii.Bool(true),
		SelfMutation:                  jsii.Bool(true),
		CliVersion:                    jsii.String(b.props.CLI),
		CdkAssetsCliVersion:           jsii.String(assetsCLI),
		PublishAssetsInParallel:       jsii.Bool(false),
		UseChangeSets:                 jsii.Bool(false), // one action for each stack, of the 50 of a stage (F-PIPE-1)
		UsePipelineRoleForActions:     jsii.Bool(true),
		CodeBuildDefaults: &pipelines.CodeBuildOptions{BuildEnvironment: &awscodebuild.BuildEnvironment{
			BuildImage:  awscodebuild.LinuxBuildImage_STANDARD_7_0(),
			ComputeType: awscodebuild.ComputeType_SMALL,
			Privileged:  jsii.Bool(false),
		}},
	})
}

// artifactBuckets are those of the other stacks, by their Regions. The key is named by its alias: KMS chooses its id (F-PIPE-5).
func (b *builder) artifactBuckets() map[string]awss3.IBucket {
	cfg, number := b.props.Config, b.props.Part.Number
	buckets := map[string]awss3.IBucket{}
	for _, region := range cfg.ArtifactRegions(b.props.Part) {
		key := awskms.Key_FromKeyArn(b.stack, jsii.String("Key-"+region), jsii.String(cfg.ArtifactKeyAliasARN(number, region)))
		buckets[region] = awss3.Bucket_FromBucketAttributes(b.stack, jsii.String("Artifacts-"+region), &awss3.BucketAttributes{
			BucketName:    jsii.String(cfg.ArtifactBucketName(number, region)),
			EncryptionKey: key,
			Account:       jsii.String(cfg.Rollout.Pipeline.Account),
			Region:        jsii.String(region),
		})
	}
	return buckets
}

// synthStep checks and tests the repository, and synthesizes this pipeline alone. Any Go from 1.21 fetches the one that go.mod
// names (F-PIPE-8).
func (b *builder) synthStep(cache awss3.IBucket) pipelines.CodeBuildStep {
	file := quoted(b.props.File)
	id := b.props.Part.ID()
	return pipelines.NewCodeBuildStep(jsii.String("Synth"), &pipelines.CodeBuildStepProps{
		ProjectName:     jsii.String(b.project("synth")),
		Input:           b.source,
		InstallCommands: jsii.Strings("npm ci"),
		Commands: jsii.Strings(
			"go run . -check -config "+file,
			"go test ./...",
			// Into another directory: cdk-nag changes the order of the templates.
			fmt.Sprintf("npx cdk synth --quiet --output cdk.out.nag -c nag=true -c workload=%s -c config=%s", id, file),
			fmt.Sprintf("npx cdk synth --quiet -c workload=%s -c config=%s", id, file),
		),
		PrimaryOutputDirectory: jsii.String("cdk.out"),
		Cache:                  awscodebuild.Cache_Bucket(cache, &awscodebuild.BucketCacheOptions{Prefix: jsii.String("cache")}),
		PartialBuildSpec: awscodebuild.BuildSpec_FromObject(&map[string]any{
			"env": map[string]any{"variables": map[string]any{
				"GOTOOLCHAIN": "auto", "GOMODCACHE": cached + "/go-mod", "XDG_CACHE_HOME": cached, "npm_config_cache": cached + "/npm",
				"JSII_RUNTIME_PACKAGE_CACHE_ROOT": cached + "/jsii",
			}},
			"phases": map[string]any{"install": map[string]any{
				"runtime-versions": map[string]any{"golang": "1.24", "nodejs": "22"},
			}},
			"cache": map[string]any{"paths": []string{cached + "/**/*"}},
		}),
		Timeout: awscdk.Duration_Hours(jsii.Number(2)),
	})
}

// addStages adds the central account, what starts the other pipelines, and the waves.
func (b *builder) addStages() error {
	cfg := b.props.Config
	if b.props.Part.First() {
		central := place{config.CentralID, cfg.Central.Account, cfg.Central.Region}
		var after []pipelines.Step
		if others := len(cfg.Pipelines()) - 1; others > 0 {
			after = append(after, b.startOthers())
		}
		if err := b.addStage(config.CentralID, []place{central}, after...); err != nil {
			return err
		}
	}
	for i, wave := range b.props.Part.Waves {
		for j, part := range b.withinLimit(wave) {
			name := fmt.Sprintf("wave-%d", i+1)
			if !b.props.Part.First() { // each stage of the assembly has a name of its own
				name = b.props.Part.ID() + "-" + name
			}
			if j > 0 {
				name += fmt.Sprintf("-%d", j+1)
			}
			var places []place
			for _, w := range part {
				places = append(places, place{w.ID(), w.Account, w.Region})
			}
			if err := b.addStage(name, places); err != nil {
				return err
			}
		}
	}
	return nil
}

// place is where the stacks of an id are deployed to.
type place struct{ id, account, region string }

// withinLimit cuts a wave so that the actions of each part fit into a stage of the pipeline: one for each stack, and one for each
// approval (F-PIPE-1).
func (b *builder) withinLimit(wave []config.Workload) [][]config.Workload {
	var parts [][]config.Workload
	actions := config.MaxStageActions
	for _, w := range wave {
		needs := 1
		if b.props.Config.ApprovedBefore(w.ID()) {
			needs = 2
		}
		if actions+needs > config.MaxStageActions {
			parts, actions = append(parts, nil), 0
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], w)
		actions += needs
	}
	return parts
}

// addStage adds a stage with the stacks of several places at the same time. Those of one place are deployed in their order, after its
// approval.
func (b *builder) addStage(name string, places []place, after ...pipelines.Step) error {
	stage := awscdk.NewStage(b.app, jsii.String(name), nil)
	var approvals []*pipelines.StackSteps
	created := 0
	for _, p := range places {
		if err := b.props.Stage(stage, p.id); err != nil {
			return err
		}
		children := *stage.Node().Children()
		var before awscdk.Stack
		for _, child := range children[created:] {
			stack, is := child.(awscdk.Stack)
			if !is {
				continue
			}
			if before != nil {
				stack.AddDependency(before, nil)
			} else if b.props.Config.ApprovedBefore(p.id) {
				approvals = append(approvals, &pipelines.StackSteps{Stack: stack, Pre: &[]pipelines.Step{p.approval()}})
			}
			before = stack
		}
		created = len(children)
	}
	if b.props.Aspects != nil {
		b.props.Aspects(stage)
	}
	b.cdk.AddStage(stage, &pipelines.AddStageOpts{StackSteps: &approvals, Post: &after})
	// The library has synthesized the stage, and the manifest of the app names it since it was created; the app would resolve every
	// value in it once more.
	b.app.Node().TryRemoveChild(jsii.String(name))
	return nil
}

// approval is the step in which a person approves what is deployed to the place.
func (p place) approval() pipelines.Step {
	return pipelines.NewManualApprovalStep(jsii.String("approve-"+p.id), &pipelines.ManualApprovalStepProps{
		Comment: jsii.String("Deploy " + p.id + " to account " + p.account + " in " + p.region),
	})
}

// startOthers starts the other pipelines with the commit of this one, after the central account is deployed (F-COPY-14, F-PIPE-7).
func (b *builder) startOthers() pipelines.CodeBuildStep {
	cfg := b.props.Config
	var commands []*string
	for _, p := range cfg.Pipelines()[1:] {
		commands = append(commands, jsii.String(fmt.Sprintf(
			`aws codepipeline start-pipeline-execution --name %s --source-revisions "actionName=%s,revisionType=COMMIT_ID,revisionValue=$COMMIT"`,
			cfg.PipelineName(p.Number), sourceAction)))
	}
	return pipelines.NewCodeBuildStep(jsii.String(startOthersID), &pipelines.CodeBuildStepProps{
		ProjectName: jsii.String(b.project("start-others")),
		Commands:    &commands,
		Env:         &map[string]*string{"COMMIT": b.source.SourceAttribute(jsii.String("CommitId"))},
		RolePolicyStatements: &[]awsiam.PolicyStatement{awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Actions:   jsii.Strings("codepipeline:StartPipelineExecution"),
			Resources: jsii.Strings(cfg.PipelineARNs()),
		})},
	})
}

// project is the name of a project of CodeBuild. All of them begin with the pipeline's, so that a policy can allow them.
func (b *builder) project(what string) string {
	return b.props.Config.PipelineName(b.props.Part.Number) + "-" + what
}

// nameProjects gives the project that publishes the functions a name, for which the library has no property. Until then its name is a
// token, from which CloudFormation would generate one.
func (b *builder) nameProjects() {
	for _, child := range *b.stack.Node().FindAll(awsconstructs.ConstructOrder_PREORDER) {
		if project, is := child.(awscodebuild.CfnProject); is && *awscdk.Token_IsUnresolved(project.Name()) {
			project.SetName(jsii.String(b.project("assets")))
		}
	}
}

// roleUses say what a role of the library is for, by the construct that it is in. One that is in none of them is the pipeline's own.
var roleUses = map[string]string{
	"Synth": "synth", "SelfMutation": "selfupdate", "Assets": "assets", startOthersID: "start-others",
}

// nameRoles gives the library's roles the path and the beginning of names that the file prescribes for all roles. Without the latter,
// CloudFormation generates their names.
func (b *builder) nameRoles() error {
	cfg, number := b.props.Config, b.props.Part.Number
	named := map[string]string{}
	for _, child := range *b.stack.Node().FindAll(awsconstructs.ConstructOrder_PREORDER) {
		role, is := child.(awsiam.CfnRole)
		if !is {
			continue
		}
		if cfg.RolePath != "" {
			role.SetPath(jsii.String(cfg.RolePath))
		}
		if cfg.RolePrefix == "" {
			continue
		}
		path, use := *role.Node().Path(), "run"
		for _, id := range strings.Split(path, "/") {
			if of, known := roleUses[id]; known {
				use = of
			}
		}
		name := cfg.PipelineRoleName(number, use)
		if other, taken := named[name]; taken {
			return fmt.Errorf("two roles have the name %s: %s and %s", name, other, path)
		}
		named[name] = path
		role.SetRoleName(jsii.String(name))
	}
	return nil
}

// allowConnection lets the pipeline use its connection. The library grants an action of the service's former name alone (F-PIPE-4).
func (b *builder) allowConnection() {
	arn := b.props.Config.Rollout.Pipeline.ConnectionARN
	b.cdk.Pipeline().AddToRolePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions:   jsii.Strings("codeconnections:UseConnection"),
		Resources: jsii.Strings(arn),
	}))
}

// quoted is a word of a shell.
func quoted(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }
