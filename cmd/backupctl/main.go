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

func main() {
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
	AlertTest       alertTest       `cmd:"" help:"Send a test event through the alerts, and report which destinations accepted it."`
	Bootstrap       bootstrap       `cmd:"" help:"Print the commands that prepare each account for the CDK."`
	BootstrapPolicy bootstrapPolicy `cmd:"" help:"Print the policies with which CloudFormation deploys, for cdk bootstrap."`
	CopyBack        copyBack        `cmd:"" help:"Copy a recovery point from the central account back to a workload's account."`
	GithubWorkflow  githubWorkflow  `cmd:"" help:"Write the workflow of GitHub Actions that rolls out, and the policies of its roles."`
	Preflight       preflight       `cmd:"" help:"Look at what backups and restores need, and say what is wrong and what mends it."`
	Report          reportFiles     `cmd:"" help:"Write what protects each bucket, for how long and at what price."`
	Restore         restore         `cmd:"" help:"Bring something back."`
	Runbook         runbookPage     `cmd:"" help:"Print what to do in a disaster, with the names of a workload."`
}

// run is the whole program. Nothing below it exits, and it prints to the writers it is given.
func run(args []string, clock clock, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	defer func() {
		if cause := recover(); cause != nil {
			line, _, _ := strings.Cut(strings.TrimSpace(fmt.Sprint(cause)), "\n")
			fmt.Fprintf(stderr, "backupctl: this is a defect of backupctl; please report it: %s\n", line)
			code = exitDefect
		}
	}()
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parse(args, clock, stdin, stdout, stderr)
	if errors.Is(err, cli.ErrHelp) {
		return exitDone
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
		kong.Vars{"noProfile": "(default: the default credentials)", "disasters": strings.Join(runbook.Names(), ", ")},
		kong.Bind(clock),
		kong.BindTo(stdin, (*io.Reader)(nil)),
		kong.BindTo(stdout, (*io.Writer)(nil)),
		kong.Bind(streams{stdout, stderr}),
	)
}
