package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"central-s3-backup/config"
	"central-s3-backup/internal/cli"
	"central-s3-backup/internal/runbook"
)

// runbookPage is the command runbook.
type runbookPage struct {
	Workload string `required:"" placeholder:"NAME-ENV" help:"The workload that lost something."`
	For      string `placeholder:"DISASTER" help:"The page of this disaster: ${disasters} (default: which way back)."`
	Config   string `default:"backup.yaml" placeholder:"FILE" help:"Read the configuration from FILE (default: ${default})."`
}

// Validate finds a disaster without a page.
func (c *runbookPage) Validate() error {
	names := runbook.Names()
	for _, name := range append(names, "") {
		if c.For == name {
			return nil
		}
	}
	return fmt.Errorf("--for %s: there is no such page%s; want %s", c.For, config.DidYouMean(c.For, names), strings.Join(names, ", "))
}

// Run prints the page. It asks AWS nothing, so it works on the day on which nothing else does.
func (c *runbookPage) Run(stdout io.Writer) error {
	cfg, err := config.LoadFile(c.Config)
	if err != nil {
		return err
	}
	w, err := workloadOf(cfg, c.Workload, "")
	if err != nil {
		return err
	}
	text, err := runbook.Render(cfg, w, cmp.Or(c.For, runbook.Overview), runbook.Options{
		Config: c.Config, Backupctl: program, App: cli.AppCalled(program),
	})
	if err != nil {
		return err
	}
	if _, err := io.WriteString(stdout, text); err != nil {
		return noOutput(err)
	}
	return nil
}
