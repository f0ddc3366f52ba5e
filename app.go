// Command central-s3-backup synthesizes AWS Backup for S3 across accounts from one file, backup.yaml.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"central-s3-backup/config"
	"central-s3-backup/internal/cli"
	"central-s3-backup/internal/synth"
)

// Exit codes.
const (
	exitDone        = 0
	exitWrong       = 1   // an error in the configuration, the command line or on the machine
	exitDefect      = 2   // an error in the app
	exitInterrupted = 130 // 128 + SIGINT, as shells report it
)

func main() {
	for name, value := range synth.NodeEnvironment() {
		if os.Getenv(name) == "" {
			_ = os.Setenv(name, value) // fails only for a malformed name
		}
	}
	code := exitDone
	if os.Getenv(synth.PartVariable) == "" {
		code = run(os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	} else if synth.RunPart(os.Stdin, os.Stdout, func() { os.Exit(exitDefect) }) != nil { // the run prints it
		code = exitDefect
	}
	synth.Close()
	os.Exit(code)
}

// run is the whole app. Nothing below it reads flags or exits, and it prints to the writers it is given.
func run(args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	opts, err := readOptions(args, getenv, stdout)
	switch {
	case errors.Is(err, cli.ErrHelp):
		return exitDone
	case err != nil:
		fmt.Fprintln(stderr, err)
		return exitWrong
	case opts.Version:
		fmt.Fprintln(stdout, "central-s3-backup", version())
		return exitDone
	}

	r := newReporter(opts, stdout, stderr)
	cfg, problems := load(opts)
	if cfg == nil {
		r.end(problems)
		return exitWrong
	}
	if opts.PrintConfig {
		r.warnings(problems)
		if err := r.config(cfg); err != nil {
			r.fail(err)
			return exitDefect
		}
		return exitDone
	}

	plan, err := synth.NewPlan(cfg, opts.Workload)
	if err != nil {
		r.fail(err)
		return exitWrong
	}
	if opts.Check {
		r.end(problems)
		return exitDone
	}
	return synthesize(plan, problems, opts.synth(getenv, r), r)
}

// load returns the configuration and its warnings, or no configuration and all its problems.
func load(opts options) (*config.Config, config.Problems) {
	cfg, err := config.LoadFileAfter(opts.Config, opts.Previous)
	var problems config.Problems
	if errors.As(err, &problems) {
		return nil, problems
	}
	return cfg, cfg.Warnings
}

// synthesize writes the plan's stacks and reports them.
func synthesize(plan *synth.Plan, warnings config.Problems, opts synth.Options, r reporter) int {
	if err := plan.Prepare(opts); err != nil {
		r.fail(err)
		return exitWrong
	}
	r.warnings(warnings)
	stacks, err := plan.Synthesize(opts)
	if errors.Is(err, synth.ErrInterrupted) {
		r.fail(err)
		return exitInterrupted
	}
	if err == nil {
		err = r.stacks(stacks, warnings)
	}
	if err != nil {
		r.fail(fmt.Errorf("central-s3-backup: this is a defect of the app, not of %s; please report it together with that file:\n%w",
			opts.Config, err))
		return exitDefect
	}
	synth.AwaitIndex(opts) // everything is written and reported: an interrupted wait loses nothing
	return exitDone
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return "(devel)"
}
