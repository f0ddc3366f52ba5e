package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"central-s3-backup/config"
	"central-s3-backup/internal/githubactions"
)

// githubWorkflow is the command github-workflow.
type githubWorkflow struct {
	Repository string `placeholder:"OWNER/NAME" help:"The repository on GitHub (default: that of rollout.pipeline)."`
	Branch     string `placeholder:"BRANCH" help:"The branch that is deployed (default: that of rollout.pipeline, or main)."`
	Account    string `placeholder:"ACCOUNT" help:"The account with the two roles (default: the central account)."`
	DeployRole string `default:"github_ci" placeholder:"NAME" help:"The role that deploys the branch (default: ${default})."`
	DiffRole   string `default:"github_ci_diff" placeholder:"NAME" help:"The role that looks at pull requests (default: ${default})."`
	Qualifier  string `placeholder:"TEXT" help:"The qualifier of the CDK's bootstrap (default: hnb659fds)."`
	Dir        string `default:"." placeholder:"DIR" help:"The root of the repository (default: the current directory)."`
	Check      bool   `help:"Write nothing, and fail if a file is not current."`
	Config     string `default:"backup.yaml" placeholder:"FILE" help:"The configuration, by its path below DIR (default: ${default})."`
}

// Validate finds an account that is none, and names that no role can have.
func (c *githubWorkflow) Validate() error {
	if c.Account != "" && !accountID.MatchString(c.Account) {
		return fmt.Errorf("--account %s: want an account id, twelve digits", c.Account)
	}
	for flag, name := range map[string]string{"deploy-role": c.DeployRole, "diff-role": c.DiffRole} {
		if !roleName.MatchString(name) {
			return fmt.Errorf("--%s %s: want the name of an IAM role, without a path", flag, name)
		}
	}
	if c.DeployRole == c.DiffRole {
		return errors.New("--deploy-role and --diff-role are the same: a pull request could deploy; want two names")
	}
	return nil
}

// Run writes the workflow and the policies of its roles. It asks AWS and GitHub nothing.
func (c *githubWorkflow) Run(stdout io.Writer) error {
	cfg, err := config.LoadFile(filepath.Join(c.Dir, c.Config))
	if err != nil {
		return err
	}
	files, err := githubactions.Files(cfg, githubactions.Options{
		Command: c.command(), Config: filepath.ToSlash(c.Config), Repository: c.Repository, Branch: c.Branch, Account: c.Account,
		DeployRole: c.DeployRole, DiffRole: c.DiffRole, Qualifier: c.Qualifier,
	})
	if err != nil {
		return err
	}
	if c.Check {
		return c.check(stdout, files)
	}
	for _, f := range files {
		file := filepath.Join(c.Dir, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil { //nolint:gosec // nothing in it is secret
			return fmt.Errorf("--dir %s: %w", c.Dir, err)
		}
		if err := os.WriteFile(file, []byte(f.Text), 0o644); err != nil { //nolint:gosec // nothing in it is secret
			return fmt.Errorf("--dir %s: %w", c.Dir, err)
		}
		if _, err := fmt.Fprintln(stdout, file); err != nil {
			return noOutput(err)
		}
	}
	return nil
}

// check compares with what is there.
func (c *githubWorkflow) check(stdout io.Writer, files []githubactions.File) error {
	var stale []string
	for _, f := range files {
		got, err := os.ReadFile(filepath.Join(c.Dir, filepath.FromSlash(f.Path)))
		if err != nil || !bytes.Equal(got, []byte(f.Text)) {
			stale = append(stale, f.Path)
		}
	}
	if len(stale) > 0 {
		return fmt.Errorf("not current: %s; the rollout would not be that of %s; write them again with %s", strings.Join(stale, ", "),
			c.Config, c.command())
	}
	_, err := fmt.Fprintln(stdout, "current")
	return noOutput(err)
}

// command is the command line that writes the files, from the root of the repository.
func (c *githubWorkflow) command() string {
	line := inClone + " github-workflow"
	for _, flag := range []struct{ name, value, byDefault string }{
		{"repository", c.Repository, ""}, {"branch", c.Branch, ""}, {"account", c.Account, ""}, {"deploy-role", c.DeployRole, "github_ci"},
		{"diff-role", c.DiffRole, "github_ci_diff"}, {"qualifier", c.Qualifier, ""}, {"config", c.Config, "backup.yaml"},
	} {
		if flag.value != flag.byDefault {
			line += " --" + flag.name + " " + flag.value
		}
	}
	return line
}
