package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/mattn/go-isatty"

	"central-s3-backup/config"
)

// The formats of problems: for people, and for editors and pull-request comments.
const (
	formatText = "text"
	formatJSON = "json"
)

// reporter says what was found and what was written.
type reporter struct {
	opts           options
	stdout, stderr io.Writer
	terminal       bool // what stderr is
}

// document is what -format json writes: one JSON document, unless the command line or the context of the CDK CLI was wrong.
type document struct {
	Problems config.Problems `json:"problems"`
	Errors   int             `json:"errors"`
	Warnings int             `json:"warnings"`
	Stacks   []stackReport   `json:"stacks"`
}

// stackReport is a stack that was written.
type stackReport struct {
	Name      string `json:"name"`
	Account   string `json:"account"`
	Region    string `json:"region"`
	Resources int    `json:"resources"`
}

// end reports a run that ends with the problems of the configuration, or without any.
func (r reporter) end(found config.Problems) {
	if r.opts.format == formatJSON {
		r.json(found, nil)
		return
	}
	r.warnings(found)
	if found.Number(config.Error) > 0 {
		fmt.Fprintln(r.stderr, found.Count())
	} else {
		fmt.Fprintf(r.stdout, "%s: %s\n", r.opts.config, found.Count())
	}
}

// fail reports a run that ends for another reason than the configuration.
func (r reporter) fail(err error) {
	if r.opts.format == formatJSON {
		r.json(config.Problems{{Check: "run", Level: config.Error, What: err.Error()}}, nil)
		return
	}
	fmt.Fprintln(r.stderr, err)
}

// warnings reports the problems of a run that goes on. In JSON they come with what it wrote.
func (r reporter) warnings(found config.Problems) {
	switch {
	case r.opts.format == formatJSON && !r.opts.printConfig:
	case r.terminal:
		fmt.Fprint(r.stderr, found.Excerpts())
	default:
		fmt.Fprint(r.stderr, found.Lines())
	}
}

// wait tells people at a terminal what takes a while.
func (r reporter) wait(what string) {
	if r.terminal {
		fmt.Fprintln(r.stderr, what)
	}
}

// stacks reports one line per stack: name, account, Region and number of resources. Under the CDK
// CLI there are none: there, standard output is what the CLI's own command prints.
func (r reporter) stacks(p plan, warnings config.Problems) error {
	stacks := []stackReport{}
	for _, s := range p {
		text, err := os.ReadFile(filepath.Join(r.opts.out, s.name+".template.json"))
		if err != nil {
			return err
		}
		var template struct{ Resources map[string]json.RawMessage }
		if err := json.Unmarshal(text, &template); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		stacks = append(stacks, stackReport{s.name, s.account, s.region, len(template.Resources)})
	}
	if r.opts.format == formatJSON {
		r.json(warnings, stacks)
		return nil
	}
	if r.opts.underCLI {
		return nil
	}
	table := tabwriter.NewWriter(r.stdout, 0, 0, 2, ' ', 0)
	for _, s := range stacks {
		fmt.Fprintf(table, "%s\t%s\t%s\t%d resources\n", s.Name, s.Account, s.Region, s.Resources)
	}
	return table.Flush()
}

func (r reporter) json(found config.Problems, stacks []stackReport) {
	if found == nil {
		found = config.Problems{}
	}
	if stacks == nil {
		stacks = []stackReport{}
	}
	encoder := json.NewEncoder(r.stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(document{found, found.Number(config.Error), found.Number(config.Warning), stacks}) // nobody is left to tell
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && isatty.IsTerminal(file.Fd())
}
