// Package githubactions writes the workflow with which GitHub Actions rolls out a configuration, and the policies of the two
// roles that it assumes by OpenID Connect.
package githubactions

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"central-s3-backup/config"
)

// MaxMatrix is how many jobs GitHub takes in a matrix. Beyond that, a job deploys several stacks.
// https://docs.github.com/en/actions/reference/limits
const MaxMatrix = 256

// Options say what the configuration does not.
type Options struct {
	// Command is the command line that writes the files. The workflow names it, and checks with it that it is current.
	Command string
	// Config is the configuration's path in the repository, such as "backup.yaml".
	Config string
	// Repository on GitHub, as owner/name. Empty: that of rollout.pipeline.
	Repository string
	// Branch that is deployed. Empty: that of rollout.pipeline, or main.
	Branch string
	// Account with the two roles and the OpenID Connect provider, twelve digits. Empty: the central account.
	Account string
	// DeployRole and DiffRole are the names of the roles: the first one deploys the branch, the second one looks at pull requests.
	DeployRole, DiffRole string
	// Qualifier of the CDK's bootstrap. Empty: hnb659fds, the CDK's own.
	Qualifier string
}

// File is a file to write.
type File struct {
	// Path from the root of the repository, with slashes.
	Path string
	// Text of it.
	Text string
}

// The actions, each pinned by the commit of a release: a tag can be moved to another commit, and these get credentials.
const (
	checkout    = "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2"
	setupGo     = "actions/setup-go@d35c59abb061a4a6fb18e82ac0862c26744d6ab5 # v5.5.0"
	setupNode   = "actions/setup-node@49933ea5288caeca8642d1e84afbd3f7d6820020 # v4.4.0"
	cache       = "actions/cache@5a3ec84eff668545956fd18022155c47e93e2684 # v4.2.3"
	upload      = "actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02 # v4.6.2"
	download    = "actions/download-artifact@d3f86a106a0bac45b974a628896c90dbdf5c8093 # v4.3.0"
	credentials = "aws-actions/configure-aws-credentials@b47578312673ae6fa5b5096b330d9fbac3d116df # v4.2.1"
)

//go:embed backup.yml.tmpl
var text string

var workflow = template.Must(template.New("backup.yml").Delims("[[", "]]").Funcs(template.FuncMap{
	"environment": Environment,
	"join":        func(names []string) string { return strings.Join(names, ", ") },
}).Parse(text))

// Environment is the name of the environment on GitHub whose reviewers approve before a workload is deployed, by its NAME-ENV, or
// before the central account is.
func Environment(id string) string { return "backup-" + id }

// workflowData is what the template needs.
type workflowData struct {
	Command, Config, Branch, Region                                    string
	DeployRoleARN, DiffRoleARN                                         string
	Checkout, SetupGo, SetupNode, Cache, Upload, Download, Credentials string // actions
	MaxMatrix                                                          int
	CentralApproval                                                    bool
	Waves                                                              []wave
}

// wave is what is deployed at the same time.
type wave struct {
	Number int
	Jobs   []job
	Needs  []string // names of the jobs before it
}

// job deploys those workloads of a wave that somebody approves, or the others.
type job struct {
	Name     string
	Approved bool
}

// Files are the workflow and the policies of its roles.
func Files(cfg *config.Config, o Options) ([]File, error) {
	o, err := o.complete(cfg)
	if err != nil {
		return nil, err
	}
	region := cfg.Central.Region
	role := func(name string) string {
		return fmt.Sprintf("arn:%s:iam::%s:role/%s", config.Partition(region), o.Account, name)
	}
	data := workflowData{
		Command: o.Command, Config: o.Config, Branch: o.Branch, Region: region,
		DeployRoleARN: role(o.DeployRole), DiffRoleARN: role(o.DiffRole),
		Checkout: checkout, SetupGo: setupGo, SetupNode: setupNode, Cache: cache, Upload: upload, Download: download,
		Credentials: credentials, MaxMatrix: MaxMatrix, CentralApproval: cfg.ApprovedBefore(config.CentralID), Waves: waves(cfg),
	}
	var b bytes.Buffer
	if err := workflow.Execute(&b, data); err != nil {
		return nil, err
	}
	files := []File{{".github/workflows/backup.yml", b.String()}}
	return append(files, policies(cfg, o)...), nil
}

// configPath is a path that needs no quotes, in a shell or in YAML.
var configPath = regexp.MustCompile(`^[A-Za-z0-9._][A-Za-z0-9._/-]*$`)

// complete fills in what the configuration says, and refuses what the workflow cannot have.
func (o Options) complete(cfg *config.Config) (Options, error) {
	if p := cfg.Rollout.Pipeline; p != nil {
		o.Repository = cmp.Or(o.Repository, p.Repository)
		o.Branch = cmp.Or(o.Branch, p.Branch)
	}
	o.Branch = cmp.Or(o.Branch, "main")
	o.Account = cmp.Or(o.Account, cfg.Central.Account)
	o.Qualifier = cmp.Or(o.Qualifier, "hnb659fds")
	switch {
	case !regexp.MustCompile(`^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$`).MatchString(o.Repository):
		return o, fmt.Errorf("--repository %s: want the repository on GitHub as owner/name", o.Repository)
	case !configPath.MatchString(o.Config) || path.Clean(o.Config) != o.Config || strings.HasPrefix(o.Config, ".."):
		return o, fmt.Errorf(
			"--config %s: want its path in the repository, of letters, digits, dots, slashes, hyphens and underscores",
			o.Config,
		)
	case !regexp.MustCompile(`^[A-Za-z0-9._][A-Za-z0-9._/-]*$`).MatchString(o.Branch):
		return o, fmt.Errorf("--branch %s: want the name of a branch", o.Branch)
	}
	return o, nil
}

// waves lists the jobs of each wave. A wave waits for all jobs of the one before.
func waves(cfg *config.Config) []wave {
	before := []string{"central"}
	var all []wave
	for i, ids := range cfg.Waves() {
		w := wave{Number: i + 1, Needs: before}
		name := fmt.Sprintf("wave-%d", w.Number)
		approved := func(id string) bool { return cfg.ApprovedBefore(id) }
		if slices.ContainsFunc(ids, func(id string) bool { return !approved(id) }) {
			w.Jobs = append(w.Jobs, job{Name: name})
		}
		if slices.ContainsFunc(ids, approved) {
			w.Jobs = append(w.Jobs, job{Name: name + "-approved", Approved: true})
		}
		before = nil
		for _, j := range w.Jobs {
			before = append(before, j.Name)
		}
		all = append(all, w)
	}
	return all
}
