package main

import (
	"bytes"
	"encoding/json"
	"fmt"
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

// pipelined is the example with a pipeline.
var pipelined = sync.OnceValue(func() *assembly {
	return synthesizeFile(pipelineFile, filepath.Join(shared, "pipeline"), nil)
})

// inStages are the templates in the stages of an assembly, by the names of the stages.
func inStages(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "assembly-*", "*.template.json"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]byte{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found[strings.TrimPrefix(filepath.Base(filepath.Dir(file)), "assembly-")] = text
	}
	return found
}

// ofPipelines are the templates of the pipeline and of its artifacts.
func ofPipelines() map[string]template {
	templates := maps.Clone(pipelined().templates)
	maps.DeleteFunc(templates, func(name string, _ template) bool { return !strings.Contains(name, "-pipeline-") })
	return templates
}

// TestStagesHaveTheSameBytes: a stack is the same in its stage and at the top level, also where the pipeline is synthesized alone.
func TestStagesHaveTheSameBytes(t *testing.T) {
	alone := synthesizeFile(pipelineFile, t.TempDir(), nil, "-workload", "pipeline-1")
	for name := range alone.templates {
		if !strings.Contains(name, "-pipeline-1") {
			t.Errorf("the pipeline alone has %s at the top level", name)
		}
	}
	for _, dir := range []string{pipelined().dir, alone.dir} {
		stages := inStages(t, dir)
		if names := slices.Sorted(maps.Keys(stages)); !slices.Equal(names, []string{"central", "dummy-dev", "dummy-prod"}) {
			t.Errorf("stages %v", names)
		}
		for id, text := range stages {
			if !bytes.Equal(text, pipelined().templates["dummy-backup-"+id].bytes) {
				t.Errorf("%s differs in its stage", id)
			}
		}
	}
	for name, template := range alone.templates {
		if !bytes.Equal(template.bytes, pipelined().templates[name].bytes) {
			t.Errorf("%s differs when it is built alone", name)
		}
	}
}

// TestNothingIsStale: a second run over an edited file leaves what a first one would have written.
func TestNothingIsStale(t *testing.T) {
	text, err := os.ReadFile(pipelineFile)
	if err != nil {
		t.Fatal(err)
	}
	edits := strings.NewReplacer("environment: dev", "environment: test", "dummy-prod-critical-data", "dummy-prod-other-data")
	edited := edits.Replace(string(text))
	file := filepath.Join(t.TempDir(), "edited.yaml")
	write(t, file, []byte(edited))
	out := filepath.Join(t.TempDir(), "out")
	synthesizeFile(file, out, map[string]string{"CDK_CONTEXT_JSON": `{"nag":"true"}`})
	synthesizeFile(pipelineFile, out, nil)
	got, want := contents(t, out), contents(t, pipelined().dir)
	if names, others := slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)); !slices.Equal(names, others) {
		t.Fatalf("files %v, want %v", names, others)
	}
	for name := range got {
		if got[name] != want[name] {
			t.Errorf("%s differs in line %d", name, firstDifference([]byte(got[name]), []byte(want[name])))
		}
	}
}

// TestPipelinesAreApart: the app does not link the CDK's library for pipelines, which only their own program does.
func TestPipelinesAreApart(t *testing.T) {
	const library = "github.com/aws/aws-cdk-go/awscdk/v2/pipelines"
	for program, links := range map[string]bool{".": false, "./cmd/backupctl": false, "./cmd/pipeline": true} {
		packages, err := exec.Command("go", "list", "-deps", program).Output()
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(strings.Fields(string(packages)), library) != links {
			t.Errorf("%s links %s: want %v", program, library, links)
		}
	}
}

// action is one of a pipeline's.
type action struct {
	stage, name, provider string
	order                 int
	properties            map[string]any
}

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
	approved := map[string]bool{}
	var deployed, providers []string
	for _, pipeline := range pipelines {
		for _, step := range actionsOf(pipeline) {
			providers = append(providers, step.provider)
			text, _ := json.Marshal(step.properties)
			switch step.provider {
			case "Manual":
				approved[step.stage] = true
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
				if a.cfg.ApprovedBefore(id) != approved[step.stage] {
					t.Errorf("%s is deployed after an approval: %v", name, approved[step.stage])
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
	a := synthesizeFile(pipelineFile, t.TempDir(), map[string]string{"CDK_CONTEXT_JSON": `{"nag":"true"}`}, "-workload", "pipeline")
	if found := nagFindings(t, a.dir); len(found) > 0 {
		t.Errorf("%s", strings.Join(found, "\n"))
	}
	reports, err := filepath.Glob(filepath.Join(a.dir, "AwsSolutions-*-NagReport.csv"))
	if err != nil || len(reports) != 6 {
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
		"lake-eu lake-eu eu-west-1", "lake-us lake-us us-west-2", "archive-prod archive-prod eu-central-1",
	}
	if !slices.Equal(deployed, want) {
		t.Errorf("deploys %v, want %v", deployed, want)
	}
	if n := strings.Count(strings.Join(providers, " "), "CodeBuild"); n != 3 {
		t.Errorf("actions of %v; want one of CodeBuild that publishes the functions", providers)
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
