// Package synth synthesizes the stacks of a configuration: it plans them, checks what a run needs, and
// has the CDK write the cloud assembly, in this process or in several. Nothing here prints to anything
// but the writers of [Options], and nothing exits.
package synth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"runtime"
	"slices"

	"central-s3-backup/internal/cloudassembly"
)

// Options say where and how a [Plan] is synthesized.
type Options struct {
	// Config is the name of the file that the configuration was loaded from. Required.
	Config string
	// Out is the directory that gets the cloud assembly. Required.
	Out string
	// UnderCLI says that the CDK CLI runs the app. It prepares Out itself and keeps files of its own
	// there. False: Out must be empty or hold a cloud assembly.
	UnderCLI bool
	// Jobs is how many processes may work at the same time. Zero: as many as suit the number of
	// resources and of cores.
	Jobs int
	// Nag adds the checks AwsSolutions of cdk-nag. They write what they find into the assembly.
	Nag bool
	// Node is the command that starts Node.js. The CDK takes it from the environment variable
	// JSII_NODE, so it must be the value of that. Empty: node.
	Node string
	// Terminal is told what takes a while and how far the run is. Nil: nobody is watching.
	Terminal io.Writer
	// Stderr gets what the processes of a run write to standard error, and a notice about a Node.js that the CDK does not support. Nil: it
	// is dropped. With one process, Node.js writes to the standard error of that.
	Stderr io.Writer
}

// Stack is a stack of a plan.
type Stack struct {
	// ID is what -workload takes: the NAME-ENV of the workload, central for the stacks of the central account, or pipeline-N for
	// those of a pipeline.
	ID string `json:"id"`
	// Name of the stack in CloudFormation.
	Name string `json:"name"`
	// Account that it is deployed to, twelve digits.
	Account string `json:"account"`
	// Region that it is deployed to.
	Region string `json:"region"`
	// Environment of the workload. Empty: it is a stack of the central account.
	Environment string `json:"environment,omitempty"`
	// Wave in which it is deployed. The central account is deployed first, in wave 0. Nil: no wave deploys the workload, or it
	// is a stack of a pipeline, which somebody deploys once and which then deploys itself.
	Wave *int `json:"wave,omitempty"`
	// Approval says whether a person approves before it is deployed.
	Approval bool `json:"approval"`
	// Resources is how many its template has.
	Resources int `json:"resources"`
}

// Stacks lists the stacks of the plan in the order of their deployment, as they will be.
func (p *Plan) Stacks() []Stack {
	all := p.all()
	list := make([]Stack, len(all))
	for i, s := range all {
		list[i] = s.stack(s.resources)
	}
	slices.SortStableFunc(list, func(a, b Stack) int { return cmp.Compare(a.order(), b.order()) })
	return list
}

// order is the wave of a stack; those that no wave deploys come last.
func (s Stack) order() int {
	if s.Wave == nil {
		return math.MaxInt
	}
	return *s.Wave
}

// Prepare checks that Node.js runs and that Options.Out can be used, and builds the functions that the
// stacks have. What it returns is an error of the user's machine or command line, or [ErrInterrupted] if
// ctx is done.
func (p *Plan) Prepare(ctx context.Context, o Options) error {
	err := p.prepare(ctx, o)
	if ctx.Err() != nil {
		p.removeOut(o)
		return ErrInterrupted
	}
	return err
}

func (p *Plan) prepare(ctx context.Context, o Options) error {
	notice, err := checkNode(ctx, o.Node, nodeAnswer)
	if err != nil {
		return err
	}
	if notice != "" && o.Stderr != nil {
		fmt.Fprintln(o.Stderr, notice)
	}
	p.programs = programs{}
	for _, program := range p.needs() {
		file, err := program.compile(ctx, p.sources, o.announce)
		if err != nil {
			return err
		}
		p.programs[program.name] = file
	}
	if o.UnderCLI {
		return nil
	}
	if o.Out == "" {
		return errors.New("-out: want the name of a directory")
	}
	_, err = os.Stat(o.Out)
	p.createsOut = errors.Is(err, fs.ErrNotExist)
	if err := cloudassembly.PrepareDir(o.Out); err != nil {
		return fmt.Errorf("-out %s: %w", o.Out, err)
	}
	return nil
}

// removeOut removes Options.Out if the run created it and wrote nothing into it.
func (p *Plan) removeOut(o Options) {
	if p.createsOut {
		_ = os.Remove(o.Out) // fails if something is in there, and then it stays
	}
}

// Synthesize writes the cloud assembly, after [Plan.Prepare]. It appears in Options.Out when all of it
// is there, and the templates of stacks that an earlier run wrote there and this one did not are
// removed. If ctx is done before all of it is written, Synthesize stops Node.js and returns
// [ErrInterrupted]. An error that is neither that nor a [MachineError] is a defect of the app. After an
// error, Options.Out is as it was before [Plan.Prepare].
func (p *Plan) Synthesize(ctx context.Context, o Options) ([]Stack, error) {
	earlier := cloudassembly.Stacks(o.Out)
	if err := p.write(ctx, o); err != nil {
		p.removeOut(o)
		return nil, err
	}
	for _, name := range earlier {
		if !p.has(name) {
			if err := cloudassembly.RemoveStack(o.Out, name); err != nil {
				return nil, err
			}
		}
	}
	all := p.all()
	written := make([]Stack, len(all))
	for i, s := range all {
		resources, err := cloudassembly.CountResources(o.Out, s.name)
		if err != nil {
			return nil, err
		}
		written[i] = s.stack(resources)
	}
	return written, nil
}

// write writes the assembly in this process or in several.
func (p *Plan) write(ctx context.Context, o Options) (err error) {
	dir, err := cloudassembly.NewUnfinishedDir(o.Out)
	if err != nil {
		return ofMachine(err, o.Out)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // the next run removes what is left
	defer func() { err = ofMachine(err, o.Out) }()

	resources, jobs := p.resources(), o.Jobs
	if jobs == 0 {
		jobs = jobsFor(resources)
		if len(p.pipelines) > 0 { // each is a process, beside the stacks
			jobs = max(jobs, min(runtime.NumCPU(), 1+len(p.pipelines)))
		}
	}
	progress := progress{terminal: o.Terminal, stacks: len(p.all())}
	if o.Stderr != nil {
		progress.tellSilence(o.Stderr, nodeSilence)
	}
	o.announce("starting Node.js; its first start on a machine unpacks the AWS CDK and takes longer")
	dirs := []string{dir}
	var said string
	if ends := cut(resources, jobsOfStacks(jobs, len(p.pipelines))); len(ends) > 1 || len(p.pipelines) > 0 {
		dirs, said, err = p.runParts(ctx, o, dir, ends, jobs, progress.built)
	} else {
		lines := startWholeLines()
		err = untilDone(ctx, func() error { return synthesize(ctx, p.stacks, p.programs, dir, o.Nag, progress.built) })
		if err != nil {
			closeNode() // only then jsii has said how Node.js ended
		}
		lines.end()
	}
	progress.end()
	if o.Stderr != nil {
		fmt.Fprint(o.Stderr, said)
	}
	if err != nil {
		return err
	}
	return cloudassembly.Join(o.Out, dirs)
}

// announce tells the terminal what takes a while.
func (o Options) announce(what string) {
	if o.Terminal != nil {
		fmt.Fprintln(o.Terminal, what)
	}
}
