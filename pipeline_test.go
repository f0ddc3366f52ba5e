package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"central-s3-backup/config"
	"central-s3-backup/internal/deploypolicy"
)

const pipelineFile = "testdata/pipeline.yaml"

// pipelined is the example with a pipeline. Three processes write it, with cdk-nag: neither changes a byte of any template
// (TestParts, TestNag, TestGolden).
var pipelined = sync.OnceValue(func() *assembly {
	return synthesizeFile(pipelineFile, filepath.Join(shared, "pipeline"), withNag, "-jobs", "3")
})

// inStages are the templates in the stages of an assembly, by what comes after the project in the names of their stacks.
func inStages(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	manifests, err := filepath.Glob(filepath.Join(dir, "assembly-*", "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]byte{}
	for _, file := range manifests {
		text, err := os.ReadFile(file)
		var manifest struct {
			Artifacts map[string]struct {
				Properties struct{ StackName, TemplateFile string }
			}
		}
		if err := errors.Join(err, json.Unmarshal(text, &manifest)); err != nil {
			t.Fatal(err)
		}
		for _, artifact := range manifest.Artifacts {
			if artifact.Properties.StackName == "" {
				continue
			}
			template, err := os.ReadFile(filepath.Join(filepath.Dir(file), artifact.Properties.TemplateFile))
			if err != nil {
				t.Fatal(err)
			}
			found[strings.TrimPrefix(artifact.Properties.StackName, "dummy-backup-")] = template
		}
	}
	return found
}

// ofPipelines are the templates of the pipeline and of its artifacts.
func ofPipelines() map[string]template {
	templates := maps.Clone(pipelined().templates)
	maps.DeleteFunc(templates, func(name string, _ template) bool { return !strings.Contains(name, "-pipeline-") })
	return templates
}

// TestStagesHaveTheSameBytes: a stack is the same in its stage and at the top level.
func TestStagesHaveTheSameBytes(t *testing.T) { checkStages(t, pipelined().dir) }

// checkStages looks at the stages in the assembly of a pipeline.
func checkStages(t *testing.T, dir string) {
	t.Helper()
	stages := inStages(t, dir)
	if names := slices.Sorted(maps.Keys(stages)); !slices.Equal(names, []string{"central", "dummy-dev", "dummy-prod"}) {
		t.Errorf("stages have %v", names)
	}
	for id, text := range stages {
		if !bytes.Equal(text, pipelined().templates["dummy-backup-"+id].bytes) {
			t.Errorf("%s differs in its stage", id)
		}
	}
}

// TestPipelinesAreApart: the app does not link the CDK's library for pipelines, which only their own program does.
func TestPipelinesAreApart(t *testing.T) {
	const library = "github.com/aws/aws-cdk-go/awscdk/v2/pipelines"
	lists, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Deps " "}}`, ".", "./cmd/backupctl", "./cmd/pipeline").Output()
	if err != nil {
		t.Fatal(err)
	}
	programs := 0
	for list := range strings.Lines(string(lists)) {
		packages := strings.Fields(list)
		programs++
		if want := strings.HasSuffix(packages[0], "/cmd/pipeline"); slices.Contains(packages, library) != want {
			t.Errorf("%s links %s: want %v", packages[0], library, want)
		}
	}
	if programs != 3 {
		t.Errorf("%d programs", programs)
	}
}

// action is one of a pipeline's.
type action struct {
	stage, name, provider string
	order                 int
	properties            map[string]any
}

// runsBefore tells whether an action has ended in its stage before another one starts. The zero value runs before none.
func (a action) runsBefore(b action) bool { return a.stage == b.stage && a.order < b.order }

// actionsOf lists the actions of a pipeline in the order in which they run.
func actionsOf(pipeline resource) []action {
	var all []action
	for _, stage := range list(pipeline.Properties["Stages"]) {
		name, _ := at(stage, "Name").(string)
		var actions []action
		for _, a := range list(at(stage, "Actions")) {
			properties, _ := a.(map[string]any)
			order, _ := properties["RunOrder"].(float64)
			provider, _ := at(a, "ActionTypeId", "Provider").(string)
			actionName, _ := properties["Name"].(string)
			actions = append(actions, action{name, actionName, provider, int(order), properties})
		}
		slices.SortStableFunc(actions, func(a, b action) int { return a.order - b.order })
		all = append(all, actions...)
	}
	return all
}

// deployRoles are the roles of the CDK's bootstrap with which a stack is deployed: their accounts, in the ARN and in the name.
var deployRoles = regexp.MustCompile(`:iam::([0-9]{12}):role/cdk-[a-z0-9]+-(deploy|cfn-exec)-role-([0-9]{12})-`)

// TestPipelineDeploys: the central account comes first, a person approves before what approve_before names, each stack goes to the
// account and Region of the file with that account's roles, and its template is in the assembly.
func TestPipelineDeploys(t *testing.T) {
	a := pipelined()
	template := a.templates["dummy-backup-pipeline-1"]
	pipelines := template.ofType("AWS::CodePipeline::Pipeline")
	if len(pipelines) != 1 {
		t.Fatalf("%d pipelines", len(pipelines))
	}
	places := map[string][2]string{a.cfg.CentralStackName(): {a.cfg.Central.Account, a.cfg.Central.Region}}
	for _, w := range a.cfg.Workloads {
		places[a.cfg.StackName(w)] = [2]string{w.Account, w.Region}
	}
	approvals := map[string]action{}
	var deployed, providers []string
	for _, pipeline := range pipelines {
		for _, step := range actionsOf(pipeline) {
			providers = append(providers, step.provider)
			text, _ := json.Marshal(step.properties)
			switch step.provider {
			case "Manual":
				_, id, _ := strings.Cut(step.name, "approve-")
				approvals[id] = step
			case "CloudFormation":
				name, _ := at(step.properties, "Configuration", "StackName").(string)
				account, region := places[name][0], places[name][1]
				deployed = append(deployed, strings.TrimPrefix(name, "dummy-backup-"))
				in, _ := step.properties["Region"].(string)
				if (in == "") != (region == a.cfg.Rollout.Pipeline.Region) || in != "" && in != region {
					t.Errorf("%s is deployed in %q, want %s", name, in, region)
				}
				if got := deployRoles.FindAllStringSubmatch(string(text), -1); len(got) != 2 ||
					slices.ContainsFunc(got, func(m []string) bool { return m[1] != account || m[3] != account }) {
					t.Errorf("%s is deployed by %v, want roles of %s", name, got, account)
				}
				path, _ := at(step.properties, "Configuration", "TemplatePath").(string)
				artifact, path, _ := strings.Cut(path, "::")
				if inputs := list(step.properties["InputArtifacts"]); len(inputs) != 1 || at(inputs[0], "Name") != artifact {
					t.Errorf("%s: the template is in the artifact %s, and the inputs are %v", name, artifact, inputs)
				}
				if content, err := os.ReadFile(filepath.Join(a.dir, path)); err != nil || !bytes.Equal(content, a.templates[name].bytes) {
					t.Errorf("%s: the template %s: %v", name, path, err)
				}
				id := strings.TrimPrefix(name, "dummy-backup-")
				if before := approvals[id].runsBefore(step); before != a.cfg.ApprovedBefore(id) {
					t.Errorf("%s is deployed after an approval: %v", name, before)
				}
			}
		}
		if pipeline.Properties["PipelineType"] != "V2" {
			t.Errorf("type %v", pipeline.Properties["PipelineType"])
		}
	}
	if !slices.Equal(deployed, []string{config.CentralID, "dummy-dev", "dummy-prod"}) {
		t.Errorf("deploys %v", deployed)
	}
	want := []string{"CodeStarSourceConnection", "CodeBuild", "CodeBuild", "CloudFormation", "CloudFormation", "Manual", "CloudFormation"}
	if !slices.Equal(providers, want) {
		t.Errorf("actions of %v", providers)
	}
}

// TestPipelineSettings: the CLI is the one that the repository pins, the artifacts are in buckets of the app, the pipeline synthesizes
// itself alone, and it may use its connection under both names of the service (F-PIPE-4).
func TestPipelineSettings(t *testing.T) {
	a := pipelined()
	text := string(a.templates["dummy-backup-pipeline-1"].bytes)
	manifest, err := os.ReadFile("package.json")
	if err != nil {
		t.Fatal(err)
	}
	cli := regexp.MustCompile(`"aws-cdk": "([0-9.]+)"`).FindSubmatch(manifest)
	for _, want := range []string{
		"npm install -g aws-cdk@" + string(cli[1]) + `\"`, "-c workload=pipeline-1 -c config='testdata/pipeline.yaml'",
		// One directory is kept for the next synthesis, and every cache is in it.
		`\"/var/cache/central-s3-backup/**/*\"`, `\"GOMODCACHE\": \"/var/cache/central-s3-backup/`,
		`\"XDG_CACHE_HOME\": \"/var/cache/central-s3-backup\"`, `\"npm_config_cache\": \"/var/cache/central-s3-backup/`,
		`\"JSII_RUNTIME_PACKAGE_CACHE_ROOT\": \"/var/cache/central-s3-backup/`,
		`"codeconnections:UseConnection"`, `"codestar-connections:UseConnection"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	for _, unwanted := range []string{"aws-cdk@latest", "npm install -g aws-cdk\\", "cdk-assets@latest", "AWS::S3::Bucket", "AWS::KMS::Key"} {
		if strings.Contains(text, unwanted) {
			t.Errorf("the pipeline has %s", unwanted)
		}
	}
	for _, region := range []string{"eu-central-1", "eu-west-1"} {
		artifacts := a.templates[a.cfg.ArtifactStackName(1, region)]
		for _, bucket := range artifacts.ofType("AWS::S3::Bucket") {
			name, _ := bucket.Properties["BucketName"].(string)
			if name == a.cfg.ArtifactBucketName(1, region) && !strings.Contains(text, `"Location": "`+name+`"`) {
				t.Errorf("the pipeline does not use %s", name)
			}
		}
		for id, r := range artifacts.Resources {
			holds := r.Type == "AWS::S3::Bucket" || r.Type == "AWS::KMS::Key"
			if holds && r.DeletionPolicy != "Retain" && r.DeletionPolicy != "RetainExceptOnCreate" {
				t.Errorf("%s is not retained", id)
			}
		}
	}
}

// TestPipelineNag: cdk-nag finds nothing in a pipeline, and looks into its stages.
func TestPipelineNag(t *testing.T) {
	a := pipelined()
	if found := nagFindings(t, a.dir); len(found) > 0 {
		t.Errorf("%s", strings.Join(found, "\n"))
	}
	reports, err := filepath.Glob(filepath.Join(a.dir, "AwsSolutions-*-NagReport.csv"))
	if err != nil || len(reports) != 9 {
		t.Errorf("%d reports, want one for each stack and each stage: %v %v", len(reports), reports, err)
	}
}

// TestCheckNamesTheStacks: -check names the stacks that a run writes.
func TestCheckNamesTheStacks(t *testing.T) {
	var stdout, stderr bytes.Buffer
	none := func(string) string { return "" }
	if run([]string{"-check", "-format", "json", "-config", pipelineFile}, none, &stdout, &stderr) != exitDone {
		t.Fatal(stderr.String())
	}
	var said struct {
		Stacks []struct {
			Name      string
			Resources int
			Wave      *int
		}
	}
	if err := json.Unmarshal(stdout.Bytes(), &said); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range said.Stacks {
		names = append(names, s.Name)
		if n := len(pipelined().templates[s.Name].Resources); n != s.Resources {
			t.Errorf("%s: %d resources, and the template has %d", s.Name, s.Resources, n)
		}
		if strings.Contains(s.Name, "-pipeline-") != (s.Wave == nil) {
			t.Errorf("%s: wave %v", s.Name, s.Wave)
		}
	}
	slices.Sort(names)
	if want := slices.Sorted(maps.Keys(pipelined().templates)); !slices.Equal(names, want) {
		t.Errorf("-check names %v, want %v", names, want)
	}
}

// TestPipelineDeployPolicies: the policies of cdk bootstrap allow what a pipeline and its artifacts need, on their names and no others, and
// no deletion of artifacts. The connection is passed under both names of the service (F-PIPE-9).
func TestPipelineDeployPolicies(t *testing.T) {
	a, allowed := pipelined(), 0
	for name, template := range a.templates {
		allowed += checkDeployPolicies(t, a, template)
		place := placeOf(t, a.cfg, name)
		statements := deploypolicy.Statements(place)
		for _, s := range statements {
			if len(s.Resources) == 0 {
				t.Errorf("%s: %v is allowed on nothing, which IAM refuses", name, s.Actions)
			}
		}
		for _, action := range []string{"codeconnections:PassConnection", "codestar-connections:PassConnection"} {
			passes := slices.ContainsFunc(statements, func(s deploypolicy.Statement) bool {
				return allowsOn(s, action, a.cfg.Rollout.Pipeline.ConnectionARN)
			})
			others := slices.ContainsFunc(statements, func(s deploypolicy.Statement) bool {
				return allowsOn(s, action, a.cfg.Rollout.Pipeline.ConnectionARN+"x")
			})
			if passes != (place.Region == a.cfg.Rollout.Pipeline.Region && place.Account == a.cfg.Rollout.Pipeline.Account) || others {
				t.Errorf("%s: %s is allowed on the connection: %v, on another one: %v", name, action, passes, others)
			}
		}
	}
	if allowed == 0 {
		t.Error("nothing at all is allowed")
	}
}
