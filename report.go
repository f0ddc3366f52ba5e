package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/fatih/color"
	"golang.org/x/term"

	"central-s3-backup/config"
	"central-s3-backup/internal/synth"
)

// The values of -format: text is for people, JSON for editors and comments on pull requests.
const (
	formatText = "text"
	formatJSON = "json"
)

// reporter prints the problems of a configuration and the stacks of a run.
type reporter struct {
	opts           options
	stdout, stderr io.Writer
	terminal       bool         // stderr is one
	paint          config.Paint // nil: without colors
}

func newReporter(opts options, getenv func(string) string, stdout, stderr io.Writer) reporter {
	r := reporter{opts: opts, stdout: stdout, stderr: stderr, terminal: isTerminal(stderr)}
	if r.terminal && takesColors(getenv) {
		r.paint = paint
	}
	return r
}

// takesColors says whether the user's terminal shows colors, and the user wants them: https://no-color.org.
func takesColors(getenv func(string) string) bool {
	return getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
}

// paint colors the marks of errors and warnings.
func paint(level config.Level, mark string) string {
	c := color.New(color.Bold, color.FgRed)
	if level == config.Warning {
		c = color.New(color.Bold, color.FgYellow)
	}
	c.EnableColor()
	return c.Sprint(mark)
}

// document is the one JSON document that -format json prints. Only a wrong command line or context of
// the CDK CLI is reported as text nevertheless.
type document struct {
	Problems config.Problems `json:"problems"`
	Errors   int             `json:"errors"`
	Warnings int             `json:"warnings"`
	Stacks   []synth.Stack   `json:"stacks"`
}

// end reports a run that ends with the problems of the configuration, or without any. JSON has the stacks that a run would
// write.
func (r reporter) end(problems config.Problems, stacks ...synth.Stack) {
	if r.opts.Format == formatJSON {
		r.json(problems, stacks)
		return
	}
	r.warnings(problems)
	if problems.Number(config.Error) > 0 {
		fmt.Fprintln(r.stderr, problems.Count())
	} else {
		fmt.Fprintf(r.stdout, "%s: %s\n", r.opts.Config, problems.Count())
	}
}

// fail reports a run that ends for another reason.
func (r reporter) fail(err error) {
	if r.opts.Format == formatJSON {
		r.json(config.Problems{{Check: "run", Level: config.Error, What: err.Error()}}, nil)
		return
	}
	fmt.Fprintln(r.stderr, err)
}

// warnings reports the problems of a run that goes on. In JSON they come later, in one document with
// the stacks, but -print-config prints no JSON.
func (r reporter) warnings(problems config.Problems) {
	switch {
	case r.opts.Format == formatJSON && !r.opts.PrintConfig:
	case r.terminal:
		fmt.Fprint(r.stderr, problems.Excerpts(width(r.stderr), r.paint))
	default:
		fmt.Fprint(r.stderr, problems.Lines())
	}
}

// config prints the effective configuration.
func (r reporter) config(cfg *config.Config) error {
	text, err := cfg.YAML()
	if err != nil {
		return err
	}
	_, err = r.stdout.Write(text)
	return notPrinted(err)
}

// stacks prints a line for each stack: name, account, Region and number of resources. Under the CDK CLI
// it prints none, since standard output then belongs to the CLI's own command.
func (r reporter) stacks(stacks []synth.Stack, warnings config.Problems) error {
	if r.opts.Format == formatJSON {
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
	return notPrinted(table.Flush())
}

// notPrinted is the error of standard output that takes no text, for example because it goes to a full disk.
func notPrinted(err error) error {
	if err != nil {
		return synth.MachineError("standard output takes no more text: " + err.Error())
	}
	return nil
}

func (r reporter) json(problems config.Problems, stacks []synth.Stack) {
	if problems == nil {
		problems = config.Problems{}
	}
	if stacks == nil {
		stacks = []synth.Stack{}
	}
	encoder := json.NewEncoder(r.stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	// If standard output is closed, nobody is left to read that.
	_ = encoder.Encode(document{problems, problems.Number(config.Error), problems.Number(config.Warning), stacks})
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// width is how many characters fit into a line of a terminal. Zero: nobody knows.
func width(w io.Writer) int {
	file, ok := w.(*os.File)
	if !ok {
		return 0
	}
	columns, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return 0
	}
	return columns
}
