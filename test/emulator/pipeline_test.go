package emulator

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"central-s3-backup/config"
)

// TestPipeline: the CDK CLI deploys a pipeline, which then runs: it deploys the accounts from the templates in its stages. It runs
// again and changes nothing. So do the CLI, by the names at the top level and by one in a stage, and the workflow. A bucket that is
// added changes one stack, and nothing that holds data is replaced.
func TestPipeline(t *testing.T) {
	t.Parallel()
	s := newSite(t, "testdata/pipeline.yaml")
	s.run(s.run("backupctl bootstrap", nil), nil) // also the pipeline's account in the workloads' Regions
	s.createExisting()
	name := s.cfg.PipelineName(1)
	said := s.run("npx cdk deploy "+name+" --app cdk.out --require-approval never", s.as(s.cfg.Central.Region))
	if noChanges.MatchString(said) {
		t.Errorf("the pipeline is there already:\n%s", said)
	}

	created := s.names()
	if got := s.execute(name); !slices.Equal(got, created) {
		t.Errorf("the pipeline deployed %v, want %v", got, created)
	}
	if got := s.execute(name); len(got) > 0 {
		t.Errorf("the pipeline deployed %v again, without changes", got)
	}
	s.unchanged()
	s.complete() // the CLI turns on what a pipeline cannot: termination protection
	s.noChanges(s.deploy("central/"+s.stacks[0].Name), 1)
	s.run("backupctl github-workflow --repository example/central-s3-backup", nil)
	deployed, said := s.rollOut(s.workflow(filepath.Join(s.dir, ".github/workflows/backup.yml")))
	if !slices.Equal(deployed, s.names()) { // a wave has one workload
		t.Errorf("the workflow deployed %v, want %v", deployed, s.names())
	}
	s.noChanges(said, len(s.stacks))

	before := s.held()
	dev := s.stacks[1]
	text := s.read(filepath.Join(s.dir, "backup.yaml"))
	const line = "      - {name: dummy-dev-curated-data, tier: curated_data}\n"
	s.configure(strings.Replace(text, line, line+"      - {name: dummy-dev-added, tier: curated_data}\n", 1))
	if got := s.execute(name); !slices.Equal(got, []string{dev.Name}) {
		t.Errorf("the pipeline deployed %v, want %s alone", got, dev.Name)
	}
	after := s.held()
	for id, physical := range before {
		if after[id] != physical {
			t.Errorf("%s was replaced: %s, then %s", id, physical, after[id])
		}
	}
	if len(before) < 20 || !slices.Contains(values(after), "dummy-dev-added") {
		t.Errorf("%d resources that hold data, then %v", len(before), after)
	}
	s.unchanged()
}

// TestSeveralPipelines: with more workloads than a pipeline may have, the first pipeline deploys the central account and then starts the
// second one, which has no trigger of its own, with its commit. Both deploy each workload once. The accounts of the workloads are not
// bootstrapped here, which takes the CDK CLI longer than everything else: TestRollout and TestPipeline do that.
func TestSeveralPipelines(t *testing.T) {
	t.Parallel()
	s := newSite(t, "testdata/pipeline.yaml")
	var text strings.Builder
	text.WriteString("version: 1\nproject: dummy\norganization: {id: o-a1b2c3d4e5}\n" +
		"central: {account: \"111111111111\", region: eu-central-1}\nalerts: {email: [backup@example.com]}\nworkloads:\n")
	for i := range config.MaxPipelineWorkloads + 1 {
		fmt.Fprintf(&text, "  - {name: w%d, environment: prod, account: \"%d\", region: eu-central-1, "+
			"buckets: [{name: dummy-w%d, tier: standard_data}]}\n", i, 222_222_220_000+i, i)
	}
	text.WriteString("rollout: {pipeline: {account: \"111111111111\", region: eu-central-1, repository: example/backup, " +
		"connection_arn: \"arn:aws:codeconnections:eu-central-1:111111111111:connection/0a1b2c3d\", approve_before: [w40-prod]}}\n")
	s.configure(text.String())
	s.signIn()
	var own []string
	for block := range strings.SplitSeq(s.run("backupctl bootstrap", nil), "\n\n") {
		if !strings.HasPrefix(block, "# account ") || strings.HasPrefix(block, "# account "+s.cfg.Central.Account) {
			own = append(own, block)
		}
	}
	s.run(strings.Join(own, "\n"), nil)
	first, second := s.cfg.PipelineName(1), s.cfg.PipelineName(2)
	s.run("npx cdk deploy "+first+" "+second+" --app cdk.out --require-approval never", s.as(s.cfg.Central.Region))
	want := slices.Concat(s.deployedBy(first)[:1], s.deployedBy(second), s.deployedBy(first)[1:])
	if got := s.execute(first); !slices.Equal(s.byWaves(got), want) || len(got) != len(s.stacks) {
		t.Errorf("the pipelines deployed %v, want %v", got, want)
	}
	if got := s.execute(first); len(got) > 0 {
		t.Errorf("the pipelines deployed %v again, without changes", got)
	}
}

// pipeline is an AWS::CodePipeline::Pipeline.
type pipeline struct {
	Stages []struct {
		Name    string
		Actions []action
	}
}

type action struct {
	Name          string
	RunOrder      int
	Region        string
	RoleArn       arn
	ActionTypeID  struct{ Category, Provider string }
	Configuration struct {
		ActionMode, Capabilities, StackName, TemplatePath string
		RoleArn                                           arn
		ProjectName                                       struct{ Ref string }
		EnvironmentVariables                              string
	}
	Namespace      string
	InputArtifacts []struct{ Name string }
}

// arn is one of a template, into which CloudFormation joins the partition.
type arn string

func (a *arn) UnmarshalJSON(text []byte) error {
	var joined map[string][]json.RawMessage
	if err := json.Unmarshal(text, &joined); err != nil {
		return err
	}
	if len(joined["Fn::Join"]) != 2 {
		return fmt.Errorf("want an Fn::Join, got %s", text)
	}
	var parts []any
	if err := json.Unmarshal(joined["Fn::Join"][1], &parts); err != nil {
		return err
	}
	for _, part := range parts {
		if text, is := part.(string); is {
			*a += arn(text)
		} else {
			*a += "aws"
		}
	}
	return nil
}

// ofBootstrap is a role of the CDK's bootstrap: its account, what it is for, and the account and Region in its name.
var ofBootstrap = regexp.MustCompile(`^arn:aws:iam::(\d{12}):role/cdk-hnb659fds-([a-z-]+)-role-(\d{12})-([a-z0-9-]+)$`)

// execute does what a deployed pipeline says, and returns the stacks that changed, in their order. On the way it checks that the central
// account comes first, that a person approves before the stacks that approve_before names, and that a stack goes to its account and Region,
// by roles of that account. Pipelines that it starts are executed at once.
func (s *site) execute(name string) []string {
	s.Helper()
	template, projects := s.deployedPipeline(name)
	out := "cdk." + name
	var changed, deployed []string
	source := ""
	approved := map[string]bool{}
	for _, stage := range template.Stages {
		slices.SortStableFunc(stage.Actions, func(a, b action) int { return a.RunOrder - b.RunOrder })
		for _, one := range stage.Actions {
			switch one.ActionTypeID.Provider {
			case "CodeStarSourceConnection":
				source = one.Namespace
			case "CodeBuild":
				commands := projects[one.Configuration.ProjectName.Ref]
				switch stage.Name {
				case "Build":
					s.built(name, commands, out)
				case "UpdatePipeline":
					s.changesItself(name, commands, out)
				default:
					if want := []string{s.cfg.CentralStackName()}; !slices.Equal(deployed, want) {
						s.Errorf("others start after %v, want %v", deployed, want)
					}
					for _, other := range s.started(commands, one, source) {
						changed = append(changed, s.execute(other)...)
					}
				}
			case "Manual":
				_, id, _ := strings.Cut(one.Name, "approve-")
				approved[id] = true
			case "CloudFormation":
				if s.deployAction(one, out) {
					changed = append(changed, one.Configuration.StackName)
				}
				deployed = append(deployed, one.Configuration.StackName)
				i := slices.Index(s.names(), one.Configuration.StackName)
				if id := s.stacks[i].ID; approved[id] != s.cfg.ApprovedBefore(id) {
					s.Errorf("%s is approved: %v, want %v", one.Configuration.StackName, approved[id], !approved[id])
				}
			default:
				s.Fatalf("stage %s has an action of %s", stage.Name, one.ActionTypeID.Provider)
			}
		}
	}
	if want := s.deployedBy(name); !slices.Equal(s.byWaves(deployed), want) {
		s.Errorf("%s deploys %v, want %v", name, deployed, want)
	}
	return changed
}

// deployedBy are the stacks of the configuration that a pipeline deploys, in their order.
func (s *site) deployedBy(name string) (stacks []string) {
	for _, p := range s.cfg.Pipelines() {
		if s.cfg.PipelineName(p.Number) != name {
			continue
		}
		if p.First() {
			stacks = append(stacks, s.cfg.CentralStackName())
		}
		for _, w := range slices.Concat(p.Waves...) {
			stacks = append(stacks, s.cfg.StackName(w))
		}
	}
	return s.byWaves(stacks)
}

// byWaves sorts stacks that follow each other and are in one wave: they are deployed at the same time.
func (s *site) byWaves(stacks []string) []string {
	waves := map[string]string{}
	for _, p := range s.cfg.Pipelines() {
		for i, wave := range p.Waves {
			for _, w := range wave {
				waves[s.cfg.StackName(w)] = fmt.Sprintf("%s, wave %d", p.ID(), i)
			}
		}
	}
	sorted := slices.Clone(stacks)
	for start, end := 0, 0; start < len(sorted); start = end {
		for end = start + 1; end < len(sorted) && waves[sorted[end]] == waves[sorted[start]]; {
			end++
		}
		slices.Sort(sorted[start:end])
	}
	return sorted
}

// deployedPipeline is the pipeline of a deployed stack, with the commands of its projects' builds by their logical ids.
func (s *site) deployedPipeline(name string) (pipeline, map[string]string) {
	s.Helper()
	p := s.cfg.Rollout.Pipeline
	out, err := s.cloudFormation(p.Account, p.Region).GetTemplate(s.Context(), &cloudformation.GetTemplateInput{StackName: &name})
	if err != nil {
		s.Fatal(err)
	}
	var template struct {
		Resources map[string]struct {
			Type       string
			Properties json.RawMessage
		}
	}
	if err := json.Unmarshal([]byte(*out.TemplateBody), &template); err != nil {
		s.Fatal(err)
	}
	var found pipeline
	commands := map[string]string{}
	for id, r := range template.Resources {
		switch r.Type {
		case "AWS::CodePipeline::Pipeline":
			err = json.Unmarshal(r.Properties, &found)
		case "AWS::CodeBuild::Project":
			var project struct{ Source struct{ BuildSpec string } }
			var spec struct {
				Phases struct{ Build struct{ Commands []string } }
			}
			if err = json.Unmarshal(r.Properties, &project); err == nil {
				err = json.Unmarshal([]byte(project.Source.BuildSpec), &spec)
			}
			commands[id] = strings.Join(spec.Phases.Build.Commands, "\n")
		}
		if err != nil {
			s.Fatalf("%s: %v", id, err)
		}
	}
	return found, commands
}

// built writes what the synthesis of a pipeline writes.
func (s *site) built(name, commands, out string) {
	s.Helper()
	id := strings.TrimPrefix(name, s.cfg.Project+"-backup-")
	if !strings.Contains(commands, "\nnpx cdk synth --quiet -c workload="+id+" ") {
		s.Fatalf("%s does not synthesize itself:\n%s", name, commands)
	}
	if err := os.RemoveAll(filepath.Join(s.dir, out)); err != nil {
		s.Fatal(err)
	}
	s.synthesize(out, "-workload", id)
}

// changesItself runs the command with which a pipeline deploys itself, which must change nothing.
func (s *site) changesItself(name, commands, out string) {
	s.Helper()
	if !strings.Contains(commands, "deploy "+name+" ") {
		s.Fatalf("the pipeline does not change itself: %s", commands)
	}
	own := 0
	for _, one := range s.pipelines {
		if one.Name == name || strings.HasPrefix(one.Name, name+"-artifacts-") {
			own++
		}
	}
	commands = strings.ReplaceAll(commands, "cdk -a .", "../node_modules/.bin/cdk -a .")
	s.noChanges(s.run("cd "+out+"\n"+commands, s.as(s.cfg.Central.Region)), own)
}

// started runs the commands of an action that starts other pipelines, and returns these. Each must get the commit of the source.
func (s *site) started(commands string, one action, source string) []string {
	s.Helper()
	const commit = "0123456789abcdef0123456789abcdef01234567"
	var variables []struct{ Name, Value string }
	if err := json.Unmarshal([]byte(one.Configuration.EnvironmentVariables), &variables); err != nil {
		s.Fatal(err)
	}
	var env []string
	for _, v := range variables {
		env = append(env, v.Name+"="+strings.ReplaceAll(v.Value, "#{"+source+".CommitId}", commit))
	}
	said := s.run("aws() { printf '%s ' \"$@\"; echo; }\n"+commands, env) // the emulator has no executions
	var names []string
	for line := range strings.Lines(said) {
		const want = "codepipeline start-pipeline-execution --name %s --source-revisions " +
			"actionName=Source,revisionType=COMMIT_ID,revisionValue=" + commit
		name := strings.Fields(line)[3]
		if strings.TrimSpace(line) != fmt.Sprintf(want, name) {
			s.Errorf("aws %s", line)
		}
		names = append(names, name)
	}
	return names
}

// deployAction does what an action of CloudFormation says, with a template of an assembly, and returns whether the stack changed.
func (s *site) deployAction(one action, assembly string) bool {
	s.Helper()
	c := one.Configuration
	i := slices.Index(s.names(), c.StackName)
	if i < 0 {
		s.Fatalf("the configuration has no stack %s", c.StackName)
	}
	place := s.stacks[i]
	if one.Region == "" {
		one.Region = s.cfg.Rollout.Pipeline.Region
	}
	if one.Region != place.Region {
		s.Errorf("%s goes to %s, want %s", c.StackName, one.Region, place.Region)
	}
	for role, purpose := range map[arn]string{one.RoleArn: "deploy", c.RoleArn: "cfn-exec"} {
		want := []string{string(role), place.Account, purpose, place.Account, place.Region}
		if !slices.Equal(ofBootstrap.FindStringSubmatch(string(role)), want) {
			s.Errorf("%s is deployed by %s, want the %s role of %s in %s", c.StackName, role, purpose, place.Account, place.Region)
		}
	}
	artifact, path, _ := strings.Cut(c.TemplatePath, "::")
	if len(one.InputArtifacts) != 1 || one.InputArtifacts[0].Name != artifact || c.ActionMode != "CREATE_UPDATE" {
		s.Errorf("%s: %s of %v by %s", c.StackName, c.TemplatePath, one.InputArtifacts, c.ActionMode)
	}
	template := s.read(filepath.Join(s.dir, assembly, path))
	var capabilities []types.Capability
	for capability := range strings.SplitSeq(c.Capabilities, ",") {
		capabilities = append(capabilities, types.Capability(capability))
	}
	account, role, _ := strings.Cut(strings.TrimPrefix(string(one.RoleArn), "arn:aws:iam::"), ":role/")
	keys := s.credentials(account, role)
	client := cloudformation.New(cloudformation.Options{
		BaseEndpoint: &s.URL, Region: one.Region,
		Credentials: credentials.NewStaticCredentialsProvider(keys.AccessKeyID, keys.SecretAccessKey, keys.SessionToken),
	})
	executes := aws.String(string(c.RoleArn))
	_, err := client.DescribeStacks(s.Context(), &cloudformation.DescribeStacksInput{StackName: &c.StackName})
	if err != nil { // there is none
		_, err = client.CreateStack(s.Context(), &cloudformation.CreateStackInput{
			StackName: &c.StackName, TemplateBody: &template, Capabilities: capabilities, RoleARN: executes,
		})
	} else {
		_, err = client.UpdateStack(s.Context(), &cloudformation.UpdateStackInput{
			StackName: &c.StackName, TemplateBody: &template, Capabilities: capabilities, RoleARN: executes,
		})
		if err != nil && strings.Contains(err.Error(), "No updates are to be performed") {
			return false
		}
	}
	if err != nil {
		s.Fatalf("%s: %v", c.StackName, err)
	}
	return true
}
