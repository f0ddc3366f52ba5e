package synth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"central-s3-backup/config"
	"central-s3-backup/internal/disk"
	"central-s3-backup/internal/startup"
)

// A Node process needs more than a second before its first stack, grows with every resource, and works
// on one core. bench/results.md has the measurements behind these numbers.
const (
	// resourcesPerProcess is how many resources one more process at a time pays for: those of some 24 workloads.
	resourcesPerProcess = 1_800
	// maxResources is how many resources one process synthesizes, so that it stays below 700 MB: those
	// of some 130 workloads. The stack that reaches the limit is still finished.
	maxResources = 10_000
)

// PartVariable is the environment variable that makes a process of the app synthesize one part of a
// run: main calls [RunPart] in place of everything else.
const PartVariable = "CENTRAL_S3_BACKUP_PART"

// part is some stacks of a run, which a process of their own synthesizes: the same binary with
// [PartVariable] in its environment. It reads the part from its standard input. The run keeps that
// open, so that the process notices when the run ends without a word.
type part struct {
	File      string   // name of the configuration
	Config    []byte   // its text, so that all parts read the same one
	Workloads []string // as [NewPlan] takes them
	From, To  int      // stacks of the plan; To is the first that does not belong to the part
	Out       string   // directory to write to
	Nag       bool
	Programs  programs // that its stacks have as functions: the run has built them

	Pipeline int    // number of the pipeline that is the part, in place of stacks
	InRepo   string // path of the configuration in the repository of the pipeline
	CLI      string // version of the CDK's CLI that the pipeline uses
	program  string // that synthesizes the part
}

// what names the part in a sentence.
func (p part) what() string {
	if p.Pipeline > 0 {
		return fmt.Sprintf("the process that synthesized pipeline %d", p.Pipeline)
	}
	return fmt.Sprintf("the process that synthesized stacks %d to %d", p.From+1, p.To)
}

// partReport is what the process writes to standard output: an empty one for each stack that it has
// built, or the reason why it ends.
type partReport struct {
	Defect string `json:"defect,omitempty"`
	// Machine has the text of a [MachineError] in place of a defect.
	Machine string `json:"machine,omitempty"`
}

// jobsFor is how many processes at a time suit stacks with so many resources on this machine.
func jobsFor(resources []int) int {
	return max(1, min(runtime.NumCPU(), sum(resources)/resourcesPerProcess))
}

// jobsOfStacks is how many of the jobs synthesize stacks at the top level, beside pipelines. One process synthesizes a pipeline, and
// takes as long as one does for the stacks of its workloads. So more parts than there are pipelines would only start more processes,
// but where jobs are idle.
func jobsOfStacks(jobs, pipelines int) int {
	if pipelines == 0 {
		return jobs
	}
	return max(pipelines, jobs-pipelines)
}

// cut divides stacks with so many resources into parts of about the same size, in a number that keeps
// all jobs busy until the end. It returns where each part ends.
func cut(resources []int, jobs int) []int {
	total := sum(resources)
	stacks := len(resources)
	if stacks == 0 { // a pipeline alone
		return nil
	}
	jobs = min(jobs, stacks)
	rounds := max(1, (total+jobs*maxResources-1)/(jobs*maxResources))
	parts := min(jobs*rounds, stacks)
	var ends []int
	sofar := 0
	for i, n := range resources {
		sofar += n
		full := sofar*parts >= total*(len(ends)+1)
		needed := stacks-i-1 == parts-len(ends)-1 // one for each part that is to come
		if len(ends) < parts-1 && (full || needed) {
			ends = append(ends, i+1)
		}
	}
	return append(ends, stacks)
}

func sum(numbers []int) (total int) {
	for _, n := range numbers {
		total += n
	}
	return total
}

// runParts runs a process for each part of the plan, jobs of them at a time, in directories below dir.
// Together these have the bytes that one process would have written. If a part fails, the others are
// stopped. said is what the processes wrote to standard error, without what several of them wrote.
func (p *Plan) runParts(
	ctx context.Context, o Options, dir string, ends []int, jobs int, built func(),
) (dirs []string, said string, err error) {
	text, err := p.cfg.YAML()
	if err != nil {
		return nil, "", err
	}
	group, working := errgroup.WithContext(ctx)
	group.SetLimit(jobs)
	self, err := os.Executable()
	if err != nil {
		return nil, "", err
	}
	var parts []part
	from := 0
	for _, to := range ends {
		parts = append(parts, part{Workloads: p.workloads, From: from, To: to, program: self})
		from = to
	}
	if len(p.pipelines) > 0 {
		inRepo, cli := o.inRepository(), ""
		if cli, err = cliVersion(p.sources); err != nil {
			return nil, "", err
		}
		for _, one := range p.pipelines {
			parts = append(parts, part{Pipeline: one.part.Number, InRepo: inRepo, CLI: cli, program: p.programs[pipelineProgram.name]})
		}
	}
	dirs = make([]string, len(parts))
	each := make([]string, len(parts))
	for i, one := range slices.Backward(parts) { // a pipeline takes the longest, so it starts first
		dirs[i] = filepath.Join(dir, strconv.Itoa(i))
		one.File, one.Config, one.Out, one.Nag, one.Programs = o.Config, text, dirs[i], o.Nag, p.programs
		group.Go(func() (err error) {
			each[i], err = one.run(working, built)
			return err
		})
	}
	err = group.Wait()
	said = withoutRepetition(each)
	if ctx.Err() != nil {
		err = ErrInterrupted
	}
	return dirs, said, err
}

// withoutRepetition joins texts line by line. It leaves out a line that an earlier text has: every Node.js
// process writes the same, but jsii may add a line to what one of them wrote.
func withoutRepetition(texts []string) string {
	var joined strings.Builder
	known := map[string]bool{}
	for _, text := range texts {
		for line := range strings.Lines(text) {
			if line = strings.TrimSuffix(line, "\n"); !known[line] {
				joined.WriteString(line + "\n")
			}
		}
		for line := range strings.Lines(text) { // only now: what one process wrote twice stays
			known[strings.TrimSuffix(line, "\n")] = true
		}
	}
	return joined.String()
}

// run runs the process of the part. It returns what the process wrote to standard error.
func (p part) run(ctx context.Context, built func()) (said string, err error) {
	var stdin, stderr bytes.Buffer
	cmd := command(ctx, p.program)
	cmd.Env = append(os.Environ(), PartVariable+"=1")
	cmd.Stderr = &stderr
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
	var failure error
	for reports := json.NewDecoder(out); err == nil; {
		var r partReport
		switch err = reports.Decode(&r); {
		case err != nil:
		case r.Defect != "":
			failure = errors.New(r.Defect)
		case r.Machine != "":
			failure = MachineError(r.Machine)
		default:
			built()
		}
	}
	err = cmd.Wait()
	if failure == nil && cmd.ProcessState.ExitCode() == startup.ExitWrong { // it has ended before main, and said why
		return "", MachineError(strings.TrimSpace(stderr.String()))
	}
	if _, ofDisk := disk.FaultOf(errors.New(stderr.String())); failure == nil && err != nil && ofDisk {
		return "", errors.New(stderr.String()) // Plan.write makes a sentence of it
	}
	if failure == nil && err != nil {
		failure = fmt.Errorf("%s ended: %w", p.what(), err)
		if _, exited := errors.AsType[*exec.ExitError](err); exited && cmd.ProcessState.ExitCode() < 0 { // by a signal
			failure = ended(p.what(), err.Error())
		}
	}
	return stderr.String(), failure
}

// RunPart is the process of one part of a run. It reads the part from stdin and reports to stdout. If
// the run ends before it does, RunPart kills its own group of processes, and calls exit where there
// are no groups. It returns an error after it has reported it. build creates pipelines; the app itself has none, since the run gives
// it no part with a pipeline.
func RunPart(stdin io.Reader, stdout io.Writer, exit func(), build PipelineBuilder) error {
	var p part
	in, reports := json.NewDecoder(stdin), json.NewEncoder(stdout)
	err := in.Decode(&p)
	go func() {
		_, _ = io.Copy(io.Discard, stdin)
		killGroup()
		exit()
	}()
	var cfg *config.Config
	if err == nil {
		cfg, err = config.Load(p.File, p.Config)
	}
	if err == nil {
		built := func() { _ = reports.Encode(partReport{}) } // without a reader, this process is about to end
		err = guard(func() error { return p.synthesize(cfg, build, built) })
	}
	if err != nil {
		err = ofMachine(err, filepath.Dir(filepath.Dir(p.Out))) // the run gave it a directory of two levels
		report := partReport{Defect: err.Error()}
		if machine, ok := errors.AsType[MachineError](err); ok {
			report = partReport{Machine: string(machine)}
		}
		_ = reports.Encode(report)
		return err
	}
	AwaitIndex(context.Background(), Options{})
	return nil
}

// synthesize writes the part in this process, which the run kills to stop it.
func (p part) synthesize(cfg *config.Config, build PipelineBuilder, built func()) error {
	if p.Pipeline > 0 {
		return p.synthesizePipeline(cfg, build, built)
	}
	plan, err := NewPlan(cfg, p.Workloads, nil)
	if err != nil {
		return err
	}
	return synthesize(context.Background(), plan.stacks[p.From:p.To], p.Programs, p.Out, p.Nag, built)
}
