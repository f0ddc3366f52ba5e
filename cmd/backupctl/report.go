package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"central-s3-backup/config"
	"central-s3-backup/internal/cli"
	backupreport "central-s3-backup/internal/report"
)

// reportFiles is the command report.
type reportFiles struct {
	Config    string `default:"backup.yaml" placeholder:"FILE" help:"Read the configuration from FILE (default: ${default})."`
	Previous  string `placeholder:"FILE" help:"Say what a change from the configuration in FILE means."`
	Templates string `placeholder:"DIR" help:"Take sizes from the templates in DIR, such as cdk.out (default: estimate them)."`
	Evidence  string `placeholder:"DIR" help:"Take measured times from the evidence of restore tests in DIR."`
	Dir       string `default:"report" placeholder:"DIR" help:"Write the report into DIR (default: ${default})."`
	Changes   bool   `help:"Write no files, and print what changes against --previous, as Markdown."`
}

// Validate wants a file to compare with for the changes.
func (c *reportFiles) Validate() error {
	if c.Changes && c.Previous == "" {
		return errors.New("--changes: want --previous FILE, the configuration to compare with")
	}
	return nil
}

// Run writes the report, and prints the names of its files. It asks AWS nothing.
func (c *reportFiles) Run(stdout io.Writer) error {
	cfg, err := config.LoadFile(c.Config)
	if err != nil {
		return err
	}
	if c.Templates != "" {
		if found, _ := filepath.Glob(filepath.Join(c.Templates, "*.template.json")); len(found) == 0 { // the pattern is well formed
			return fmt.Errorf("--templates %s: there are no templates; write them with %s", c.Templates, cli.AppCalled(program))
		}
	}
	r, err := backupreport.Load(cfg, backupreport.Sources{
		Config: c.Config, Backupctl: program, Previous: c.Previous, Templates: c.Templates, Evidence: c.Evidence,
	})
	if err != nil {
		return err
	}
	if c.Changes {
		if _, err := stdout.Write(r.ChangesMarkdown()); err != nil {
			return noOutput(err)
		}
		return nil
	}
	written, err := r.Write(c.Dir)
	if err != nil {
		return fmt.Errorf("--dir %s: %w", c.Dir, err)
	}
	for _, name := range written {
		if _, err := fmt.Fprintln(stdout, name); err != nil {
			return noOutput(err)
		}
	}
	return nil
}
