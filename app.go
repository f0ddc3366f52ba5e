// Command central-s3-backup synthesizes AWS Backup for S3 across accounts from one file, backup.yaml.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/config"
	"central-s3-backup/internal/cloudassembly"
)

// Exit codes.
const (
	exitDone        = 0
	exitWrong       = 1   // the configuration or the command line is wrong
	exitDefect      = 2   // the app is
	exitInterrupted = 130 // as a shell says it of whom Ctrl-C ended
)

// nodeOptions has Node collect its garbage: with the 4 GB that jsii allows, V8 lets it grow beyond 1 GB.
// A part of a run needs half of this, and stays below 700 MB with all that Node has besides.
const nodeOptions = "--max-old-space-size=500"

func main() {
	if os.Getenv("NODE_OPTIONS") == "" {
		_ = os.Setenv("NODE_OPTIONS", nodeOptions) // a plain name is always set
	}
	var code int
	if os.Getenv(asPart) != "" {
		code = synthesizePart(os.Stdin, os.Stdout, func() {
			killGroup()
			os.Exit(exitDefect)
		})
	} else {
		code = run(os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	}
	os.Stderr = nil // jsii.Close may say there that Node "exited abnormally", when all is done
	jsii.Close()
	os.Exit(code)
}

// options are what the command line and the CDK CLI's context say.
type options struct {
	config      string
	previous    string
	check       bool
	format      string
	out         string
	workloads   []string
	jobs        int // processes at a time; zero: as many as suit the stacks and the machine
	nag         bool
	printConfig bool
	version     bool
	underCLI    bool
}

// run is the whole app. Nothing below it reads flags, prints to anything but the writers it is given, or exits.
func run(args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	opts, err := parseOptions(args, getenv, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitDone
	case err != nil:
		fmt.Fprintln(stderr, err)
		return exitWrong
	case opts.version:
		fmt.Fprintln(stdout, "central-s3-backup", version())
		return exitDone
	}

	cfg, problems := load(opts)
	r := reporter{opts, stdout, stderr, isTerminal(stderr)}
	if cfg == nil {
		r.end(problems)
		return exitWrong
	}
	if opts.printConfig {
		r.warnings(problems)
		return printConfig(cfg, stdout, stderr)
	}
	plan, err := choose(cfg, opts.workloads)
	if err == nil && opts.check {
		r.end(problems)
		return exitDone
	}
	if err == nil {
		err = findNode(getenv)
	}
	if err == nil && slices.ContainsFunc(plan, func(s plannedStack) bool { return s.function }) {
		_, err = buildFunction(r.wait)
	}
	if err == nil && !opts.underCLI { // the CLI has files of its own in its directory
		err = checkOut(opts.out)
	}
	if err != nil {
		r.fail(err)
		return exitWrong
	}

	r.warnings(problems)
	earlier := stacksIn(opts.out)
	err = r.synthesize(cfg, plan)
	if errors.Is(err, errInterrupted) {
		r.fail(err)
		return exitInterrupted
	}
	if err == nil {
		err = removeStale(earlier, plan, opts.out)
	}
	if err == nil {
		err = r.stacks(plan, problems)
	}
	if err != nil {
		r.fail(fmt.Errorf("central-s3-backup: this is a defect of the app, not of %s; please report it together with that file:\n%w", opts.config, err))
		return exitDefect
	}
	return exitDone
}

// synthesize writes the cloud assembly, in this process or in several. What is written appears in the
// directory when all is done.
func (r reporter) synthesize(cfg *config.Config, p plan) error {
	resources, jobs := p.resources(), r.opts.jobs
	if jobs == 0 {
		total := 0
		for _, n := range resources {
			total += n
		}
		jobs = jobsFor(total)
	}
	if err := os.MkdirAll(r.opts.out, 0o755); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(r.opts.out, unfinished)
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // the next run removes what is left

	progress := progress{stacks: len(p)}
	if r.terminal {
		progress.terminal = r.stderr
	}
	r.wait("starting Node.js; its first start on a machine unpacks the AWS CDK and takes longer")
	var said string
	dirs := []string{dir}
	if ends := cut(resources, jobs); len(ends) > 1 {
		dirs, said, err = synthesizeParts(cfg, r.opts, dir, ends, jobs, progress.built)
	} else {
		err = guard(func() error { return synthesize(p, dir, r.opts.nag, progress.built) })
	}
	progress.end()
	fmt.Fprint(r.stderr, said)
	if err != nil {
		return err
	}
	return cloudassembly.Join(r.opts.out, dirs)
}

// load returns the configuration and its warnings, or without one all that is wrong with it.
func load(opts options) (*config.Config, config.Problems) {
	cfg, err := config.LoadFileAfter(opts.config, opts.previous)
	var problems config.Problems
	if errors.As(err, &problems) {
		return nil, problems
	}
	return cfg, cfg.Warnings
}

// guard turns a panic, which is how jsii reports every failure, into an error with its first line:
// the JavaScript stack behind it helps nobody who reads it here.
func guard(f func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			line, _, _ := strings.Cut(strings.TrimSpace(fmt.Sprint(cause)), "\n")
			err = errors.New(line)
		}
	}()
	return f()
}

const usage = `central-s3-backup synthesizes AWS Backup for S3 across accounts from one file.

Usage: go run . [flags], or through the CDK CLI: npx cdk list|synth|diff|deploy [-c config=FILE] [-c previous=FILE] [-c workload=NAME-ENV] [-c nag=true]

`

// parseOptions prints the help that was asked for, and then returns [flag.ErrHelp].
func parseOptions(args []string, getenv func(string) string, stdout io.Writer) (options, error) {
	opts := options{config: "backup.yaml", out: "cdk.out", format: formatText, underCLI: getenv("CDK_CLI_VERSION") != ""}
	if out := getenv("CDK_OUTDIR"); out != "" {
		opts.out = out
	}
	if err := opts.readContext(getenv("CDK_CONTEXT_JSON")); err != nil {
		return opts, err
	}
	flags := flag.NewFlagSet("central-s3-backup", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&opts.config, "config", opts.config, "the `FILE` to read")
	flags.StringVar(&opts.previous, "previous", opts.previous, "compare with the configuration in `FILE`, which is deployed: what the change would lose is an error, what it would weaken a warning")
	flags.BoolVar(&opts.check, "check", false, "check the configuration and stop")
	flags.Func("format", "`FORMAT` of problems: text, on standard error, or json, on standard output (default text)", func(format string) error {
		if format != formatText && format != formatJSON {
			return fmt.Errorf("want %s or %s", formatText, formatJSON)
		}
		opts.format = format
		return nil
	})
	flags.StringVar(&opts.out, "out", opts.out, "the `DIR` to write the cloud assembly to")
	flags.Func("workload", "synthesize only the workload `NAME-ENV`, or the central stack where it is \"central\"; repeatable", func(id string) error {
		opts.workloads = append(opts.workloads, id)
		return nil
	})
	flags.Func("jobs", "synthesize in at most `N` processes at a time (default: what suits the number of stacks and of cores)", func(n string) (err error) {
		if opts.jobs, err = strconv.Atoi(n); err != nil || opts.jobs < 1 {
			return errors.New("want a number of processes, 1 or more")
		}
		return nil
	})
	flags.BoolVar(&opts.printConfig, "print-config", false, "print the effective configuration, every default filled in, and stop")
	flags.BoolVar(&opts.version, "version", false, "print the version and stop")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		flags.SetOutput(stdout)
		flags.PrintDefaults()
		return opts, err
	case err != nil:
		return opts, fmt.Errorf("%w; -h lists the flags", err)
	}
	if flags.NArg() > 0 {
		return opts, fmt.Errorf("unexpected argument %q; -h lists the flags", flags.Arg(0))
	}
	return opts, nil
}

// readContext takes the options that the CDK CLI passes on, as cdk -c name=value.
func (o *options) readContext(text string) error {
	if text == "" {
		return nil
	}
	var context struct {
		Config   string `json:"config"`
		Previous string `json:"previous"`
		Workload string `json:"workload"`
		Nag      any    `json:"nag"` // text from the command line, maybe a boolean from cdk.json
	}
	if err := json.Unmarshal([]byte(text), &context); err != nil {
		return errors.New("CDK_CONTEXT_JSON: want a JSON object in which config, previous and workload are text")
	}
	if context.Config != "" {
		o.config = context.Config
	}
	if context.Previous != "" {
		o.previous = context.Previous
	}
	if context.Workload != "" {
		for id := range strings.SplitSeq(context.Workload, ",") {
			o.workloads = append(o.workloads, strings.TrimSpace(id))
		}
	}
	switch context.Nag {
	case nil, "false", false:
	case "true", true:
		o.nag = true
	default:
		return fmt.Errorf("-c nag=%v: want true or false", context.Nag)
	}
	return nil
}

func printConfig(cfg *config.Config, stdout, stderr io.Writer) int {
	text, err := cfg.YAML()
	if err == nil {
		_, err = stdout.Write(text)
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitDefect
	}
	return exitDone
}

// minNode is the oldest major version of Node.js that the CDK runs in.
const minNode = 20

// findNode says in a sentence what jsii would say in a panic.
func findNode(getenv func(string) string) error {
	node := "node"
	if own := getenv("JSII_NODE"); own != "" {
		node = own
	}
	const advice = "the AWS CDK runs in Node.js; install version 20, 22 or 24 from https://nodejs.org"
	if _, err := exec.LookPath(node); err != nil {
		return fmt.Errorf("there is no %q on the PATH: %s", node, advice)
	}
	answer, err := exec.Command(node, "--version").Output()
	version, _, _ := strings.Cut(string(answer), "\n")
	var major int
	if _, scanErr := fmt.Sscanf(version, "v%d.", &major); err != nil || scanErr != nil || major < minNode {
		return fmt.Errorf("%q answers --version with %q: %s", node, version, advice)
	}
	return nil
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return "(devel)"
}
