package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"central-s3-backup/internal/rewind"
)

// restore has the commands that bring something back.
type restore struct {
	Backup   restoreBackup   `cmd:"" help:"Restore a bucket from its recovery points, into a new bucket."`
	Files    restoreFiles    `cmd:"" help:"Read single objects of a recovery point, without a restore."`
	Versions restoreVersions `cmd:"" help:"Bring a versioned bucket back to a moment. Without --apply: say what that would do."`
	Undo     restoreUndo     `cmd:"" help:"Delete the keys again whose delete markers --remove-markers removed. Without --apply: say what that would do."`
}

// restoreVersions is the command restore versions.
type restoreVersions struct {
	Bucket      string   `placeholder:"NAME" help:"The bucket. It needs S3 Versioning."`
	To          string   `xor:"time" placeholder:"TIME" help:"The moment, such as 2026-03-02T10:00:00Z, or how long ago, such as 3h. Its second counts as a whole."`
	Prefix      string   `xor:"keys" placeholder:"PREFIX" help:"Only keys that begin with PREFIX."`
	Key         []string `xor:"keys" sep:"none" placeholder:"KEY" help:"Only this key. Repeatable."`
	Keys        string   `xor:"keys" placeholder:"FILE" help:"Only the keys of FILE, one a line."`
	Apply       bool     `help:"Change the bucket. No version is deleted, and without --remove-markers no delete marker either."`
	Yes         bool     `help:"Do not ask for the bucket's name at a terminal."`
	Incomplete  bool     `help:"Accept a moment of which the bucket's lifecycle has deleted versions."`
	List        bool     `help:"Print each key that is not as it was."`
	PlanOut     string   `placeholder:"FILE" help:"Write those keys with their versions to FILE, as JSON lines; compressed if the name ends in .gz."`
	Report      string   `placeholder:"FILE" help:"Write the report to FILE, as JSON."`
	Output      string   `enum:"text,json" default:"text" placeholder:"FORM" help:"Print text or json (default: ${default})."`
	Concurrency int      `default:"64" placeholder:"N" help:"Work on up to N keys at a time, 1 to 512 (default: ${default})."`
	Profile     string   `placeholder:"NAME" help:"AWS profile ${noProfile}."`
	Region      string   `placeholder:"REGION" help:"The bucket's Region (default: that of the profile or of AWS_REGION)."`

	copyFlags `embed:""`

	planFlags `embed:""`

	Listers int    `default:"8" placeholder:"N" help:"List with up to N requests at a time, 1 to 64 (default: ${default})."`
	Journal string `placeholder:"FILE" help:"The journal of --apply, from which the same command goes on (default: BUCKET.TIME.journal)."`

	flags  []*kong.Flag
	resume string // the command that goes on, once there is a journal
}

// Run restores, or says what that would do.
func (c *restoreVersions) Run(clock clock, stdin io.Reader, streams streams) error {
	started := clock.now()
	plan, err := c.readPlan()
	if err != nil {
		return err
	}
	to, err := moment(c.To, started)
	if err != nil {
		return err
	}
	keys, err := c.onlyKeys()
	if err != nil {
		return err
	}
	ctx, stop := interruptible(context.Background(), sameAgain)
	defer stop()
	owner, err := c.owner()
	if err != nil {
		return err
	}
	client, err := c.client(ctx, owner)
	if err != nil {
		return err
	}
	bucket, err := rewind.Inspect(ctx, client, c.Bucket, owner.id)
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return c.explain(err)
	}
	if err := c.refuse(bucket, to, started, keys); err != nil {
		return err
	}
	jobs, err := c.jobReports(ctx, client)
	if err != nil {
		return err
	}
	document := report{
		Bucket: c.Bucket, Prefix: c.Prefix, OnlyKeys: len(keys), To: to, Applied: c.Apply, Started: started,
		Warnings: c.warnings(bucket, to, started, keys), Lock: bucket.Lock, Concurrency: c.Concurrency,
	}
	for _, warning := range document.Warnings {
		fmt.Fprintf(streams.stderr, "warning: %s\n", warning)
	}
	run := &rewind.Run{
		Client: client, Bucket: c.Bucket, RequesterPays: bucket.RequesterPays, To: to, Prefix: c.Prefix, Keys: keys, Plan: plan, Jobs: jobs,
		Apply: c.Apply, Concurrency: c.Concurrency, Listers: c.Listers, MultipartAbove: c.MultipartAbove, Now: clock.now,
		Owner: owner.id, Keep: c.kept(bucket), Retention: bucket.Retention, OverwriteChanged: c.OverwriteChanged, RemoveMarkers: c.RemoveMarkers,
	}
	run.Warn = func(text string) {
		document.Warnings = append(document.Warnings, text)
		fmt.Fprintf(streams.stderr, "warning: %s\n", text)
	}
	defer run.Close() //nolint:errcheck // everything is on the disk when the run ends
	if err := c.openJournal(run, streams.stderr); err != nil {
		return err
	}
	if err := c.confirm(stdin, streams.stderr); err != nil {
		return err
	}
	files, err := c.openFiles(to, client.Options().Region)
	if err != nil {
		return err
	}
	run.Undo = files.undo.add
	if c.List || files.each() {
		run.Each = func(result rewind.Result) error {
			if c.List {
				if _, err := fmt.Fprintln(streams.stdout, listLine(result)); err != nil {
					return noOutput(err)
				}
			}
			return files.add(result)
		}
	}
	if e := run.Earlier(); !e.Started.IsZero() {
		document.Started, document.VerifiedAgain = e.Started, e.Complete && e.Failed == 0
	}
	stopped := c.showProgress(clock, streams, run)
	document.Summary, err = run.Do(ctx)
	stopped()
	err = c.explain(err)
	if unwritten := files.close(clock.now(), err); err == nil {
		err = unwritten
	}
	if err == nil && document.Summary.Keys == 0 && plan == nil {
		return fmt.Errorf("bucket %s has no version of %s; nothing was done", c.Bucket, c.scope(keys))
	}
	document.Ended, document.Jobs, document.Undo = clock.now(), jobs, files.undo.written()
	if plan != nil {
		document.Plan = plan.Path
	}
	if err != nil {
		document.Error = err.Error()
	} else {
		document.addFiles(c, files)
	}
	return c.end(streams, document, err)
}

// showProgress shows how far the run is until the function that it returns is called.
func (c *restoreVersions) showProgress(clock clock, streams streams, run *rewind.Run) (stop func()) {
	progress := &meter{to: streams.stderr, now: clock.now, progress: run.Progress}
	if !c.List {
		progress.width = terminal(streams.stderr)
	}
	return progress.start()
}

// end prints and writes the report, and chooses the exit code.
func (c *restoreVersions) end(streams streams, document report, err error) error {
	if failed := c.print(streams.stdout, document); failed != nil {
		err = errors.Join(err, noOutput(failed))
	}
	if failed := c.writeReport(document); failed != nil {
		err = errors.Join(err, fmt.Errorf("--report: %w", failed))
	}
	if err != nil {
		return c.goOn(err)
	}
	if n := document.Summary.Failed; n > 0 && (c.Apply || len(c.BatchReport) > 0) {
		return &exitError{exitSomeNotRestored, fmt.Errorf("%s not restored: %s", count(n, "key was", "keys were"), reasons(document.Summary))}
	}
	return nil
}

func (c *restoreVersions) print(stdout io.Writer, document report) error {
	if c.Output == "json" {
		return document.write(stdout)
	}
	_, err := io.WriteString(stdout, document.text())
	return err
}

func (c *restoreVersions) writeReport(document report) error {
	if c.Report == "" {
		return nil
	}
	file, err := os.OpenFile(c.Report, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(document.write(file), file.Close())
}

func noOutput(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("standard output takes no more text: %w", err)
}

// Validate finds mistakes in the flags that kong does not know of.
func (c *restoreVersions) Validate() error {
	switch {
	case c.Concurrency < 1 || c.Concurrency > 512:
		return fmt.Errorf("--concurrency %d: want 1 to 512", c.Concurrency)
	case c.Listers < 1 || c.Listers > 64:
		return fmt.Errorf("--listers %d: want 1 to 64", c.Listers)
	case c.List && c.Output == "json":
		return errors.New("--list prints text, --output json prints one JSON document; want --plan-out FILE with --output json")
	case c.Journal != "" && !c.Apply:
		return errors.New("--journal goes with --apply: without it nothing is done that could be resumed")
	}
	if err := c.checkPlanFlags(); err != nil {
		return err
	}
	return c.validate()
}

// scope names the keys in a sentence.
func (c *restoreVersions) scope(keys []string) string {
	switch {
	case len(keys) == 1:
		return "key " + keys[0]
	case len(keys) > 1:
		return fmt.Sprintf("the %d keys", len(keys))
	case c.Prefix != "":
		return "a key with prefix " + c.Prefix
	}
	return "any key"
}

// onlyKeys are the keys of --key and --keys, each once. None: all keys of the prefix.
func (c *restoreVersions) onlyKeys() ([]string, error) {
	keys := slices.Clone(c.Key)
	if c.Keys != "" {
		file, err := os.Open(c.Keys)
		if err != nil {
			return nil, fmt.Errorf("--keys: %w", err)
		}
		defer file.Close() //nolint:errcheck // it is only read
		lines := bufio.NewScanner(file)
		for lines.Scan() {
			if key := lines.Text(); key != "" {
				keys = append(keys, key)
			}
		}
		if err := lines.Err(); err != nil {
			return nil, fmt.Errorf("--keys %s: %w", c.Keys, err)
		}
		if len(keys) == 0 {
			return nil, fmt.Errorf("--keys %s: the file has no key; want one a line", c.Keys)
		}
	}
	if slices.Contains(keys, "") {
		return nil, errors.New("--key: a key has at least one character; without --key and --prefix, all keys are restored")
	}
	slices.Sort(keys)
	return slices.Compact(keys), nil
}

// confirm asks for the bucket's name, if --apply was typed at a terminal.
func (c *restoreVersions) confirm(stdin io.Reader, stderr io.Writer) error {
	if file, ok := stdin.(*os.File); !c.Apply || c.Yes || ok && !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	fmt.Fprintf(stderr, "Type the bucket's name to change it: ")
	answer, _ := bufio.NewReader(stdin).ReadString('\n') // an answer that ends early is another name
	if strings.TrimSpace(answer) != c.Bucket {
		return fmt.Errorf("nothing was changed: the answer is not %s", c.Bucket)
	}
	return nil
}

// interruptible ends the context at Ctrl-C and SIGTERM. A second signal ends the process at once. next says what to do then.
func interruptible(ctx context.Context, next string) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case got := <-signals:
			signal.Stop(signals)
			number, _ := got.(syscall.Signal) // those of this system are
			cancel(&exitError{exitSignal + int(number), errors.New("interrupted; " + next)})
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel(nil)
	}
}

// streams are what a command prints to.
type streams struct{ stdout, stderr io.Writer }
