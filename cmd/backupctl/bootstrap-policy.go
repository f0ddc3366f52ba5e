package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"central-s3-backup/config"
	"central-s3-backup/internal/deploypolicy"
)

// bootstrapPolicy is the command bootstrap-policy.
type bootstrapPolicy struct {
	Workload string `placeholder:"NAME-ENV" help:"Those of the account and Region of this workload alone."`
	Central  bool   `help:"Those of the central account alone."`
	Pipeline bool   `help:"Those of the account and Regions of the pipelines alone."`
	Out      string `placeholder:"DIR" help:"Write each policy to DIR/ACCOUNT/NAME.json, and print the files."`
	Config   string `default:"backup.yaml" placeholder:"FILE" help:"Read the configuration from FILE (default: ${default})."`
	Output   string `enum:"text,json" default:"text" placeholder:"FORM" help:"Print text or json (default: ${default})."`
}

// Validate finds flags that contradict each other.
func (c *bootstrapPolicy) Validate() error {
	switch {
	case c.Central && c.Workload != "":
		return errors.New("--central and --workload are for different accounts; leave one of them out")
	case c.Pipeline && (c.Central || c.Workload != ""):
		return errors.New("--pipeline, --central and --workload are for different accounts; leave all but one of them out")
	case c.Out != "" && c.Output == "json":
		return errors.New("--out writes files, and --output json prints; leave one of them out")
	}
	return nil
}

// accountPolicies is what --output json prints of one account and Region.
type accountPolicies struct {
	Account   string         `json:"account"`
	Region    string         `json:"region"`
	Central   bool           `json:"central"`
	Workloads []string       `json:"workloads"`
	Pipelines []string       `json:"pipelines,omitempty"`
	Policies  []policyOutput `json:"policies"`
}

type policyOutput struct {
	Name     string          `json:"name"`
	Document json.RawMessage `json:"document"`
}

// Run prints the policies. It asks AWS nothing.
func (c *bootstrapPolicy) Run(stdout io.Writer) error {
	cfg, err := config.LoadFile(c.Config)
	if err != nil {
		return err
	}
	places, err := c.places(cfg)
	if err != nil {
		return err
	}
	if c.Output == "json" {
		all := []accountPolicies{}
		for _, d := range places {
			one := accountPolicies{Account: d.Account, Region: d.Region, Central: d.Central, Workloads: d.Workloads, Pipelines: d.Pipelines}
			for _, p := range deploypolicy.For(cfg.Project, d) {
				one.Policies = append(one.Policies, policyOutput{p.Name, json.RawMessage(p.Document)})
			}
			all = append(all, one)
		}
		text, err := json.MarshalIndent(all, "", "  ")
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(stdout, string(text))
		return noOutput(err)
	}
	for _, d := range places {
		for _, p := range deploypolicy.For(cfg.Project, d) {
			if err := c.one(stdout, d, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// one prints a policy, or writes it to its file.
func (c *bootstrapPolicy) one(stdout io.Writer, d config.Deployed, p deploypolicy.Policy) error {
	if c.Out == "" {
		_, err := fmt.Fprintf(stdout, "# %s, account %s\n%s", p.Name, d.Account, p.Document)
		return noOutput(err)
	}
	file := policyFile(c.Out, d, p)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil { //nolint:gosec // policies are no secrets
		return fmt.Errorf("--out %s: %w", c.Out, err)
	}
	if err := os.WriteFile(file, []byte(p.Document), 0o644); err != nil { //nolint:gosec // policies are no secrets
		return fmt.Errorf("--out %s: %w", c.Out, err)
	}
	_, err := fmt.Fprintln(stdout, file)
	return noOutput(err)
}

func policyFile(dir string, d config.Deployed, p deploypolicy.Policy) string {
	return filepath.Join(dir, d.Account, p.Name+".json")
}

// places are the accounts and Regions to print, each with policies that one role takes.
func (c *bootstrapPolicy) places(cfg *config.Config) ([]config.Deployed, error) {
	all := cfg.Deployed()
	if c.Workload != "" {
		w, err := workloadOf(cfg, c.Workload, "")
		if err != nil {
			return nil, err
		}
		all = slices.DeleteFunc(all, func(d config.Deployed) bool { return !slices.Contains(d.Workloads, w.ID()) })
	}
	if c.Central {
		all = slices.DeleteFunc(all, func(d config.Deployed) bool { return !d.Central })
	}
	if c.Pipeline {
		if cfg.Rollout.Pipeline == nil {
			return nil, errors.New("--pipeline: the configuration has no rollout.pipeline")
		}
		all = slices.DeleteFunc(all, func(d config.Deployed) bool { return len(d.Pipelines) == 0 })
	}
	for _, d := range all {
		if n := len(deploypolicy.For(cfg.Project, d)); n > deploypolicy.MaxPolicies {
			return nil, fmt.Errorf("account %s, %s: its workloads need %d policies of %d characters, and a role takes %d; "+
				"deploy it with a policy of your own", d.Account, d.Region, n, deploypolicy.MaxCharacters, deploypolicy.MaxPolicies)
		}
	}
	return all, nil
}
