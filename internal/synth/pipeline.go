package synth

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/config"
	"central-s3-backup/stacks"
)

// pipelineProgram synthesizes pipelines. The CDK's library for them is not in the app, which would be larger and slower for
// everybody: its packages are three times as many (docs/adr/0014-pipelines.md).
var pipelineProgram = program{
	name: "pipeline", called: "the program that synthesizes pipelines", hint: "the first build also compiles more of the AWS CDK",
	source: "cmd/pipeline",
	shared: []string{
		"config", "constructs", "internal/alerting", "internal/cloudassembly", "internal/disk", "internal/jsiinode", "internal/restoretest",
		"internal/startup", "internal/synth", "stacks",
	},
	build: []string{"build"}, environment: []string{"GOENV=off", "GOFLAGS=-buildvcs=false", "GOWORK=off"},
	ofMachine: true,
}

// PipelineBuilder creates the stacks of a pipeline in an app.
type PipelineBuilder func(app awscdk.App, props *stacks.PipelineProps) error

// pipeline is one of the plan's.
type pipeline struct {
	part   config.PipelinePart
	stacks []stack // with its artifacts, and then itself
}

// is says whether a name of the command line means the pipeline: also that of one of its stacks, which are synthesized together.
func (p pipeline) is(name string) bool {
	return name == config.PipelineID || slices.ContainsFunc(p.stacks, func(s stack) bool { return s.is(name) })
}

// artifactResources is how many resources a stack with artifacts has: two buckets with their policies, and a key with its alias.
const artifactResources = 6

func pipelinesOf(cfg *config.Config) []pipeline {
	var all []pipeline
	for _, part := range cfg.Pipelines() {
		p := pipeline{part: part}
		at := cfg.Rollout.Pipeline
		for _, region := range cfg.ArtifactRegions(part) {
			p.stacks = append(p.stacks, stack{
				id: part.ID(), name: cfg.ArtifactStackName(part.Number, region), account: at.Account, region: region, resources: artifactResources,
			})
		}
		p.stacks = append(p.stacks, stack{
			id: part.ID(), name: cfg.PipelineName(part.Number), account: at.Account, region: at.Region, resources: pipelineResources(cfg, part),
		})
		all = append(all, p)
	}
	return all
}

// pipelineResources is how many resources the stack of a pipeline has: the pipeline, and the projects that synthesize and change it,
// each with a role and its policy; where there are functions, a project that publishes them; and the one that starts others. The CDK
// adds a second policy where the first one would be too large.
func pipelineResources(cfg *config.Config, part config.PipelinePart) int {
	projects := 3
	if part.First() && len(functionsOf(cfg)) > 0 {
		projects++
	}
	if part.First() && len(cfg.Pipelines()) > 1 {
		projects++
	}
	return 3 * projects
}

// noSuchPipeline is the error of a name that means a pipeline that there is not. Nil: it does not.
func noSuchPipeline(name string, pipelines []pipeline) error {
	number, ofPipeline := strings.CutPrefix(name, config.PipelineID)
	if !ofPipeline || number != "" && !regexp.MustCompile(`^-[0-9]+$`).MatchString(number) {
		return nil
	}
	if len(pipelines) == 0 {
		return fmt.Errorf("-workload %s: the configuration has no rollout.pipeline", name)
	}
	return fmt.Errorf("-workload %s: there is no such pipeline; want pipeline, or pipeline-1 to pipeline-%d", name, len(pipelines))
}

// synthesizePipeline writes the stacks of a pipeline and those in its stages.
func (p part) synthesizePipeline(cfg *config.Config, build PipelineBuilder, built func()) error {
	if build == nil || p.Pipeline > len(cfg.Pipelines()) {
		return fmt.Errorf("pipeline %d does not belong to this process", p.Pipeline)
	}
	inStage := map[string][]stack{config.CentralID: centralStacks(cfg)}
	for _, w := range cfg.Workloads {
		inStage[w.ID()] = []stack{workloadStack(cfg, w)}
	}
	app := newApp(p.Out)
	props := &stacks.PipelineProps{
		Config: cfg, Part: cfg.Pipelines()[p.Pipeline-1], File: p.InRepo, CLI: p.CLI, Built: built,
		Stage: func(stage awscdk.Stage, id string) error {
			for _, s := range inStage[id] {
				if err := s.build(stage, jsii.String(s.name), p.Programs); err != nil {
					return err
				}
			}
			return nil
		},
	}
	if p.Nag {
		addNag(app)
		props.Aspects = addNag
	}
	if err := build(app, props); err != nil {
		return err
	}
	app.Synth(nil)
	return nil
}

// cliVersion is the version of the CDK's CLI that the module pins.
func cliVersion(sources fs.FS) (string, error) {
	const file = "package.json"
	text, err := fs.ReadFile(sources, file)
	if err != nil {
		return "", err
	}
	var manifest struct {
		DevDependencies map[string]string `json:"devDependencies"`
	}
	err = json.Unmarshal(text, &manifest)
	version := manifest.DevDependencies["aws-cdk"]
	if err != nil || !regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+$`).MatchString(version) {
		return "", fmt.Errorf("%s: devDependencies.aws-cdk is %q; want one version, such as 2.1148.1, since a pipeline would "+
			"otherwise change with each new one", file, version)
	}
	return version, nil
}

// errOutside is why a file has no path in the repository.
var errOutside = errors.New("is outside of the module")

// pathInRepository is the path of the configuration in the repository, with slashes: relative to the module, which the app runs in.
func pathInRepository(file string) (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	whole, err := filepath.Abs(file)
	if err != nil {
		return "", err
	}
	path, err := filepath.Rel(dir, whole)
	if err != nil || !filepath.IsLocal(path) {
		return "", errOutside
	}
	return filepath.ToSlash(path), nil
}

// inRepository is the path of the configuration for the pipeline. A file outside of the module has its base name there.
func (o Options) inRepository() string {
	if path, err := pathInRepository(o.Config); err == nil {
		return path
	}
	base := filepath.Base(o.Config)
	if o.Stderr != nil {
		fmt.Fprintf(o.Stderr, "%s is outside of the module: the pipeline reads %s, at the top of its repository\n", o.Config, base)
	}
	return base
}
