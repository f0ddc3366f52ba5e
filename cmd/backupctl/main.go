// Command backupctl is what operators run beside the app. The file COMMAND.go has the command of that
// name, and files whose names start with COMMAND- have its parts. Those that start with backup- are shared by the commands on
// AWS Backup.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"central-s3-backup/internal/cli"
	"central-s3-backup/internal/runbook"
)

// Exit codes.
const (
	exitDone   = 0
	exitWrong  = 1 // an error in the configuration, in the command line or in what is deployed
	exitDefect = 2 // an error in backupctl
	// exitSomeNotRestored: a restore left some keys as they are, or a job did a part of its work.
	exitSomeNotRestored = 3
	exitSignal          = 128 // and the number of the signal, as shells report it
)

// exitError is an error with an exit code of its own.
type exitError struct {
	code int
	error
}

func (e *exitError) Unwrap() error { return e.error }

// inClone is how the program is called in a clone of the repository.
const inClone = "go run ./cmd/backupctl"

// program is how the help and messages call the program: as it was called.
var program = inClone

func main() {
	program = cli.Called(os.Args[0], inClone)
	os.Exit(run(os.Args[1:], clock{now: time.Now, sleep: time.Sleep}, os.Stdin, os.Stdout, os.Stderr))
}

// clock tells the time and waits.
type clock struct {
	now   func() time.Time
	sleep func(time.Duration)
	// backoff is the longest wait of the SDK before it sends a request again. Zero: the SDK's own.
	backoff time.Duration
}

// wait sleeps, unless the context ends first.
func (c clock) wait(ctx context.Context, d time.Duration) error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.sleep(d)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
	return context.Cause(ctx)
}

// commands are the commands of backupctl.
type commands struct {
	AlertTest       alertTest       `cmd:"" help:"Send a test through the alerts, e-mails too, and report which destinations accepted it."`
	Bootstrap       bootstrap       `cmd:"" help:"Print the commands that prepare each account for the CDK."`
	BootstrapPolicy bootstrapPolicy `cmd:"" help:"Print the policies with which CloudFormation deploys, for cdk bootstrap."`
	Completion      completion      `cmd:"" help:"Print the script with which a shell completes commands and flags."`
	CopyBack        copyBack        `cmd:"" help:"Copy a recovery point from the central account back to a workload's account."`
	GithubWorkflow  githubWorkflow  `cmd:"" help:"Write the workflow of GitHub Actions that rolls out, and the policies of its roles."`
	ImportMap       importMap       `cmd:"" help:"Print the mapping with which cdk import takes over a vault, keys and buckets that exist."`
	Init            initialize      `cmd:"" help:"Write a backup.yaml: from answers, from flags, from an account or from Terraform."`
	Preflight       preflight       `cmd:"" help:"Look at what backups and restores need, and say what is wrong and what mends it."`
	Report          reportFiles     `cmd:"" help:"Write what protects each bucket, for how long and at what price."`
	Restore         restore         `cmd:"" help:"Bring something back."`
	Runbook         runbookPage     `cmd:"" help:"Print what to do in a disaster, with the names of a workload."`

	Version kong.VersionFlag `help:"Print the version."`
}

// completion is the command completion.
type completion struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"The shell: bash, zsh or fish."`
}

// Run prints the script.
func (c *completion) Run(command *kong.Context, stdout io.Writer) error {
	script, err := cli.Completion(command.Model, name, c.Shell)
	if err != nil {
		return err
	}
	_, err = io.WriteString(stdout, script)
	return noOutput(err)
}

// name is what the program is called once it is installed.
const name = "backupctl"

// run is the whole program. Nothing below it exits, and it prints to the writers it is given.
func run(args []string, clock clock, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	defer func() {
		if cause := recover(); cause != nil {
			line, _, _ := strings.Cut(strings.TrimSpace(fmt.Sprint(cause)), "\n")
			fmt.Fprintf(stderr, "backupctl: this is a defect of backupctl; please report it: %s\n", line)
			code = exitDefect
		}
	}()
	afterHelp := exitDone
	if len(args) == 0 { // there was nothing to do, which a script must notice
		args, afterHelp = []string{"--help"}, exitWrong
	}
	command, err := parse(args, clock, stdin, stdout, stderr)
	if errors.Is(err, cli.ErrHelp) {
		return afterHelp
	}
	if err == nil {
		err = command.Run()
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		if coded, ok := errors.AsType[*exitError](err); ok {
			return coded.code
		}
		return exitWrong
	}
	return exitDone
}

// parse reads the command line.
func parse(args []string, clock clock, stdin io.Reader, stdout, stderr io.Writer) (*kong.Context, error) {
	return cli.Parse(&commands{}, args, stdout,
		kong.Name(program),
		kong.Description("backupctl is what operators run beside the app."),
		kong.Vars{
			"version": name + " " + cli.Version(), "noProfile": "(default: the default credentials)",
			"disasters": strings.Join(runbook.Names(), ", "),
		},
		kong.Bind(clock),
		kong.BindTo(stdin, (*io.Reader)(nil)),
		kong.BindTo(stdout, (*io.Writer)(nil)),
		kong.Bind(streams{stdout, stderr}),
	)
}
