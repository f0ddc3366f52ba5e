package githubactions

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"central-s3-backup/config"
	"central-s3-backup/internal/deploypolicy"
)

// head of a configuration without workloads and without a rollout.
const head = `version: 1
project: heron
organization: {id: o-a1b2c3d4e5}
central: {account: "111111111111", region: eu-west-1LOCK}
alerts: {email: [backup@example.com]}
workloads:
`

const compliance = `, vault_lock: {mode: compliance, min_retention_days: 7, max_retention_days: 400, changeable_for_days: 7,
  acknowledge_irreversible: central-aws-vault-S3}`

const pipeline = `rollout:
  pipeline:
    account: "111111111111"
    region: eu-west-1
    repository: heron/backup
    branch: deployed
    connection_arn: arn:aws:codeconnections:eu-west-1:111111111111:connection/01234567-89ab-cdef-0123-456789abcdef
    waves: [[app-0], [app-1, app-2]]
    approve_before: [app-2]
`

func load(t *testing.T, accounts int, lock, rollout string) *config.Config {
	t.Helper()
	var b strings.Builder
	b.WriteString(strings.Replace(head, "LOCK", lock, 1))
	for i := range accounts {
		fmt.Fprintf(
			&b,
			"  - {name: app, environment: \"%d\", account: \"%012d\", region: eu-west-1, buckets: [{name: heron-%d, tier: standard_data}]}\n",
			i,
			200_000_000_000+i,
			i,
		)
	}
	cfg, err := config.Load("backup.yaml", []byte(b.String()+rollout))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func options() Options {
	return Options{
		Command: "go run ./cmd/backupctl github-workflow", Config: "backup.yaml", Repository: "heron/backup", DeployRole: "github_ci",
		DiffRole: "github_ci_diff",
	}
}

func files(t *testing.T, cfg *config.Config, o Options) map[string]string {
	t.Helper()
	list, err := Files(cfg, o)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, f := range list {
		texts[f.Path] = f.Text
	}
	return texts
}

type jobs struct {
	Jobs map[string]struct {
		Needs       any
		Environment string
		Permissions map[string]string
		Steps       []struct {
			Uses, Run string
			Env, With map[string]string
		}
	}
}

func readJobs(t *testing.T, text string) jobs {
	t.Helper()
	var j jobs
	if err := yaml.Load([]byte(text), &j); err != nil {
		t.Fatal(err)
	}
	return j
}

// TestWaves: the central account comes before each workload, a wave after the whole wave before, and an environment of GitHub before
// each workload that somebody approves.
func TestWaves(t *testing.T) {
	got := readJobs(t, files(t, load(t, 3, compliance, pipeline), options())[".github/workflows/backup.yml"])
	for name, want := range map[string]struct{ needs, environment string }{
		"central":         {"synthesize", "backup-central"},
		"wave-1":          {"[synthesize central]", ""},
		"wave-2":          {"[synthesize wave-1]", ""},
		"wave-2-approved": {"[synthesize wave-1]", "backup-${{ matrix.job.id }}"},
	} {
		job, there := got.Jobs[name]
		if !there || fmt.Sprint(job.Needs) != want.needs || job.Environment != want.environment {
			t.Errorf("%s: got %v and %q, want %+v", name, job.Needs, job.Environment, want)
		}
	}
	if len(got.Jobs) != 7 {
		t.Errorf("got %d jobs", len(got.Jobs))
	}
}

// TestTrust: the role that deploys trusts the branch and the environments with reviewers, and no pull request; the other one trusts pull
// requests alone.
func TestTrust(t *testing.T) {
	texts := files(t, load(t, 3, compliance, pipeline), options())
	for role, want := range map[string][]string{
		"github_ci": {
			"repo:heron/backup:ref:refs/heads/deployed", "repo:heron/backup:environment:backup-central",
			"repo:heron/backup:environment:backup-app-2",
		},
		"github_ci_diff": {"repo:heron/backup:pull_request"},
	} {
		var p struct{ Statement []statement }
		if err := json.Unmarshal([]byte(texts[".github/backup/"+role+"-trust.json"]), &p); err != nil {
			t.Fatal(err)
		}
		if got := p.Statement[0].Condition["StringEquals"]; !slices.Equal(got[issuer+":sub"], want) ||
			!slices.Equal(got[issuer+":aud"], []string{"sts.amazonaws.com"}) || len(p.Statement) != 1 {
			t.Errorf("%s: got %+v", role, p)
		}
	}
}

// TestPermissionsOfPipelines: the workflow shows what would change in a pipeline's account, and cannot deploy there.
func TestPermissionsOfPipelines(t *testing.T) {
	apart := strings.ReplaceAll(pipeline, "111111111111", "444444444444")
	texts := files(t, load(t, 3, compliance, apart), options())
	for role, looks := range map[string]bool{"github_ci": false, "github_ci_diff": true} {
		if got := strings.Contains(texts[".github/backup/"+role+"-permissions-1.json"], "444444444444"); got != looks {
			t.Errorf("%s may assume roles of the pipeline's account: %v", role, got)
		}
	}
}

// TestPermissions: with any number of accounts each policy fits, lets the roles into the accounts of the configuration alone, and
// lets the role of pull requests assume nothing but lookup roles.
func TestPermissions(t *testing.T) {
	for _, accounts := range []int{1, 3, 40, 41, 400, 2_000} {
		cfg := load(t, accounts, "", "")
		texts := files(t, cfg, options())
		policies := 0
		known := map[string]bool{}
		for path, text := range texts {
			if !strings.Contains(path, "permissions") {
				continue
			}
			policies++
			var p struct{ Statement []statement }
			if err := json.Unmarshal([]byte(text), &p); err != nil {
				t.Fatal(err)
			}
			if n := characters(p.Statement[0]); n > deploypolicy.MaxCharacters {
				t.Errorf("%d accounts: %s has %d characters", accounts, path, n)
			}
			for _, arn := range p.Statement[0].Resource {
				role := regexp.MustCompile(`^arn:aws:iam::(\d{12}|\*):role/cdk-hnb659fds-(deploy|file-publishing|lookup)-role-`).
					FindStringSubmatch(arn)
				if role == nil || strings.Contains(path, "diff") && role[2] != "lookup" {
					t.Fatalf("%s: got %s", path, arn)
				}
				in := p.Statement[0].Condition["StringEquals"]["aws:ResourceAccount"]
				if role[1] != "*" {
					in = []string{role[1]}
				}
				if len(in) == 0 {
					t.Fatalf("%s: %s is in any account", path, arn)
				}
				if role[2] == "deploy" {
					for _, account := range in {
						known[account] = true
					}
				}
			}
		}
		if len(known) != accounts+1 {
			t.Errorf("%d accounts and the central one: deploys to %d", accounts, len(known))
		}
		if policies > 20 { // ten of each role
			t.Errorf("%d accounts: %d policies", accounts, policies)
		}
	}
}

// TestPinned: each action is pinned by a commit, no credential outlives a step, and nothing that somebody else may write is in a script.
func TestPinned(t *testing.T) {
	text := files(t, load(t, 3, compliance, pipeline), options())[".github/workflows/backup.yml"]
	got := readJobs(t, text)
	pinned := regexp.MustCompile(`^[\w-]+/[\w-]+@[0-9a-f]{40}$`)
	uses := 0
	for name, job := range got.Jobs {
		for _, step := range job.Steps {
			if step.Uses != "" {
				uses++
				if !pinned.MatchString(step.Uses) {
					t.Errorf("%s: %s is not pinned by a commit", name, step.Uses)
				}
			}
			if strings.Contains(step.Run, "${{") {
				t.Errorf("%s: a script has an expression: %s", name, step.Run)
			}
		}
		deploys := strings.HasPrefix(name, "wave-") || name == "central"
		if token := job.Permissions["id-token"]; (token == "write") != (deploys || name == "diff") {
			t.Errorf("%s: id-token %q", name, token)
		}
	}
	if uses == 0 || strings.Contains(text, "secrets.") {
		t.Error("want actions, and no stored secret")
	}
}

// TestRefused: what the workflow cannot have is one sentence.
func TestRefused(t *testing.T) {
	cfg := load(t, 1, "", "")
	for want, change := range map[string]func(o *Options){
		"--repository : want":             func(o *Options) { o.Repository = "" },
		"--repository heron: want":        func(o *Options) { o.Repository = "heron" },
		"--config ../backup.yaml: want":   func(o *Options) { o.Config = "../backup.yaml" },
		"--config /etc/backup.yaml: want": func(o *Options) { o.Config = "/etc/backup.yaml" },
		"--config a b.yaml: want":         func(o *Options) { o.Config = "a b.yaml" },
		"--branch a$b: want":              func(o *Options) { o.Branch = "a$b" },
	} {
		o := options()
		change(&o)
		if _, err := Files(cfg, o); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
