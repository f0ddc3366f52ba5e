package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"central-s3-backup/config"
	"central-s3-backup/internal/cli"
	"central-s3-backup/internal/jsiinode"
	"central-s3-backup/internal/synth"
)

// flags are what the command line says.
type flags struct {
	Config      string   `default:"backup.yaml" placeholder:"FILE" help:"Read the configuration from FILE (default: ${default})."`
	Previous    string   `placeholder:"FILE" help:"${previousHelp}"`
	Check       bool     `help:"Check the configuration, and stop before Node.js starts."`
	Format      string   `default:"text" enum:"text,json" placeholder:"FORMAT" help:"${formatHelp}"`
	Out         string   `default:"cdk.out" placeholder:"DIR" help:"Write the cloud assembly to DIR (default: ${default})."`
	Workload    []string `sep:"none" placeholder:"NAME-ENV" help:"${workloadHelp}"`
	Jobs        *int     `placeholder:"N" help:"${jobsHelp}"`
	Report      bool     `default:"true" negatable:"" help:"${reportHelp}"`
	PrintConfig bool     `help:"Print the effective configuration, with every default, and stop."`
	PrintSchema bool     `help:"Print the JSON schema of backup.yaml, which editors read, and stop."`
	Version     bool     `help:"Print the version and stop."`
	Completion  string   `default:"" enum:",bash,zsh,fish" placeholder:"SHELL" help:"${completionHelp}"`
}

// The longer texts of the help.
var helps = kong.Vars{
	"previousHelp": "Compare the configuration with the deployed one in FILE: " +
		"a change that loses data or protection is an error, a change that weakens it a warning.",
	"formatHelp":     "FORMAT of what is reported: text, or json for one document on standard output (default: text).",
	"workloadHelp":   "Synthesize only the stack of this workload, or with central those of the central account. Commas between several.",
	"completionHelp": "Print the script with which SHELL completes the flags, and stop: bash, zsh or fish.",
	"jobsHelp":       "Use at most N processes at a time (default: as many as suit the number of stacks and cores).",
	"reportHelp":     "Write the report into DIR/report, where DIR is that of -out (default: true; -report=false writes none).",
}

const description = `central-s3-backup synthesizes AWS Backup for S3 across accounts from one file.

Through the CDK CLI:

    npx cdk list|synth|diff|deploy [-c config=FILE] [-c previous=FILE]
                                   [-c workload=NAME-ENV] [-c nag=true]`

// Validate reports what the types of the flags allow and the app does not. kong calls it.
func (f *flags) Validate() error {
	if f.Jobs != nil && *f.Jobs < 1 {
		return fmt.Errorf("--jobs: got %d; want a number of processes, 1 or more", *f.Jobs)
	}
	return nil
}

// options are what the command line and the CDK CLI say together.
type options struct {
	flags

	model *kong.Application // of the command line

	nag      bool // of the context alone
	underCLI bool
}

// readOptions returns [cli.ErrHelp] after it has printed the help. What the command line says comes
// before what the CDK CLI says, but workloads of both are synthesized.
func readOptions(args []string, getenv func(string) string, stdout io.Writer) (options, error) {
	o := options{underCLI: getenv("CDK_CLI_VERSION") != ""}
	c, err := readContext(getenv("CDK_CONTEXT_JSON"))
	if err != nil {
		return o, err
	}
	ofCLI := map[string]string{"config": c.Config, "previous": c.Previous, "out": getenv("CDK_OUTDIR")}
	resolve := func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if value := ofCLI[flag.Name]; value != "" {
			return value, nil
		}
		return nil, nil
	}
	command, err := cli.Parse(&o.flags, args, stdout,
		kong.Name(program), kong.Description(description), helps, kong.Resolvers(kong.ResolverFunc(resolve)))
	if err != nil {
		return o, withHint(err, args)
	}
	if o.Completion != "" {
		o.model = command.Model
	}
	if len(o.Workload) > 0 && len(names(o.Workload...)) == 0 {
		return o, errors.New("-workload: it is empty; want NAME-ENV of a workload, or central")
	}
	o.Workload = slices.Concat(names(c.Workload), names(o.Workload...))
	o.nag, err = c.nag()
	return o, err
}

// withHint says what to write where somebody gives the file, or a flag, as an argument.
func withHint(err error, args []string) error {
	const unexpected = "unexpected argument "
	for _, arg := range args {
		rest, found := strings.CutPrefix(err.Error(), unexpected+arg+";")
		switch {
		case !found:
		case strings.HasSuffix(arg, ".yaml") || strings.HasSuffix(arg, ".yml"):
			return errors.New(unexpected + arg + "; for a configuration write -config " + arg + ";" + rest)
		case slices.Contains([]string{"check", "version", "help"}, arg):
			return errors.New(unexpected + arg + "; write -" + arg + ";" + rest)
		}
	}
	return err
}

// cliContext is what the user hands to the CDK CLI as cdk -c name=value, as far as the app reads it.
type cliContext struct {
	Config   string `json:"config"`
	Previous string `json:"previous"`
	Workload string `json:"workload"` // several with commas between
	Nag      any    `json:"nag"`      // text from the command line, or a boolean from cdk.json
}

// contextKeys are those keys of [cliContext] that are long enough for a misspelt one to be told from another word.
var contextKeys = []string{"config", "previous", "workload"}

// readContext reads what the CDK CLI writes into the environment. Empty: the CLI does not run the app. A key that is almost
// one of ours is an error, since without it the app would build something else. Other keys are for other constructs.
func readContext(text string) (cliContext, error) {
	var c cliContext
	if text == "" {
		return c, nil
	}
	var all map[string]any
	if json.Unmarshal([]byte(text), &c) != nil || json.Unmarshal([]byte(text), &all) != nil {
		return c, errors.New("CDK_CONTEXT_JSON: want a JSON object in which config, previous and workload are text")
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		meant := config.DidYouMean(key, contextKeys)
		if meant != "" && !slices.Contains(contextKeys, key) {
			return c, fmt.Errorf("-c %s: the app reads no such key%s", key, meant)
		}
	}
	return c, nil
}

// names splits texts with commas between names.
func names(texts ...string) []string {
	var all []string
	for _, text := range texts {
		for name := range strings.SplitSeq(text, ",") {
			if name = strings.TrimSpace(name); name != "" {
				all = append(all, name)
			}
		}
	}
	return all
}

func (c cliContext) nag() (bool, error) {
	switch c.Nag {
	case nil, "false", false:
		return false, nil
	case "true", true:
		return true, nil
	}
	return false, fmt.Errorf("-c nag=%v: want true or false", c.Nag)
}

// synth are the options of the synthesis.
func (o options) synth(getenv func(string) string, r reporter) synth.Options {
	s := synth.Options{Config: o.Config, Out: o.Out, UnderCLI: o.underCLI, Nag: o.nag, Node: jsiinode.Command(getenv), Stderr: r.stderr}
	if o.Jobs != nil {
		s.Jobs = *o.Jobs
	}
	if r.terminal {
		s.Terminal = r.stderr
	}
	return s
}
