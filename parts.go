package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"central-s3-backup/config"
)

// A Node process takes a second and more before its first stack, grows with every resource, and works
// on one core. bench/results.md has the measurements behind these numbers.
const (
	// resourcesPerProcess is how many resources make one more process at a time pay: those of some 40 workloads.
	resourcesPerProcess = 3_000
	// maxResources is how many resources one process synthesizes, so that it stays below 700 MB: those
	// of some 130 workloads. One stack more may be begun.
	maxResources = 10_000
)

// part is some of the stacks of a run, for a process of its own to synthesize: the same binary, in
// whose environment [asPart] is set and which reads the part from its standard input. The run keeps
// that open, so when it ends without a word, so does the process.
type part struct {
	File      string   // name of the configuration
	Config    []byte   // its text, so that all parts are of one and the same
	Workloads []string // that -workload names
	From, To  int      // stacks of the plan, To not among them
	Out       string   // directory to write to
	Nag       bool
}

const asPart = "CENTRAL_S3_BACKUP_PART"

// partReport is what the process says on standard output: a line for each stack that it built, or why it cannot go on.
type partReport struct {
	Defect string `json:"defect,omitempty"`
}

// errInterrupted is for a run that somebody stopped.
var errInterrupted = errors.New("interrupted: nothing was written")

// jobsFor is how many processes at a time suit a number of resources on this machine.
func jobsFor(resources int) int { return max(1, min(runtime.NumCPU(), resources/resourcesPerProcess)) }

// cut divides stacks with so many resources into parts of about the same size, so many that jobs of
// them at a time leave none for a last round alone. It returns where each part ends.
func cut(resources []int, jobs int) []int {
	total := 0
	for _, n := range resources {
		total += n
	}
	stacks := len(resources)
	jobs = min(jobs, stacks)
	rounds := max(1, (total+jobs*maxResources-1)/(jobs*maxResources))
	parts := min(jobs*rounds, stacks)
	var ends []int
	sum := 0
	for i, n := range resources {
		sum += n
		full := sum*parts >= total*(len(ends)+1)
		needed := stacks-i-1 == parts-len(ends)-1 // one for each part that is to come
		if len(ends) < parts-1 && (full || needed) {
			ends = append(ends, i+1)
		}
	}
	return append(ends, stacks)
}

// synthesizeParts has each part synthesized by a process of its own, jobs of them at a time, in
// directories below dir, which together have the bytes that one process would have written. Where one
// fails the others are stopped. said is what the processes said on standard error, each text once.
func synthesizeParts(cfg *config.Config, opts options, dir string, ends []int, jobs int, built func()) (dirs []string, said string, err error) {
	text, err := cfg.YAML()
	if err != nil {
		return nil, "", err
	}
	interrupted, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	group, ctx := errgroup.WithContext(interrupted)
	group.SetLimit(jobs)
	dirs = make([]string, len(ends))
	each := make([]string, len(ends))
	from := 0
	for i, to := range ends {
		dirs[i] = filepath.Join(dir, strconv.Itoa(i))
		p := part{opts.config, text, opts.workloads, from, to, dirs[i], opts.nag}
		from = to
		group.Go(func() (err error) {
			each[i], err = p.start(ctx, built)
			return err
		})
	}
	err = group.Wait()
	for i, text := range each {
		if !slices.Contains(each[:i], text) { // every Node says the same
			said += text
		}
	}
	if interrupted.Err() != nil {
		err = errInterrupted
	}
	return dirs, said, err
}

// start has the part synthesized. It returns what the process said on standard error.
func (p part) start(ctx context.Context, built func()) (said string, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	var stdin, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), asPart+"=1")
	cmd.Stderr = &stderr
	cmd.WaitDelay = 5 * time.Second
	leadGroup(cmd)
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	_ = json.NewEncoder(&stdin).Encode(p) // text and numbers
	_, err = stdin.WriteTo(in)
	var defect error
	for reports := json.NewDecoder(out); err == nil; {
		var r partReport
		switch err = reports.Decode(&r); {
		case err != nil:
		case r.Defect != "":
			defect = errors.New(r.Defect)
		default:
			built()
		}
	}
	err = cmd.Wait()
	if defect == nil && err != nil {
		defect = fmt.Errorf("the process that synthesized stacks %d to %d ended: %w", p.From+1, p.To, err)
	}
	return stderr.String(), defect
}

// synthesizePart is the other side: the process of one part. gone is called when the run has ended.
func synthesizePart(stdin io.Reader, stdout io.Writer, gone func()) int {
	var p part
	in, reports := json.NewDecoder(stdin), json.NewEncoder(stdout)
	err := in.Decode(&p)
	go func() {
		_, _ = io.Copy(io.Discard, stdin)
		gone()
	}()
	var cfg *config.Config
	if err == nil {
		cfg, err = config.Load(p.File, p.Config)
	}
	var stacks plan
	if err == nil {
		stacks, err = choose(cfg, p.Workloads)
	}
	if err == nil {
		built := func() { _ = reports.Encode(partReport{}) } // the run is there, or this process is not for long
		err = guard(func() error { return synthesize(stacks[p.From:p.To], p.Out, p.Nag, built) })
	}
	if err != nil {
		_ = reports.Encode(partReport{err.Error()})
		return exitDefect
	}
	return exitDone
}
