// Command central-s3-backup synthesizes AWS Backup for S3 across accounts from one file, backup.yaml.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"central-s3-backup/config"
	"central-s3-backup/internal/cli"
	backupreport "central-s3-backup/internal/report"
	"central-s3-backup/internal/startup"
	"central-s3-backup/internal/synth"
)

// Exit codes.
const (
	exitDone     = 0
	exitWrong    = 1   // an error in the configuration, the command line or on the machine
	exitDefect   = 2   // an error in the app
	exitSignaled = 128 // plus the number of the signal that stopped the app, as shells report it
)

// program is how the help calls the app: as it was called.
var program = "go run ."

func main() {
	program = cli.Called(os.Args[0], program)
	synth.Renew()
	os.Exit(process())
}

// process is the process that main ends. It leaves no temporary file behind, however it ends.
func process() int {
	defer startup.Close()
	defer synth.Close()
	if os.Getenv(synth.PartVariable) == "" {
		return run(os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	}
	if synth.RunPart(os.Stdin, os.Stdout, func() { os.Exit(exitDefect) }, nil) != nil { // the run prints it
		return exitDefect
	}
	return exitDone
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
		fmt.Fprintln(stdout, name, cli.Version())
		return exitDone
	case opts.PrintSchema:
		return printed(newReporter(opts, getenv, stdout, stderr), schema)
	case opts.Completion != "":
		return printCompletion(opts, stdout, stderr)
	}

	ctx, stop := untilSignal(startup.Signals())
	defer stop()
	r := newReporter(opts, getenv, stdout, stderr)
	cfg, problems := load(opts)
	if cfg == nil {
		r.end(problems)
		return exitWrong
	}
	if opts.PrintConfig {
		r.warnings(problems)
		if err := r.config(cfg); err != nil {
			r.fail(err)
			return exitWrong
		}
		return exitDone
	}
	if ctx.Err() != nil {
		r.fail(synth.ErrInterrupted)
		return codeOf(ctx, synth.ErrInterrupted)
	}

	plan, err := synth.NewPlan(cfg, opts.Workload, sources)
	if err != nil {
		r.fail(err)
		return exitWrong
	}
	if opts.Check {
		r.end(problems, plan.Stacks()...)
		return exitDone
	}
	return synthesize(ctx, cfg, plan, problems, opts.synth(getenv, r), r)
}

// printed prints a text that no configuration changes.
func printed(r reporter, text string) int {
	if _, err := io.WriteString(r.stdout, text); err != nil {
		r.fail(notPrinted(err))
		return exitWrong
	}
	return exitDone
}

// name is what the app is called once it is installed.
const name = "central-s3-backup"

func printCompletion(opts options, stdout, stderr io.Writer) int {
	script, err := cli.Completion(opts.model, name, opts.Completion)
	if err == nil {
		_, err = io.WriteString(stdout, script)
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitWrong
	}
	return exitDone
}

// load returns the configuration and its warnings, or no configuration and all its problems.
func load(opts options) (*config.Config, config.Problems) {
	cfg, err := config.LoadFileAfter(opts.Config, opts.Previous)
	var problems config.Problems
	if errors.As(err, &problems) {
		return nil, problems
	}
	if _, err := cfg.LoadEstimates(opts.Config); errors.As(err, &problems) {
		return nil, append(problems, cfg.Warnings...)
	}
	return cfg, cfg.Warnings
}

// synthesize writes the plan's stacks and reports them.
func synthesize(ctx context.Context, cfg *config.Config, plan *synth.Plan, warnings config.Problems, opts synth.Options, r reporter) int {
	err := plan.Prepare(ctx, opts)
	if err != nil {
		r.fail(err)
		return codeOf(ctx, err)
	}
	r.warnings(warnings)
	stacks, err := plan.Synthesize(ctx, opts)
	if err == nil && r.opts.Report {
		err = writeReport(cfg, r.opts.Previous, opts)
	}
	if err == nil {
		err = r.stacks(stacks, warnings)
	}
	_, ofMachine := errors.AsType[synth.MachineError](err)
	switch {
	case err == nil:
	case ofMachine, errors.Is(err, synth.ErrInterrupted):
		r.fail(err)
		return codeOf(ctx, err)
	default:
		r.fail(fmt.Errorf("central-s3-backup: this is a defect of the app, not of %s; please report it together with that file:\n%w",
			opts.Config, err))
		return exitDefect
	}
	synth.AwaitIndex(ctx, opts) // everything is written and reported: an interrupted wait loses nothing
	if ctx.Err() != nil {
		fmt.Fprintf(r.stderr, "interrupted: %s is complete\n", opts.Out)
		return codeOf(ctx, synth.ErrInterrupted)
	}
	return exitDone
}

// reportDir is the directory of the report in the cloud assembly.
const reportDir = "report"

// writeReport writes the report beside the templates, whose sizes it takes.
func writeReport(cfg *config.Config, previous string, opts synth.Options) error {
	r, err := backupreport.Load(cfg, backupreport.Sources{
		Config: opts.Config, Backupctl: cli.BackupctlCalled(program), Previous: previous, Templates: opts.Out,
	})
	if err != nil {
		return err
	}
	if _, err := r.Write(filepath.Join(opts.Out, reportDir)); err != nil {
		return synth.MachineError(fmt.Sprintf("-out %s: the report cannot be written: %v; -report=false leaves it out", opts.Out, err))
	}
	return nil
}

// codeOf is the exit code of a run that ended with an error that is no defect.
func codeOf(ctx context.Context, err error) int {
	if s, ok := errors.AsType[stoppedBy](context.Cause(ctx)); ok && errors.Is(err, synth.ErrInterrupted) {
		return exitSignaled + int(s.signal)
	}
	return exitWrong
}

// stoppedBy is why a context is done after a signal.
type stoppedBy struct{ signal syscall.Signal }

func (s stoppedBy) Error() string { return s.signal.String() }

// untilSignal returns a context that is done when a signal comes, and a function that releases it. Later
// signals change nothing: the app ends within seconds.
func untilSignal(signals <-chan os.Signal) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	released := make(chan struct{})
	go func() {
		select {
		case s := <-signals:
			number, _ := s.(syscall.Signal) // signals of the operating system are
			cancel(stoppedBy{number})
		case <-released:
		}
	}()
	return ctx, func() {
		close(released)
		cancel(nil)
	}
}
