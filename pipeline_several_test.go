//go:build whole

package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"central-s3-backup/config"
	"central-s3-backup/internal/deploypolicy"
)

// ofSeveral are the Regions of the workloads of [several].
var ofSeveral = []string{"eu-west-1", "eu-central-1", "us-east-1", "ap-southeast-2"}

// several are the two pipelines of testdata/pipelines.yaml, with cdk-nag and a permissions boundary.
var several = sync.OnceValue(func() *assembly {
	const file = "testdata/pipelines.yaml"
	dir := filepath.Join(shared, "several")
	app := appCommand("-config", file, "-out", dir, "-workload", "pipeline", "-report=false") // Node.js reads the context when it starts
	app.Env = append(app.Env, `CDK_CONTEXT_JSON={"nag":"true","@aws-cdk/core:permissionsBoundary":{"name":"company-boundary"}}`)
	if said, err := app.CombinedOutput(); err != nil {
		panic(string(said))
	}
	cfg, err := config.LoadFile(file)
	if err != nil {
		panic(err)
	}
	return &assembly{dir: dir, cfg: cfg, templates: readTemplates(dir)}
})

// stepsOf are the actions of a pipeline of [several], in the order in which they run.
func stepsOf(t *testing.T, number int) []action {
	t.Helper()
	var steps []action
	for _, pipeline := range several().templates[several().cfg.PipelineName(number)].ofType("AWS::CodePipeline::Pipeline") {
		steps = append(steps, actionsOf(pipeline)...)
	}
	if len(steps) == 0 {
		t.Fatalf("there is no pipeline %d", number)
	}
	return steps
}

// TestLargestPipeline: with as many workloads as a pipeline may have, in four Regions, its template and its policies are within their
// limits, CloudFormation may deploy all of it, cdk-nag finds nothing, and the policies of its artifacts name no workload's account, so
// that they do not grow.
func TestLargestPipeline(t *testing.T) {
	largest := several()
	pipeline := largest.templates["heron-backup-pipeline-1"]
	if size := len(pipeline.bytes); size > 110*1024 {
		t.Errorf("the pipeline's template has %d bytes", size)
	}
	for id, r := range pipeline.ofType("AWS::IAM::Policy") {
		if text, _ := json.Marshal(r.Properties["PolicyDocument"]); len(text) > 10_240 {
			t.Errorf("%s has %d characters, and a role takes 10,240", id, len(text))
		}
	}
	for id, r := range pipeline.ofType("AWS::IAM::ManagedPolicy") {
		if text, _ := json.Marshal(r.Properties["PolicyDocument"]); len(text) > deploypolicy.MaxCharacters {
			t.Errorf("%s has %d characters", id, len(text))
		}
	}
	for name, template := range largest.templates {
		if checkDeployPolicies(t, largest, template) == 0 {
			t.Errorf("CloudFormation may deploy nothing of %s", name)
		}
	}
	if found := nagFindings(t, largest.dir); len(found) > 0 {
		t.Errorf("cdk-nag finds %s", strings.Join(found, "\n"))
	}
	for _, region := range ofSeveral {
		artifacts, is := largest.templates[largest.cfg.ArtifactStackName(1, region)]
		if !is {
			t.Errorf("no artifacts in %s", region)
		}
		if named := regexp.MustCompile(`22222222[0-9]{4}`).Find(artifacts.bytes); named != nil {
			t.Errorf("the artifacts in %s name an account, %s: their policies would grow with the workloads", region, named)
		}
	}
}

// TestSeveralPipelines: the central account is deployed once, by the first pipeline, which alone follows the branch. After it, and before
// any workload, this one starts the others with its commit. Each workload is deployed by one pipeline, after its approval.
func TestSeveralPipelines(t *testing.T) {
	cfg := several().cfg
	var ids []string
	for number := 1; number <= 2; number++ {
		place := map[string]int{} // of what a step does
		for i, step := range stepsOf(t, number) {
			switch step.provider {
			case "CodeStarSourceConnection":
				detects := at(step.properties, "Configuration", "DetectChanges")
				if (detects == false) != (number > 1) {
					t.Errorf("pipeline %d follows the branch: %v", number, detects)
				}
				if step.name != "Source" {
					t.Errorf("pipeline %d takes the commit by the action %s", number, step.name)
				}
			case "CodeBuild":
				place[step.stage+" CodeBuild"] = i
			case "Manual":
				_, id, _ := strings.Cut(step.name, "approve-")
				place["approve "+id] = step.order
			case "CloudFormation":
				name, _ := at(step.properties, "Configuration", "StackName").(string)
				id := strings.TrimPrefix(name, "heron-backup-")
				ids = append(ids, id)
				if after, is := place["approve "+id]; is != slices.Contains(cfg.Rollout.Pipeline.ApproveBefore, id) || is && after >= step.order {
					t.Errorf("%s is approved: %v, in step %d of its stage; it is deployed in step %d", id, is, after, step.order)
				}
				place[id] = i
			}
		}
		starts, is := place["central CodeBuild"]
		if is != (number == 1) || is && (starts < place[config.CentralID] || starts > place["w0-prod"]) {
			t.Errorf("pipeline %d starts the others: %v, in place %d; the steps are %v", number, is, starts, place)
		}
	}
	if len(ids) != config.MaxPipelineWorkloads+2 || ids[0] != config.CentralID || ids[len(ids)-1] != "w40-prod" {
		t.Errorf("deploys %v", ids)
	}
	slices.Sort(ids)
	if once := slices.Compact(slices.Clone(ids)); len(once) != len(ids) {
		t.Errorf("deploys some twice: %v", ids)
	}
	if !strings.Contains(string(several().templates[cfg.PipelineName(2)].bytes), "-c workload=pipeline-2 ") {
		t.Error("the second pipeline does not synthesize itself")
	}
}

// TestFirstPipelineStartsOthers: by which command, with which commit, and what its role may start.
func TestFirstPipelineStartsOthers(t *testing.T) {
	template := several().templates["heron-backup-pipeline-1"]
	var started map[string]any
	for _, step := range stepsOf(t, 1) {
		if step.stage == config.CentralID && step.provider == "CodeBuild" {
			started = step.properties
		}
	}
	id, _ := at(started, "Configuration", "ProjectName", "Ref").(string)
	project := template.Resources[id]
	spec, _ := at(project.Properties, "Source", "BuildSpec").(string)
	var build struct {
		Phases struct{ Build struct{ Commands []string } }
	}
	if err := json.Unmarshal([]byte(spec), &build); err != nil {
		t.Fatal(err)
	}
	const command = "aws codepipeline start-pipeline-execution --name heron-backup-pipeline-2 " +
		`--source-revisions "actionName=Source,revisionType=COMMIT_ID,revisionValue=$COMMIT"`
	if !slices.Equal(build.Phases.Build.Commands, []string{command}) {
		t.Errorf("the commands are %q, want %q", build.Phases.Build.Commands, command)
	}
	variables, _ := at(started, "Configuration", "EnvironmentVariables").(string)
	commit := ""
	for _, step := range stepsOf(t, 1) {
		if space, is := step.properties["Namespace"].(string); is && step.provider == "CodeStarSourceConnection" {
			commit = fmt.Sprintf(`[{"name":"COMMIT","type":"PLAINTEXT","value":"#{%s.CommitId}"}]`, space)
		}
	}
	if variables != commit || commit == "" {
		t.Errorf("the variables are %s, want %s", variables, commit)
	}
	found := 0
	for _, template := range several().templates {
		for id, policy := range template.ofType("AWS::IAM::Policy") {
			for _, s := range list(at(policy.Properties, "PolicyDocument", "Statement")) {
				if !slices.Contains(list(at(s, "Action")), any("codepipeline:StartPipelineExecution")) {
					continue
				}
				const others = "arn:aws:codepipeline:eu-west-1:111111111111:heron-backup-pipeline-*"
				roles := list(at(policy.Properties, "Roles"))
				own, _ := at(project.Properties, "ServiceRole", "Fn::GetAtt", 0).(string)
				if at(s, "Resource") != others || len(roles) != 1 || own == "" || at(roles[0], "Ref") != own {
					t.Errorf("%s: %v may start %v; want the role %s of the project, and %s", id, roles, at(s, "Resource"), own, others)
				}
				found++
			}
		}
	}
	if found != 1 {
		t.Errorf("%d statements allow to start pipelines, want 1", found)
	}
}

// TestPipelineRolesAsPrescribed: the roles that the CDK's library creates have the path, the beginning of names and the permissions
// boundary that all others have.
func TestPipelineRolesAsPrescribed(t *testing.T) {
	names := map[string]bool{}
	for stack, template := range several().templates {
		for id, role := range template.ofType("AWS::IAM::Role") {
			name, _ := role.Properties["RoleName"].(string)
			names[name] = true
			if role.Properties["Path"] != "/acme/backup/" || len(name) > config.MaxRoleName {
				t.Errorf("%s, %s: %v%v", stack, id, role.Properties["Path"], name)
			}
			if policy, _ := json.Marshal(role.Properties["PermissionsBoundary"]); !strings.Contains(string(policy), `:policy/company-boundary"`) {
				t.Errorf("%s, %s: the boundary is %s", stack, id, policy)
			}
		}
	}
	var want []string
	for _, use := range []string{"1-assets", "1-run", "1-selfupdate", "1-start-others", "1-synth", "2-run", "2-selfupdate", "2-synth"} {
		want = append(want, "it-heron-pipeline-"+use)
	}
	if got := slices.Sorted(maps.Keys(names)); !slices.Equal(got, want) {
		t.Errorf("roles %v, want %v", got, want)
	}
}

// TestManyApprovals: a wave with more actions than a stage of a pipeline may have is cut. Each approval stays before its workload.
func TestManyApprovals(t *testing.T) {
	var text, ids strings.Builder
	for i := range config.MaxPipelineWorkloads {
		fmt.Fprintf(&text, "  - {name: w%d, environment: prod, account: \"%d\", region: eu-west-1, "+
			"buckets: [{name: heron-w%d, tier: standard_data}]}\n", i, 222_222_220_000+i, i)
		fmt.Fprintf(&ids, "w%d-prod, ", i)
	}
	file := filepath.Join(t.TempDir(), "backup.yaml")
	write(t, file, []byte("version: 1\nproject: heron\norganization: {id: o-a1b2c3d4e5}\n"+
		"central: {account: \"111111111111\", region: eu-west-1}\nworkloads:\n"+text.String()+
		"rollout: {pipeline: {account: \"111111111111\", region: eu-west-1, repository: heron/backup, "+
		"connection_arn: \"arn:aws:codeconnections:eu-west-1:111111111111:connection/01234567\", approve_before: ["+ids.String()+"]}}\n"))
	a := synthesizeFile(file, filepath.Join(t.TempDir(), "out"), nil, "-workload", "pipeline", "-report=false")
	perStage, approvals, deployed := map[string]int{}, map[string]action{}, 0
	for _, pipeline := range a.templates["heron-backup-pipeline-1"].ofType("AWS::CodePipeline::Pipeline") {
		for _, step := range actionsOf(pipeline) {
			perStage[step.stage]++
			switch step.provider {
			case "Manual":
				_, id, _ := strings.Cut(step.name, "approve-")
				approvals[id] = step
			case "CloudFormation":
				name, _ := at(step.properties, "Configuration", "StackName").(string)
				id := strings.TrimPrefix(name, "heron-backup-")
				if approval := approvals[id]; id != config.CentralID && !approval.runsBefore(step) {
					t.Errorf("%s is deployed in step %d of %s, its approval is step %d of %s", id, step.order, step.stage, approval.order, approval.stage)
				}
				deployed++
			}
		}
	}
	if deployed != config.MaxPipelineWorkloads+1 || len(approvals) != config.MaxPipelineWorkloads {
		t.Errorf("%d stacks and %d approvals", deployed, len(approvals))
	}
	for stage, actions := range perStage {
		if actions > config.MaxStageActions { // F-PIPE-1
			t.Errorf("stage %s has %d actions", stage, actions)
		}
	}
	if perStage["wave-1"] != config.MaxStageActions || perStage["wave-1-2"] != 30 {
		t.Errorf("actions of the stages: %v", perStage)
	}
}
