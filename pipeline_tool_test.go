//go:build whole

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestPipelineTool: an installed binary synthesizes a pipeline in a directory that has nothing but a backup.yaml: with functions, and
// with a central account of three Regions. All stacks of it are deployed, one after another, before any workload, each in its Region.
func TestPipelineTool(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	text, err := os.ReadFile("testdata/vaults.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const rollout = "rollout: {pipeline: {account: \"111111111111\", region: eu-central-1, repository: example/backup, " +
		"connection_arn: \"arn:aws:codeconnections:eu-central-1:111111111111:connection/0a1b2c3d\"}}\n"
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(home, "backup.yaml"), append(text, rollout...))
	run := exec.Command(tool(t), "-workload", "pipeline-1")
	run.Dir = home
	run.Env = append(os.Environ(), "GOWORK=/absent/go.work", "GOFLAGS=-mod=vendor") // settings of other modules
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	out := filepath.Join(home, "cdk.out")
	template := readTemplates(out)["dummy-backup-pipeline-1"]
	var deployed, providers, places []string
	for _, pipeline := range template.ofType("AWS::CodePipeline::Pipeline") {
		for _, step := range actionsOf(pipeline) {
			providers = append(providers, step.provider)
			if step.provider != "CloudFormation" {
				continue
			}
			name, _ := at(step.properties, "Configuration", "StackName").(string)
			region, is := step.properties["Region"].(string)
			if !is {
				region = "eu-central-1"
			}
			if place := fmt.Sprint(step.stage, " ", step.order); slices.Contains(places, place) {
				t.Errorf("%s is deployed at the same time as another stack: %s", name, place)
			} else {
				places = append(places, place)
			}
			deployed = append(deployed, fmt.Sprint(step.stage, " ", strings.TrimPrefix(name, "dummy-backup-"), " ", region))
			path, _ := at(step.properties, "Configuration", "TemplatePath").(string)
			_, path, _ = strings.Cut(path, "::")
			want, there := vaults.templates[name]
			if content, err := os.ReadFile(filepath.Join(out, path)); err != nil || !there || !bytes.Equal(content, want.bytes) {
				t.Errorf("%s: the template %s is another one than without a pipeline: %v", name, path, err)
			}
		}
		var regions []string
		for _, store := range list(pipeline.Properties["ArtifactStores"]) {
			region, _ := at(store, "Region").(string)
			regions = append(regions, region)
		}
		slices.Sort(regions)
		if want := []string{"eu-central-1", "eu-west-1", "us-east-1", "us-west-2"}; !slices.Equal(regions, want) {
			t.Errorf("artifacts in %v, want %v", regions, want)
		}
	}
	want := []string{
		"central central eu-central-1", "central central-us-east-1 us-east-1", "central central-eu-west-1 eu-west-1",
		"wave-1 lake-eu eu-west-1", "wave-2 lake-us us-west-2", "wave-3 archive-prod eu-central-1",
	}
	if !slices.Equal(deployed, want) {
		t.Errorf("deploys %v, want %v", deployed, want)
	}
	if n := strings.Count(strings.Join(providers, " "), "CodeBuild"); n != 3 {
		t.Errorf("actions of %v; want one of CodeBuild that publishes the functions", providers)
	}
}
