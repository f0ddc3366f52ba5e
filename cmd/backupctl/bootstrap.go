package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"central-s3-backup/config"
	"central-s3-backup/internal/deploypolicy"
)

// bootstrap is the command bootstrap.
type bootstrap struct {
	Deployer string `placeholder:"ACCOUNT" help:"The account that deploys to all others. They trust it (default: that of rollout.pipeline)."`
	Boundary string `placeholder:"NAME" help:"A permissions boundary, a managed policy that each account has."`
	Policies string `default:"policies" placeholder:"DIR" help:"Where bootstrap-policy wrote the policies (default: ${default})."`
	Update   bool   `help:"For accounts that are bootstrapped: replace the text of the policies."`
	Config   string `default:"backup.yaml" placeholder:"FILE" help:"Read the configuration from FILE (default: ${default})."`
}

var (
	accountID = regexp.MustCompile(`^[0-9]{12}$`)
	roleName  = regexp.MustCompile(`^[\w+=,.@-]{1,64}$`)
)

// Validate finds an account that is none.
func (c *bootstrap) Validate() error {
	if c.Deployer != "" && !accountID.MatchString(c.Deployer) {
		return fmt.Errorf("--deployer %s: want an account id, twelve digits", c.Deployer)
	}
	if c.Update && (c.Deployer != "" || c.Boundary != "") {
		return errors.New("--update changes the policies alone; leave out --deployer and --boundary")
	}
	return nil
}

// Run prints the commands. It asks AWS nothing.
func (c *bootstrap) Run(stdout io.Writer) error {
	cfg, err := config.LoadFile(c.Config)
	if err != nil {
		return err
	}
	places, err := (&bootstrapPolicy{}).places(cfg)
	if err != nil {
		return err
	}
	var b strings.Builder
	configFlag := ""
	if c.Config != "backup.yaml" {
		configFlag = " --config " + c.Config
	}
	fmt.Fprintf(&b, "%s bootstrap-policy --out %s%s\n", program, c.Policies, configFlag)
	for _, d := range places {
		c.account(&b, cfg, d)
	}
	_, err = io.WriteString(stdout, b.String())
	return noOutput(err)
}

// account writes the commands for one account and Region.
func (c *bootstrap) account(b *strings.Builder, cfg *config.Config, d config.Deployed) {
	stacks := slices.Concat(d.Workloads, d.Pipelines)
	if d.Central {
		stacks = append([]string{config.CentralID}, stacks...)
	}
	profile := stacks[0]
	if len(d.Workloads) == 0 && d.Account == cfg.Central.Account { // pipelines may have artifacts in a Region of their own
		profile = config.CentralID
	} else if len(d.Workloads) == 0 {
		profile = config.PipelineID
	}
	fmt.Fprintf(b, "\n# account %s, %s: %s\n", d.Account, d.Region, strings.Join(stacks, ", "))
	var arns []string
	for _, p := range deploypolicy.For(cfg.Project, d) {
		arn := fmt.Sprintf("arn:%s:iam::%s:policy/%s", config.Partition(d.Region), d.Account, p.Name)
		arns = append(arns, arn)
		file := "file://" + policyFile(c.Policies, d, p)
		if c.Update {
			fmt.Fprintf(
				b,
				"aws iam create-policy-version --policy-arn %s --policy-document %s --set-as-default --profile %s\n",
				arn,
				file,
				profile,
			)
		} else {
			fmt.Fprintf(b, "aws iam create-policy --policy-name %s --policy-document %s --profile %s\n", p.Name, file, profile)
		}
	}
	if c.Update {
		return
	}
	fmt.Fprintf(b, "npx cdk bootstrap aws://%s/%s --profile %s \\\n  --cloudformation-execution-policies %s", d.Account, d.Region, profile,
		strings.Join(arns, ","))
	pipelines := ""
	if p := cfg.Rollout.Pipeline; p != nil {
		pipelines = p.Account
	}
	if deployer := cmp.Or(c.Deployer, pipelines, d.Account); deployer != d.Account { // an account trusts itself
		fmt.Fprintf(b, " \\\n  --trust %[1]s --trust-for-lookup %[1]s", deployer)
	}
	if c.Boundary != "" {
		fmt.Fprintf(b, " \\\n  --custom-permissions-boundary %s", c.Boundary)
	}
	b.WriteString("\n")
}
